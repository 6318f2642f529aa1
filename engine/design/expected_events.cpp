#include "trialmill/design/expected_events.hpp"

#include <boost/math/quadrature/gauss.hpp>
#include <cassert>
#include <cmath>

#include "design/follow_up.hpp"
#include "design/monotone_root.hpp"
#include "trialmill/design/crossing.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

ExpectedCounts integrate_counts(const TwoArmModel& model, double time_months) {
  ExpectedCounts counts;
  counts.time_months = time_months;
  const double patients = model.accrual.patients(time_months);
  counts.control.patients = patients / (1 + model.allocation);
  counts.experimental.patients = patients * model.allocation / (1 + model.allocation);
  if (!(time_months > 0)) return counts;
  const FollowUp follow_up(model, time_months);
  std::vector<StratumAtRisk> strata(follow_up.strata());
  for (std::size_t p = 0; p < follow_up.panels().size(); ++p) {
    const FollowUpPanel& panel = follow_up.panels()[p];
    for (std::size_t i = 0; i < panel.months.size(); ++i) {
      follow_up.at(panel.months[i], p, strata);
      for (const StratumAtRisk& stratum : strata) {
        counts.control.events += panel.weight[i] * stratum.events_per_month[0];
        counts.experimental.events += panel.weight[i] * stratum.events_per_month[1];
        counts.control.dropouts += panel.weight[i] * stratum.dropouts_per_month[0];
        counts.experimental.dropouts += panel.weight[i] * stratum.dropouts_per_month[1];
      }
    }
  }
  return counts;
}

// The pooled survival curves of the strata, followed from time to time: their hazard is that of all
// who are at risk.
class PooledSurvival {
 public:
  explicit PooledSurvival(const FollowUp& follow_up)
      : follow_up_(&follow_up),
        strata_(follow_up.strata()),
        cumulative_hazard_(follow_up.strata(), 0.0) {}

  // Moves on to a time within the panel; the end of each panel must be met.
  void move_to(double to, std::size_t panel) {
    using Rule = boost::math::quadrature::gauss<double, 10>;
    const double centre = 0.5 * (months_ + to), half = 0.5 * (to - months_);
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i)
      for (const double side : {-1.0, 1.0})
        add(centre + side * half * Rule::abscissa()[i], half * Rule::weights()[i], panel);
    months_ = to;
  }

  double survival(std::size_t stratum) const { return math::exp(-cumulative_hazard_[stratum]); }

 private:
  void add(double months, double weight, std::size_t panel) {
    follow_up_->at(months, panel, strata_);
    for (std::size_t s = 0; s < strata_.size(); ++s) {
      const double at_risk = strata_[s].patients[0] + strata_[s].patients[1];
      const double events = strata_[s].events_per_month[0] + strata_[s].events_per_month[1];
      if (at_risk > 0) cumulative_hazard_[s] += weight * events / at_risk;
    }
  }

  const FollowUp* follow_up_;
  double months_ = 0;
  std::vector<StratumAtRisk> strata_;
  std::vector<double> cumulative_hazard_;
};

double weight_of(survival::FlemingHarrington weight, double survival) {
  return math::power(survival, weight.rho) * math::power(1 - survival, weight.gamma);
}

// Adds a stratum's share of the score at one node. @param weight of the test there
void add_stratum(const StratumAtRisk& stratum, double weight, double node_weight,
                 ExpectedScore& sum) {
  const auto& n = stratum.patients;
  const double all = n[0] + n[1];
  if (!(all > 0)) return;
  const auto& events = stratum.events_per_month;
  sum.score += node_weight * weight * (n[1] * events[0] - n[0] * events[1]) / all;
  sum.variance +=
      node_weight * weight * weight * (n[0] / all) * (n[1] / all) * (events[0] + events[1]);
}

// The bounds, at the information of the looks.
Boundaries at_information_of(const std::vector<ExpectedLook>& looks, const Boundaries& boundaries) {
  assert(looks.size() == boundaries.looks.size());
  Boundaries out = boundaries;
  for (std::size_t k = 0; k < looks.size(); ++k)
    out.looks[k].information = looks[k].score.variance / looks.back().score.variance;
  return out;
}

