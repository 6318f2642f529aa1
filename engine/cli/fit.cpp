#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "cli/fit_report.hpp"
#include "cli/verbs.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

struct FitArguments {
  FitRequest request;
  std::string ties = "efron", interval = "log-log", weights, max_combo, win_ratio;
  std::optional<std::string> rmst, milestone, delimiter, decimal;
  std::optional<std::string> hazard_ratio_margin, rmst_margin, milestone_margin, proportion_margin;
  bool json = false;
};

// "fh(0,1);mwlr(6)"
std::vector<survival::LogRankWeight> parse_weights(const std::string& option,
                                                   const std::string& text) {
  std::vector<survival::LogRankWeight> weights;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    const std::string one = text.substr(start, end - start);
    const auto weight = survival::parse_weight(one);
    if (!weight)
      refuse(option, input::in_backquotes(one),
             "fh(RHO,GAMMA) with both from 0 to 10, or mwlr(TIME); several are parted by `;`");
    weights.push_back(*weight);
    start = end + 1;
  }
  return weights;
}

// "os_time:os_status;rfs_time:rfs_status"
std::vector<OutcomeColumns> parse_outcomes(const std::string& text) {
  std::vector<OutcomeColumns> outcomes;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    const std::string one = text.substr(start, end - start);
    const std::size_t colon = one.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == one.size())
      refuse("--win-ratio", input::in_backquotes(one),
             "TIME:STATUS, two columns; outcomes are parted by `;`, the most important first");
    outcomes.push_back({one.substr(0, colon), one.substr(colon + 1)});
    start = end + 1;
  }
  return outcomes;
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

// Read here, not by the option parser, which does not say what it would allow.
std::optional<double> time_option(const std::string& option, const std::optional<std::string>& text,
                                  bool zero_allowed) {
  if (!text) return std::nullopt;
  double time = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, time);
  if (error != std::errc{} || stop != end || !std::isfinite(time) || time < 0 ||
      (time == 0 && !zero_allowed))
    refuse(option, input::in_backquotes(*text),
           zero_allowed ? "a time from 0, in the unit of --time"
                        : "a time above 0, in the unit of --time");
  return time;
}

// A margin, which needs the analysis that it is about.
std::optional<double> margin_option(const std::string& option,
                                    const std::optional<std::string>& text, double above,
                                    double below, const std::string& allowed, bool analysed,
                                    const std::string& analysis) {
  if (!text) return std::nullopt;
  double margin = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, margin);
  if (error != std::errc{} || stop != end || !(margin > above && margin < below))
    refuse(option, input::in_backquotes(*text), allowed);
  if (!analysed) refuse(analysis, "nothing", "the analysis that " + option + " is about");
  return margin;
}

void read_margins(const FitArguments& arguments, FitRequest& request) {
  constexpr double any = 1e300;
  request.hazard_ratio_margin = margin_option("--margin", arguments.hazard_ratio_margin, 0, any,
                                              "a hazard ratio above 0, above 1 for non-inferiority",
                                              !request.cox.empty(), "--cox");
  request.rmst_margin =
      margin_option("--rmst-margin", arguments.rmst_margin, -any, any,
                    "a difference in the unit of --time, above 0 for non-inferiority",
                    request.rmst.has_value(), "--rmst");
  const std::string of_probabilities =
      "a difference of probabilities between -1 and 1, above 0 for non-inferiority";
  request.milestone_margin =
      margin_option("--milestone-margin", arguments.milestone_margin, -1, 1, of_probabilities,
                    request.milestone.has_value(), "--milestone");
  request.proportion_margin =
      margin_option("--proportion-margin", arguments.proportion_margin, -1, 1, of_probabilities,
                    !request.proportion.empty(), "--proportion");
}

// Without times only proportions and prioritised outcomes can be analysed.
void check_columns(const FitRequest& request) {
  const bool of_times = !request.time.empty() || !request.status.empty() ||
                        !request.entry.empty() || !request.cox.empty() ||
                        !request.weights.empty() || !request.max_combo.empty() || request.rmst ||
                        request.milestone || request.competing;
  if (of_times || (request.proportion.empty() && request.win_ratio.empty())) {
    const std::string needed =
        "a column, which every analysis but --proportion and --win-ratio needs";
    if (request.time.empty()) refuse("--time", "no column", needed);
    if (request.status.empty()) refuse("--status", "no column", needed);
  }
  if (request.cox.empty() && (request.profile || request.firth))
    refuse("--cox", "no column",
           request.firth ? "covariates, for --firth" : "covariates, for --profile");
  if (request.competing && !request.event.empty())
    refuse("--event", input::in_backquotes(request.event),
           "nothing together with --competing, which takes every cause as an event");
  if (request.competing && !request.entry.empty())
    refuse("--entry", input::in_backquotes(request.entry),
           "no delayed entry together with --competing");
}

