#include "cli/check_course.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/audited_figures.hpp"
#include "cli/check_document.hpp"
#include "cli/check_looks.hpp"
#include "cli/check_notes.hpp"
#include "cli/check_uncertainty.hpp"
#include "cli/endpoint_words.hpp"
#include "cli/verbs.hpp"

namespace trialmill::cli {
namespace {

using scenario::Scenario;

std::string spaced(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string survival(const std::optional<double>& share) {
  return share ? fmt::format("{:.4f}", *share) : std::string();
}

// A point that the model's patients miss by more than chance explains was not averaged over them.
void print_missed(const CourseCurve& curve) {
  for (const CourseKnot& knot : curve.knots)
    if (std::abs(knot.model.share - knot.published) > 4 * knot.model.mc_se)
      fmt::print("  at month {:.4g} the model misses {} by more than 4 standard errors\n",
                 knot.month, curve.name);
}

void print_published_shares(const CourseCheck& check) {
  for (const PublishedShare& share : check.published_shares) {
    const bool at_surgery = share.attribute == "morbidity";
    const std::string source = share.stated ? "as stated"
                               : at_surgery
                                   ? "as on the pathway: `published_cohort` says nothing of it"
                                   : "as `published_cohort` says nothing of it";
    fmt::print("  {} in {:.4g} % of those {}, {}\n", share.attribute, 100 * share.share,
               at_surgery ? "resected" : "operated on", source);
  }
}

void print_recurrence_free(const CourseCurve& curve) {
  if (curve.knots.empty()) return;
  fmt::print(
      "\nRecurrence-free survival ({}) from surgery of patients resected R0 or R1\n"
      "  {:>6} {:>10} {:>10}\n",
      curve.name, "month", "published", "model");
  for (const CourseKnot& knot : curve.knots)
    fmt::print("  {:>6.4g} {:>10.4f} {:>10.4f}\n", knot.month, knot.published, knot.model.share);
  print_missed(curve);
}

void print_overall(const CourseCurve& curve) {
  if (curve.knots.empty()) return;
  const bool by_radicality = curve.knots.front().r2.has_value();
  fmt::print(
      "\nOverall survival ({}) from surgery of all patients resected\n  {:>6} {:>10} {:>10} "
      "{:>10} {:>10}\n",
      curve.name, "month", "published", "model", by_radicality ? "R0 or R1" : "",
      by_radicality ? "R2" : "");
  for (const CourseKnot& knot : curve.knots)
    fmt::print("  {:>6.4g} {:>10.4f} {:>10.4f} {:>10} {:>10}\n", knot.month, knot.published,
               knot.model.share, survival(knot.r0_r1), survival(knot.r2));
  print_missed(curve);
}

void print_curves(const CourseCheck& check) {
  if (check.recurrence_free.knots.empty() && check.overall.knots.empty()) return;
  print_recurrence_free(check.recurrence_free);
  print_overall(check.overall);
  fmt::print(
      "\nThe model's survival is that of {} patients drawn from the published cohort, with the "
      "first\narm's hazards and without switching (standard error at most {:.4f} where all of them "
      "count).\n",
      published_patients, 0.5 / std::sqrt(static_cast<double>(published_patients)));
  print_published_shares(check);
}

void print_hazard(const char* transition, const survival::PiecewiseHazard& hazard) {
  fmt::print("  {}\n", transition);
  for (std::size_t k = 0; k < hazard.from_months.size(); ++k)
    fmt::print("    from month {:>6.4g}: {:.7f} per month\n", hazard.from_months[k],
               hazard.hazard_per_month[k]);
}

void print_hazards(const CourseCheck& check) {
  fmt::print(
      "\nBaseline hazards: the patient with every covariate at its reference, in the first arm\n");
  print_hazard("recurrence, from surgery", check.hazards.recurrence);
  print_hazard("death without recurrence, from surgery", check.hazards.death_without_recurrence);
  print_hazard(check.hazards.clock == survival::CourseClock::forward
                   ? "death with disease, from surgery"
                   : "death with disease, from recurrence (R2: from surgery)",
               check.hazards.death_with_disease);
  fmt::print("  mortality of surgery within 90 days: {:.2f} %\n", 100 * check.mortality_90_days);
}

void print_transition_effects(const CourseCheck& check) {
  if (check.effects.empty()) return;
  fmt::print(
      "\nHazard ratios of the transitions in the generator (conditional on the other covariates)\n"
      "  {:<28} {:>10} {:>15} {:>13}   {}\n  {:<28} {:>10} {:>15} {:>13}\n",
      "covariate", "recurrence", "death without", "death with", "taken from", "", "", "recurrence",
      "disease");
  for (const CourseEffect& row : check.effects) {
    std::string sources;
    std::vector<std::string> ratios;
    for (const auto* effect :
         {&row.recurrence, &row.death_without_recurrence, &row.death_with_disease}) {
      ratios.push_back(*effect ? fmt::format("{:.3f}", (*effect)->ratio) : "-");
      if (*effect && sources.find((*effect)->source) == std::string::npos)
        sources += (sources.empty() ? "" : "; ") + (*effect)->source;
    }
    fmt::print("  {:<28} {:>10} {:>15} {:>13}   {}\n", with_level(row.covariate, row.level),
               ratios[0], ratios[1], ratios[2], sources);
  }
}

void print_ratios(const CourseCheck& check, const char* endpoint, const std::string& curve,
                  std::optional<EndpointRatios> CourseEffect::*place) {
  if (std::ranges::none_of(check.effects,
                           [&](const CourseEffect& row) { return (row.*place).has_value(); }))
    return;
  fmt::print(
      "\n{} ({}): hazard ratios of Cox models, refitted to the model's published cohort and "
      "published\n",
      endpoint, curve);
  fmt::print("  {:<28} {:>7}   {:<24} {:>10}   {}\n", "covariate", "alone", "published univariable",
             "together", "published multivariable");
  std::vector<std::string> predicted;
  for (const CourseEffect& row : check.effects) {
    const std::optional<EndpointRatios>& ratios = row.*place;
    if (!ratios) continue;
    const std::string name = with_level(row.covariate, row.level);
    if (row.predicted) predicted.push_back(name);
    fmt::print("  {:<28} {:>7}   {:<24} {:>10}   {}\n", name, in_words(ratios->refit.univariable),
               in_words(ratios->univariable), in_words(ratios->refit.multivariable),
               in_words(ratios->multivariable));
  }
  for (const std::string& name : predicted)
    fmt::print(
        "  {} is a prediction: nothing was fitted to its ratios. It follows from R2 patients\n"
        "  starting with disease.\n",
        name);
}

void print_pathway(const CourseCheck& check, const Scenario& scenario) {
  fmt::print(
      "\nPathway in the trial's population, as randomised: Monte-Carlo figures of {} patients in "
      "each\narm (standard error at most {:.2f} percentage points); response counts in patients "
      "operated on\n  {:<24}",
      pathway_patients, 50 / std::sqrt(static_cast<double>(pathway_patients)), "");
  std::vector<std::size_t> widths;
  for (const scenario::Arm& arm : scenario.arms) {
    widths.push_back(std::max<std::size_t>(arm.name.size(), 8));
    fmt::print("  {:>{}}", arm.name, widths.back());
  }
  fmt::print("\n  {:<24}", "surgery planned, month");
  for (std::size_t a = 0; a < widths.size(); ++a)
    fmt::print("  {:>{}.4g}", scenario.arms[a].before_surgery.surgery_at_months, widths[a]);
  fmt::print("\n");
  for (std::size_t step = 0; step < result::pathway_step_count; ++step) {
    if (!check.pathway.front().counts(static_cast<result::PathwayStep>(step))) continue;
    fmt::print("  {:<24}", spaced(name(static_cast<result::PathwayStep>(step))));
    for (std::size_t a = 0; a < widths.size(); ++a)
      fmt::print("  {:>{}.2f} %",
                 100.0 * static_cast<double>(check.pathway[a].took[step]) /
                     static_cast<double>(check.pathway[a].patients),
                 widths[a] - 2);
    fmt::print("\n");
  }
}

std::string by_period(const cohort::PiecewiseRatio& ratio) {
  std::string text = fmt::format("{:.4g}", ratio.hazard_ratio.front());
  for (std::size_t k = 1; k < ratio.hazard_ratio.size(); ++k)
    text += fmt::format(", from month {:.4g} {:.4g}", ratio.from_months[k], ratio.hazard_ratio[k]);
  return text;
}

// The ratio, and those within subgroups.
std::string effect_words(const scenario::TreatmentEffect& effect) {
  std::string text = by_period(effect.ratio);
  if (effect.within)
    for (const auto& [level, ratio] : effect.within->ratio_by_level)
      text +=
          fmt::format("; {}: {}", with_level(effect.within->covariate, level), by_period(ratio));
  return text;
}

void print_treatment(const CourseCheck& check, const Scenario& scenario) {
  fmt::print("\nTreatment\n");
  for (std::size_t a = 1; a < scenario.arms.size(); ++a) {
    const scenario::Arm& arm = scenario.arms[a];
    fmt::print("  {} against {}, around what was acquired on the way:{}\n", arm.name,
               scenario.arms[0].name,
               arm.effects.empty() && arm.odds_effects.empty() ? " no effect" : "");
    for (const scenario::TreatmentEffect& effect : arm.effects)
      fmt::print("    hazard ratio of {}: {}\n", spaced(effect.transition), effect_words(effect));
    for (const scenario::TreatmentOdds& effect : arm.odds_effects)
      fmt::print("    odds ratio of {}: {:.4g}\n", spaced(effect.outcome), effect.odds_ratio);
  }
  for (const scenario::Arm& arm : scenario.arms)
    if (arm.switching)
      fmt::print(
          "  {}: {:.4g} % of patients with recurrence switch treatment, months later: {:.4g}; "
          "hazard "
          "ratio of death with disease from then on: {:.4g}\n",
          arm.name, 100 * arm.switching->probability, arm.switching->delay_months,
          arm.switching->hazard_ratio);
  fmt::print("  response, planned: ");
  for (std::size_t a = 0; a < scenario.arms.size(); ++a)
    fmt::print("{}{} {:.4g} %", a == 0 ? "" : ", ", scenario.arms[a].name,
               100 * scenario.arms[a].before_surgery.response);
  fmt::print("\n  every arm, through what was acquired on the way:{}\n",
             check.attribute_effects.empty() ? " no effect" : "");
  for (const AttributeEffect& effect : check.attribute_effects)
    fmt::print("    {}: {} ratio of {}: {:.4g}\n", with_level(effect.attribute, effect.level),
               effect.on_odds ? "odds" : "hazard", spaced(effect.on), effect.ratio);
}

void print_assessments(const Scenario& scenario) {
  fmt::print("\nAssessments: when recurrence and progression are seen\n");
  const auto& first = scenario.arms.front().assessments;
  if (std::ranges::all_of(scenario.arms,
                          [&](const scenario::Arm& arm) { return arm.assessments == first; }))
    return fmt::print("  every arm: {}\n", in_words(first));
  for (const scenario::Arm& arm : scenario.arms)
    fmt::print("  {}: {}\n", arm.name, in_words(arm.assessments));
}

void print_endpoints(const Scenario& scenario) {
  fmt::print("\nEndpoints and their analyses\n");
  for (const scenario::NamedEndpoint& endpoint : scenario.endpoints) {
    fmt::print("  {}: {}\n", endpoint.name, in_words(endpoint.definition));
    for (const scenario::Analysis& analysis : scenario.analyses)
      if (analysis.endpoint == endpoint.name)
        fmt::print("    {}: {}; at {}\n", analysis.name, test_in_words(analysis, scenario),
                   in_words(analysis.at.value_or(scenario.analysis_time), scenario));
  }
}

void print_course(const CourseCheck& check, const Scenario& scenario) {
  print_covariates(check.covariates);
  print_curves(check);
  print_hazards(check);
  print_transition_effects(check);
  print_ratios(check, "Recurrence-free survival", check.recurrence_free.name,
               &CourseEffect::recurrence_free);
  print_ratios(check, "Overall survival", check.overall.name, &CourseEffect::overall);
  print_pathway(check, scenario);
  print_treatment(check, scenario);
  print_assessments(scenario);
  print_endpoints(scenario);
  fmt::print("\nFull enrolment ({} patients) is expected {:.1f} months after the start.\n",
             scenario.sample_size, check.full_enrolment_months);
}

}  // namespace

int check_course(const scenario::Study& study, const std::optional<LevelCheck>& level, bool json) {
  const Scenario& scenario = study.points.front().scenario;
  const CourseCheck check = check_course_model(study);
  const std::vector<AuditedFigure> figures = audited_figures(scenario);
  if (json) {
    nlohmann::ordered_json document = heading_document(study);
    document["model"] = to_document(check, scenario);
    document["looks"] = looks_document(scenario);
    if (scenario.uncertainty) document["uncertainty"] = uncertainty_document(scenario);
    document["figures"] = to_document(figures);
    document["notes"] = notes_on(study);
    if (level) document["level"] = level_document(*level);
    fmt::print("{}\n", document.dump(2));
    return done;
  }
  print_heading(study);
  print_course(check, scenario);
  print_looks(scenario);
  print_uncertainty(scenario);
  print_figures(figures);
  print_notes(study);
  if (level) print_level(*level);
  return done;
}

}  // namespace trialmill::cli