AnalyticPower summarise(std::vector<ExpectedLook> looks, const CrossingProbabilities& stop) {
  AnalyticPower out;
  double left = 1;
  for (std::size_t k = 0; k < looks.size(); ++k) {
    ExpectedLook& look = looks[k];
    look.efficacy = stop.efficacy[k];
    if (!stop.futility.empty()) look.futility = stop.futility[k];
    if (!stop.harm.empty()) look.harm = stop.harm[k];
    double stopping = look.efficacy + look.futility + look.harm;
    if (k + 1 == looks.size()) stopping = left;
    left -= stopping;
    out.power += look.efficacy;
    out.harm += look.harm;
    out.expected_events += stopping * look.counts.events();
    out.expected_control_events += stopping * look.counts.control.events;
    out.expected_experimental_events += stopping * look.counts.experimental.events;
    out.expected_patients += stopping * look.counts.patients();
    out.expected_months += stopping * look.counts.time_months;
  }
  out.looks = std::move(looks);
  return out;
}

}  // namespace

ExpectedCounts expected_counts(const TwoArmModel& model, double time_months) {
  require_model(model);
  return integrate_counts(model, time_months);
}

double time_of_events(const TwoArmModel& model, double events) {
  require_model(model);
  const auto missing = [&](double time) { return events - integrate_counts(model, time).events(); };
  constexpr double long_after = 1e5;
  double latest = model.accrual.duration_months;
  while (missing(latest) > 0) {
    if (latest > long_after) return HUGE_VAL;
    latest *= 2;
  }
  return root_of_falling(missing, 0.0, latest);
}

ExpectedScore expected_score(const TwoArmModel& model, double time_months,
                             survival::FlemingHarrington weight) {
  require_model(model);
  assert(time_months > 0);
  // 1 - S grows in proportion to time at first.
  const bool whole = weight.gamma == std::floor(weight.gamma);
  const FollowUp follow_up(
      model, time_months,
      whole ? FollowUp::Integrand::smooth : FollowUp::Integrand::rooted_at_entry);
  const bool weighted = weight.rho != 0 || weight.gamma != 0;
  PooledSurvival pooled(follow_up);
  std::vector<StratumAtRisk> strata(follow_up.strata());
  ExpectedScore sum;
  for (std::size_t p = 0; p < follow_up.panels().size(); ++p) {
    const FollowUpPanel& panel = follow_up.panels()[p];
    for (std::size_t i = 0; i < panel.months.size(); ++i) {
      if (weighted) pooled.move_to(panel.months[i], p);
      follow_up.at(panel.months[i], p, strata);
      for (std::size_t s = 0; s < strata.size(); ++s)
        add_stratum(strata[s], weighted ? weight_of(weight, pooled.survival(s)) : 1,
                    panel.weight[i], sum);
    }
    if (weighted) pooled.move_to(panel.to_months, p);
  }
  if (sum.variance > 0) sum.z_mean = sum.score / std::sqrt(sum.variance);
  return sum;
}

AnalyticPower analytic_power(const TwoArmModel& model, const Boundaries& boundaries,
                             std::span<const double> look_months,
                             survival::FlemingHarrington weight) {
  assert(look_months.size() == boundaries.looks.size());
  std::vector<ExpectedLook> looks;
  for (const double time : look_months)
    looks.push_back({expected_counts(model, time), expected_score(model, time, weight)});
  return analytic_power(boundaries, std::move(looks));
}

AnalyticPower analytic_power(const Boundaries& boundaries, std::vector<ExpectedLook> looks) {
  std::vector<double> z_mean;
  for (const ExpectedLook& look : looks)
    z_mean.push_back(look.score.z_mean);
  const CrossingProbabilities stop =
      crossing_probabilities(at_information_of(looks, boundaries), z_mean);
  return summarise(std::move(looks), stop);
}

AnalyticPower analytic_power(const Boundaries& boundaries, std::vector<ExpectedLook> looks,
                             std::span<const StatisticShape> shapes) {
  const CrossingProbabilities stop =
      crossing_probabilities(at_information_of(looks, boundaries), shapes);
  return summarise(std::move(looks), stop);
}

}  // namespace trialmill::design
