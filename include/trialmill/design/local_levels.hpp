#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "trialmill/design/hypothesis_graph.hpp"

namespace trialmill::design {

/// At most this many hypotheses in a procedure: the levels of every set of rejected ones are held.
constexpr std::size_t max_hypotheses = 10;

/// A set of hypotheses, those of its bits.
using HypothesisSet = std::uint32_t;

/// The levels at which a graph tests its hypotheses, for every set of hypotheses that can have been
/// rejected before. They are the local significance levels of Maurer and Bretz (2013, Statistics in
/// Biopharmaceutical Research 5: 311-320), and no more than the number of such sets.
class LocalLevels {
 public:
  /// @param graph of at most `max_hypotheses` @param alpha in (0, 0.5], of the family
  /// @throws DesignError as `require_graph`, "weights" when there are too many hypotheses or one
  /// that can never be tested, whatever is rejected, and "alpha"
  LocalLevels(const HypothesisGraph& graph, double alpha);

  std::size_t size() const { return levels_.size(); }
  double alpha() const { return alpha_; }

  /// The levels above 0 that a hypothesis can have, increasing.
  const std::vector<double>& levels_of(std::size_t hypothesis) const { return levels_[hypothesis]; }

  /// Which of `levels_of` it has when these are rejected; none while its level is 0.
  /// @param rejected a set that can come about, without the hypothesis
  std::optional<std::size_t> place(HypothesisSet rejected, std::size_t hypothesis) const {
    const std::int32_t place = places_[rejected * size() + hypothesis];
    return place < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(place));
  }

  /// The level itself, 0 while it has none.
  double level(HypothesisSet rejected, std::size_t hypothesis) const {
    const auto at = place(rejected, hypothesis);
    return at ? levels_[hypothesis][*at] : 0;
  }

 private:
  double alpha_;
  std::vector<std::vector<double>> levels_;  // by hypothesis
  std::vector<std::int32_t> places_;         // by set and hypothesis; -1: level 0
};

}  // namespace trialmill::design
