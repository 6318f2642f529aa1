#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <optional>

#include "course_cox_limit.hpp"
#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

namespace {

std::string four_digits(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr;
  return {text, end};
}

double largest(std::span<const double> values) {
  double most = 0;
  for (const double value : values)
    most = std::max(most, std::abs(value));
  return most;
}

// The published model as a function of the effects on death with disease.
class Refit {
 public:
  Refit(std::span<const SurvivalKnot> os_knots, std::span<const CoursePattern> population,
        const CoxDesign& design, std::span<const AdjustedRatio> targets,
        const survival::IllnessDeathHazards& hazards, const FollowUp& follow_up)
      : os_knots_(os_knots),
        design_(design),
        targets_(targets),
        population_(population.begin(), population.end()),
        hazards_(hazards),
        terms_(design.columns),
        times_(with_pieces_of(os_knots, hazards), follow_up) {
    for (const CoursePattern& pattern : population) {
      probability_.push_back(pattern.probability);
      other_effects_.push_back(pattern.log_death_with_disease);
    }
    for (const AdjustedRatio& target : targets)
      terms_[target.column].log_hazard_ratio = target.log_hazard_ratio;
  }

  // How far the limit of each target column is above the published ratio.
  std::vector<double> operator()(std::span<const double> effects) {
    ++evaluations;
    for (std::size_t j = 0; j < population_.size(); ++j) {
      double& log_ratio = population_[j].log_death_with_disease;
      log_ratio = other_effects_[j];
      for (std::size_t i = 0; i < targets_.size(); ++i)
        log_ratio += effects[i] * design_.covariates[j * design_.columns + targets_[i].column];
    }
    hazards_.death_with_disease = calibrate_death_with_disease(os_knots_, population_, hazards_);
    limit = overall_survival_limit(hazards_, probability_, course_ratios(population_), design_,
                                   times_, terms_);
    std::vector<double> excess;
    for (const AdjustedRatio& target : targets_)
      excess.push_back(limit.log_hazard_ratio[target.column] - target.log_hazard_ratio);
    // The next search starts where this one ended.
    for (std::size_t m = 0; m < terms_.size(); ++m)
      terms_[m].log_hazard_ratio = limit.log_hazard_ratio[m];
    return excess;
  }

  const survival::PiecewiseHazard& baseline() const { return hazards_.death_with_disease; }

  CoxLimit limit;
  int evaluations = 0;

 private:
  // The nodes of the quadrature must lie between the changes that calibration will make.
  static survival::IllnessDeathHazards with_pieces_of(std::span<const SurvivalKnot> os_knots,
                                                      survival::IllnessDeathHazards hazards) {
    hazards.death_with_disease = {{0}, {0}};
    for (std::size_t k = 0; k + 1 < os_knots.size(); ++k) {
      hazards.death_with_disease.from_months.push_back(os_knots[k].time_months);
      hazards.death_with_disease.hazard_per_month.push_back(0);
    }
    return hazards;
  }

  std::span<const SurvivalKnot> os_knots_;
  const CoxDesign& design_;
  std::span<const AdjustedRatio> targets_;
  std::vector<CoursePattern> population_;
  survival::IllnessDeathHazards hazards_;
  std::vector<CoxTerm> terms_;
  ObservedTimes times_;
  std::vector<double> probability_;
  std::vector<double> other_effects_;
};

// Broyden's (first) approximation of the inverse of the derivative of the excess by the effects.
// It starts as the identity: most deaths of most patients are deaths with disease.
class InverseDerivative {
 public:
  explicit InverseDerivative(std::size_t size) : size_(size), inverse_(size * size) {
    for (std::size_t i = 0; i < size; ++i)
      inverse_[i * size + i] = 1;
  }

  std::vector<double> times(std::span<const double> vector) const {
    std::vector<double> product(size_);
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t k = 0; k < size_; ++k)
        product[i] += inverse_[i * size_ + k] * vector[k];
    return product;
  }

