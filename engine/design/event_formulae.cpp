#include "trialmill/design/event_formulae.hpp"

#include <cmath>

#include "trialmill/design/design_error.hpp"
#include "trialmill/design/expected_events.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

void require_levels(double alpha, double power) {
  if (!(alpha > 0 && alpha <= 0.5))
    throw DesignError("alpha", "alpha must be above 0 and up to 0.5");
  if (!(power > alpha && power < 1))
    throw DesignError("power", "the power must be above alpha and below 1");
}

void require_target(const EventTarget& target) {
  require_levels(target.alpha, target.power);
  if (!(target.hazard_ratio > 0 && std::isfinite(target.hazard_ratio) && target.hazard_ratio != 1))
    throw DesignError("hazard_ratio", "the hazard ratio must be above 0 and not 1");
  if (!(target.allocation > 0 && std::isfinite(target.allocation)))
    throw DesignError("allocation", "the allocation ratio must be above 0");
}

double square(double x) {
  return x * x;
}

double variance_of_log_ratio(const ExpectedCounts& counts) {
  return 1 / counts.control.events + 1 / counts.experimental.events;
}

// The log of the one hazard ratio of the model.
double common_log_ratio(const TwoArmModel& model) {
  double ratio = 0;
  const auto refuse = [] {
    throw DesignError("groups",
                      "Lachin and Foulkes' formula needs one hazard ratio, the same in "
                      "all groups at all times, and not 1");
  };
  for (const RiskGroup& group : model.groups) {
    const auto& control = group.control_hazard;
    const auto& experimental = group.experimental_hazard;
    if (control.from_months != experimental.from_months) refuse();
    for (std::size_t k = 0; k < control.hazard_per_month.size(); ++k) {
      const double above = experimental.hazard_per_month[k], below = control.hazard_per_month[k];
      if (above == 0 && below == 0) continue;
      if (ratio == 0) ratio = above / below;
      if (!(std::abs(above - ratio * below) <= 1e-9 * above)) refuse();
    }
  }
  if (!(ratio > 0 && std::isfinite(ratio) && ratio != 1)) refuse();
  return math::log(ratio);
}

TwoArmModel under_null(TwoArmModel model) {
  for (RiskGroup& group : model.groups) {
    for (std::size_t k = 0; k < group.control_hazard.hazard_per_month.size(); ++k) {
      double& control = group.control_hazard.hazard_per_month[k];
      control = (control + model.allocation * group.experimental_hazard.hazard_per_month[k]) /
                (1 + model.allocation);
    }
    group.experimental_hazard = group.control_hazard;
  }
  return model;
}

}  // namespace

std::string_view name(EventFormula formula) {
  switch (formula) {
    case EventFormula::schoenfeld:
      return "Schoenfeld";
    case EventFormula::freedman:
      return "Freedman";
    case EventFormula::hsieh_freedman:
      return "Hsieh-Freedman";
    case EventFormula::lachin_foulkes:
      return "Lachin-Foulkes";
  }
  return "";
}

EventNumber required_events(EventFormula formula, const EventTarget& target) {
  require_target(target);
  const double ratio = target.hazard_ratio, r = target.allocation;
  const double z =
      square(math::normal_quantile(target.power) - math::normal_quantile(target.alpha));
  switch (formula) {
    case EventFormula::schoenfeld:
      return {formula, z * square(1 + r) / (r * square(math::log(ratio)))};
    case EventFormula::freedman:
      return {formula, z * square(1 + r * ratio) / (r * square(1 - ratio))};
    case EventFormula::hsieh_freedman:
      return {formula, z * square(1 + r) * square(1 + ratio) / (4 * r * square(1 - ratio))};
    case EventFormula::lachin_foulkes:
      break;
  }
  throw DesignError("formula", "Lachin and Foulkes' formula needs the course of the trial");
}

PatientNumber required_patients(const EventNumber& events, const TwoArmModel& model,
                                double time_months) {
  const ExpectedCounts counts = expected_counts(model, time_months);
  return {events, events.events * counts.patients() / counts.events()};
}

PatientNumber lachin_foulkes(const TwoArmModel& model, double time_months, double alpha,
                             double power) {
  require_levels(alpha, power);
  require_model(model);
  const double log_ratio = common_log_ratio(model);
  const ExpectedCounts alternative = expected_counts(model, time_months);
  const ExpectedCounts null = expected_counts(under_null(model), time_months);
  const double sum = -math::normal_quantile(alpha) * std::sqrt(variance_of_log_ratio(null)) +
                     math::normal_quantile(power) * std::sqrt(variance_of_log_ratio(alternative));
  const double times = square(sum / log_ratio);  // as large a trial as the model's
  return {{EventFormula::lachin_foulkes, times * alternative.events()},
          times * alternative.patients()};
}

}  // namespace trialmill::design
