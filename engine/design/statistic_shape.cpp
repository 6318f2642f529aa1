#include "trialmill/design/statistic_shape.hpp"

#include <algorithm>
#include <cmath>

#include "design/influence.hpp"
#include "design/trial_course.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

/// A statistic made of the score of the partial likelihood at a log hazard ratio and its
/// information: a log-rank test has a weight and the log ratio 0, Cox's the one that is estimated.
struct Statistic {
  enum class Kind { score, wald, likelihood_ratio } kind = Kind::score;
  survival::FlemingHarrington weight = {};
  double log_margin = 0;

  bool weighted() const { return weight.rho != 0 || weight.gamma != 0; }
};

double square(double x) {
  return x * x;
}

// a power b, and 0 where the power would be without a limit, which is where nobody has had an
// event.
double power_from(double a, double b) {
  return a > 0 ? math::power(a, b) : (b == 0 ? 1 : 0);
}

// The weight as a function of the pooled cumulative hazard H, S = exp(-H), with its derivatives.
struct Weight {
  double value = 1, first = 0, second = 0;
};

Weight weight_at(survival::FlemingHarrington by, double cumulative_hazard) {
  const double s = math::exp(-cumulative_hazard), f = -math::expm1(-cumulative_hazard);
  const double rho = by.rho, gamma = by.gamma;
  const double decline = power_from(s, rho);
  const double late = power_from(f, gamma);
  const double later = gamma == 0 ? 0 : gamma * s * power_from(f, gamma - 1);
  const double latest =
      gamma == 0 || gamma == 1 ? 0 : gamma * (gamma - 1) * s * s * power_from(f, gamma - 2);
  return {decline * late, decline * (later - rho * late),
          decline * (rho * rho * late - (2 * rho + 1) * later + latest)};
}

// One stratum at one time. With the hazard ratio of the experimental arm as its weight, `share` is
// what the arm has of those at risk.
struct RiskSet {
  double all = 0, patients = 0, share = 0, events = 0;

  double per_patient() const { return patients > 0 ? events / patients : 0; }
  double per_risk() const { return all > 0 ? events / all : 0; }
  double spread() const { return share * (1 - share); }
};

RiskSet risk_set(const std::array<ArmCourse, 2>& stratum, double ratio, std::size_t i) {
  RiskSet out;
  const double experimental = ratio * stratum[1].at_risk[i];
  out.all = stratum[0].at_risk[i] + experimental;
  out.patients = stratum[0].at_risk[i] + stratum[1].at_risk[i];
  out.share = out.all > 0 ? experimental / out.all : 0;
  out.events = stratum[0].events[i] + stratum[1].events[i];
  return out;
}

Curve pooled_hazard(const TimeAxis& axis, const std::array<ArmCourse, 2>& stratum) {
  return axis.since_entry(
      curve(axis, [&](std::size_t i) { return risk_set(stratum, 1, i).per_patient(); }));
}

/// The expected score (positive for benefit), its information, and what the information's
/// derivatives by the log ratio are; how much the log likelihood gains over that at 0.
struct Sums {
  double score = 0, information = 0, third = 0, fourth = 0, log_gain = 0;
};

Sums sums_of(const TrialCourse& course, const Statistic& statistic, double log_ratio) {
  const double ratio = math::exp(log_ratio);
  const TimeAxis& axis = course.axis;
  Sums sums;
  for (const auto& stratum : course.strata) {
    const Curve hazard = statistic.weighted() ? pooled_hazard(axis, stratum) : Curve();
    const auto integral = [&](const auto& at) {
      return axis.integral(curve(axis, [&](std::size_t i) {
        const RiskSet set = risk_set(stratum, ratio, i);
        const double w = hazard.empty() ? 1 : weight_at(statistic.weight, hazard[i]).value;
        return at(i, set, w);
      }));
    };
    sums.score += integral([&](std::size_t i, const RiskSet& set, double w) {
      return w * (set.share * stratum[0].events[i] - (1 - set.share) * stratum[1].events[i]);
    });
    sums.information += integral([](std::size_t, const RiskSet& set, double w) {
      return w * w * set.spread() * set.events;
    });
    sums.third += integral([](std::size_t, const RiskSet& set, double) {
      return set.spread() * (1 - 2 * set.share) * set.events;
    });
    sums.fourth += integral([](std::size_t, const RiskSet& set, double) {
      return set.spread() * (1 - 6 * set.spread()) * set.events;
    });
    sums.log_gain += integral([&](std::size_t i, const RiskSet& set, double) {
      const double relative = set.patients > 0 ? math::log(set.all / set.patients) : 0;
      return stratum[1].events[i] * log_ratio - set.events * relative;
    });
  }
  return sums;
}

