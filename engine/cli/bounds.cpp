#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>

#include "cli/bounds_report.hpp"
#include "cli/verbs.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"

namespace trialmill::cli {
namespace {

// Text, which is read here and not by the option parser, for it does not say what it would allow.
struct BoundsArguments {
  std::string information, alpha = "0.025", sided = "1", spending = "obf", beta = "0.2";
  std::optional<std::string> beta_spending, spending_time, drift;
  bool binding = false, json = false;
};

[[noreturn]] void refuse_design(const design::DesignError& error) {
  refuse("--" + error.part, error.what());
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

double number_option(const std::string& option, const std::string& text,
                     const std::string& allowed) {
  const auto value = parse_number(text);
  if (!value) refuse(option, input::in_backquotes(text), allowed);
  return *value;
}

// "0.5,0.75,1"
std::vector<double> list_option(const std::string& option, const std::string& text) {
  std::vector<double> values;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const auto value = parse_number(std::string_view(text).substr(start, end - start));
    if (!value)
      refuse(option, input::in_backquotes(text), "fractions parted by commas, such as 0.5,0.75,1");
    values.push_back(*value);
    start = end + 1;
  }
  return values;
}

design::Spending spending_option(const std::string& option, const std::string& text,
                                 bool spends_beta) {
  const auto spending = design::parse_spending(text);
  if (spending) return *spending;
  std::vector<std::string> names = {"obf", "pocock"};
  std::string allowed = "obf, pocock, hsd(GAMMA), power(RHO), custom(a1,a2,...)";
  if (!spends_beta) {
    names.insert(names.end(), {"classical-obf", "classical-pocock"});
    allowed += ", haybittle-peto(Z), classical-obf, classical-pocock, wang-tsiatis(DELTA)";
  }
  refuse(option, input::in_backquotes(text), allowed,
         input::nearest_spelling(text, names).value_or(""));
}

design::GroupSequentialDesign read_design(const BoundsArguments& arguments, double beta) {
  design::GroupSequentialDesign design;
  design.information = list_option("--information", arguments.information);
  if (arguments.spending_time)
    design.spending_time = list_option("--spending-time", *arguments.spending_time);
  design.alpha = number_option("--alpha", arguments.alpha, "a level above 0 and up to 0.5");
  if (arguments.sided != "1" && arguments.sided != "2")
    refuse("--sided", input::in_backquotes(arguments.sided), "1 or 2");
  design.sided = arguments.sided == "2" ? 2 : 1;
  design.efficacy = spending_option("--spending", arguments.spending, false);
  if (arguments.beta_spending)
    design.futility = design::FutilitySpending{
        beta, spending_option("--beta-spending", *arguments.beta_spending, true),
        arguments.binding};
  else if (arguments.binding)
    refuse_design({"binding", "futility bounds can bind only where --beta-spending gives some"});
  return design;
}

int bounds(const BoundsArguments& arguments) {
  const double beta =
      number_option("--beta", arguments.beta, "a type II error above 0 and below 1 - alpha");
  const design::GroupSequentialDesign design = read_design(arguments, beta);
  std::optional<double> drift;
  if (arguments.drift) drift = number_option("--drift", *arguments.drift, "a number");
  try {
    const BoundsReport report = report_bounds(design, beta, drift);
    fmt::print("{}", arguments.json ? to_json(report) : to_table(report));
  } catch (const design::DesignError& error) {
    refuse_design(error);
  }
  return done;
}

}  // namespace

void add_bounds(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<BoundsArguments>();
  CLI::App& verb = *program.add_subcommand(
      "bounds", "group sequential bounds: efficacy, futility, crossing probabilities");
  verb.add_option("--information", arguments->information,
                  "information fractions of the looks: 0.5,0.75,1")
      ->required();
  verb.add_option("--alpha", arguments->alpha, "type I error, of both sides together: 0.025");
  verb.add_option("--sided", arguments->sided, "1 (default) or 2: bounds at Z and -Z");
  verb.add_option("--spending", arguments->spending,
                  "how alpha is spent: obf (default), pocock, \"hsd(-4)\", \"power(2)\", "
                  "\"custom(0.001,0.01,0.025)\", \"haybittle-peto(3)\", classical-obf, "
                  "classical-pocock, \"wang-tsiatis(0.25)\"");
  verb.add_option("--spending-time", arguments->spending_time,
                  "fractions at which error is spent, when they are not the information");
  verb.add_option("--beta", arguments->beta, "type II error: 0.2");
  verb.add_option("--beta-spending", arguments->beta_spending,
                  "futility bounds that spend beta: obf, pocock, \"hsd(-2)\", \"power(2)\", "
                  "\"custom(...)\"");
  verb.add_flag("--binding", arguments->binding,
                "futility bounds will be obeyed, and lower the efficacy bounds");
  verb.add_option("--drift", arguments->drift,
                  "also report on this drift, E[Z] at full information");
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.footer(
      "Example: trialmill bounds --information 0.5,0.75,1 --alpha 0.025 --spending obf --beta 0.1 "
      "--beta-spending \"hsd(-2)\"");
  verb.callback([arguments, &exit_status] { exit_status = bounds(*arguments); });
}

}  // namespace trialmill::cli
