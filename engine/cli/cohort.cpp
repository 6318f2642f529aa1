#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/cohort_table.hpp"
#include "cli/study_arguments.hpp"
#include "cli/verbs.hpp"
#include "cli/write_file.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/survey.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CohortArguments {
  StudyArguments study;
  std::uint64_t replicate = 1;
  std::size_t sample_size = 0;
  std::string output;
  int look = 0;  // 0: by the bounds
  bool json = false;
};

std::string settings_of(const scenario::DesignPoint& point) {
  std::string text;
  for (const scenario::Setting& setting : point.set)
    if (setting.key != "sample_size")
      text += fmt::format(" --set {}={}", setting.key, setting.value);
  return text;
}

// The one design point that fits what was asked for: the first sample size unless another is named,
// and no other swept key left open.
std::size_t chosen_point(const scenario::Study& study, const CohortArguments& arguments) {
  const std::size_t wanted = arguments.sample_size == 0 ? study.points.front().scenario.sample_size
                                                        : arguments.sample_size;
  std::vector<std::size_t> fitting;
  for (std::size_t p = 0; p < study.points.size(); ++p)
    if (study.points[p].scenario.sample_size == wanted) fitting.push_back(p);
  if (fitting.size() == 1) return fitting.front();
  if (fitting.size() > 1) {
    std::string choices;
    for (std::size_t k = 0; k < std::min<std::size_t>(fitting.size(), 8); ++k)
      choices += "\n " + settings_of(study.points[fitting[k]]);
    refuse("--set", "several design points have this sample size; choose one by" + choices);
  }
  std::string sizes;
  for (const scenario::DesignPoint& point : study.points) {
    const std::string size = std::to_string(point.scenario.sample_size);
    if (sizes.find(size) == std::string::npos) sizes += (sizes.empty() ? "" : ", ") + size;
  }
  refuse("--sample-size", fmt::format("no design point has {} patients; there are {}",
                                      arguments.sample_size, sizes));
}

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json to_document(const LookColumns& columns) {
  if (columns.status.empty())
    return {{"outcome", columns.time_or_outcome}, {"group", columns.group}};
  return {{"time", columns.time_or_outcome}, {"status", columns.status}, {"group", columns.group}};
}

// The columns of the outcomes that a win ratio compares, most important first.
Json outcomes_document(const simulation::Design& design, const simulation::AnalysisPlan& plan) {
  Json outcomes = Json::array();
  for (const std::size_t look : plan.outcome_looks)
    outcomes.push_back(to_document(columns_of_look(design, look)));
  return outcomes;
}

// What only some tests have, after what all have.
void add_of_test(const simulation::Design& design, std::size_t a,
                 const result::AnalysisOutcome& analysis, Json& document) {
  if (!std::isnan(analysis.p_value)) document["p"] = number(analysis.p_value);
  if (design.labels[a].estimates_difference) {
    document["difference"] = number(analysis.difference.estimate);
    document["difference_se"] = number(analysis.difference.standard_error);
  }
  if (!design.analyses[a].outcome_looks.empty())
    document["outcomes"] = outcomes_document(design, design.analyses[a]);
}

// The looks that were held.
Json to_document(const std::vector<result::LookOutcome>& looks) {
  Json document = Json::array();
  for (std::size_t k = 0; k < looks.size(); ++k)
    if (looks[k].held)
      document.push_back({{"look", k + 1},
                          {"months", looks[k].due_months},
                          {"patients", looks[k].patients},
                          {"events", looks[k].events},
                          {"information", looks[k].information},
                          {"z", number(looks[k].z)},
                          {"efficacy_z", number(looks[k].efficacy_z)},
                          {"futility_z", number(looks[k].futility_z)},
                          {"rejected", looks[k].rejected},
                          {"futile", looks[k].futile}});
  return document;
}

Json to_document(const simulation::Plan& plan, std::size_t point, const simulation::Design& design,
                 std::uint64_t replicate, const result::Outcome& outcome,
                 const std::string& output) {
  Json set = Json::object();
  for (const auto& [key, value] : plan.points[point].set) {
    if (key == "sample_size")
      set[key] = static_cast<std::int64_t>(value);
    else
      set[key] = value;
  }
  Json analyses = Json::array();
  for (std::size_t a = 0; a < outcome.analyses.size(); ++a) {
    const result::AnalysisOutcome& analysis = outcome.analyses[a];
    const LookColumns columns = columns_of_look(design, design.analyses[a].look);
    Json document = {{"name", design.labels[a].name},
                     {"test", design.labels[a].test},
                     {"endpoint", design.labels[a].endpoint},
                     {"columns", to_document(columns)},
                     {"patients", analysis.patients},
                     {"events", analysis.events},
                     {"analysis_months", analysis.analysis_months},
                     {"status", name(analysis.status)},
                     {"z", number(analysis.z)},
                     {"rejected", analysis.rejected},
                     {"log_hr", number(analysis.log_hazard_ratio)},
                     {"se", number(analysis.standard_error)},
                     {"risk_difference", number(analysis.proportion.difference)}};
    add_of_test(design, a, analysis, document);
    if (design.analyses[a].has_looks) {
      document["look"] = analysis.look;
      document["looks"] = to_document(outcome.looks[a]);
    }
    analyses.push_back(std::move(document));
  }
  return {{"replicate", replicate},
          {"seed", plan.seed},
          {"set", set},
          {"file", output.empty() ? Json(nullptr) : Json(output)},
          {"columns", to_document(columns_of_look(design, 0))},
          {"enrolled", outcome.enrolled},
          {"events", outcome.events},
          {"dropouts", outcome.dropouts},
          {"analysis_months", outcome.analysis_months},
          {"analyses", analyses}};
}

