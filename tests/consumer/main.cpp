#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>

#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/fit_status.hpp"
#include "trialmill/survival/time_to_event.hpp"

/// Three patients, all with the event: control, treated, control. Small enough to solve by hand.
int main() {
  namespace survival = trialmill::survival;
  const std::array<double, 3> time_months{1.0, 2.0, 3.0};
  const std::array<std::uint8_t, 3> event{1, 1, 1};
  const std::array<double, 3> treated{0.0, 1.0, 0.0};

  survival::SortedTimes sorted;
  survival::sort_times({.time = time_months, .event = event}, sorted);

  survival::CoxWorkspace workspace;
  survival::CoxFit fit;
  survival::fit_cox(sorted, {.columns = {std::span<const double>(treated)}}, {}, workspace, fit);

  const std::string_view status = survival::name(fit.status);
  std::printf("status %.*s\n", static_cast<int>(status.size()), status.data());
  for (const double coefficient : fit.coefficient) {
    std::printf("log hazard ratio %.11f\n", coefficient);
  }
  return 0;
}
