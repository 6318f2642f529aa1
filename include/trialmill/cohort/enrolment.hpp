#pragma once

#include <span>
#include <vector>

namespace trialmill::cohort {

/// How patients arrive: at a piecewise-constant rate whose last value continues until the trial is
/// full. `poisson`: a Poisson process of that rate. `even`: patient i (from 1) arrives when the
/// expected number of arrivals reaches i, as rpact has it.
struct Enrolment {
  enum class Process { poisson, even };
  Process process = Process::poisson;
  std::vector<double> from_months{0.0};  ///< increasing, the first 0
  std::vector<double> rate_per_month;    ///< not negative, the last one positive
};

/// Calendar times of arrival, increasing.
/// @param u one uniform per patient in (0, 1), read by the Poisson process only
/// @param time_months same length, overwritten
void draw_arrivals(const Enrolment& enrolment, std::span<const double> u,
                   std::span<double> time_months);

}  // namespace trialmill::cohort
