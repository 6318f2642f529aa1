#include "trialmill/survival/piecewise_hazard.hpp"

#include <cassert>
#include <cstddef>

namespace trialmill::survival {

double PiecewiseHazard::cumulative(double t_months) const {
  assert(!from_months.empty() && from_months.front() == 0 &&
         from_months.size() == hazard_per_month.size());
  double total = 0;
  for (std::size_t k = 0; k < from_months.size() && from_months[k] < t_months; ++k) {
    const bool last = k + 1 == from_months.size() || t_months <= from_months[k + 1];
    const double to = last ? t_months : from_months[k + 1];
    total += hazard_per_month[k] * (to - from_months[k]);
  }
  return total;
}

}  // namespace trialmill::survival
