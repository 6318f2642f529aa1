#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "cli/fit_report.hpp"
#include "cli/verbs.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

struct FitArguments {
  FitRequest request;
  std::string ties = "efron", interval = "log-log", weights;
  double rmst = 0, milestone = 0;
  CLI::Option* rmst_given = nullptr;
  CLI::Option* milestone_given = nullptr;
  bool json = false;
};

[[noreturn]] void refuse(const std::string& option, const std::string& found,
                         const std::string& allowed, const std::string& suggestion = {}) {
  input::Diagnostic diagnostic;
  diagnostic.position.file = option;
  diagnostic.found = found;
  diagnostic.allowed = allowed;
  diagnostic.suggestion = suggestion;
  throw input::InputError(diagnostic);
}

// "fh(0,1);fh(0,0.5)"
std::vector<survival::FlemingHarrington> parse_weights(const std::string& text) {
  std::vector<survival::FlemingHarrington> weights;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    const std::string one = text.substr(start, end - start);
    const auto weight = survival::parse_weight(one);
    if (!weight)
      refuse("--weights", input::in_backquotes(one),
             "fh(RHO,GAMMA) with both from 0 to 10, several parted by `;`");
    weights.push_back(*weight);
    start = end + 1;
  }
  return weights;
}

template <class Meaning>
Meaning choice(const std::string& option, const std::string& text,
               const std::vector<std::pair<std::string, Meaning>>& choices) {
  std::vector<std::string> names;
  std::string allowed;
  for (const auto& [name, meaning] : choices) {
    if (name == text) return meaning;
    names.push_back(name);
    allowed += (allowed.empty() ? "" : ", ") + name;
  }
  refuse(option, input::in_backquotes(text), allowed,
         input::nearest_spelling(text, names).value_or(""));
}

// The option parser takes "nan" and "inf" for numbers.
std::optional<double> time_option(const CLI::Option& given, double time, bool zero_allowed) {
  if (given.count() == 0) return std::nullopt;
  if (!std::isfinite(time) || time < 0 || (time == 0 && !zero_allowed))
    refuse(given.get_name(), input::in_backquotes(given.results().back()),
           zero_allowed ? "a time from 0" : "a time above 0");
  return time;
}

int fit(FitArguments& arguments) {
  FitRequest& request = arguments.request;
  request.ties = choice<survival::Ties>(
      "--ties", arguments.ties,
      {{"efron", survival::Ties::efron}, {"breslow", survival::Ties::breslow}});
  request.interval = choice<survival::IntervalType>("--conf-type", arguments.interval,
                                                    {{"log-log", survival::IntervalType::log_log},
                                                     {"log", survival::IntervalType::log},
                                                     {"plain", survival::IntervalType::plain}});
  request.rmst = time_option(*arguments.rmst_given, arguments.rmst, false);
  request.milestone = time_option(*arguments.milestone_given, arguments.milestone, true);
  request.weights = parse_weights(arguments.weights);
  if (request.group.empty() && (!request.weights.empty() || request.milestone))
    refuse("--group", "no group", "a column to compare, which --weights and --milestone need");
  const FitData data = read_fit_data(request);
  if (data.group_names.size() != 2 && (!request.weights.empty() || request.milestone))
    refuse("--group", fmt::format("{} groups", data.group_names.size()),
           "two groups for --weights and --milestone");
  const FitReport report = analyse(request, data);
  fmt::print("{}", arguments.json ? to_json(request, report) : to_table(request, report));
  return done;
}

}  // namespace

void add_fit(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<FitArguments>();
  FitRequest& request = arguments->request;
  CLI::App& verb = *program.add_subcommand(
      "fit", "analyse a CSV file: Kaplan-Meier, log-rank tests, Cox regression, RMST, milestones");
  verb.add_option("DATA", request.file, "CSV file with a header line")->required();
  verb.add_option("--time", request.time, "column: time to event or censoring")->required();
  verb.add_option("--status", request.status, "column: 1 event, 0 censored")->required();
  verb.add_option("--entry", request.entry, "column: time of delayed entry");
  verb.add_option("--group", request.group,
                  "column: groups to compare; the first is the reference");
  verb.add_option("--strata", request.strata, "columns whose combinations are strata")
      ->delimiter(',');
  verb.add_option("--cox", request.cox, "columns: covariates of a Cox regression")->delimiter(',');
  verb.add_option("--ties", arguments->ties,
                  "how Cox regression treats tied events: efron (default), breslow");
  verb.add_option("--conf-type", arguments->interval,
                  "scale of the Kaplan-Meier interval: log-log (default), log, plain");
  verb.add_option("--weights", arguments->weights,
                  "weighted log-rank tests: \"fh(0,1);fh(0,0.5)\"");
  arguments->rmst_given =
      verb.add_option("--rmst", arguments->rmst, "restricted mean survival time up to here");
  arguments->milestone_given =
      verb.add_option("--milestone", arguments->milestone, "compare survival at this time");
  verb.add_flag("--exact-times", request.exact_times,
                "keep times apart that differ by rounding only (R: timefix = FALSE)");
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.footer(
      "Example: trialmill fit lung.csv --time time --status status --group sex --cox sex,age");
  verb.callback([arguments, &exit_status] { exit_status = fit(*arguments); });
}

}  // namespace trialmill::cli
