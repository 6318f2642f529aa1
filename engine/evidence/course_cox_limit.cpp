#include "course_cox_limit.hpp"

#include <cassert>

#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

namespace {

// Sums of quadrature weights and the probability of not being censored before each node.
std::vector<double> weights_under_observation(const QuadratureGrid& grid,
                                              const FollowUp& follow_up) {
  std::vector<double> weights;
  for (std::size_t q = 0; q < grid.time_months.size(); ++q)
    weights.push_back(grid.weight[q] *
                      math::exp(-follow_up.censoring.cumulative(grid.time_months[q])));
  return weights;
}

}  // namespace

ObservedTimes::ObservedTimes(const survival::IllnessDeathHazards& hazards,
                             const FollowUp& follow_up) {
  std::vector<double> changes = survival::changes_of_hazard(hazards);
  const auto& censoring = follow_up.censoring.from_months;
  changes.insert(changes.end(), censoring.begin(), censoring.end());
  const QuadratureGrid grid = quadrature_grid(changes, follow_up.horizon_months);
  time_months = grid.time_months;
  weight = weights_under_observation(grid, follow_up);
}

CoxLimit overall_survival_limit(const survival::IllnessDeathHazards& hazards,
                                std::span<const double> probability,
                                std::span<const survival::IllnessDeathRatios> ratios,
                                const CoxDesign& design, const ObservedTimes& times,
                                std::span<const CoxTerm> terms) {
  survival::CourseTable table = survival::tabulate_course(hazards, ratios, times.time_months);
  for (std::size_t i = 0; i < table.with_disease.size(); ++i)
    table.recurrence_free[i] += table.with_disease[i];
  const EventCurves curves{probability, table.recurrence_free, table.death, times.weight};
  return limiting_log_hazard_ratios(curves, design, terms);
}

CoxLimit overall_survival_cox_limit(const survival::IllnessDeathHazards& hazards,
                                    std::span<const CoursePattern> population,
                                    const CoxDesign& design, const FollowUp& follow_up,
                                    std::span<const CoxTerm> terms) {
  std::vector<double> probability;
  for (const CoursePattern& pattern : population)
    probability.push_back(pattern.probability);
  return overall_survival_limit(hazards, probability, course_ratios(population), design,
                                ObservedTimes(hazards, follow_up), terms);
}

CoxLimit recurrence_free_cox_limit(const survival::IllnessDeathHazards& hazards,
                                   std::span<const CoursePattern> population,
                                   const CoxDesign& design, const FollowUp& follow_up,
                                   std::span<const CoxTerm> terms) {
  assert(design.covariates.size() == population.size() * design.columns);
  std::vector<CoursePattern> at_risk;
  std::vector<double> probability;
  CoxDesign rows{design.columns, {}};
  double share = 0;
  for (std::size_t j = 0; j < population.size(); ++j) {
    if (population[j].starts_with_disease) continue;
    at_risk.push_back(population[j]);
    probability.push_back(population[j].probability);
    share += population[j].probability;
    const double* row = design.covariates.data() + j * design.columns;
    rows.covariates.insert(rows.covariates.end(), row, row + design.columns);
  }
  for (double& one : probability)
    one /= share;
  const ObservedTimes times(hazards, follow_up);
  const survival::CourseTable table =
      survival::tabulate_course(hazards, course_ratios(at_risk), times.time_months);
  const EventCurves curves{probability, table.recurrence_free, table.recurrence_or_death,
                           times.weight};
  return limiting_log_hazard_ratios(curves, rows, terms);
}

}  // namespace trialmill::evidence