// The options given that compare two groups: "--weights and --proportion".
std::string two_group_options(const FitRequest& request) {
  std::string out;
  const auto add = [&](bool given, const char* option) {
    if (given) out += (out.empty() ? "" : " and ") + std::string(option);
  };
  add(!request.weights.empty(), "--weights");
  add(!request.max_combo.empty(), "--maxcombo");
  add(request.milestone.has_value(), "--milestone");
  add(request.rmst_margin.has_value(), "--rmst-margin");
  add(!request.proportion.empty(), "--proportion");
  add(!request.win_ratio.empty(), "--win-ratio");
  return out;
}

input::CsvFormat format_option(const FitArguments& arguments) {
  input::CsvFormat format;
  if (arguments.delimiter) {
    const std::string& given = *arguments.delimiter;
    const bool tab = given == "tab" || given == "\\t";
    if (!tab && (given.size() != 1 || std::string(",;|\t").find(given[0]) == std::string::npos))
      refuse("--delimiter", input::in_backquotes(given), "`,`, `;`, `|` or tab");
    format.delimiter = tab ? '\t' : given[0];
  }
  if (arguments.decimal) {
    if (*arguments.decimal != "," && *arguments.decimal != ".")
      refuse("--decimal", input::in_backquotes(*arguments.decimal), "`.` or `,`");
    format.decimal = (*arguments.decimal)[0];
  }
  return format;
}

// A reference is of the groups, or names the column that it is of.
void check_references(const FitRequest& request) {
  const auto is_of = [](const std::string& given, const std::string& column) {
    return !column.empty() && given.starts_with(column + "=");
  };
  for (const std::string& given : request.references)
    if (request.group.empty() && std::ranges::none_of(request.cox, [&](const std::string& column) {
          return is_of(given, column);
        }))
      refuse("--reference", input::in_backquotes(given),
             "a level of --group, or COLUMN=LEVEL of a covariate of --cox");
}

int fit(FitArguments& arguments) {
  FitRequest& request = arguments.request;
  request.format = format_option(arguments);
  request.ties = choice<survival::Ties>(
      "--ties", arguments.ties,
      {{"efron", survival::Ties::efron}, {"breslow", survival::Ties::breslow}});
  request.interval = choice<survival::IntervalType>("--conf-type", arguments.interval,
                                                    {{"log-log", survival::IntervalType::log_log},
                                                     {"log", survival::IntervalType::log},
                                                     {"plain", survival::IntervalType::plain}});
  request.rmst = time_option("--rmst", arguments.rmst, false);
  request.milestone = time_option("--milestone", arguments.milestone, true);
  read_margins(arguments, request);
  request.weights = parse_weights("--weights", arguments.weights);
  request.max_combo = parse_weights("--maxcombo", arguments.max_combo);
  if (request.max_combo.size() > survival::most_max_combo_weights)
    refuse("--maxcombo", fmt::format("{} weights", request.max_combo.size()),
           fmt::format("at most {}", survival::most_max_combo_weights));
  request.win_ratio = parse_outcomes(arguments.win_ratio);
  check_columns(request);
  check_references(request);
  const std::string comparing = two_group_options(request);
  if (request.group.empty() && !comparing.empty())
    refuse("--group", "no group", "a column of two groups, for " + comparing);
  const FitData data = read_fit_data(request);
  if (data.group_names.size() == 1 && !comparing.empty())
    refuse("--group",
           fmt::format("one group only, {}", input::in_backquotes(data.group_names.front())),
           "two groups for " + comparing);
  if (data.group_names.size() != 2 && !comparing.empty())
    refuse("--group", fmt::format("{} groups", data.group_names.size()),
           "two groups for " + comparing);
  const FitReport report = analyse(request, data);
  fmt::print("{}", arguments.json ? to_json(request, report) : to_table(request, report));
  return done;
}

