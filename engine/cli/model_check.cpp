#include "cli/model_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "trialmill/cohort/event_time.hpp"
#include "trialmill/scenario/arm_survival.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"
#include "trialmill/scenario/published_cohort.hpp"
#include "trialmill/scenario/refit.hpp"

namespace trialmill::cli {
namespace {

using scenario::Scenario;

struct LawInWords {
  std::string operator()(const cohort::BinaryLaw& law) const {
    return fmt::format("present in {:.1f} %", 100 * law.prevalence);
  }
  std::string operator()(const cohort::CategoricalLaw& law) const {
    std::string text;
    for (std::size_t k = 0; k < law.levels.size(); ++k)
      text += fmt::format("{}{} {:.1f} %", k == 0 ? "" : ", ", law.levels[k],
                          100 * law.probabilities[k]);
    return text;
  }
  std::string operator()(const cohort::NormalLaw& law) const {
    std::string text = fmt::format("normal, mean {}, SD {}", law.mean, law.sd);
    if (std::isfinite(law.lower) || std::isfinite(law.upper))
      text += fmt::format(", within {} to {}", law.lower, law.upper);
    return text;
  }
  std::string operator()(const cohort::LognormalLaw& law) const {
    return fmt::format("lognormal, median {}, SD of the logarithm {}", law.median, law.sd_log);
  }
  std::string operator()(const cohort::UniformLaw& law) const {
    return fmt::format("uniform from {} to {}", law.lower, law.upper);
  }
};

// The law of a covariate averaged over what it is given; none when there is too much to average.
std::optional<cohort::CovariateLaw> marginal_law(const Scenario& scenario, std::size_t index) {
  cohort::CovariateLaw law = scenario.population[index].law;
  if (scenario.population[index].parents.empty()) return law;
  std::vector<double> probability(cohort::level_count(law), 0.0);
  try {
    for (const scenario::CovariatePattern& pattern :
         scenario::covariate_patterns(scenario.population, scenario.copula, std::span(&index, 1)))
      probability[static_cast<std::size_t>(pattern.value[0])] = pattern.probability;
  } catch (const std::length_error&) {
    return std::nullopt;
  }
  if (auto* binary = std::get_if<cohort::BinaryLaw>(&law)) binary->prevalence = probability[1];
  if (auto* levels = std::get_if<cohort::CategoricalLaw>(&law)) levels->probabilities = probability;
  return law;
}

std::string dependence_in_words(const Scenario& scenario, std::size_t index) {
  const cohort::Covariate& covariate = scenario.population[index];
  std::string text;
  for (const std::size_t parent : covariate.parents)
    text += (text.empty() ? "; given " : ", ") + scenario.population[parent].name;
  if (std::ranges::find(scenario.copula.covariates, index) != scenario.copula.covariates.end())
    text += "; correlated";
  if (covariate.missing)
    text +=
        fmt::format("; not recorded in {:.1f} %, who {}", 100 * covariate.missing->probability,
                    covariate.missing->analysed_as == cohort::MissingValues::AnalysedAs::reference
                        ? "count as the reference"
                        : "are left out");
  if (!covariate.recorded) text += "; latent, known to nobody in the trial";
  return text;
}

std::vector<RatioCheck> check_ratios(const Scenario& scenario, const std::string& curve) {
  std::vector<RatioCheck> checks;
  const auto refits = scenario::refit_single_event(scenario.disease);
  for (const scenario::CovariateEffect& effect : scenario.disease.effects) {
    RatioCheck check{effect.covariate, effect.level, effect.source, effect.ratio, {}, {}, {}, {}};
    for (const scenario::RefitRatio& refit : refits)
      if (refit.covariate == effect.covariate && refit.level == effect.level) {
        check.refit_univariable = refit.univariable;
        check.refit_multivariable = refit.multivariable;
      }
    const auto* factor =
        scenario.evidence ? scenario.evidence->find_factor(curve, effect.covariate) : nullptr;
    if (factor) {
      check.univariable = factor->univariable;
      check.multivariable = factor->multivariable;
    }
    checks.push_back(check);
  }
  return checks;
}

// Population-averaged median of an arm by bisection in time.
double median(const scenario::ArmSurvival& survival) {
  double low = 0, high = 1;
  while (survival.at(high) > 0.5) {
    high *= 2;
    if (high > 1e6) return std::numeric_limits<double>::infinity();
  }
  for (int halving = 0; halving < 100; ++halving) {
    const double middle = (low + high) / 2;
    (survival.at(middle) > 0.5 ? low : high) = middle;
  }
  return high;
}

// Survival of every arm; none when there are more combinations of covariates than an average can be
// taken over: only simulation tells.
std::vector<scenario::ArmSurvival> survival_by_arm(const Scenario& scenario,
                                                   const scenario::TreatedLaws& laws) {
  const cohort::OddsLaw cured = scenario::cure_law(scenario);
  std::vector<scenario::ArmSurvival> out;
  try {
    for (std::size_t arm = 0; arm < scenario.arms.size(); ++arm)
      out.emplace_back(scenario, arm, laws, cured);
  } catch (const std::length_error&) {
    return {};
  }
  return out;
}

}  // namespace

std::vector<CovariateCheck> check_covariates(const Scenario& scenario) {
  std::vector<CovariateCheck> checks;
  for (std::size_t c = 0; c < scenario.population.size(); ++c) {
    const cohort::Covariate& covariate = scenario.population[c];
    const auto law = marginal_law(scenario, c);
    CovariateCheck check{
        covariate.name,
        (law ? std::visit(LawInWords{}, *law) : "by its table") + dependence_in_words(scenario, c),
        {},
        {}};
    if (law && std::holds_alternative<cohort::BinaryLaw>(*law))
      check.trial = std::get<cohort::BinaryLaw>(*law).prevalence;
    if (scenario.evidence)
      if (const auto* known = scenario.evidence->find_covariate(covariate.name))
        check.published = known->value();
    checks.push_back(check);
  }
  return checks;
}

double full_enrolment_months(const Scenario& scenario) {
  cohort::Enrolment even = scenario.enrolment;
  even.process = cohort::Enrolment::Process::even;
  std::vector<double> arrival(scenario.sample_size);
  cohort::draw_arrivals(even, arrival, arrival);
  return arrival.empty() ? 0 : arrival.back();
}

ModelCheck check_model(const Scenario& scenario, std::uint64_t seed) {
  ModelCheck check;
  check.transition = scenario.disease.name;
  const auto* calibrated = std::get_if<scenario::CalibratedBaseline>(&scenario.disease.baseline);
  check.curve = calibrated && !calibrated->curve.empty() ? calibrated->curve : check.transition;
  check.covariates = check_covariates(scenario);
  check.ratios = check_ratios(scenario, check.curve);
  check.baseline = scenario::resolve_baseline(scenario.disease);
  const auto laws = scenario::treated_laws(scenario, scenario.disease.name, check.baseline);
  for (const scenario::Arm& arm : scenario.arms)
    check.arms.push_back(arm.name);
  const std::vector<scenario::ArmSurvival> survival = survival_by_arm(scenario, laws);
  if (survival.empty())
    check.median_by_arm.assign(check.arms.size(), std::numeric_limits<double>::quiet_NaN());
  if (calibrated && !survival.empty()) {
    std::vector<double> months;
    for (const evidence::SurvivalKnot& knot : calibrated->knots)
      months.push_back(knot.time_months);
    const auto sampled = simulation::sample_published_event(
        scenario::published_model(scenario.disease), seed, published_patients, months);
    for (std::size_t k = 0; k < months.size(); ++k) {
      check.knots.push_back({months[k], calibrated->knots[k].survival, sampled[k], {}});
      for (const scenario::ArmSurvival& arm : survival)
        check.knots.back().by_arm.push_back(arm.at(months[k]));
    }
  }
  for (const scenario::ArmSurvival& arm : survival) {
    check.median_by_arm.push_back(median(arm));
    if (scenario.disease.cured) check.cured_by_arm.push_back(arm.cured());
  }
  check.full_enrolment_months = full_enrolment_months(scenario);
  return check;
}

}  // namespace trialmill::cli
