#pragma once

#include "trialmill/design/two_arm_model.hpp"
#include "trialmill/survival/log_rank.hpp"

/// How a test statistic is distributed in a trial of finite size: to second order in the inverse
/// root of the number of patients, where `expected_score` and `expected_cox` give the first.
///
/// The statistic is a smooth function of the patients at risk and the events of both arms in every
/// stratum, at all times since entry. Its expansion about what is expected gives
/// - the variance under the alternative, from the influence of one patient (Lin and Wei 1989; Yung
///   and Liu 2020). It is not 1 when arms are unequal: with more experimental patients it is above;
/// - the mean, from the second derivatives: the score's by the risk sets that vary, small strata
///   above all, and that of a ratio;
/// - the skewness, from third moments and the second derivative along the direction of the
///   statistic. Under the null hypothesis it is that of the log-rank score, (1 - 2 q) /
///   sqrt(d q (1 - q)) for q of d events in the control arm.
namespace trialmill::design {

/// What the analysis waits for. An analysis at a number of events varies less.
enum class Timing { calendar, events };

struct StatisticShape {
  double mean = 0, sd = 1;
  double skewness = 0;
};

/// The standard normal quantile that belongs to a value of the statistic, by Cornish and Fisher's
/// expansion (1937): the probability of more than z is that of a normal variable above it.
double normal_score(const StatisticShape& shape, double z);

/// @param model with expected events in both arms @param time_months above 0
/// @throws DesignError as `require_model`, like all functions here
StatisticShape log_rank_shape(const TwoArmModel& model, double time_months, Timing timing,
                              survival::FlemingHarrington weight = {});

/// Of (log_margin - estimate) / standard error in the Cox model of treatment alone, in strata.
StatisticShape cox_wald_shape(const TwoArmModel& model, double time_months, Timing timing,
                              double log_margin = 0);

/// Of the signed root of the likelihood-ratio chi-square, positive for benefit.
StatisticShape cox_likelihood_ratio_shape(const TwoArmModel& model, double time_months,
                                          Timing timing);

}  // namespace trialmill::design