void add_margin_options(CLI::App& verb, FitArguments& arguments) {
  verb.add_option("--margin", arguments.hazard_ratio_margin,
                  "non-inferiority: the hazard ratio of the --group term of --cox (else its first) "
                  "that is just too high, such as 1.3");
  verb.add_option("--rmst-margin", arguments.rmst_margin,
                  "non-inferiority: the loss of restricted mean that is just too much");
  verb.add_option("--milestone-margin", arguments.milestone_margin,
                  "non-inferiority: the loss of survival at --milestone that is just too much");
  verb.add_option("--proportion-margin", arguments.proportion_margin,
                  "non-inferiority: the loss of successes that is just too much, such as 0.1");
}

}  // namespace

void add_fit(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<FitArguments>();
  FitRequest& request = arguments->request;
  CLI::App& verb = *program.add_subcommand("fit",
                                           "analyse a CSV file: Kaplan-Meier, log-rank tests, Cox "
                                           "regression, RMST, milestones, competing "
                                           "causes, proportions, win ratio");
  verb.add_option("DATA", request.file, "CSV file with a header line")->required();
  verb.add_option("--time", request.time,
                  "column: time to event or censoring; not needed for --proportion or --win-ratio");
  verb.add_option("--status", request.status,
                  "column: 1 event, 0 censored; not needed for --proportion or --win-ratio");
  verb.add_flag("--competing", request.competing,
                "the status column holds causes, 1, 2, ...: their cumulative incidences");
  verb.add_option("--entry", request.entry, "column: time of delayed entry");
  verb.add_option(
      "--group", request.group,
      "column: groups to compare; the first is the reference, unless --reference names one");
  verb.add_option("--reference", request.references,
                  "LEVEL of --group, or COLUMN=LEVEL of it or of a covariate of text, that others "
                  "are compared with")
      ->allow_extra_args(false);
  verb.add_option(
      "--delimiter", arguments->delimiter,
      "between the columns: `,`, `;`, `|` or tab (default: recognised by the first line)");
  verb.add_option("--decimal", arguments->decimal,
                  "decimal sign: . or , (default: a point, and a comma too where columns are not "
                  "parted by commas)");
  verb.add_option("--event", request.event,
                  "value of --status that is an event; every other is censored (default: 1)");
  verb.add_option("--strata", request.strata, "columns whose combinations are strata")
      ->delimiter(',');
  verb.add_option("--cox", request.cox, "columns: covariates of a Cox regression")->delimiter(',');
  verb.add_flag("--profile", request.profile,
                "intervals of the Cox coefficients by profile likelihood too");
  verb.add_flag("--firth", request.firth,
                "Cox regression by Firth's penalised likelihood too, for monotone likelihoods");
  verb.add_option("--ties", arguments->ties,
                  "how Cox regression treats tied events: efron (default), breslow");
  verb.add_option("--conf-type", arguments->interval,
                  "scale of the Kaplan-Meier interval: log-log (default), log, plain");
  verb.add_option("--weights", arguments->weights,
                  "weighted log-rank tests: \"fh(0,1);fh(0,0.5);mwlr(6)\", Fleming-Harrington and "
                  "modest weights");
  verb.add_option("--maxcombo", arguments->max_combo,
                  "the largest of up to four weighted log-rank tests: \"fh(0,0);fh(0,1)\"");
  verb.add_option("--rmst", arguments->rmst, "restricted mean survival time up to here");
  verb.add_option("--milestone", arguments->milestone, "compare survival at this time");
  verb.add_option("--proportion", request.proportion,
                  "column: 1 success, 0 none; compares the share of successes of two groups");
  verb.add_option("--win-ratio", arguments->win_ratio,
                  "columns of prioritised outcomes, \"os_time:os_status;rfs_time:rfs_status\": "
                  "every pair of patients of two groups compared");
  add_margin_options(verb, *arguments);
  verb.add_flag("--exact-times", request.exact_times,
                "keep times apart that differ by rounding only (R: timefix = FALSE)");
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.footer(
      "Example: trialmill fit lung.csv --time time --status status --group sex --cox sex,age");
  verb.callback([arguments, &exit_status] { exit_status = fit(*arguments); });
}

}  // namespace trialmill::cli
