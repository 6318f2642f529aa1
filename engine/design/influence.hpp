#pragma once

#include <array>
#include <vector>

#include "design/trial_course.hpp"

namespace trialmill::design {

/// What one patient adds to a statistic, to first order (the influence function of von Mises
/// 1947): `at_event` when the event comes x months after entry, and `per_month` for every month at
/// risk.
struct ArmInfluence {
  Curve at_event, per_month;
};

/// By stratum and arm of a `TrialCourse`.
using Influence = std::vector<std::array<ArmInfluence, 2>>;

/// a `first` + b `second`, and `constant` for every event.
Influence combination(double a, const Influence& first, double b, const Influence& second,
                      double constant = 0);

/// Of the sums over all patients, who are independent and of fixed numbers in each arm.
double covariance(const TrialCourse& course, const Influence& one, const Influence& other);
double third_cumulant(const TrialCourse& course, const Influence& influence);

/// The course moved by `step` times the covariance of the sum of an influence with the patients at
/// risk and the events at every time.
TrialCourse moved(const TrialCourse& course, const Influence& influence, double step);

}  // namespace trialmill::design
