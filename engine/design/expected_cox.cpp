#include "trialmill/design/expected_cox.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "design/follow_up.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

// What is expected at one node of the quadrature in one stratum; events are weighted by the node.
struct RiskSet {
  double control = 0, experimental = 0;  // at risk
  double experimental_events = 0, events = 0;
};

std::vector<RiskSet> risk_sets(const TwoArmModel& model, double time_months) {
  const FollowUp follow_up(model, time_months);
  std::vector<StratumAtRisk> strata(follow_up.strata());
  std::vector<RiskSet> sets;
  for (std::size_t p = 0; p < follow_up.panels().size(); ++p) {
    const FollowUpPanel& panel = follow_up.panels()[p];
    for (std::size_t i = 0; i < panel.months.size(); ++i) {
      follow_up.at(panel.months[i], p, strata);
      for (const StratumAtRisk& stratum : strata) {
        const auto& events = stratum.events_per_month;
        if (!(stratum.patients[0] + stratum.patients[1] > 0)) continue;
        sets.push_back({stratum.patients[0], stratum.patients[1], panel.weight[i] * events[1],
                        panel.weight[i] * (events[0] + events[1])});
      }
    }
  }
  return sets;
}

// Score and information of the expected partial likelihood, and its logarithm less that at 0.
struct Likelihood {
  double score = 0, information = 0, log_gain = 0;
};

Likelihood likelihood(const std::vector<RiskSet>& sets, double coefficient) {
  const double ratio = math::exp(coefficient);
  Likelihood out;
  for (const RiskSet& set : sets) {
    const double all = set.control + set.experimental * ratio;
    const double share = set.experimental * ratio / all;
    out.score += set.experimental_events - set.events * share;
    out.information += set.events * share * (1 - share);
    out.log_gain += set.experimental_events * coefficient -
                    set.events * math::log(all / (set.control + set.experimental));
  }
  return out;
}

}  // namespace

ExpectedCox expected_cox(const TwoArmModel& model, double time_months) {
  require_model(model);
  const std::vector<RiskSet> sets = risk_sets(model, time_months);
  ExpectedCox out;
  // Newton's steps on a concave function, kept short where it is flat.
  constexpr int most_steps = 50;
  for (int step = 0; step < most_steps; ++step) {
    const Likelihood here = likelihood(sets, out.log_hazard_ratio);
    const double move = std::clamp(here.score / here.information, -1.0, 1.0);
    out.log_hazard_ratio += move;
    if (!(std::abs(move) > 1e-12)) break;
  }
  const Likelihood found = likelihood(sets, out.log_hazard_ratio);
  out.information = found.information;
  out.wald_z = -out.log_hazard_ratio * std::sqrt(found.information);
  out.likelihood_ratio = std::max(0.0, 2 * found.log_gain);
  return out;
}

}  // namespace trialmill::design
