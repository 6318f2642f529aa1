#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "trialmill/evidence/calibration.hpp"

namespace trialmill::scenario {

/// One kind of patient: its share, and the product of its odds ratios for each of K outcomes.
template <std::size_t K>
struct OddsPattern {
  double probability = 0;
  std::array<double, K> odds_ratio{};
};

/// The odds, against none of the K outcomes, of the patient whose odds ratios are all 1, such that
/// the outcomes have the given probabilities on average. @param probability adding up to less than
/// 1
template <std::size_t K>
std::array<double, K> reference_odds(std::span<const OddsPattern<K>> population,
                                     const std::array<double, K>& probability) {
  double none = 1;
  for (const double p : probability)
    none -= p;
  std::array<double, K> odds{};
  for (std::size_t k = 0; k < K; ++k)
    odds[k] = probability[k] > 0 ? probability[k] / none : 0;
  if (none <= 0) return odds;  // certain, with infinite odds, whatever the ratios
  // Scaling each outcome's odds to its margin is iterative proportional fitting, which converges
  // for any odds ratios (Deming and Stephan 1940); without odds ratios the start is the answer.
  for (int round = 0; round < 10000; ++round) {
    std::array<double, K> reached{};
    double reached_none = 0;
    for (const OddsPattern<K>& pattern : population) {
      double total = 1;
      for (std::size_t k = 0; k < K; ++k)
        total += odds[k] * pattern.odds_ratio[k];
      reached_none += pattern.probability / total;
      for (std::size_t k = 0; k < K; ++k)
        reached[k] += pattern.probability * odds[k] * pattern.odds_ratio[k] / total;
    }
    double change = 0;
    for (std::size_t k = 0; k < K; ++k) {
      if (probability[k] == 0) continue;
      const double factor = probability[k] / reached[k] * (reached_none / none);
      change = std::max(change, std::abs(factor - 1));
      odds[k] *= factor;
    }
    if (change < 1e-13) return odds;
  }
  throw evidence::CalibrationError(
      0,
      "the probabilities of an outcome cannot be met with these odds ratios: they spread the "
      "patients' odds over too many orders of magnitude");
}

}  // namespace trialmill::scenario
