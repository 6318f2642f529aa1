#include "trialmill/survival/win_ratio.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::survival {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Brings patients in order and turns outcomes into two times each, so that one patient beats
/// another exactly when the event of the other comes before `known_until`.
/// @return number of controls
std::size_t arrange(std::span<const PrioritisedOutcome> outcomes,
                    std::span<const std::int32_t> group, WinRatioWorkspace& w) {
  const std::size_t n = group.size();
  w.patient.resize(n);
  std::size_t placed = 0;
  for (const std::int32_t arm : {0, 1})
    for (std::size_t i = 0; i < n; ++i)
      if (group[i] == arm) w.patient[placed++] = i;
  assert(placed == n);
  w.event_time.resize(outcomes.size() * n);
  w.known_until.resize(outcomes.size() * n);
  for (std::size_t o = 0; o < outcomes.size(); ++o)
    for (std::size_t i = 0; i < n; ++i) {
      const double time = outcomes[o].time[w.patient[i]];
      const bool event = outcomes[o].event[w.patient[i]] != 0;
      w.event_time[o * n + i] = event ? time : infinite;
      w.known_until[o * n + i] = event ? time : std::nextafter(time, infinite);
    }
  return static_cast<std::size_t>(std::count(group.begin(), group.end(), 0));
}

/// Decides what is open between a patient and everybody by one outcome.
void decide(std::size_t patient, std::size_t n, const double* event_time, const double* known_until,
            double* decision) {
  const double own_event = event_time[patient], own_known = known_until[patient];
  for (std::size_t j = 0; j < n; ++j) {
    const double won = event_time[j] < own_known ? 1.0 : 0.0;
    const double lost = own_event < known_until[j] ? 1.0 : 0.0;
    decision[j] = decision[j] != 0 ? decision[j] : won - lost;
  }
}

struct Decided {
  double wins = 0;
  double losses = 0;
};

Decided count(const double* decision, std::size_t from, std::size_t to) {
  double net = 0, decided = 0;
  for (std::size_t j = from; j < to; ++j) {
    net += decision[j];
    decided += std::abs(decision[j]);
  }
  return {0.5 * (decided + net), 0.5 * (decided - net)};
}

/// Compares every patient with every other.
void compare_all(std::size_t outcomes, std::size_t controls, WinRatioWorkspace& w,
                 WinRatio& result) {
  const std::size_t n = w.patient.size();
  w.decision.resize(n);
  w.wins.resize(n);
  w.losses.resize(n);
  w.score.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool control = i < controls;
    std::fill(w.decision.begin(), w.decision.end(), 0.0);
    Decided before;
    for (std::size_t o = 0; o < outcomes; ++o) {
      decide(i, n, w.event_time.data() + o * n, w.known_until.data() + o * n, w.decision.data());
      if (control) continue;
      const Decided now = count(w.decision.data(), 0, controls);
      result.by_outcome[o].wins += now.wins - before.wins;
      result.by_outcome[o].losses += now.losses - before.losses;
      before = now;
    }
    const Decided to_control = count(w.decision.data(), 0, controls);
    const Decided to_experimental = count(w.decision.data(), controls, n);
    const Decided& other = control ? to_experimental : to_control;
    w.wins[i] = other.wins;
    w.losses[i] = other.losses;
    w.score[i] =
        to_control.wins - to_control.losses + to_experimental.wins - to_experimental.losses;
  }
}

/// Variances of the shares of pairs won and lost, and their covariance.
struct ShareVariance {
  double won = 0;
  double lost = 0;
  double both = 0;
};

/// Adds the part of one group: the variance of its patients' own shares, by the size of the group.
void add_group(const WinRatioWorkspace& w, std::size_t from, std::size_t to, bool experimental,
               ShareVariance& variance) {
  const auto size = static_cast<double>(to - from);
  const double others = static_cast<double>(w.patient.size()) - size;
  const std::vector<double>& won = experimental ? w.wins : w.losses;
  const std::vector<double>& lost = experimental ? w.losses : w.wins;
  double mean_won = 0, mean_lost = 0;
  for (std::size_t i = from; i < to; ++i) {
    mean_won += won[i] / size;
    mean_lost += lost[i] / size;
  }
  const double scale = 1 / (others * others * size * (size - 1));
  for (std::size_t i = from; i < to; ++i) {
    const double a = won[i] - mean_won, b = lost[i] - mean_lost;
    variance.won += scale * a * a;
    variance.lost += scale * b * b;
    variance.both += scale * a * b;
  }
}

/// The least probability of winning, half the ties counted, that is not rejected beside an observed
/// one of `better` (Newcombe 2006, Statistics in Medicine 25: 559-573, method 5): unlike the limits
/// by the U-statistics' variance it exists when every pair is won.
double least_probability(double better, double controls, double others, double z) {
  const double pairs = controls * others, more = 0.5 * (controls + others) - 1;
  double low = 0, high = better;
  for (int halving = 0; halving < 60; ++halving) {
    const double p = 0.5 * (low + high);
    const double variance = p * (1 - p) * (1 + more * ((1 - p) / (2 - p) + p / (1 + p))) / pairs;
    (better - p > z * std::sqrt(variance) ? low : high) = p;
  }
  return low;
}

