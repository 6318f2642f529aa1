#include "trialmill/simulation/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>

#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Analysis;
using scenario::Scenario;

std::size_t covariate_index(const Scenario& scenario, const std::string& name) {
  const auto found = std::ranges::find(scenario.population, name, &cohort::Covariate::name);
  assert(found != scenario.population.end());
  return static_cast<std::size_t>(found - scenario.population.begin());
}

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// Where each level stands among the levels in increasing order: numbers as numbers, else as text.
std::vector<std::int32_t> places_of_levels(const cohort::CovariateLaw& law) {
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law);
  if (!categorical) return {0, 1};
  const std::vector<std::string>& levels = categorical->levels;
  const bool numeric = std::ranges::all_of(
      levels, [](const std::string& level) { return number_in(level).has_value(); });
  std::vector<std::size_t> order(levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return numeric ? *number_in(levels[a]) < *number_in(levels[b]) : levels[a] < levels[b];
  });
  std::vector<std::int32_t> place(levels.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    place[order[k]] = static_cast<std::int32_t>(k);
  return place;
}

cohort::Stratification stratification(const Scenario& scenario,
                                      const std::vector<std::string>& names) {
  cohort::Stratification out;
  for (const std::string& name : names) {
    out.covariates.push_back(covariate_index(scenario, name));
    const cohort::CovariateLaw& law = scenario.population[out.covariates.back()].law;
    out.levels.push_back(cohort::level_count(law));
    out.place.push_back(places_of_levels(law));
  }
  return out;
}

std::vector<cohort::HazardFactor> hazard_factors(const Scenario& scenario) {
  std::map<std::size_t, cohort::HazardFactor> factors;  // by covariate
  for (const scenario::CovariateEffect& effect : scenario.disease.effects) {
    const std::size_t index = covariate_index(scenario, effect.covariate);
    cohort::HazardFactor& factor = factors[index];
    factor.covariate = index;
    const cohort::CovariateLaw& law = scenario.population[index].law;
    const std::size_t levels = cohort::level_count(law);
    if (levels == 0) {
      factor.log_ratio_per_unit = math::log(effect.hazard_ratio);
      continue;
    }
    factor.ratio_by_level.resize(levels, 1.0);
    std::size_t level = 1;
    if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law)) {
      const auto found = std::ranges::find(categorical->levels, effect.level);
      level = static_cast<std::size_t>(found - categorical->levels.begin());
    }
    factor.ratio_by_level[level] = effect.hazard_ratio;
  }
  std::vector<cohort::HazardFactor> out;
  for (auto& [index, factor] : factors)
    out.push_back(std::move(factor));
  return out;
}

cohort::PiecewiseRatio treatment_ratio(const Scenario& scenario, const scenario::Arm& arm) {
  const auto found =
      std::ranges::find(arm.effects, scenario.disease.name, &scenario::TreatmentEffect::transition);
  return found == arm.effects.end() ? cohort::PiecewiseRatio{} : found->ratio;
}

cohort::TrialModel trial_model(const Scenario& scenario) {
  cohort::TrialModel model;
  model.population = scenario.population;
  model.copula = scenario.copula;
  model.hazard_factors = hazard_factors(scenario);
  model.enrolment = scenario.enrolment;
  model.randomisation.method = scenario.randomisation;
  model.randomisation.block_sizes = scenario.block_sizes;
  model.randomisation_strata = stratification(scenario, scenario.randomisation_strata);
  model.randomisation.strata = model.randomisation_strata.count();
  const cohort::BaselineHazard baseline = scenario::resolve_baseline(scenario.disease);
  for (const scenario::Arm& arm : scenario.arms) {
    model.randomisation.allocation.push_back(arm.allocation);
    model.event_time_by_arm.emplace_back(baseline, treatment_ratio(scenario, arm));
    model.dropout_time_by_arm.emplace_back(arm.dropout, cohort::PiecewiseRatio{});
  }
  return model;
}

