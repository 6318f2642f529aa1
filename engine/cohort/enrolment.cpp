#include "trialmill/cohort/enrolment.hpp"

#include <cassert>

#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {

void draw_arrivals(const Enrolment& enrolment, std::span<const double> u,
                   std::span<double> time_months) {
  assert(u.size() == time_months.size());
  const bool poisson = enrolment.process == Enrolment::Process::poisson;
  if (poisson) math::log(u, time_months);
  std::size_t piece = 0;
  double expected_at_piece = 0;  // expected arrivals before the current piece began
  double expected = 0;
  for (std::size_t i = 0; i < time_months.size(); ++i) {
    expected = poisson ? expected - time_months[i] : static_cast<double>(i + 1);
    while (piece + 1 < enrolment.from_months.size()) {
      const double length = enrolment.from_months[piece + 1] - enrolment.from_months[piece];
      const double expected_at_next = expected_at_piece + enrolment.rate_per_month[piece] * length;
      if (expected <= expected_at_next) break;
      expected_at_piece = expected_at_next;
      ++piece;
    }
    time_months[i] = enrolment.from_months[piece] +
                     (expected - expected_at_piece) / enrolment.rate_per_month[piece];
  }
}

}  // namespace trialmill::cohort