// The log hazard ratio at which the expected score is 0.
double estimate(const TrialCourse& course, const Statistic& statistic) {
  double log_ratio = 0;
  constexpr int most_steps = 50;
  for (int step = 0; step < most_steps; ++step) {
    const Sums here = sums_of(course, statistic, log_ratio);
    const double move = std::clamp(-here.score / here.information, -1.0, 1.0);
    log_ratio += move;
    if (!(std::abs(move) > 1e-13)) break;
  }
  return log_ratio;
}

// The signed root of the likelihood ratio by Wald's statistic: r = z + second z^2 + third z^3.
struct RootSeries {
  double second = 0, third = 0;

  explicit RootSeries(const Sums& at_estimate) {
    const double v = at_estimate.information;
    second = at_estimate.third / (6 * v * std::sqrt(v));
    third = at_estimate.fourth / (24 * v * v) - 0.5 * second * second;
  }
};

// The statistic when everything is as expected.
double value_of(const TrialCourse& course, const Statistic& statistic) {
  if (statistic.kind == Statistic::Kind::score) {
    const Sums sums = sums_of(course, statistic, 0);
    return sums.score / std::sqrt(sums.information);
  }
  const double log_ratio = estimate(course, statistic);
  const Sums sums = sums_of(course, statistic, log_ratio);
  const double wald = (statistic.log_margin - log_ratio) * std::sqrt(sums.information);
  if (statistic.kind == Statistic::Kind::wald) return wald;
  const RootSeries root(sums);
  if (std::abs(wald) < 0.01)  // where the root of a difference has no digits
    return wald * (1 + wald * (root.second + wald * root.third));
  return std::copysign(std::sqrt(std::max(0.0, 2 * sums.log_gain)), -log_ratio);
}

/// The parts of a statistic, as sums over patients and with the means of their second-order terms.
struct Expansion {
  Influence score, information, third;
  double score_shift = 0, information_shift = 0;
};

// The influences in one stratum. A patient changes the events, the share of the experimental arm
// among those at risk and, with weights, the pooled survival of all later times.
void add_influences(const TimeAxis& axis, const std::array<ArmCourse, 2>& stratum,
                    const Statistic& statistic, double ratio, Expansion& out) {
  const Curve hazard = pooled_hazard(axis, stratum);
  const auto weight = [&](std::size_t i) { return weight_at(statistic.weight, hazard[i]); };
  const Curve later_score = axis.until_end(curve(axis, [&](std::size_t i) {
    const double share = risk_set(stratum, ratio, i).share;
    return weight(i).first * (share * stratum[0].events[i] - (1 - share) * stratum[1].events[i]);
  }));
  const Curve later_information = axis.until_end(curve(axis, [&](std::size_t i) {
    const RiskSet set = risk_set(stratum, ratio, i);
    const Weight w = weight(i);
    return 2 * w.value * w.first * set.spread() * set.events;
  }));
  const auto add = [&](Influence& influence, const auto& at_event, const auto& per_share,
                       const Curve* later) {
    auto& arms = influence.emplace_back();
    for (std::size_t arm = 0; arm < 2; ++arm) {
      const auto is = static_cast<double>(arm);
      const auto later_part = [&](std::size_t i, const RiskSet& set) {
        return later && set.patients > 0 ? (*later)[i] / set.patients : 0;
      };
      arms[arm].at_event = curve(axis, [&](std::size_t i) {
        const RiskSet set = risk_set(stratum, ratio, i);
        return at_event(i, set, is) + later_part(i, set);
      });
      arms[arm].per_month = curve(axis, [&](std::size_t i) {
        const RiskSet set = risk_set(stratum, ratio, i);
        const double moves_share = (arm == 1 ? ratio : 1) * (is - set.share) * set.per_risk();
        return per_share(i, set) * moves_share - later_part(i, set) * set.per_patient();
      });
    }
  };
  add(
      out.score,
      [&](std::size_t i, const RiskSet& set, double is) {
        return weight(i).value * (set.share - is);
      },
      [&](std::size_t i, const RiskSet&) { return weight(i).value; },
      statistic.weighted() ? &later_score : nullptr);
  add(
      out.information,
      [&](std::size_t i, const RiskSet& set, double) {
        return square(weight(i).value) * set.spread();
      },
      [&](std::size_t i, const RiskSet& set) {
        return square(weight(i).value) * (1 - 2 * set.share);
      },
      statistic.weighted() ? &later_information : nullptr);
  add(
      out.third,
      [&](std::size_t, const RiskSet& set, double) { return set.spread() * (1 - 2 * set.share); },
      [&](std::size_t, const RiskSet& set) { return 1 - 6 * set.spread(); }, nullptr);
}

