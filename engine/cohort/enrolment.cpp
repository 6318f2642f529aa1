#include "trialmill/cohort/enrolment.hpp"

#include <cassert>

#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {

namespace {

// Expected arrivals by each patient's arrival, one unit exponential apart.
void add_gaps(std::span<double> log_uniform) {
  double expected = 0;
  for (double& x : log_uniform)
    x = expected -= x;
}

void count_up(std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<double>(i + 1);
}

TRIALMILL_CLONES void divide_by_rate(double rate, std::size_t n, double* x) {
  for (std::size_t i = 0; i < n; ++i)
    x[i] = x[i] / rate;
}

// From expected arrivals to times, through the pieces of the rate.
void invert_pieces(const Enrolment& enrolment, std::span<double> arrivals) {
  std::size_t piece = 0;
  double expected_at_piece = 0;  // expected arrivals before the current piece began
  for (double& arrival : arrivals) {
    while (piece + 1 < enrolment.from_months.size()) {
      const double length = enrolment.from_months[piece + 1] - enrolment.from_months[piece];
      const double expected_at_next = expected_at_piece + enrolment.rate_per_month[piece] * length;
      if (arrival <= expected_at_next) break;
      expected_at_piece = expected_at_next;
      ++piece;
    }
    arrival = enrolment.from_months[piece] +
              (arrival - expected_at_piece) / enrolment.rate_per_month[piece];
  }
}

}  // namespace

void draw_arrivals(const Enrolment& enrolment, std::span<const double> u,
                   std::span<double> time_months) {
  assert(u.size() == time_months.size());
  if (enrolment.process == Enrolment::Process::poisson) {
    math::log(u, time_months);
    add_gaps(time_months);
  } else {
    count_up(time_months);
  }
  if (enrolment.from_months.size() == 1 && enrolment.from_months.front() == 0)
    divide_by_rate(enrolment.rate_per_month.front(), time_months.size(), time_months.data());
  else
    invert_pieces(enrolment, time_months);
}

}  // namespace trialmill::cohort