void print_analyses(const simulation::Design& design, const result::Outcome& outcome) {
  fmt::print(stderr, "{} patients, {} events, analysed {:.2f} months after enrolment opened\n",
             outcome.enrolled, outcome.events, outcome.analysis_months);
  for (std::size_t a = 0; a < outcome.analyses.size(); ++a) {
    const result::AnalysisOutcome& analysis = outcome.analyses[a];
    fmt::print(stderr, "{}{}: ", design.labels[a].name,
               design.analyses[a].has_looks ? fmt::format(", look {}", analysis.look) : "");
    if (std::isnan(analysis.z))
      fmt::print(stderr, "{}\n", explanation(analysis.status));
    else
      fmt::print(stderr, "Z = {:.4f}{}\n", analysis.z, analysis.rejected ? ", rejected" : "");
  }
}

// The look to export, of a trial that has so many.
std::optional<int> look_asked_for(const CohortArguments& arguments,
                                  const simulation::Design& design) {
  if (arguments.look == 0) return std::nullopt;
  std::size_t looks = 0;
  for (const simulation::CutPlan& cut : design.cuts)
    if (!cut.interim.empty()) looks = std::max(looks, cut.interim.size() + 1);
  if (looks == 0) refuse("--look", "no analysis of this scenario has looks");
  if (static_cast<std::size_t>(arguments.look) > looks)
    refuse("--look", fmt::format("found {}, allowed are 1 to {}", arguments.look, looks));
  return arguments.look;
}

// ---- a synthetic survey ----

Json to_document(const scenario::Study& study, const simulation::DrawnSurvey& survey,
                 const CohortArguments& arguments) {
  Json curves = Json::array();
  for (const simulation::SurveyTimes& curve : survey.curves)
    curves.push_back(
        {{"curve", curve.curve},
         {"columns", {{"time", "time_" + curve.curve}, {"status", "status_" + curve.curve}}},
         {"patients",
          std::ranges::count_if(curve.time_months, [](double time) { return !std::isnan(time); })},
         {"events", std::ranges::count(curve.event, 1)}});
  return {{"replicate", arguments.replicate},
          {"seed", study.seed},
          {"file", arguments.output.empty() ? Json(nullptr) : Json(arguments.output)},
          {"patients", survey.patients.size},
          {"curves", curves}};
}

int export_survey(const scenario::Study& study, const CohortArguments& arguments) {
  if (arguments.sample_size != 0)
    refuse("--sample-size", "a survey has its `survey.patients`; set that instead");
  const simulation::DrawnSurvey survey = simulation::draw_survey(study, arguments.replicate);
  if (!arguments.output.empty()) write_file(arguments.output, survey_table(survey));
  if (arguments.json)
    fmt::print("{}\n", to_document(study, survey, arguments).dump(2));
  else if (arguments.output.empty())
    fmt::print("{}", survey_table(survey));
  return done;
}

int export_cohort(const CohortArguments& arguments) {
  const scenario::Study study = read_study(arguments.study);
  if (study.points.front().scenario.survey) return export_survey(study, arguments);
  const std::size_t point = chosen_point(study, arguments);
  const simulation::Plan plan = simulation::compile_plan(study);
  const simulation::Design& design = plan.designs[plan.points[point].design];
  simulation::Workspace workspace;
  result::Outcome outcome;
  // The largest trial of the sweep is drawn, as in the run; its first patients are this one's.
  simulation::draw_replicate(design, plan.seed, arguments.replicate, workspace);
  const auto size = std::ranges::find(design.sizes, point, &simulation::DesignSize::point);
  simulation::analyse_cohort(design, *size, workspace, outcome, look_asked_for(arguments, design));
  const bool print_table = arguments.output.empty() && !arguments.json;
  if (!arguments.output.empty())
    write_file(arguments.output, cohort_table(design, workspace, outcome.enrolled));
  if (arguments.json) {
    const Json document =
        to_document(plan, point, design, arguments.replicate, outcome, arguments.output);
    fmt::print("{}\n", document.dump(2));
    return done;
  }
  if (print_table) fmt::print("{}", cohort_table(design, workspace, outcome.enrolled));
  print_analyses(design, outcome);
  return done;
}

}  // namespace

void add_cohort(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<CohortArguments>();
  CLI::App& verb = *program.add_subcommand(
      "cohort",
      "one replicate's patients, of a trial or a survey, as a table that can be refitted, and its "
      "statistics");
  add_scenario(verb, arguments->study);
  add_null(verb, arguments->study);
  verb.add_option("--replicate", arguments->replicate, "which replicate, from 1")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000000}));
  verb.add_option("--sample-size", arguments->sample_size,
                  "which size of the sweep (default: the first)")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1000000}));
  arguments->study.seed_given =
      verb.add_option("--seed", arguments->study.seed, "seed of all random streams")
          ->check(CLI::Range(std::uint64_t{0}, largest_seed));
  verb.add_option("--look", arguments->look,
                  "the data of this look, whatever an earlier one found (default: the last look "
                  "held)")
      ->check(CLI::Range(1, 1000));
  verb.add_option("-o,--output", arguments->output, "CSV file (default: standard output)");
  verb.add_flag("--json", arguments->json, "print the replicate's statistics as JSON instead");
  verb.footer(
      "Example: trialmill cohort trial.yaml --replicate 17 -o replicate.csv\n"
      "         trialmill fit replicate.csv --time time --status status --group arm --exact-times\n"
      "Of more than two arms, a column such as high_vs_control has the pair that an analysis "
      "compares\n(0 the reference, empty in other arms): it is the --group, and a term of --cox.");
  verb.callback([arguments, &exit_status] { exit_status = export_cohort(*arguments); });
}

}  // namespace trialmill::cli