// The share of the times at which anybody is at risk, of a Poisson number expected.
double anybody(double at_risk) {
  return -math::expm1(-at_risk);
}

// The means of the second-order terms in one stratum: of the share at risk, and of the pooled
// cumulative hazard, whose variance is `spent`. They end where nobody is left: given n at risk, a
// share p varies by p (1 - p) / n, and n (1 / n) is 1 as long as there is one.
void add_shifts(const TimeAxis& axis, const std::array<ArmCourse, 2>& stratum,
                const Statistic& statistic, double ratio, bool fixed, Expansion& out) {
  const Curve hazard = pooled_hazard(axis, stratum);
  const Curve spent = axis.since_entry(curve(axis, [&](std::size_t i) {
    const RiskSet set = risk_set(stratum, ratio, i);
    return set.patients > 0 ? set.per_patient() * anybody(set.patients) / set.patients : 0;
  }));
  const auto relative_variance = [&](std::size_t arm, std::size_t i) {
    const double at_risk = stratum[arm].at_risk[i];
    if (!(at_risk > 0)) return 0.0;
    const double gone = fixed ? 1 - at_risk / stratum[arm].patients : 1;
    return gone * anybody(risk_set(stratum, ratio, i).patients) / at_risk;
  };
  const auto excess = [&](std::size_t i, const RiskSet& set) {  // of events over their share
    const double above = stratum[1].events[i] - set.share * set.events;
    return above * (relative_variance(1, i) + relative_variance(0, i));
  };
  out.score_shift += axis.integral(curve(axis, [&](std::size_t i) {
    const RiskSet set = risk_set(stratum, ratio, i);
    const Weight w = weight_at(statistic.weight, hazard[i]);
    const double drift = set.share * stratum[0].events[i] - (1 - set.share) * stratum[1].events[i];
    return w.value * set.spread() * excess(i, set) + 0.5 * spent[i] * (w.second - w.first) * drift;
  }));
  out.information_shift += axis.integral(curve(axis, [&](std::size_t i) {
    const RiskSet set = risk_set(stratum, ratio, i);
    const Weight w = weight_at(statistic.weight, hazard[i]);
    const double of_share =
        (1 - 2 * set.share) * excess(i, set) -
        set.spread() * set.events * (relative_variance(0, i) + relative_variance(1, i));
    const double of_weight = square(w.first) + w.value * (w.second - w.first);
    return set.spread() * (square(w.value) * of_share + spent[i] * of_weight * set.events);
  }));
}

Expansion expand(const TrialCourse& course, const Statistic& statistic, double log_ratio,
                 bool fixed) {
  const double ratio = math::exp(log_ratio);
  Expansion out;
  for (const auto& stratum : course.strata) {
    add_influences(course.axis, stratum, statistic, ratio, out);
    add_shifts(course.axis, stratum, statistic, ratio, fixed, out);
  }
  return out;
}

/// A statistic to first order, and its mean to second, at a calendar time.
struct Linear {
  Influence influence;
  double mean = 0;
};

Linear score_statistic(const TrialCourse& course, const Statistic& statistic, bool fixed) {
  const Sums sums = sums_of(course, statistic, 0);
  const Expansion parts = expand(course, statistic, 0, fixed);
  const double v = sums.information, root = std::sqrt(v), z = sums.score / root;
  const double relative = covariance(course, parts.information, parts.information) / (v * v);
  Linear out{combination(1 / root, parts.score, -z / (2 * v), parts.information), z};
  out.mean += parts.score_shift / root +
              z * (0.375 * relative - parts.information_shift / (2 * v)) -
              covariance(course, parts.score, parts.information) / (2 * v * root);
  return out;
}

