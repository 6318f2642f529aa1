#include "trialmill/evidence/course_calibration.hpp"

#include <algorithm>
#include <array>
#include <boost/math/tools/toms748_solve.hpp>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "evidence/knot_wording.hpp"
#include "evidence/survival_curve.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

namespace {

// Survival closer than this to the end of the reachable range is at the end.
constexpr double rounding = 1e-12;

// The patients without disease at surgery, by their chance of having died neither after the
// operation nor otherwise without recurrence.
std::vector<RiskPattern> spared_by_other_deaths(
    std::span<const CoursePattern> population,
    const survival::PiecewiseHazard& death_without_recurrence,
    const survival::PiecewiseHazard& death_after_surgery, double t_months) {
  const double death = death_without_recurrence.cumulative(t_months);
  const double operation = death_after_surgery.cumulative(t_months);
  std::vector<RiskPattern> spared;
  double share = 0;
  for (const CoursePattern& pattern : population) {
    if (pattern.starts_with_disease) continue;
    share += pattern.probability;
    const double alive =
        math::exp(-(operation + death * math::exp(pattern.log_death_without_recurrence)));
    spared.push_back({pattern.probability * alive, pattern.log_recurrence});
  }
  for (RiskPattern& pattern : spared)
    pattern.probability /= share;
  return spared;
}

// Adds the pieces of (from, to] to the recurrence baseline. Between knots only the total recurrence
// is known; it is spread so that the reference patient's hazard of recurrence or death is constant,
// as the published curve is read, or evenly where that would make it negative.
void spread_recurrence(double added, double from, double to,
                       std::span<const survival::PiecewiseHazard* const> deaths,
                       survival::PiecewiseHazard& baseline) {
  std::vector<double> change{from};
  double died = 0;
  for (const survival::PiecewiseHazard* death : deaths) {
    died += death->cumulative(to) - death->cumulative(from);
    for (const double month : death->from_months)
      if (month > from && month < to) change.push_back(month);
  }
  std::ranges::sort(change);
  const auto repeated = std::ranges::unique(change);
  change.erase(repeated.begin(), repeated.end());
  const double all_causes = (added + died) / (to - from);
  std::vector<double> recurrence;
  for (std::size_t k = 0; k < change.size(); ++k) {
    const double end = k + 1 < change.size() ? change[k + 1] : to;
    double hazard = all_causes;
    for (const survival::PiecewiseHazard* death : deaths)
      hazard -= (death->cumulative(end) - death->cumulative(change[k])) / (end - change[k]);
    recurrence.push_back(hazard);
  }
  if (change.size() == 1 || std::ranges::min(recurrence) < 0) {
    change = {from};
    recurrence = {added / (to - from)};
  }
  baseline.from_months.insert(baseline.from_months.end(), change.begin(), change.end());
  baseline.hazard_per_month.insert(baseline.hazard_per_month.end(), recurrence.begin(),
                                   recurrence.end());
}

// Average overall survival as a function of the hazard of death with disease in one piece, the
// pieces before it known.
class SurvivalByHazard {
 public:
  SurvivalByHazard(std::span<const CoursePattern> population,
                   survival::IllnessDeathHazards& hazards)
      : population_(population),
        ratios_(course_ratios(population)),
        alive_(population.size()),
        hazards_(hazards) {}

  double operator()(double hazard, double t_months) {
    hazards_.death_with_disease.hazard_per_month.back() = hazard;
    survival::probability_alive(hazards_, ratios_, t_months, alive_);
    double average = 0;
    for (std::size_t j = 0; j < alive_.size(); ++j)
      average += population_[j].probability * alive_[j];
    return average;
  }

 private:
  std::span<const CoursePattern> population_;
  std::vector<survival::IllnessDeathRatios> ratios_;
  std::vector<double> alive_;
  survival::IllnessDeathHazards& hazards_;
};

// The hazard of the last piece at which survival at the knot is the published one.
double solve_last_piece(SurvivalByHazard& survival, std::size_t index, const SurvivalKnot& knot,
                        double time_before) {
  const double t = knot.time_months;
  const double most = survival(0, t);
  const double least = survival(std::numeric_limits<double>::infinity(), t);
  const auto refuse = [&](const std::string& why) {
    throw CalibrationError(index,
                           name_of_knot(index, knot) + why + reachable_survival(least, most, t));
  };
  if (knot.survival > most + rounding)
    refuse(
        "overall survival lies above what the deaths without recurrence and those after surgery "
        "leave, even if nobody died with disease after the knot before; ");
  if (knot.survival >= most - rounding) return 0;
  if (knot.survival <= least + rounding)
    refuse(
        "overall survival lies below what recurrence-free survival allows: the recurrence-free "
        "are alive, and only who has disease can die of it; ");
  const double target = math::log(knot.survival);
  const auto excess = [&](double hazard) { return math::log(survival(hazard, t)) - target; };
  double low = 0;
  double excess_low = math::log(most) - target;
  double high = 2 * excess_low / (t - time_before);
  double excess_high = excess(high);
  while (excess_high > 0) {
    low = high;
    excess_low = excess_high;
    high *= 4;
    excess_high = excess(high);
  }
  if (excess_high == 0) return high;
  std::uintmax_t evaluations = 100;
  const auto close = [](double a, double b) { return std::abs(b - a) <= 1e-14 * std::abs(b); };
  const auto bracket = boost::math::tools::toms748_solve(excess, low, high, excess_low, excess_high,
                                                         close, evaluations);
  return 0.5 * (bracket.first + bracket.second);
}

}  // namespace

