#include "trialmill/design/graph_procedure.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <string>

#include "design/figure.hpp"

namespace trialmill::design {
namespace {

struct HeldLook {
  ObservedLook observed;
  double z = 0;
  bool last = false;
};

// The bounds of one hypothesis at one of its levels, found when they are asked for.
struct BoundsAtLevel {
  explicit BoundsAtLevel(const Boundaries& planned, const HypothesisTest& test)
      : sequence(planned, test.clock, test.last_look) {
    found.reserve(planned.looks.size());
  }

  void restart() {
    if (found.empty()) return;
    sequence.restart();
    found.clear();
  }

  const LookBounds& of(const std::vector<HeldLook>& looks, std::size_t look) {
    for (std::size_t k = found.size(); k <= look; ++k)
      found.push_back(sequence.next(looks[k].observed, looks[k].last));
    return found[look];
  }

  BoundarySequence sequence;
  std::vector<LookBounds> found;  // by look
};

struct Hypothesis {
  std::vector<BoundsAtLevel> bounds;  // by level
  std::vector<HeldLook> looks;
  double p = 1;
  std::optional<std::size_t> place;  // of its level
  bool now = false;                  // it has data of this moment
  bool analysed = false;             // by its p-value
  bool rejected = false, stopped = false;

  bool once() const { return bounds.empty(); }
  bool has_data() const { return once() ? analysed : !looks.empty(); }
  bool finished() const { return once() ? analysed : !looks.empty() && looks.back().last; }
};

// Does the bound at any look rise from a level to the next one?
bool rises(const Boundaries& lower, const Boundaries& higher) {
  constexpr double rounding = 1e-9;
  for (std::size_t k = 0; k < lower.looks.size(); ++k)
    if (higher.looks[k].efficacy_z > lower.looks[k].efficacy_z + rounding) return true;
  return false;
}

}  // namespace

std::string_view name(PastLooks past_looks) {
  using enum PastLooks;
  switch (past_looks) {
    case none:
      return "none";
    case last:
      return "last";
    case all:
      return "all";
  }
  return "";
}

std::vector<Boundaries> boundaries_at_levels(GroupSequentialDesign design,
                                             const std::vector<double>& levels) {
  std::vector<Boundaries> out;
  for (const double level : levels) {
    design.alpha = level;
    try {
      out.push_back(compute_boundaries(design));
    } catch (const DesignError& error) {
      throw DesignError(error.part, "at the level " + figure(std::round(level * 1e9) / 1e9) +
                                        " that it can have in the procedure: " + error.what());
    }
    if (out.size() > 1 && rises(out[out.size() - 2], out.back()))
      throw DesignError("spending",
                        "a bound rises with the level, so that a hypothesis could be "
                        "rejected at a level and not at a higher one");
  }
  return out;
}

struct UnfoldingProcedure::State {
  const GraphProcedure* procedure;
  std::vector<Hypothesis> hypotheses;
  HypothesisSet rejected = 0;

  explicit State(const GraphProcedure& of) : procedure(&of), hypotheses(of.hypotheses.size()) {
    assert(of.hypotheses.size() == of.levels.size());
    for (std::size_t h = 0; h < hypotheses.size(); ++h) {
      const HypothesisTest& test = of.hypotheses[h];
      for (const Boundaries& planned : test.boundaries)
        hypotheses[h].bounds.emplace_back(planned, test);
      if (!test.boundaries.empty())
        hypotheses[h].looks.reserve(test.boundaries.front().looks.size());
    }
    restart();
  }

  void restart() {
    rejected = 0;
    for (Hypothesis& one : hypotheses) {
      for (BoundsAtLevel& bounds : one.bounds)
        bounds.restart();
      one.looks.clear();
      one.now = one.analysed = one.rejected = one.stopped = false;
    }
    find_places();
  }

  void find_places() {
    for (std::size_t h = 0; h < hypotheses.size(); ++h)
      if (!hypotheses[h].rejected) hypotheses[h].place = procedure->levels.place(rejected, h);
  }

  // May its data be held against its present level?
  bool may_be_tested(const Hypothesis& one) const {
    if (one.rejected || one.stopped || !one.place || !one.has_data()) return false;
    switch (procedure->past_looks) {
      case PastLooks::none:
        return one.now;
      case PastLooks::last:
        return one.now || one.finished();
      case PastLooks::all:
        return true;
    }
    return false;
  }

  bool crosses(std::size_t h) {
    Hypothesis& one = hypotheses[h];
    // Comparisons with the NaN of an undefined test are false.
    if (one.once()) return one.p <= procedure->levels.levels_of(h)[*one.place];
    const std::size_t latest = one.looks.size() - 1;
    const std::size_t first = procedure->past_looks == PastLooks::all ? 0 : latest;
    for (std::size_t k = first; k <= latest; ++k)
      if (one.looks[k].z >= one.bounds[*one.place].of(one.looks, k).efficacy_z) return true;
    return false;
  }

  void test() {
    for (bool any = true; any;) {
      any = false;
      for (std::size_t h = 0; h < hypotheses.size(); ++h) {
        if (!may_be_tested(hypotheses[h]) || !crosses(h)) continue;
        hypotheses[h].rejected = any = true;
        rejected |= HypothesisSet{1} << h;
        find_places();
      }
    }
    for (Hypothesis& one : hypotheses)
      one.now = false;
  }
};

UnfoldingProcedure::UnfoldingProcedure(const GraphProcedure& procedure)
    : state_(std::make_unique<State>(procedure)) {}
UnfoldingProcedure::~UnfoldingProcedure() = default;
UnfoldingProcedure::UnfoldingProcedure(UnfoldingProcedure&&) noexcept = default;
UnfoldingProcedure& UnfoldingProcedure::operator=(UnfoldingProcedure&&) noexcept = default;

void UnfoldingProcedure::restart() {
  state_->restart();
}

void UnfoldingProcedure::analyse(std::size_t hypothesis, double p) {
  Hypothesis& one = state_->hypotheses[hypothesis];
  assert(one.once() && !one.analysed);
  one.p = p;
  one.analysed = one.now = true;
}

void UnfoldingProcedure::look(std::size_t hypothesis, const ObservedLook& look, double z,
                              bool last) {
  Hypothesis& one = state_->hypotheses[hypothesis];
  assert(!one.once() && !one.finished());
  one.looks.push_back({look, z, last});
  one.now = true;
}

void UnfoldingProcedure::test() {
  state_->test();
}

void UnfoldingProcedure::stop(std::size_t hypothesis) {
  state_->hypotheses[hypothesis].stopped = true;
}

bool UnfoldingProcedure::rejected(std::size_t hypothesis) const {
  return state_->hypotheses[hypothesis].rejected;
}

LookBounds UnfoldingProcedure::bounds(std::size_t hypothesis) {
  Hypothesis& one = state_->hypotheses[hypothesis];
  assert(!one.looks.empty());
  const std::size_t latest = one.looks.size() - 1;
  if (one.place) return one.bounds[*one.place].of(one.looks, latest);
  LookBounds none;
  none.information = one.looks[latest].observed.fraction;
  none.efficacy_z = HUGE_VAL;
  none.futility_z = -HUGE_VAL;
  return none;
}

}  // namespace trialmill::design
