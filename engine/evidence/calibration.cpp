#include "trialmill/evidence/calibration.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "evidence/figure.hpp"
#include "evidence/knot_wording.hpp"
#include "evidence/survival_curve.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

void require_survival_curve(std::span<const SurvivalKnot> knots) {
  if (knots.empty())
    throw CalibrationError(0, "a curve needs at least one knot: a time and the survival there");
  double time_before = 0;
  double survival_before = 1;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    const auto [time, survival, source] = knots[k];
    const std::string name = name_of_knot(k, knots[k]);
    if (!(time > time_before && std::isfinite(time)))
      throw CalibrationError(
          k, name + (k == 0 ? "the time of the first knot must be above 0, where survival is 1"
                            : "its time is not after that of the knot before it, " +
                                  figure(time_before) + " months; list knots in order of time"));
    const std::string reachable =
        "with a hazard that is never negative, survival above 0 and " +
        (k == 0 ? std::string("below 1") : "up to " + figure(survival_before)) +
        " can be reached at " + figure(time) + " months";
    if (!(survival > 0 && survival < 1))
      throw CalibrationError(
          k, name + "survival must lie between 0 and 1, both excluded; " + reachable +
                 (survival > 1 && survival < 100
                      ? "; as a fraction, " + figure(survival) + " % is " + figure(survival / 100)
                      : ""));
    if (survival > survival_before)
      throw CalibrationError(k, name + "survival rises from " + figure(survival_before) + " at " +
                                    figure(time_before) +
                                    " months, which no survival curve does; " + reachable);
    time_before = time;
    survival_before = survival;
  }
}

namespace {

struct AveragedSurvival {
  double survival = 0;
  double slope = 0;  // the derivative by the cumulative baseline hazard, with its sign turned
};

AveragedSurvival average(double cumulative_hazard, std::span<const double> probabilities,
                         std::span<const double> ratios) {
  AveragedSurvival sum;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const double share = probabilities[i] * math::exp(-cumulative_hazard * ratios[i]);
    sum.survival += share;
    sum.slope += share * ratios[i];
  }
  return sum;
}

}  // namespace

double average_survival(double cumulative_hazard, std::span<const RiskPattern> population) {
  assert(cumulative_hazard >= 0);
  double survival = 0;
  for (const RiskPattern& pattern : population)
    survival +=
        pattern.probability * math::exp(-cumulative_hazard * math::exp(pattern.log_hazard_ratio));
  return survival;
}

double cumulative_hazard_at(double survival, std::span<const RiskPattern> population) {
  assert(survival > 0 && survival <= 1 && !population.empty());
  std::vector<double> probabilities;
  std::vector<double> ratios;
  for (const RiskPattern& pattern : population) {
    probabilities.push_back(pattern.probability);
    ratios.push_back(math::exp(pattern.log_hazard_ratio));
  }
  // -log S is increasing and concave in H, so Newton's tangents, starting below the root, climb
  // towards it and never pass it; the first step that does not climb has met rounding and ends the
  // search. H = 0 lies below every root.
  const double target = -math::log(survival);
  double hazard = 0;
  for (;;) {
    const AveragedSurvival at = average(hazard, probabilities, ratios);
    const double next = hazard + (target + math::log(at.survival)) * at.survival / at.slope;
    if (!(next > hazard)) return hazard;
    hazard = next;
  }
}

survival::PiecewiseHazard calibrate_baseline(std::span<const SurvivalKnot> knots,
                                             std::span<const RiskPattern> population) {
  require_survival_curve(knots);
  survival::PiecewiseHazard baseline;
  double time_before = 0;
  double cumulative_before = 0;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    const SurvivalKnot& knot = knots[k];
    const double cumulative = cumulative_hazard_at(knot.survival, population);
    // Ratios beyond the range of a double (a heavy-tailed covariate with a large effect) leave the
    // average undefined.
    if (!(std::abs(average_survival(cumulative, population) - knot.survival) < 1e-9))
      throw CalibrationError(
          k,
          "no baseline hazard can be solved for: the covariates and their hazard ratios spread "
          "the risk of patients over more orders of magnitude than numbers can hold");
    baseline.from_months.push_back(time_before);
    // Two survivals closer than rounding must not make a hazard of -1e-17.
    const double added = std::max(0.0, cumulative - cumulative_before);
    baseline.hazard_per_month.push_back(added / (knot.time_months - time_before));
    time_before = knot.time_months;
    cumulative_before = cumulative;
  }
  return baseline;
}

}  // namespace trialmill::evidence