  // Learns from a step of the effects and the change of the excess it made.
  void update(std::span<const double> step, std::span<const double> change) {
    const std::vector<double> predicted = times(change);
    std::vector<double> row(size_);
    double denominator = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      denominator += step[i] * predicted[i];
      for (std::size_t k = 0; k < size_; ++k)
        row[k] += step[i] * inverse_[i * size_ + k];
    }
    // Where a step changes next to nothing, dividing by it would throw away what was learnt.
    double length = 0;
    for (const double one : step)
      length += one * one;
    if (std::abs(denominator) < 0.05 * length) return;
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t k = 0; k < size_; ++k)
        inverse_[i * size_ + k] += (step[i] - predicted[i]) * row[k] / denominator;
  }

 private:
  std::size_t size_;
  std::vector<double> inverse_;
};

// The excess, unless the knots cannot be met with such effects.
std::optional<std::vector<double>> try_effects(Refit& refit, std::span<const double> effects) {
  try {
    return refit(effects);
  } catch (const CalibrationError&) {
    return std::nullopt;
  }
}

[[noreturn]] void refuse(std::span<const AdjustedRatio> targets, std::span<const double> effects,
                         std::span<const double> excess) {
  const auto worst = static_cast<std::size_t>(
      std::ranges::max_element(excess, {}, [](double e) { return std::abs(e); }) - excess.begin());
  const AdjustedRatio& target = targets[worst];
  throw CoxLimitError(
      target.column,
      "column " + std::to_string(target.column + 1) + ": the adjusted hazard ratio " +
          four_digits(math::exp(target.log_hazard_ratio)) +
          " for overall survival cannot be met; with a ratio of " +
          four_digits(math::exp(effects[worst])) + " on death with disease, the model would show " +
          four_digits(math::exp(target.log_hazard_ratio + excess[worst])));
}

}  // namespace

DeathWithDiseaseEffects solve_death_with_disease_effects(std::span<const SurvivalKnot> os_knots,
                                                         std::span<const CoursePattern> population,
                                                         const CoxDesign& design,
                                                         std::span<const AdjustedRatio> targets,
                                                         survival::IllnessDeathHazards hazards,
                                                         const FollowUp& follow_up) {
  assert(design.covariates.size() == population.size() * design.columns);
  constexpr double close = 1e-9;          // log hazard ratio
  constexpr double longest_step = 1.5;    // log hazard ratio
  constexpr double beyond_belief = 9.21;  // a ratio of 10,000
  constexpr int most_evaluations = 60;
  Refit refit(os_knots, population, design, targets, hazards, follow_up);
  InverseDerivative inverse(targets.size());
  std::vector<double> effects;
  for (const AdjustedRatio& target : targets)
    effects.push_back(target.log_hazard_ratio);
  std::vector<double> excess = refit(effects);
  double reach = longest_step;
  while (!(largest(excess) <= close)) {
    if (refit.evaluations >= most_evaluations || largest(effects) > beyond_belief)
      refuse(targets, effects, excess);
    std::vector<double> step = inverse.times(excess);
    const double shortened = std::min(1.0, reach / largest(step));
    std::vector<double> next = effects;
    for (std::size_t i = 0; i < step.size(); ++i) {
      step[i] *= -shortened;
      next[i] += step[i];
    }
    const std::optional<std::vector<double>> tried = try_effects(refit, next);
    if (!tried) {
      reach = largest(step) / 2;
      if (reach < close) refuse(targets, effects, excess);
      continue;
    }
    const std::vector<double>& excess_next = *tried;
    std::vector<double> change = excess_next;
    for (std::size_t i = 0; i < change.size(); ++i)
      change[i] -= excess[i];
    inverse.update(step, change);
    // A step that makes things worse is taken back; what it taught is kept.
    if (largest(excess_next) < largest(excess)) {
      effects = next;
      excess = excess_next;
      reach = longest_step;
    } else {
      reach = largest(step) / 2;
    }
  }
  return {effects, refit.baseline(), refit.limit, refit.evaluations};
}

}  // namespace trialmill::evidence
