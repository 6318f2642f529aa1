#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cassert>
#include <cmath>

#include "trialmill/evidence/cox_limit.hpp"

namespace trialmill::evidence {

namespace {

constexpr double longest_piece = 60;  // months

void add_nodes(double from, double to, QuadratureGrid& grid) {
  using Rule = boost::math::quadrature::gauss<double, 10>;
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  // An even rule is stored as its positive half, from the centre outwards.
  const auto& abscissa = Rule::abscissa();
  const auto& weight = Rule::weights();
  for (std::size_t i = abscissa.size(); i-- > 0;) {
    grid.time_months.push_back(centre - half * abscissa[i]);
    grid.weight.push_back(half * weight[i]);
  }
  for (std::size_t i = 0; i < abscissa.size(); ++i) {
    grid.time_months.push_back(centre + half * abscissa[i]);
    grid.weight.push_back(half * weight[i]);
  }
}

}  // namespace

QuadratureGrid quadrature_grid(std::span<const double> changes_months, double horizon_months) {
  assert(horizon_months > 0);
  std::vector<double> ends;
  for (const double change : changes_months)
    if (change > 0 && change < horizon_months) ends.push_back(change);
  ends.push_back(horizon_months);
  std::ranges::sort(ends);
  QuadratureGrid grid;
  double from = 0;
  for (const double to : ends) {
    const int parts = static_cast<int>(std::ceil((to - from) / longest_piece));
    for (int part = 0; part < parts; ++part)
      add_nodes(from + (to - from) * part / parts, from + (to - from) * (part + 1) / parts, grid);
    from = to;
  }
  return grid;
}

}  // namespace trialmill::evidence
