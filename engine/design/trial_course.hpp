#pragma once

#include <array>
#include <vector>

#include "design/follow_up.hpp"

namespace trialmill::design {

/// A quantity at the nodes of a `TimeAxis`.
using Curve = std::vector<double>;

/// The time since entry by the nodes of a `FollowUp`, all panels in order. Within a panel curves
/// are integrated as the polynomials through their nodes.
class TimeAxis {
 public:
  explicit TimeAxis(const FollowUp& follow_up);

  std::size_t nodes() const { return weight_.size(); }

  double integral(const Curve& per_month) const;
  Curve since_entry(const Curve& per_month) const;  ///< from entry to each node
  Curve until_end(const Curve& per_month) const;    ///< from each node to the longest follow-up

 private:
  std::vector<double> half_;  // width of each panel
  std::vector<double> weight_;
};

/// One arm of one stratum in expectation.
struct ArmCourse {
  double patients = 0;    ///< who have entered
  Curve at_risk, events;  ///< so long after entry; events per month
};

/// A trial in expectation at a calendar time, by the time since entry.
struct TrialCourse {
  TimeAxis axis;
  std::vector<std::array<ArmCourse, 2>> strata;  ///< control arm first

  double events() const;
};

TrialCourse expected_course(const TwoArmModel& model, double time_months,
                            FollowUp::Integrand integrand = FollowUp::Integrand::smooth);

/// The curve by a function of the node's number.
template <class Function>
Curve curve(const TimeAxis& axis, const Function& at) {
  Curve out(axis.nodes());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = at(i);
  return out;
}

}  // namespace trialmill::design
