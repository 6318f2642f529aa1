#include "design/influence.hpp"

namespace trialmill::design {
namespace {

// Sums over the patients of one arm in one stratum. A patient who leaves, for whatever reason, has
// collected the integral of `per_month`; integration by parts leaves the rates of leaving out.
struct PowerSums {
  double first = 0, second = 0, third = 0;
};

double first_sum(const TimeAxis& axis, const ArmCourse& arm, const ArmInfluence& influence) {
  return axis.integral(curve(axis, [&](std::size_t i) {
    return arm.events[i] * influence.at_event[i] + arm.at_risk[i] * influence.per_month[i];
  }));
}

double product_sum(const TimeAxis& axis, const ArmCourse& arm, const ArmInfluence& one,
                   const ArmInfluence& other) {
  const Curve a = axis.since_entry(one.per_month), b = axis.since_entry(other.per_month);
  return axis.integral(curve(axis, [&](std::size_t i) {
    const double f = one.at_event[i], g = other.at_event[i];
    return arm.events[i] * (f * g + f * b[i] + a[i] * g) +
           arm.at_risk[i] * (one.per_month[i] * b[i] + a[i] * other.per_month[i]);
  }));
}

PowerSums power_sums(const TimeAxis& axis, const ArmCourse& arm, const ArmInfluence& influence) {
  PowerSums sums;
  sums.first = first_sum(axis, arm, influence);
  sums.second = product_sum(axis, arm, influence, influence);
  const Curve collected = axis.since_entry(influence.per_month);
  sums.third = axis.integral(curve(axis, [&](std::size_t i) {
    const double f = influence.at_event[i], a = collected[i];
    return arm.events[i] * f * (f * f + 3 * f * a + 3 * a * a) +
           3 * arm.at_risk[i] * a * a * influence.per_month[i];
  }));
  return sums;
}

// Of one arm in all strata.
double patients_of(const TrialCourse& course, std::size_t arm) {
  double patients = 0;
  for (const auto& stratum : course.strata)
    patients += stratum[arm].patients;
  return patients;
}

double mean_of(const TrialCourse& course, const Influence& influence, std::size_t arm) {
  double sum = 0;
  for (std::size_t s = 0; s < course.strata.size(); ++s)
    sum += first_sum(course.axis, course.strata[s][arm], influence[s][arm]);
  return sum / patients_of(course, arm);
}

ArmCourse moved_arm(const TimeAxis& axis, const ArmCourse& arm, const ArmInfluence& influence,
                    double mean, double step) {
  const Curve collected = axis.since_entry(influence.per_month);
  const Curve to_come = axis.until_end(curve(axis, [&](std::size_t i) {
    return arm.events[i] * influence.at_event[i] + arm.at_risk[i] * influence.per_month[i];
  }));
  ArmCourse out{arm.patients, arm.at_risk, arm.events};
  for (std::size_t i = 0; i < axis.nodes(); ++i) {
    out.at_risk[i] += step * (arm.at_risk[i] * (collected[i] - mean) + to_come[i]);
    out.events[i] += step * arm.events[i] * (influence.at_event[i] + collected[i] - mean);
  }
  return out;
}

}  // namespace

Influence combination(double a, const Influence& first, double b, const Influence& second,
                      double constant) {
  Influence out = first;
  for (std::size_t s = 0; s < out.size(); ++s)
    for (std::size_t arm = 0; arm < 2; ++arm)
      for (std::size_t i = 0; i < out[s][arm].at_event.size(); ++i) {
        out[s][arm].at_event[i] =
            a * first[s][arm].at_event[i] + b * second[s][arm].at_event[i] + constant;
        out[s][arm].per_month[i] = a * first[s][arm].per_month[i] + b * second[s][arm].per_month[i];
      }
  return out;
}

double covariance(const TrialCourse& course, const Influence& one, const Influence& other) {
  double sum = 0;
  for (std::size_t arm = 0; arm < 2; ++arm) {
    for (std::size_t s = 0; s < course.strata.size(); ++s)
      sum += product_sum(course.axis, course.strata[s][arm], one[s][arm], other[s][arm]);
    sum -= patients_of(course, arm) * mean_of(course, one, arm) * mean_of(course, other, arm);
  }
  return sum;
}

double third_cumulant(const TrialCourse& course, const Influence& influence) {
  double sum = 0;
  for (std::size_t arm = 0; arm < 2; ++arm) {
    const double mean = mean_of(course, influence, arm);
    for (std::size_t s = 0; s < course.strata.size(); ++s) {
      const PowerSums sums = power_sums(course.axis, course.strata[s][arm], influence[s][arm]);
      sum += sums.third - 3 * mean * sums.second;
    }
    sum += 2 * patients_of(course, arm) * mean * mean * mean;
  }
  return sum;
}

TrialCourse moved(const TrialCourse& course, const Influence& influence, double step) {
  TrialCourse out = course;
  for (std::size_t arm = 0; arm < 2; ++arm) {
    const double mean = mean_of(course, influence, arm);
    for (std::size_t s = 0; s < course.strata.size(); ++s)
      out.strata[s][arm] =
          moved_arm(course.axis, course.strata[s][arm], influence[s][arm], mean, step);
  }
  return out;
}

}  // namespace trialmill::design
