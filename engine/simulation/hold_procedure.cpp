#include "simulation/hold_procedure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "simulation/look_tables.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::simulation {
namespace {

std::size_t cut_of(const Design& design, std::size_t a) {
  return design.looks[design.analyses[a].look].cut;
}

// Of the test of a hypothesis without looks; NaN when undefined.
double one_sided_p(const AnalysisPlan& plan, const result::AnalysisOutcome& outcome) {
  using enum scenario::Analysis::Test;
  const bool by_p = plan.test == max_combo || plan.test == fisher || plan.arms.size() > 2;
  return by_p ? outcome.p_value : math::normal_probability(-outcome.z);
}

void analyse_once(const Trial& trial, std::size_t a) {
  trial.outcome.analyses[a] =
      analyse(trial.design.analyses[a], trial.design, trial.size.sample_size, trial.workspace);
}

// Hochberg's procedure needs all p-values, and is decided when the last one is there.
void decide_by_hochberg(const Trial& trial) {
  const std::vector<std::size_t>& analyses = trial.design.procedure->analyses;
  std::array<double, design::max_hypotheses> p{};
  std::array<bool, design::max_hypotheses> rejected{};
  for (std::size_t h = 0; h < analyses.size(); ++h) {
    analyse_once(trial, analyses[h]);
    p[h] = one_sided_p(trial.design.analyses[analyses[h]], trial.outcome.analyses[analyses[h]]);
  }
  design::reject_by_hochberg(trial.design.procedure->alpha,
                             std::span<const double>(p).first(analyses.size()),
                             std::span<bool>(rejected).first(analyses.size()));
  for (std::size_t h = 0; h < analyses.size(); ++h)
    trial.outcome.analyses[analyses[h]].rejected = rejected[h];
}

// A procedure that unfolds in calendar time.
class Unfolding {
 public:
  explicit Unfolding(const Trial& trial)
      : trial_(trial),
        analyses_(trial.design.procedure->analyses),
        work_(trial.workspace.hypotheses),
        procedure_(begin()) {}

  void hold() {
    find_moments();
    for (std::size_t first = 0; first < work_.moments.size();) {
      std::size_t end = first;
      // Several cuts may fall due at the same time.
      while (end < work_.moments.size() && work_.moments[end].months == work_.moments[first].months)
        hold_moment(work_.moments[end++]);
      procedure_.test();
      decide();
      first = end;
    }
    for (std::size_t c = 0; c < trial_.design.cuts.size(); ++c)
      if (!trial_.design.cuts[c].interim.empty() && has_hypotheses(trial_.design, c))
        prepare(trial_, c, false);
  }

 private:
  design::UnfoldingProcedure& begin() {
    work_.by_size.resize(std::max(work_.by_size.size(), trial_.design.sizes.size()));
    UnfoldingHypotheses& own = work_.by_size[trial_.place()];
    if (own.planned != trial_.size.procedure) {
      own.planned = trial_.size.procedure;
      own.procedure.emplace(*own.planned);
    }
    own.procedure->restart();
    work_.latest.assign(analyses_.size(), LatestLook{});
    return *own.procedure;
  }

  // Every look that is held of the hypotheses' cuts.
  void find_moments() {
    work_.moments.clear();
    work_.due.resize(trial_.design.cuts.size());
    for (std::size_t c = 0; c < trial_.design.cuts.size(); ++c) {
      if (!has_hypotheses(trial_.design, c)) continue;
      std::vector<cohort::Cut>& due = work_.due[c];
      if (trial_.design.cuts[c].interim.empty())
        due.assign(1, trial_.workspace.cuts[c]);
      else
        find_due_times(trial_, c, due);
      for (std::size_t k = 0; k < due.size(); ++k)
        if (due[k].reached || k + 1 == due.size())
          work_.moments.push_back({due[k].calendar_months, c, k});
    }
    std::ranges::sort(work_.moments, {}, [](const Moment& moment) {
      return std::tuple(moment.months, moment.cut, moment.look);
    });
  }

