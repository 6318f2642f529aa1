#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/audited_figures.hpp"
#include "cli/check_course.hpp"
#include "cli/check_document.hpp"
#include "cli/check_evidence.hpp"
#include "cli/check_level.hpp"
#include "cli/check_looks.hpp"
#include "cli/check_notes.hpp"
#include "cli/check_survey.hpp"
#include "cli/check_uncertainty.hpp"
#include "cli/model_check.hpp"
#include "cli/study_arguments.hpp"
#include "cli/verbs.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/report/analytic_table.hpp"
#include "trialmill/simulation/analytic_twin.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CheckArguments {
  StudyArguments study;
  bool json = false;
  bool no_null = false;
  int threads = 0;
};

Json to_document(const cohort::BaselineHazard& baseline) {
  if (const auto* weibull = std::get_if<cohort::WeibullHazard>(&baseline))
    return {{"shape", weibull->shape}, {"scale_months", weibull->scale_months}};
  return cli::to_document(std::get<survival::PiecewiseHazard>(baseline));
}

// By name.
Json experimental_arms(const ModelCheck& check, const std::vector<double>& by_arm) {
  Json document = Json::object();
  for (std::size_t a = 1; a < by_arm.size(); ++a)
    document[check.arms[a]] = number(by_arm[a]);
  return document;
}

Json to_document(const ModelCheck& check) {
  Json ratios = Json::array(), knots = Json::array();
  Json medians = {{"control", number(check.median_by_arm[0])}};
  if (check.arms.size() == 2)
    medians["experimental"] = number(check.median_by_arm[1]);
  else
    medians["experimental_arms"] = experimental_arms(check, check.median_by_arm);
  for (const RatioCheck& ratio : check.ratios)
    ratios.push_back({{"covariate", ratio.covariate},
                      {"level", ratio.level.empty() ? Json(nullptr) : Json(ratio.level)},
                      {"hazard_ratio", ratio.hazard_ratio},
                      {"source", ratio.source},
                      {"refit",
                       {{"univariable", number(ratio.refit_univariable)},
                        {"multivariable", number(ratio.refit_multivariable)}}},
                      {"univariable", cli::to_document(ratio.univariable)},
                      {"multivariable", cli::to_document(ratio.multivariable)}});
  for (const KnotCheck& knot : check.knots) {
    knots.push_back({{"month", knot.month},
                     {"published", knot.published},
                     {"published_cohort", knot.published_cohort.share},
                     {"published_cohort_mc_se", knot.published_cohort.mc_se},
                     {"control_arm", knot.by_arm[0]}});
    if (knot.by_arm.size() == 2)
      knots.back()["experimental_arm"] = knot.by_arm[1];
    else
      knots.back()["experimental_arms"] = experimental_arms(check, knot.by_arm);
  }
  Json document = {{"event", check.transition},
                   {"covariates", cli::to_document(check.covariates)},
                   {"hazard_ratios", ratios},
                   {"baseline", to_document(check.baseline)},
                   {"survival", knots},
                   {"median_months", medians},
                   {"full_enrolment_months", check.full_enrolment_months}};
  for (std::size_t a = 0; a < check.cured_by_arm.size(); ++a)
    document["cured"][check.arms[a]] = check.cured_by_arm[a];
  return document;
}

// NaN: too many combinations of covariates to average over.
std::string months(double x) {
  if (std::isnan(x)) return "not computed,";
  return std::isfinite(x) ? fmt::format("{:.1f}", x) : "not reached";
}

void print_ratios(const ModelCheck& check) {
  if (check.ratios.empty()) return;
  fmt::print(
      "\nHazard ratios of {} in the generator (conditional on the other covariates), and what "
      "each\n"
      "covariate alone shows in the published cohort, beside the published ones\n",
      check.transition);
  fmt::print("  {:<28} {:>7} {:>7}   {:<24} {:<24} {}\n", "covariate", "used", "alone",
             "published univariable", "multivariable", "taken from");
  for (const RatioCheck& ratio : check.ratios)
    fmt::print("  {:<28} {:>7.3f} {:>7}   {:<24} {:<24} {}\n",
               with_level(ratio.covariate, ratio.level), ratio.hazard_ratio,
               in_words(ratio.refit_univariable), in_words(ratio.univariable),
               in_words(ratio.multivariable), ratio.source);
}

void print_baseline(const ModelCheck& check) {
  fmt::print("\nBaseline hazard of {}: the patient with every covariate at its reference\n",
             check.transition);
  if (const auto* weibull = std::get_if<cohort::WeibullHazard>(&check.baseline)) {
    fmt::print("  Weibull, shape {:.6g}, scale {:.6g} months\n", weibull->shape,
               weibull->scale_months);
    return;
  }
  const auto& pieces = std::get<survival::PiecewiseHazard>(check.baseline);
  for (std::size_t k = 0; k < pieces.from_months.size(); ++k)
    fmt::print("  from month {:>6.4g}: {:.7f} per month\n", pieces.from_months[k],
               pieces.hazard_per_month[k]);
}

