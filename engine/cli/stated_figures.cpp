#include "cli/stated_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/check_document.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cli {
namespace {

using scenario::Arm;
using scenario::CovariateEffect;
using survival::PiecewiseHazard;

std::string spaced(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  return text;
}

double cumulative(const PiecewiseHazard& hazard, double months) {
  double sum = 0;
  for (std::size_t k = 0; k < hazard.from_months.size(); ++k) {
    const bool last = k + 1 == hazard.from_months.size();
    const double until = last ? months : std::min(months, hazard.from_months[k + 1]);
    sum += hazard.hazard_per_month[k] * std::max(0.0, until - hazard.from_months[k]);
  }
  return sum;
}

class Collector {
 public:
  explicit Collector(const scenario::Scenario& scenario) {
    if (scenario.evidence) files_.push_back(&*scenario.evidence);
    for (const evidence::Evidence& further : scenario.further_evidence)
      files_.push_back(&further);
  }

  // What is 0 does not happen.
  void add(std::string figure, double value) {
    if (value != 0) figures_.push_back({std::move(figure), value, "scenario", {}});
  }

  // A probability that one of the evidence files may state, even one of 0.
  void add_probability(std::string figure, double value,
                       const std::vector<scenario::PublishedProbability>& published,
                       std::string_view of) {
    const auto found = std::ranges::find(published, of, &scenario::PublishedProbability::of);
    if (found == published.end()) return add(std::move(figure), value);
    const evidence::Evidence& file = *files_[found->file];
    AuditedFigure stated{std::move(figure), value, "", {}};
    for (const evidence::CountAudit& row : evidence::audit(file).counts) {
      if (row.group != "proportions" || row.name != found->name) continue;
      stated.source = std::filesystem::path(file.file).stem().string() + ", " + row.source;
      stated.flags = row.flags;
    }
    figures_.push_back(std::move(stated));
  }

  void add_ratios(const char* kind, const std::vector<CovariateEffect>& effects,
                  const std::string& of) {
    for (const CovariateEffect& effect : effects)
      add(fmt::format("{} ratio of {} for {}", kind, with_level(effect.covariate, effect.level),
                      of),
          effect.ratio);
  }

  void add_pieces(const std::string& figure, const std::vector<double>& from_months,
                  const std::vector<double>& values) {
    for (std::size_t k = 0; k < values.size(); ++k)
      add(values.size() == 1 ? figure
                             : fmt::format("{}, from month {:.4g}", figure, from_months[k]),
          values[k]);
  }

  void add_stated_hazard(const scenario::Transition& transition) {
    if (const auto* hazard = std::get_if<PiecewiseHazard>(&transition.baseline))
      add_pieces("hazard of " + spaced(transition.name) + " per month", hazard->from_months,
                 hazard->hazard_per_month);
    else if (const auto* weibull = std::get_if<cohort::WeibullHazard>(&transition.baseline)) {
      add("shape of the Weibull law of " + spaced(transition.name), weibull->shape);
      add("scale of the Weibull law of " + spaced(transition.name) + ", months",
          weibull->scale_months);
    }
  }

  void add_published_follow_up(const PiecewiseHazard& hazard) {
    if (hazard.hazard_per_month.size() == 1 && hazard.hazard_per_month[0] > 0)
      add("median of published follow-up, months", math::log(2.0) / hazard.hazard_per_month[0]);
    else
      add_pieces("hazard of the end of published follow-up per month", hazard.from_months,
                 hazard.hazard_per_month);
  }

  void add_operation(const scenario::OperationPlan& operation) {
    for (const auto& [outcome, chance] : {std::pair{"r1", &operation.r1},
                                          {"r2", &operation.r2},
                                          {"unresectable", &operation.unresectable}}) {
      const std::string of = outcome;
      if (std::ranges::find(operation.published, of, &scenario::PublishedProbability::of) !=
          operation.published.end())
        add_probability("proportion " + of + " at surgery", chance->probability,
                        operation.published, of);
      add_ratios("odds", chance->odds_ratios, of);
    }
    add_probability("mortality of surgery within 90 days", operation.mortality_90_days,
                    operation.published, "mortality_90_days");
    add_probability("probability of morbidity", operation.morbidity.probability,
                    operation.published, "morbidity");
    add_ratios("odds", operation.morbidity.odds_ratios, "morbidity");
    add_probability("probability of adjuvant therapy", operation.adjuvant.probability,
                    operation.published, "adjuvant");
    add_ratios("odds", operation.adjuvant.odds_ratios, "adjuvant therapy");
    add("earliest adjuvant therapy, months after surgery", operation.adjuvant_from_months);
    add("latest adjuvant therapy, months after surgery", operation.adjuvant_to_months);
    add("delay of adjuvant therapy by morbidity, months",
        operation.adjuvant_delay_by_morbidity_months);
  }