  void hold_moment(const Moment& moment) {
    if (trial_.design.cuts[moment.cut].interim.empty()) {
      for (std::size_t h = 0; h < analyses_.size(); ++h)
        if (cut_of(trial_.design, analyses_[h]) == moment.cut) hand_over(h);
      return;
    }
    bool cut = false;
    for (std::size_t a = 0; a < trial_.analyses(); ++a) {
      if (!trial_.at_cut(a, moment.cut) || !trial_.goes_on(a)) continue;
      if (!cut) {
        trial_.workspace.cuts[moment.cut] = work_.due[moment.cut][moment.look];
        prepare(trial_, moment.cut, true);
        cut = true;
      }
      hold_look(a, moment);
    }
  }

  void hand_over(std::size_t h) {
    const std::size_t a = analyses_[h];
    analyse_once(trial_, a);
    procedure_.analyse(h, one_sided_p(trial_.design.analyses[a], trial_.outcome.analyses[a]));
  }

  // The looks before this one that are not held come after the last one that was.
  std::size_t first_passed_over(const Moment& moment) const {
    std::size_t k = moment.look;
    while (k > 0 && !work_.due[moment.cut][k - 1].reached)
      --k;
    return k;
  }

  void hold_look(std::size_t a, const Moment& moment) {
    const auto h = trial_.design.analyses[a].hypothesis;
    for (std::size_t k = first_passed_over(moment); k < moment.look; ++k)
      if (h)
        procedure_.look(*h, observed(trial_, a, k), result::not_a_number, false);
      else
        pass_over(trial_, a, k);
    if (!h) {
      hold_by_own_bounds(trial_, a, moment.look);
      return;
    }
    const bool last = make_look(trial_, a, moment.look);
    const result::LookOutcome& look = trial_.outcome.looks[a][moment.look];
    procedure_.look(*h, observed(trial_, a, moment.look), look.z, last);
    work_.latest[*h] = {moment.look, true, last, true};
  }

  // Records what a moment decided, also of hypotheses whose last look was before.
  void decide() {
    for (std::size_t h = 0; h < analyses_.size(); ++h) {
      const std::size_t a = analyses_[h];
      LatestLook& latest = work_.latest[h];
      const bool newly_rejected = procedure_.rejected(h) && !trial_.outcome.analyses[a].rejected;
      if (!trial_.design.analyses[a].has_looks)
        trial_.outcome.analyses[a].rejected = procedure_.rejected(h);
      else if (latest.held && (latest.now || newly_rejected))
        record(h, a, latest);
      latest.now = false;
    }
  }

  void record(std::size_t h, std::size_t a, const LatestLook& latest) {
    result::LookOutcome& look = trial_.outcome.looks[a][latest.look];
    const design::LookBounds bounds = procedure_.bounds(h);
    look.efficacy_z = bounds.efficacy_z;
    look.futility_z = bounds.futility_z;
    look.rejected = procedure_.rejected(h);
    look.futile = latest.now && !latest.last && !look.rejected &&
                  trial_.size.looks[a]->futility_obeyed && look.z < look.futility_z;
    if (look.futile && !trial_.look) procedure_.stop(h);
    stop_or_go_on(trial_, a, latest.look, latest.last);
  }

  const Trial& trial_;
  const std::vector<std::size_t>& analyses_;  // by hypothesis
  HypothesesWorkspace& work_;
  design::UnfoldingProcedure& procedure_;
};

}  // namespace

bool has_hypotheses(const Design& design, std::size_t c) {
  return design.procedure && std::ranges::any_of(design.procedure->analyses, [&](std::size_t a) {
           return cut_of(design, a) == c;
         });
}

void hold_procedure(const Trial& trial) {
  if (trial.size.procedure)
    Unfolding(trial).hold();
  else
    decide_by_hochberg(trial);
}

}  // namespace trialmill::simulation
