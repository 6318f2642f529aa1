#pragma once

#include <string>

#include "cli/fit_report.hpp"

namespace trialmill::cli {

/// A number to some significant digits, "-" where there is none.
std::string significant(double x, int digits = 4);

/// A p-value to four decimals, or in powers of ten below 0.0001.
std::string p_text(double p);

std::string cox_section(const FitRequest& request, const CoxReport& cox);

}  // namespace trialmill::cli
