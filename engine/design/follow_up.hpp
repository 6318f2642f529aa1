#pragma once

#include <array>
#include <span>
#include <vector>

#include "trialmill/design/two_arm_model.hpp"

namespace trialmill::design {

/// A span of time since entry within which all hazards are constant and accrual is smooth, with the
/// nodes of a quadrature rule in increasing order.
struct FollowUpPanel {
  double from_months = 0, to_months = 0;
  std::array<double, 20> months = {}, weight = {};
};

/// What is expected x months after entry in one stratum, control arm first.
struct StratumAtRisk {
  std::array<double, 2> patients = {};          ///< at risk
  std::array<double, 2> events_per_month = {};  ///< hazard x at risk
  std::array<double, 2> dropouts_per_month = {};
};

/// The expected course of a trial's patients up to a calendar time.
class FollowUp {
 public:
  enum class Integrand {
    smooth,          ///< within panels
    rooted_at_entry  ///< like a fractional power of the time since entry: panels halve towards it
  };

  /// @param model valid, and kept by reference
  FollowUp(const TwoArmModel& model, double calendar_months,
           Integrand integrand = Integrand::smooth);

  std::size_t strata() const { return strata_; }

  /// From entry to the longest follow-up, one after another.
  const std::vector<FollowUpPanel>& panels() const { return panels_; }

  /// @param months within the panel of that number @param out one per stratum
  void at(double months, std::size_t panel, std::span<StratumAtRisk> out) const;

 private:
  // Of one arm of one group within a panel.
  struct Rates {
    double cumulative = 0;  // hazard of event and dropout together, at the start of the panel
    double hazard = 0, dropout = 0;
  };

  void add_panels(double from, double to);
  void add_rates(const FollowUpPanel& panel);

  const TwoArmModel* model_;
  double calendar_months_;
  std::size_t strata_ = 0;
  std::vector<FollowUpPanel> panels_;
  std::vector<Rates> rates_;  // panels x groups x arms
};

}  // namespace trialmill::design
