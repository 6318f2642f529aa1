#include <nlohmann/json.hpp>

#include "cli/check_course.hpp"
#include "cli/check_document.hpp"
#include "cli/endpoint_words.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json curve_document(const CourseCurve& curve) {
  Json knots = Json::array();
  for (const CourseKnot& knot : curve.knots) {
    Json one = {{"month", knot.month},
                {"published", knot.published},
                {"published_cohort", knot.model.share},
                {"published_cohort_mc_se", knot.model.mc_se}};
    if (knot.r2) {
      one["r0_r1"] = *knot.r0_r1;
      one["r2"] = *knot.r2;
    }
    knots.push_back(std::move(one));
  }
  return {{"curve", curve.name}, {"knots", knots}};
}

Json published_shares_document(const CourseCheck& check) {
  Json list = Json::array();
  for (const PublishedShare& share : check.published_shares)
    list.push_back(
        {{"attribute", share.attribute}, {"share", share.share}, {"stated", share.stated}});
  return list;
}

Json effect_document(const std::optional<scenario::CovariateEffect>& effect) {
  if (!effect) return nullptr;
  return {{"hazard_ratio", effect->ratio}, {"source", effect->source}};
}

Json endpoint_ratios_document(const std::optional<EndpointRatios>& ratios) {
  if (!ratios) return nullptr;
  return {{"refit",
           {{"univariable", number(ratios->refit.univariable)},
            {"multivariable", number(ratios->refit.multivariable)}}},
          {"univariable", to_document(ratios->univariable)},
          {"multivariable", to_document(ratios->multivariable)}};
}

Json effects_document(const CourseCheck& check) {
  Json list = Json::array();
  for (const CourseEffect& row : check.effects)
    list.push_back({{"covariate", row.covariate},
                    {"level", text_or_null(row.level)},
                    {"recurrence", effect_document(row.recurrence)},
                    {"death_without_recurrence", effect_document(row.death_without_recurrence)},
                    {"death_with_disease", effect_document(row.death_with_disease)},
                    {"recurrence_free_survival", endpoint_ratios_document(row.recurrence_free)},
                    {"overall_survival", endpoint_ratios_document(row.overall)},
                    {"predicted", row.predicted}});
  return list;
}

Json hazards_document(const CourseCheck& check) {
  return {{"recurrence", to_document(check.hazards.recurrence)},
          {"death_without_recurrence", to_document(check.hazards.death_without_recurrence)},
          {"death_with_disease", to_document(check.hazards.death_with_disease)},
          {"clock", check.hazards.clock == survival::CourseClock::forward ? "forward" : "reset"},
          {"mortality_90_days", check.mortality_90_days}};
}

Json pathway_document(const CourseCheck& check, const scenario::Scenario& scenario) {
  Json arms = Json::object();
  for (std::size_t a = 0; a < check.pathway.size(); ++a) {
    const result::PathwayCounts& counts = check.pathway[a];
    Json& arm = arms[scenario.arms[a].name];
    arm["surgery_at_months"] = scenario.arms[a].before_surgery.surgery_at_months;
    for (std::size_t step = 0; step < counts.took.size(); ++step)
      if (counts.counts(static_cast<result::PathwayStep>(step)))
        arm[std::string(name(static_cast<result::PathwayStep>(step)))] =
            static_cast<double>(counts.took[step]) / static_cast<double>(counts.patients);
  }
  return {{"method", "monte-carlo"}, {"patients_per_arm", pathway_patients}, {"arms", arms}};
}

Json ratio_document(const cohort::PiecewiseRatio& ratio) {
  return {{"from_months", ratio.from_months}, {"hazard_ratio", ratio.hazard_ratio}};
}

Json treatment_document(const CourseCheck& check, const scenario::Scenario& scenario) {
  Json around = Json::object(), through = Json::array();
  for (const scenario::Arm& arm : scenario.arms) {
    Json hazards = Json::object(), odds = Json::object();
    for (const scenario::TreatmentEffect& effect : arm.effects) {
      Json& hazard = hazards[effect.transition] = ratio_document(effect.ratio);
      if (!effect.within) continue;
      for (const auto& [level, ratio] : effect.within->ratio_by_level) {
        Json within = ratio_document(ratio);
        within["covariate"] = effect.within->covariate;
        within["level"] = text_or_null(level);
        hazard["within"].push_back(within);
      }
    }
    for (const scenario::TreatmentOdds& effect : arm.odds_effects)
      odds[effect.outcome] = effect.odds_ratio;
    around[arm.name] = {{"response", arm.before_surgery.response},
                        {"hazard_ratios", hazards},
                        {"odds_ratios", odds}};
    if (arm.switching)
      around[arm.name]["switching"] = {{"probability", arm.switching->probability},
                                       {"delay_months", arm.switching->delay_months},
                                       {"hazard_ratio", arm.switching->hazard_ratio}};
  }
  for (const AttributeEffect& effect : check.attribute_effects)
    through.push_back({{"attribute", effect.attribute},
                       {"level", text_or_null(effect.level)},
                       {"on", effect.on},
                       {effect.on_odds ? "odds_ratio" : "hazard_ratio", effect.ratio}});
  return {{"arms", around}, {"through", through}};
}

Json schedule_document(const cohort::VisitSchedule& schedule) {
  if (schedule.continuous()) return "continuous";
  Json every = Json::array();
  for (std::size_t k = 0; k < schedule.every_months.size(); ++k)
    every.push_back(
        {{"from_months", schedule.from_months[k]}, {"every_months", schedule.every_months[k]}});
  const bool anew = schedule.from == cohort::VisitSchedule::Start::surgery;
  return {{"from", anew ? "surgery" : "randomisation"},
          {"every_months", every},
          {"jitter_months", schedule.jitter_months},
          {"missed", schedule.missed_probability}};
}

Json assessments_document(const scenario::Scenario& scenario) {
  Json arms = Json::object();
  for (const scenario::Arm& arm : scenario.arms)
    arms[arm.name] = schedule_document(arm.assessments);
  return arms;
}

Json endpoints_document(const scenario::Scenario& scenario) {
  Json list = Json::array();
  for (const scenario::NamedEndpoint& endpoint : scenario.endpoints) {
    Json analyses = Json::array();
    for (const scenario::Analysis& analysis : scenario.analyses)
      if (analysis.endpoint == endpoint.name)
        analyses.push_back(
            {{"name", analysis.name},
             {"test", test_in_words(analysis, scenario)},
             {"at", in_words(analysis.at.value_or(scenario.analysis_time), scenario)}});
    list.push_back({{"name", endpoint.name},
                    {"definition", in_words(endpoint.definition)},
                    {"analyses", analyses}});
  }
  return list;
}

}  // namespace

Json to_document(const CourseCheck& check, const scenario::Scenario& scenario) {
  return {{"covariates", to_document(check.covariates)},
          {"curves",
           {{"recurrence_free_survival", curve_document(check.recurrence_free)},
            {"overall_survival", curve_document(check.overall)},
            {"method", "monte-carlo"},
            {"patients", published_patients}}},
          {"published_shares", published_shares_document(check)},
          {"baselines", hazards_document(check)},
          {"effects", effects_document(check)},
          {"pathway", pathway_document(check, scenario)},
          {"treatment", treatment_document(check, scenario)},
          {"assessments", assessments_document(scenario)},
          {"endpoints", endpoints_document(scenario)},
          {"full_enrolment_months", check.full_enrolment_months}};
}

}  // namespace trialmill::cli