void print_survival(const ModelCheck& check) {
  std::vector<std::string> experimental(check.arms.begin() + 1, check.arms.end());
  if (experimental.size() == 1) experimental = {"experimental"};
  if (!check.knots.empty()) {
    fmt::print("\nSurvival, published and reproduced (averages over covariates)\n");
    fmt::print("  {:>6} {:>10} {:>17} {:>12}", "month", "published", "published cohort",
               "control arm");
    for (const std::string& arm : experimental)
      fmt::print(" {:>17}", arm + " arm");
    fmt::print("\n");
    for (const KnotCheck& knot : check.knots) {
      fmt::print("  {:>6.4g} {:>10.4f} {:>17.4f} {:>12.4f}", knot.month, knot.published,
                 knot.published_cohort.share, knot.by_arm[0]);
      for (std::size_t a = 1; a < knot.by_arm.size(); ++a)
        fmt::print(" {:>{}.4f}", knot.by_arm[a],
                   std::max<std::size_t>(experimental[a - 1].size() + 4, 17));
      fmt::print("\n");
    }
    fmt::print(
        "The published cohort is that of {} patients drawn from it (standard error at most "
        "{:.4f}), the\narms are averages.\n",
        published_patients, 0.5 / std::sqrt(static_cast<double>(published_patients)));
  }
  fmt::print("\nMedian in this trial's population: control {} months",
             months(check.median_by_arm[0]));
  for (std::size_t a = 1; a < check.arms.size(); ++a)
    fmt::print(", {} {} months", experimental[a - 1], months(check.median_by_arm[a]));
  fmt::print("\n");
  for (std::size_t a = 0; a < check.cured_by_arm.size(); ++a)
    fmt::print("{}{} {:.1f} %{}", a == 0 ? "Cured in this trial's population: " : ", ",
               check.arms[a], 100 * check.cured_by_arm[a],
               a + 1 == check.cured_by_arm.size() ? "\n" : "");
}

// The analytic twins of all design points.
Json twins_document(const result::Result& expected) {
  Json points = Json::array();
  for (const result::PointResult& point : expected.points) {
    Json set = Json::object(), analyses = Json::array();
    for (const auto& [key, value] : point.set)
      set[key] = value;
    for (const result::AnalysisResult& analysis : point.analyses)
      analyses.push_back(
          {{"name", analysis.name}, {"analytic", Json::parse(to_json(*analysis.analytic))}});
    points.push_back({{"set", set}, {"analyses", analyses}});
  }
  return points;
}

void print_twins(const result::Result& expected) {
  const std::string table = report::analytic_table(expected, false);
  if (table.empty())
    fmt::print("\nPower without simulating: {}\n", report::missing_twins_words(expected));
  else
    fmt::print("\nPower without simulating\n{}", table);
}

int check_study(const CheckArguments& arguments) {
  const scenario::Study study = read_study(arguments.study);
  const scenario::DesignPoint& first = study.points.front();
  if (first.scenario.survey) return check_survey(study, arguments.json, arguments.threads);
  std::optional<LevelCheck> level;
  if (!arguments.no_null) level = check_level(study, arguments.threads);
  if (first.scenario.course) return check_course(study, level, arguments.json);
  const ModelCheck check = check_model(first.scenario, study.seed);
  const std::vector<AuditedFigure> figures = audited_figures(first.scenario);
  if (arguments.json) {
    Json document = heading_document(study);
    document["model"] = to_document(check);
    document["looks"] = looks_document(first.scenario);
    document["analytic"] = twins_document(simulation::expected_result(study));
    if (first.scenario.uncertainty) document["uncertainty"] = uncertainty_document(first.scenario);
    document["figures"] = to_document(figures);
    document["notes"] = notes_on(study);
    if (level) document["level"] = level_document(*level);
    fmt::print("{}\n", document.dump(2));
    return done;
  }
  print_heading(study);
  print_covariates(check.covariates);
  print_ratios(check);
  print_baseline(check);
  print_survival(check);
  fmt::print("Full enrolment ({} patients) is expected {:.1f} months after the start.\n",
             first.scenario.sample_size, check.full_enrolment_months);
  print_looks(first.scenario);
  print_twins(simulation::expected_result(study));
  print_uncertainty(first.scenario);
  print_figures(figures);
  print_notes(study);
  if (level) print_level(*level);
  return done;
}

int check_file(const CheckArguments& arguments) {
  if (!is_evidence(arguments.study.scenario)) return check_study(arguments);
  if (!arguments.study.set.empty()) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = "--set";
    diagnostic.why = "replaces values of scenarios; evidence is checked as it is printed";
    throw input::InputError(diagnostic);
  }
  return check_evidence(arguments.study.scenario, arguments.json);
}

}  // namespace

void add_check(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App& verb = *program.add_subcommand(
      "check",
      "validate a scenario, calibrate it, and show what its model makes of the paper; or audit the "
      "figures of an evidence file");
  add_scenario(verb, arguments->study);
  verb.get_option("SCENARIO")->description("scenario or evidence file (YAML)");
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.add_flag("--no-null", arguments->no_null,
                "leave out the quick run that tries the level on null twins");
  verb.add_option("--threads", arguments->threads,
                  "threads of that run, or that draw the surveys of a `survey` (default: all)")
      ->check(CLI::Range(1, 1024));
  verb.footer("Example: trialmill check scenarios/jnets-2021/perioperative.yaml");
  verb.callback([arguments, &exit_status] { exit_status = check_file(*arguments); });
}

}  // namespace trialmill::cli