  void add_published_attributes(const scenario::Course& course) {
    const scenario::PublishedAttributes& shares = course.published_attributes;
    for (const auto& [attribute, share] : {std::pair{"toxicity", &shares.toxicity},
                                           {"response", &shares.response},
                                           {"morbidity", &shares.morbidity}}) {
      const std::string of = fmt::format("{} in the published cohort", attribute);
      if (*share) add_probability("probability of " + of, **share, course.operation.published, of);
    }
  }

  void add_cure(const scenario::Transition& event) {
    if (!event.cured) return;
    add("share never having " + spaced(event.name), event.cured->probability);
    add_ratios("odds", event.cured->odds_ratios, "never having " + spaced(event.name));
  }

  // The hazard of published overall survival until its first point.
  void add_published_death(const Arm& arm, const scenario::CalibratedBaseline& overall) {
    AuditedFigure stated{"hazard of death before surgery per month in " + arm.name,
                         arm.before_surgery.death.hazard_per_month.front(),
                         "scenario",
                         {}};
    if (!overall.curve.empty()) {
      stated.source = fmt::format("{}, {} at {:.6g} months", overall.knots.front().source,
                                  overall.curve, overall.knots.front().time_months);
      stated.flags.emplace();
      for (const evidence::CurveAudit& row : evidence::audit(*files_.front()).curves)
        for (const evidence::Flag& flag : row.flags)
          if (row.name == overall.curve &&
              std::ranges::find(flag.knots, std::size_t{0}) != flag.knots.end())
            stated.flags->push_back(flag);
    }
    figures_.push_back(std::move(stated));
  }

  void add_arm(const Arm& arm) {
    const scenario::BeforeSurgeryPlan& plan = arm.before_surgery;
    const std::string in = " in " + arm.name;
    add("surgery planned, month," + in, plan.surgery_at_months);
    for (const auto& [event, hazard] : {std::pair{"progression", &plan.progression},
                                        {"death", &plan.death},
                                        {"withdrawal", &plan.withdrawal},
                                        {"toxicity", &plan.toxicity}}) {
      if (hazard == &plan.death && plan.published_death) continue;  // its hazard is listed
      add_probability(fmt::format("probability of {} before surgery{}", event, in),
                      -math::expm1(-cumulative(*hazard, plan.surgery_at_months)), plan.published,
                      event);
    }
    add("surgery after toxicity, months," + in, plan.surgery_after_toxicity_months);
    add_probability("probability of response" + in, plan.response, plan.published, "response");
    add_effects(arm);
  }

  void add_effects(const Arm& arm) {
    for (const scenario::TreatmentEffect& effect : arm.effects) {
      const std::string what = "hazard ratio of " + arm.name + " for " + spaced(effect.transition);
      add_pieces(what, effect.ratio.from_months, effect.ratio.hazard_ratio);
      if (!effect.within) continue;
      for (const auto& [level, ratio] : effect.within->ratio_by_level)
        add_pieces(what + " within " + with_level(effect.within->covariate, level),
                   ratio.from_months, ratio.hazard_ratio);
    }
    if (arm.switching) {
      add("probability of switching after recurrence in " + arm.name, arm.switching->probability);
      add("hazard ratio of death after switching in " + arm.name, arm.switching->hazard_ratio);
      add("months from recurrence to switching in " + arm.name, arm.switching->delay_months);
    }
    for (const scenario::TreatmentOdds& effect : arm.odds_effects)
      add("odds ratio of " + arm.name + " for " + spaced(effect.outcome), effect.odds_ratio);
  }

  std::vector<AuditedFigure> figures() && { return std::move(figures_); }

 private:
  std::vector<const evidence::Evidence*> files_;
  std::vector<AuditedFigure> figures_;
};

}  // namespace

std::vector<AuditedFigure> stated_figures(const scenario::Scenario& scenario) {
  Collector collector(scenario);
  if (!scenario.course) {
    collector.add_stated_hazard(scenario.disease);
    collector.add_cure(scenario.disease);
    for (const Arm& arm : scenario.arms)
      collector.add_effects(arm);
    return std::move(collector).figures();
  }
  const scenario::Course& course = *scenario.course;
  for (const scenario::Transition* transition :
       {&course.recurrence, &course.death_without_recurrence, &course.death_with_disease})
    collector.add_stated_hazard(*transition);
  collector.add_published_follow_up(course.published_follow_up);
  collector.add_ratios("hazard", course.progression_ratios, "progression before surgery");
  collector.add_ratios("hazard", course.death_before_surgery_ratios, "death before surgery");
  collector.add_ratios("hazard", course.withdrawal_ratios, "withdrawal before surgery");
  collector.add_ratios("hazard", course.toxicity_ratios, "toxicity before surgery");
  collector.add_ratios("odds", course.response_odds, "response");
  collector.add_operation(course.operation);
  collector.add_published_attributes(course);
  for (const Arm& arm : scenario.arms) {
    if (arm.before_surgery.published_death)
      collector.add_published_death(
          arm, std::get<scenario::CalibratedBaseline>(course.death_with_disease.baseline));
    collector.add_arm(arm);
  }
  return std::move(collector).figures();
}

}  // namespace trialmill::cli