std::vector<CoxColumn> cox_columns(const Scenario& scenario, const Analysis& analysis) {
  std::vector<CoxColumn> columns;
  for (const std::string& name : analysis.covariates) {
    const std::size_t index = covariate_index(scenario, name);
    const auto* categorical = std::get_if<cohort::CategoricalLaw>(&scenario.population[index].law);
    if (!categorical) columns.push_back({index, -1});
    for (int level = 1; categorical && level < static_cast<int>(categorical->levels.size());
         ++level)
      columns.push_back({index, level});
  }
  return columns;
}

// The sorted view with these strata, added when no earlier analysis has it.
std::size_t view_of(const cohort::Stratification& strata, std::vector<SortedView>& views) {
  const auto found = std::ranges::find_if(
      views, [&](const SortedView& view) { return view.strata.covariates == strata.covariates; });
  if (found == views.end()) {
    views.push_back({strata, false});
    return views.size() - 1;
  }
  return static_cast<std::size_t>(found - views.begin());
}

void add_analysis(const Scenario& scenario, const Analysis& analysis, Design& design) {
  const bool cox = analysis.test == Analysis::Test::cox;
  AnalysisPlan plan;
  plan.test = analysis.test;
  plan.weight = analysis.weight;
  plan.view = view_of(stratification(scenario, analysis.strata), design.views);
  plan.sided = analysis.sided;
  plan.critical_z = -math::normal_quantile(analysis.alpha / analysis.sided);
  plan.cox.ties = analysis.ties;
  if (cox) plan.covariates = cox_columns(scenario, analysis);
  if (!cox) design.views[plan.view].needs_risk_table = true;
  design.analyses.push_back(plan);

  const bool weighted = !(analysis.weight == survival::FlemingHarrington{});
  design.labels.push_back(
      {analysis.name, cox ? "cox" : "log-rank",
       weighted ? fmt::format("fh({},{})", analysis.weight.rho, analysis.weight.gamma) : "",
       analysis.endpoint, analysis.alpha, analysis.sided, cox});
  result::AnalysisTruth truth;
  truth.interval_z = plan.critical_z;
  const cohort::PiecewiseRatio ratio = treatment_ratio(scenario, scenario.arms.back());
  if (ratio.constant()) truth.log_hazard_ratio = math::log(ratio.hazard_ratio.front());
  design.truths.push_back(truth);
}

Design compile_design(const Scenario& scenario) {
  Design design;
  design.model = trial_model(scenario);
  design.analysis_time = scenario.analysis_time;
  for (const Analysis& analysis : scenario.analyses)
    add_analysis(scenario, analysis, design);
  for (const cohort::Covariate& covariate : scenario.population)
    design.covariate_names.push_back(covariate.name);
  for (const scenario::Arm& arm : scenario.arms)
    design.arm_names.push_back(arm.name);
  return design;
}

// Two points belong to one design when they agree in all swept keys but the sample size.
bool same_but_for_size(const std::vector<scenario::Setting>& a,
                       const std::vector<scenario::Setting>& b) {
  return std::ranges::equal(a, b, [](const scenario::Setting& x, const scenario::Setting& y) {
    return x.key == y.key && (x.key == "sample_size" || x.value == y.value);
  });
}

}  // namespace

Plan compile_plan(const scenario::Study& study) {
  Plan plan;
  plan.title = study.title;
  plan.file = study.file;
  plan.digest = study.digest;
  plan.seed = study.seed;
  plan.replicates = study.replicates;
  std::vector<std::size_t> first_point;  // of each design
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    const scenario::DesignPoint& point = study.points[p];
    const auto known = std::ranges::find_if(first_point, [&](std::size_t first) {
      return same_but_for_size(study.points[first].set, point.set);
    });
    const auto design = static_cast<std::size_t>(known - first_point.begin());
    if (known == first_point.end()) {
      first_point.push_back(p);
      plan.designs.push_back(compile_design(point.scenario));
    }
    plan.designs[design].sizes.push_back({point.scenario.sample_size, p});
    PlannedPoint planned;
    planned.design = design;
    for (const scenario::Setting& setting : point.set)
      planned.set.emplace_back(setting.key, setting.value);
    plan.points.push_back(std::move(planned));
  }
  for (Design& design : plan.designs)
    std::ranges::stable_sort(design.sizes, {}, &DesignSize::sample_size);
  return plan;
}

}  // namespace trialmill::simulation