std::vector<survival::IllnessDeathRatios> course_ratios(std::span<const CoursePattern> population) {
  std::vector<survival::IllnessDeathRatios> ratios;
  ratios.reserve(population.size());
  for (const CoursePattern& pattern : population)
    ratios.push_back({pattern.starts_with_disease, math::exp(pattern.log_recurrence),
                      math::exp(pattern.log_death_without_recurrence),
                      math::exp(pattern.log_death_with_disease)});
  return ratios;
}

survival::StateOccupation average_occupation(const survival::IllnessDeathHazards& hazards,
                                             std::span<const CoursePattern> population,
                                             double t_months) {
  const auto table = survival::tabulate_course(hazards, course_ratios(population), {&t_months, 1});
  survival::StateOccupation average{0, 0};
  for (std::size_t j = 0; j < population.size(); ++j) {
    average.recurrence_free += population[j].probability * table.recurrence_free[j];
    average.with_disease += population[j].probability * table.with_disease[j];
  }
  return average;
}

survival::PiecewiseHazard calibrate_recurrence(
    std::span<const SurvivalKnot> rfs_knots, std::span<const CoursePattern> population,
    const survival::PiecewiseHazard& death_without_recurrence,
    const survival::PiecewiseHazard& death_after_surgery) {
  require_survival_curve(rfs_knots);
  if (std::ranges::none_of(population, [](const CoursePattern& pattern) {
        return !pattern.starts_with_disease && pattern.probability > 0;
      }))
    throw CalibrationError(0,
                           "every patient starts with disease, so that nobody's recurrence-free "
                           "survival can pass through the knots");
  survival::PiecewiseHazard baseline;
  double time_before = 0;
  double cumulative_before = 0;
  for (std::size_t k = 0; k < rfs_knots.size(); ++k) {
    const SurvivalKnot& knot = rfs_knots[k];
    std::vector<RiskPattern> spared = spared_by_other_deaths(population, death_without_recurrence,
                                                             death_after_surgery, knot.time_months);
    const double most = average_survival(cumulative_before, spared);
    if (knot.survival > most + rounding)
      throw CalibrationError(
          k, name_of_knot(k, knot) +
                 "the deaths without recurrence and those after surgery alone take recurrence-free "
                 "survival below it; " +
                 reachable_survival(0, most, knot.time_months));
    double cumulative = cumulative_before;
    if (knot.survival < most - rounding) {
      const double all = average_survival(0, spared);
      for (RiskPattern& pattern : spared)
        pattern.probability /= all;
      cumulative = std::max(cumulative, cumulative_hazard_at(knot.survival / all, spared));
    }
    const std::array deaths = {&death_without_recurrence, &death_after_surgery};
    spread_recurrence(cumulative - cumulative_before, time_before, knot.time_months, deaths,
                      baseline);
    time_before = knot.time_months;
    cumulative_before = cumulative;
  }
  return baseline;
}

survival::PiecewiseHazard calibrate_death_with_disease(std::span<const SurvivalKnot> os_knots,
                                                       std::span<const CoursePattern> population,
                                                       survival::IllnessDeathHazards hazards) {
  require_survival_curve(os_knots);
  hazards.death_with_disease = {};
  SurvivalByHazard survival(population, hazards);
  double time_before = 0;
  for (std::size_t k = 0; k < os_knots.size(); ++k) {
    hazards.death_with_disease.from_months.push_back(time_before);
    hazards.death_with_disease.hazard_per_month.push_back(0);
    const double hazard = solve_last_piece(survival, k, os_knots[k], time_before);
    hazards.death_with_disease.hazard_per_month.back() = hazard;
    time_before = os_knots[k].time_months;
  }
  return hazards.death_with_disease;
}

}  // namespace trialmill::evidence
