#pragma once

#include <string>

#include "cli/fit_report.hpp"

namespace trialmill::cli {

/// A number to some significant digits, "-" where there is none.
std::string significant(double x, int digits = 4);

/// A p-value to four decimals, or in powers of ten below 0.0001.
std::string p_text(double p);

/// One line: "  Margin 0.1: Z 1.2, one-sided p 0.1151".
std::string margin_line(const std::string& what, const survival::NonInferiority& test);

std::string cox_section(const FitRequest& request, const CoxReport& cox);

}  // namespace trialmill::cli
