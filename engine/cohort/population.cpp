#include "trialmill/cohort/population.hpp"

#include <algorithm>
#include <cassert>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::cohort {
namespace {

void draw(const BinaryLaw& law, std::span<const double> u, std::span<double> value) {
  for (std::size_t i = 0; i < u.size(); ++i)
    value[i] = u[i] < law.prevalence ? 1.0 : 0.0;
}

void draw(const CategoricalLaw& law, std::span<const double> u, std::span<double> value) {
  const std::size_t last = law.probabilities.size() - 1;
  for (std::size_t i = 0; i < u.size(); ++i) {
    std::size_t level = 0;
    double below = law.probabilities[0];
    while (level < last && u[i] >= below)
      below += law.probabilities[++level];
    value[i] = static_cast<double>(level);
  }
}

void draw(const NormalLaw& law, std::span<const double> u, std::span<double> value) {
  // Truncation restricts u to the part of (0, 1) that falls between the limits.
  const auto below = [&](double limit) {
    return math::normal_probability((limit - law.mean) / law.sd);
  };
  const double low = below(law.lower);
  const double width = below(law.upper) - low;
  if (law.lower > law.mean) {
    // In the upper tail probabilities near 1 carry few digits: draw the mirror image instead.
    const NormalLaw mirrored{-law.mean, law.sd, -law.upper, -law.lower};
    for (std::size_t i = 0; i < u.size(); ++i)
      value[i] = 1 - u[i];
    draw(mirrored, value, value);
    for (double& x : value)
      x = -x;
    return;
  }
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double x = law.mean + law.sd * math::normal_quantile(low + width * u[i]);
    value[i] = std::clamp(x, law.lower, law.upper);
  }
}

void draw(const LognormalLaw& law, std::span<const double> u, std::span<double> value) {
  for (std::size_t i = 0; i < u.size(); ++i)
    value[i] = law.median * math::exp(law.sd_log * math::normal_quantile(u[i]));
}

void draw(const UniformLaw& law, std::span<const double> u, std::span<double> value) {
  for (std::size_t i = 0; i < u.size(); ++i)
    value[i] = law.lower + (law.upper - law.lower) * u[i];
}

}  // namespace

void draw_values(const CovariateLaw& law, std::span<const double> u, std::span<double> value) {
  assert(u.size() == value.size());
  std::visit([&](const auto& chosen) { draw(chosen, u, value); }, law);
}

std::size_t level_count(const CovariateLaw& law) {
  if (std::holds_alternative<BinaryLaw>(law)) return 2;
  if (const auto* categorical = std::get_if<CategoricalLaw>(&law))
    return categorical->levels.size();
  return 0;
}

}  // namespace trialmill::cohort