Linear cox_statistic(const TrialCourse& course, const Statistic& statistic, bool fixed) {
  const double log_ratio = estimate(course, statistic);
  const Sums sums = sums_of(course, statistic, log_ratio);
  const Expansion parts = expand(course, statistic, log_ratio, fixed);
  const double v = sums.information, root = std::sqrt(v);
  const double z = (statistic.log_margin - log_ratio) * root;
  // Of the score of the likelihood, which falls with benefit.
  const double with_information = -covariance(course, parts.score, parts.information);
  const double with_third = -covariance(course, parts.score, parts.third);
  const double variance = covariance(course, parts.score, parts.score) / (v * v);  // of estimates
  const double bias = -(parts.score_shift + with_information / v + 0.5 * sums.third * variance) / v;
  const double about = with_information / v + sums.third * variance;
  const double information =  // its mean at the estimate, and a half of its relative variance
      sums.third * bias + 0.5 * sums.fourth * variance + with_third / v + parts.information_shift;
  const double relative = covariance(course, parts.information, parts.information) +
                          sums.third * (with_information / v + about);
  const double slope = sums.third / (2 * v * root);
  Linear out{combination((1 - z * slope) / root, parts.score, z / (2 * v), parts.information), z};
  out.mean +=
      z * (information / (2 * v) - relative / (8 * v * v)) - root * bias - about / (2 * root);
  if (statistic.kind == Statistic::Kind::wald) return out;
  const RootSeries series(sums);
  const double steep = 1 + 2 * series.second * z + 3 * series.third * z * z;
  const double spread = covariance(course, out.influence, out.influence);
  out.mean = value_of(course, statistic) + steep * (out.mean - z) +
             (series.second + 3 * series.third * z) * spread;
  out.influence = combination(steep, out.influence, 0, out.influence);
  return out;
}

// How the statistic changes per event, when the trial goes on.
double per_event(const TwoArmModel& model, double time_months, FollowUp::Integrand integrand,
                 const Statistic& statistic) {
  constexpr double step = 1e-3;
  const TrialCourse before = expected_course(model, time_months * (1 - step), integrand);
  const TrialCourse after = expected_course(model, time_months * (1 + step), integrand);
  const double events = after.events() - before.events();
  return events > 0 ? (value_of(after, statistic) - value_of(before, statistic)) / events : 0;
}

// The second derivative of the statistic along the direction in which it moves with itself.
double curvature(const TrialCourse& course, const Influence& influence,
                 const Statistic& statistic) {
  constexpr double step = 0x1p-6;
  const double ahead = value_of(moved(course, influence, step), statistic);
  const double behind = value_of(moved(course, influence, -step), statistic);
  return (ahead - 2 * value_of(course, statistic) + behind) / (step * step);
}

StatisticShape shape_of(const TwoArmModel& model, double time_months, Timing timing,
                        const Statistic& statistic) {
  require_model(model);
  const bool whole = statistic.weight.gamma == std::floor(statistic.weight.gamma);
  const auto integrand = whole ? FollowUp::Integrand::smooth : FollowUp::Integrand::rooted_at_entry;
  const TrialCourse course = expected_course(model, time_months, integrand);
  const bool fixed = model.balanced_within_strata;
  const Linear linear = statistic.kind == Statistic::Kind::score
                            ? score_statistic(course, statistic, fixed)
                            : cox_statistic(course, statistic, fixed);
  const double stopping =
      timing == Timing::events ? per_event(model, time_months, integrand, statistic) : 0;
  const Influence at_stop = combination(1, linear.influence, 0, linear.influence, -stopping);
  StatisticShape shape;
  shape.mean = linear.mean;
  shape.sd = std::sqrt(covariance(course, at_stop, at_stop));
  shape.skewness = (third_cumulant(course, linear.influence) +
                    3 * curvature(course, linear.influence, statistic)) /
                   (shape.sd * shape.sd * shape.sd);
  return shape;
}

}  // namespace

double normal_score(const StatisticShape& shape, double z) {
  if (std::isinf(z)) return z;
  double x = (z - shape.mean) / shape.sd;
  if (shape.skewness * x > 3) x = 3 / shape.skewness;  // beyond it the expansion turns back
  return x - shape.skewness / 6 * (x * x - 1);
}

StatisticShape log_rank_shape(const TwoArmModel& model, double time_months, Timing timing,
                              survival::FlemingHarrington weight) {
  return shape_of(model, time_months, timing, {Statistic::Kind::score, weight});
}

StatisticShape cox_wald_shape(const TwoArmModel& model, double time_months, Timing timing,
                              double log_margin) {
  return shape_of(model, time_months, timing, {Statistic::Kind::wald, {}, log_margin});
}

StatisticShape cox_likelihood_ratio_shape(const TwoArmModel& model, double time_months,
                                          Timing timing) {
  return shape_of(model, time_months, timing, {Statistic::Kind::likelihood_ratio});
}

}  // namespace trialmill::design
