#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/local_levels.hpp"

namespace trialmill::design {

/// Which looks that lie in the past are held against the bounds of a level that has grown since.
/// The familywise level holds with each: bounds of the grown level are those it would have had from
/// the first look on, and all looks together spend no more than it (Maurer and Bretz 2013).
enum class PastLooks {
  /// None: a hypothesis is tested again at looks held at the time when its level grows, and later
  /// (lrstat's `fseqbon(lookback = FALSE)`).
  none,
  /// The last look of a hypothesis that has no more to come: its data are still all there is.
  last,
  /// Every look (lrstat's `lookback = TRUE`; the sequential p-values of Liu and Anderson 2008 that
  /// gMCPLite uses).
  all,
};

/// "none", "last", "all".
std::string_view name(PastLooks past_looks);

/// How one hypothesis of a procedure is tested.
struct HypothesisTest {
  /// Bounds at each of its levels, as `LocalLevels::levels_of`; empty when it is tested once, by
  /// its p-value.
  std::vector<Boundaries> boundaries;
  SpendingClock clock = SpendingClock::actual;
  LastLook last_look = LastLook::spends_all;
};

/// Group sequential tests of a graph of hypotheses (Maurer and Bretz 2013): each has looks and a
/// spending function of its own, and is tested at the bounds of its local level.
struct GraphProcedure {
  LocalLevels levels;
  PastLooks past_looks = PastLooks::last;
  std::vector<HypothesisTest> hypotheses;
};

/// The bounds of one hypothesis at each of its levels. @param design its `alpha` is not read
/// @throws DesignError as `compute_boundaries`, and "spending" when a bound rises with the level,
/// which sequential rejection does not allow (Maurer and Bretz 2013, condition on nominal levels)
std::vector<Boundaries> boundaries_at_levels(GroupSequentialDesign design,
                                             const std::vector<double>& levels);

/// The decisions of a procedure as one trial unfolds: data are handed over in the order of calendar
/// time, and all hypotheses tested when those of one moment are there. A rejection passes its level
/// on, and the others are tested again at the same moment.
///
/// Meant for simulations, like `BoundarySequence`: one object per worker, `restart` for every
/// trial, no memory allocated once the first trials have been seen.
class UnfoldingProcedure {
 public:
  /// @param procedure kept by reference
  explicit UnfoldingProcedure(const GraphProcedure& procedure);
  ~UnfoldingProcedure();
  UnfoldingProcedure(UnfoldingProcedure&&) noexcept;
  UnfoldingProcedure& operator=(UnfoldingProcedure&&) noexcept;

  /// Begins the next trial.
  void restart();

  /// The only test of a hypothesis without bounds. @param p one-sided; not a number when undefined
  void analyse(std::size_t hypothesis, double p);

  /// The next look at a hypothesis with bounds. @param look, last as in `BoundarySequence::next`
  /// @param z not a number when undefined, or when the look is not held
  void look(std::size_t hypothesis, const ObservedLook& look, double z, bool last);

  /// The same where the information of the test is the fraction.
  void look(std::size_t hypothesis, double fraction, double z, bool last) {
    look(hypothesis, ObservedLook{fraction}, z, last);
  }

  /// Tests with the data handed over until nothing more is rejected; later data are of a later
  /// moment.
  void test();

  /// A hypothesis that stopped for futility keeps its level and is not tested any more.
  void stop(std::size_t hypothesis);

  bool rejected(std::size_t hypothesis) const;

  /// The bounds of its latest look at the level it has now, or had when it was rejected; infinite
  /// while it has none. @pre it has bounds, and had a look
  LookBounds bounds(std::size_t hypothesis);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trialmill::design
