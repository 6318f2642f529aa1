#include "trialmill/design/two_arm_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "trialmill/design/design_error.hpp"

namespace trialmill::design {
namespace {

void require_pieces(const char* part, const std::string& what, const std::vector<double>& from,
                    const std::vector<double>& value) {
  if (from.empty() || from.front() != 0 || from.size() != value.size())
    throw DesignError(part, what + " needs pieces from month 0, each with a value");
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (!std::isfinite(from[k]) || (k > 0 && !(from[k] > from[k - 1])))
      throw DesignError(part, what + ": the months at which pieces begin must increase");
    if (!(std::isfinite(value[k]) && value[k] >= 0))
      throw DesignError(part, what + " must not be negative");
  }
}

void require_hazard(const std::string& what, const survival::PiecewiseHazard& hazard) {
  require_pieces("groups", what, hazard.from_months, hazard.hazard_per_month);
}

}  // namespace

double Accrual::patients(double t_months) const {
  const double end = std::min(t_months, duration_months);
  double total = 0;
  for (std::size_t k = 0; k < from_months.size() && from_months[k] < end; ++k) {
    const double to = k + 1 < from_months.size() ? std::min(end, from_months[k + 1]) : end;
    total += per_month[k] * (to - from_months[k]);
  }
  return total;
}

double accrual_duration(const Accrual& accrual, double patients) {
  double before = 0;
  for (std::size_t k = 0; k < accrual.from_months.size(); ++k) {
    const bool last = k + 1 == accrual.from_months.size();
    const double length = last ? HUGE_VAL : accrual.from_months[k + 1] - accrual.from_months[k];
    const double needed = (patients - before) / accrual.per_month[k];  // infinite at rate 0
    if (needed <= length) return accrual.from_months[k] + needed;
    before += accrual.per_month[k] * length;
  }
  return HUGE_VAL;
}

void require_model(const TwoArmModel& model) {
  require_pieces("accrual", "accrual", model.accrual.from_months, model.accrual.per_month);
  if (!(std::isfinite(model.accrual.duration_months) && model.accrual.duration_months > 0))
    throw DesignError("accrual", "accrual must last for more than 0 months");
  if (!(std::isfinite(model.allocation) && model.allocation > 0))
    throw DesignError("allocation", "the allocation ratio must be above 0");
  if (!(model.follow_up_months > 0))
    throw DesignError("follow-up", "patients must be followed for more than 0 months");
  double total = 0;
  for (const RiskGroup& group : model.groups) {
    if (!(group.fraction >= 0))
      throw DesignError("groups", "the fraction of a group must not be negative");
    total += group.fraction;
    require_hazard("hazard of the control arm", group.control_hazard);
    require_hazard("hazard of the experimental arm", group.experimental_hazard);
    require_hazard("dropout of the control arm", group.control_dropout);
    require_hazard("dropout of the experimental arm", group.experimental_dropout);
  }
  if (!(std::abs(total - 1) < 1e-9))
    throw DesignError(
        "groups", "the fractions of the groups must add up to 1, not to " + std::to_string(total));
}

}  // namespace trialmill::design