/// Where nobody loses, or nobody wins, the win ratio is infinite or 0 and has a limit on the one
/// side; so have the win odds and the net benefit when nothing is tied either.
void limit_one_sided(double controls, double others, double level, WinRatio& result) {
  const bool won = result.losses == 0;
  const double tied = result.ties / (controls * others);
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  const double least = least_probability(1 - tied / 2, controls, others, z);
  const double limit = (least - tied / 2) / (1 - least - tied / 2);
  const auto set = [&](double& lower, double& upper) {
    lower = won ? std::max(limit, 0.0) : 0;
    upper = won ? infinite : 1 / std::max(limit, 0.0);
  };
  set(result.win_ratio_lower, result.win_ratio_upper);
  if (tied > 0) return;
  set(result.win_odds_lower, result.win_odds_upper);
  const double benefit = 2 * least - 1;
  result.net_benefit_lower = won ? benefit : -1;
  result.net_benefit_upper = won ? 1 : -benefit;
}

void estimate(const ShareVariance& variance, double pairs, double level, WinRatio& result) {
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  const double won = result.wins / pairs, lost = result.losses / pairs;
  result.win_ratio = result.wins / result.losses;
  result.log_win_ratio_std_error = undefined;
  if (won > 0 && lost > 0)
    result.log_win_ratio_std_error =
        std::sqrt(variance.won / (won * won) + variance.lost / (lost * lost) -
                  2 * variance.both / (won * lost));
  const double reach = math::exp(z * result.log_win_ratio_std_error);
  result.win_ratio_lower = result.win_ratio / reach;
  result.win_ratio_upper = result.win_ratio * reach;

  result.net_benefit = won - lost;
  result.net_benefit_std_error = std::sqrt(variance.won + variance.lost - 2 * variance.both);
  result.net_benefit_lower = result.net_benefit - z * result.net_benefit_std_error;
  result.net_benefit_upper = result.net_benefit + z * result.net_benefit_std_error;

  const double better = 0.5 * (1 + result.net_benefit), worse = 0.5 * (1 - result.net_benefit);
  result.win_odds = better / worse;
  const bool inside = better > 0 && worse > 0;
  const double odds_reach =
      inside ? math::exp(z * result.net_benefit_std_error / (2 * better * worse)) : undefined;
  result.win_odds_lower = result.win_odds / odds_reach;
  result.win_odds_upper = result.win_odds * odds_reach;
}

/// Finkelstein and Schoenfeld's test.
void test(std::size_t controls, const WinRatioWorkspace& w, WinRatio& result) {
  const auto n = static_cast<double>(w.patient.size()), n0 = static_cast<double>(controls);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < w.score.size(); ++i) {
    if (i >= controls) sum += w.score[i];
    squares += w.score[i] * w.score[i];
  }
  if (!(squares > 0)) {
    result.status = FitStatus::no_information;
    return;
  }
  result.z = sum / std::sqrt(n0 * (n - n0) / (n * (n - 1)) * squares);
  result.p_two_sided = two_sided_p(result.z);
}

}  // namespace

void win_ratio(std::span<const PrioritisedOutcome> outcomes, std::span<const std::int32_t> group,
               double level, WinRatioWorkspace& workspace, WinRatio& result) {
  assert(!outcomes.empty() && level > 0 && level < 1);
  std::vector<WinCount> by_outcome = std::move(result.by_outcome);
  result = WinRatio();
  by_outcome.assign(outcomes.size(), WinCount());
  result.by_outcome = std::move(by_outcome);
  const std::size_t n = group.size(), controls = arrange(outcomes, group, workspace);
  const bool any_event =
      std::any_of(outcomes.begin(), outcomes.end(), [](const PrioritisedOutcome& outcome) {
        return std::count(outcome.event.begin(), outcome.event.end(), 0) <
               static_cast<std::ptrdiff_t>(outcome.event.size());
      });
  compare_all(outcomes.size(), controls, workspace, result);
  for (const WinCount& decided : result.by_outcome) {
    result.wins += decided.wins;
    result.losses += decided.losses;
  }
  const double pairs = static_cast<double>(controls) * static_cast<double>(n - controls);
  result.ties = pairs - result.wins - result.losses;
  ShareVariance variance;
  add_group(workspace, 0, controls, false, variance);
  add_group(workspace, controls, n, true, variance);
  estimate(variance, pairs, level, result);
  if (result.wins + result.losses > 0 && (result.wins == 0 || result.losses == 0))
    limit_one_sided(static_cast<double>(controls), static_cast<double>(n - controls), level,
                    result);
  if (controls == 0 || controls == n) {
    result.status = FitStatus::one_group_empty;
  } else if (!any_event) {
    result.status = FitStatus::no_events;
  } else {
    test(controls, workspace, result);
  }
}

WinRatio win_ratio(std::span<const PrioritisedOutcome> outcomes,
                   std::span<const std::int32_t> group, double level) {
  WinRatioWorkspace workspace;
  WinRatio result;
  win_ratio(outcomes, group, level, workspace, result);
  return result;
}

}  // namespace trialmill::survival
