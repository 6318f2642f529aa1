#pragma once

#include <stdexcept>
#include <string>

namespace trialmill::design {

/// A design that cannot be: fractions that do not increase, more alpha spent than there is,
/// futility above efficacy. `what()` is a sentence for the statistician.
struct DesignError : std::invalid_argument {
  DesignError(std::string which, const std::string& message)
      : std::invalid_argument(message), part(std::move(which)) {}
  std::string part;  ///< what must change, as options spell it: "information", "spending-time",
                     ///< "alpha", "sided", "spending", "beta", "beta-spending", "accrual", ...
};

}  // namespace trialmill::design
