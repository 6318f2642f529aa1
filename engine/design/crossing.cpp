#include "trialmill/design/crossing.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cassert>
#include <cmath>

#include "design/monotone_root.hpp"
#include "design/stopped_walk.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/ordered_sum.hpp"

namespace trialmill::design {
namespace {

// Looks from `first` on; `mean_increment` gives the mean change of the score up to a look, and
// `bound` where a bound of a look lies for a statistic that is normal with variance 1.
template <class MeanIncrement, class Bound>
CrossingProbabilities cross(const Boundaries& boundaries, StoppedWalk& walk, std::size_t first,
                            const MeanIncrement& mean_increment, const Bound& bound) {
  CrossingProbabilities probabilities;
  const bool futility = boundaries.design.futility.has_value();
  const bool two_sided = boundaries.design.sided == 2;
  for (std::size_t k = first; k < boundaries.looks.size(); ++k) {
    const LookBounds& look = boundaries.looks[k];
    const double root_information = std::sqrt(look.information);
    const double upper = bound(k, look.efficacy_z) * root_information;
    const double lower =
        bound(k, two_sided ? -look.efficacy_z : look.futility_z) * root_information;
    walk.look_at(look.information, mean_increment(k));
    probabilities.efficacy.push_back(walk.above(upper));
    if (futility) probabilities.futility.push_back(walk.below(lower));
    if (two_sided) probabilities.harm.push_back(walk.below(lower));
    walk.keep(lower, upper);
  }
  return probabilities;
}

template <class MeanIncrement>
CrossingProbabilities cross(const Boundaries& boundaries, StoppedWalk& walk, std::size_t first,
                            const MeanIncrement& mean_increment) {
  return cross(boundaries, walk, first, mean_increment, [](std::size_t, double z) { return z; });
}

double information_before(const Boundaries& boundaries, std::size_t look) {
  return look == 0 ? 0 : boundaries.looks[look - 1].information;
}

double crossed_efficacy(const CrossingProbabilities& probabilities) {
  return math::ordered_sum(probabilities.efficacy);
}

}  // namespace

Boundaries without_futility(Boundaries boundaries) {
  boundaries.design.futility.reset();
  boundaries.drift = 0;
  for (LookBounds& look : boundaries.looks) {
    look.futility_z = -HUGE_VAL;
    look.beta_spent = 0;
  }
  return boundaries;
}

CrossingProbabilities crossing_probabilities(const Boundaries& boundaries, double drift) {
  StoppedWalk walk;
  return cross(boundaries, walk, 0, [&](std::size_t k) {
    return drift * (boundaries.looks[k].information - information_before(boundaries, k));
  });
}

CrossingProbabilities crossing_probabilities(const Boundaries& boundaries,
                                             std::span<const double> z_mean) {
  assert(z_mean.size() == boundaries.looks.size());
  const auto score_mean = [&](std::size_t k) {
    return z_mean[k] * std::sqrt(boundaries.looks[k].information);
  };
  StoppedWalk walk;
  return cross(boundaries, walk, 0,
               [&](std::size_t k) { return score_mean(k) - (k == 0 ? 0 : score_mean(k - 1)); });
}

CrossingProbabilities crossing_probabilities(const Boundaries& boundaries,
                                             std::span<const StatisticShape> shapes) {
  assert(shapes.size() == boundaries.looks.size());
  StoppedWalk walk;
  return cross(
      boundaries, walk, 0, [](std::size_t) { return 0.0; },
      [&](std::size_t k, double z) { return normal_score(shapes[k], z); });
}

double power(const Boundaries& boundaries, double drift) {
  return crossed_efficacy(crossing_probabilities(boundaries, drift));
}

double expected_information(const Boundaries& boundaries, double drift) {
  const CrossingProbabilities stop = crossing_probabilities(boundaries, drift);
  double expected = boundaries.looks.back().information;
  for (std::size_t k = 0; k + 1 < boundaries.looks.size(); ++k) {
    double probability = stop.efficacy[k];
    if (!stop.futility.empty()) probability += stop.futility[k];
    if (!stop.harm.empty()) probability += stop.harm[k];
    expected -=
        probability * (boundaries.looks.back().information - boundaries.looks[k].information);
  }
  return expected;
}

double drift_for_power(const Boundaries& boundaries, double target) {
  const double at_null = power(boundaries, 0);
  if (!(target > at_null && target < 1))
    throw DesignError("beta", "the power must lie above the type I error and below 1");
  const auto shortfall = [&](double drift) { return target - power(boundaries, drift); };
  double highest = 1;
  while (shortfall(highest) > 0) {
    if (highest > 100) throw DesignError("beta", "no drift reaches this power");
    highest *= 2;
  }
  return root_of_falling(shortfall, 0.0, highest);
}

double inflation_factor(const Boundaries& boundaries, double target) {
  const GroupSequentialDesign& design = boundaries.design;
  const double fixed =
      math::normal_quantile(target) - math::normal_quantile(design.alpha / design.sided);
  const double ratio = drift_for_power(boundaries, target) / fixed;
  return ratio * ratio;
}

double conditional_power(const Boundaries& boundaries, std::size_t look, double z, double drift) {
  assert(look + 1 < boundaries.looks.size());
  const double information = boundaries.looks[look].information;
  StoppedWalk walk;
  walk.restart(information, z * std::sqrt(information));
  return crossed_efficacy(cross(boundaries, walk, look + 1, [&](std::size_t k) {
    return drift * (boundaries.looks[k].information - information_before(boundaries, k));
  }));
}

double trend(const Boundaries& boundaries, std::size_t look, double z) {
  return z / std::sqrt(boundaries.looks[look].information);
}

double predictive_power(const Boundaries& boundaries, std::size_t look, double z) {
  // Over nine standard deviations to either side, in panels of one.
  using Rule = boost::math::quadrature::gauss<double, 10>;
  constexpr double inverse_root_two_pi = 3.9894228040143267794e-1;
  const double centre = trend(boundaries, look, z);
  const double sd = 1 / std::sqrt(boundaries.looks[look].information);
  double total = 0;
  for (int panel = -9; panel < 9; ++panel)
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i)
      for (const double side : {-1.0, 1.0}) {
        const double score = panel + 0.5 + 0.5 * side * Rule::abscissa()[i];
        total += 0.5 * Rule::weights()[i] * inverse_root_two_pi * math::exp(-0.5 * score * score) *
                 conditional_power(boundaries, look, z, centre + sd * score);
      }
  return total;
}

}  // namespace trialmill::design
