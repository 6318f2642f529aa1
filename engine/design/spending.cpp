#include "trialmill/design/spending.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::design {
namespace {

struct SpentShare {
  double level, time;
  std::size_t look;

  double operator()(const LanDeMetsObrienFleming&) const {
    return 2 * math::normal_probability(math::normal_quantile(level / 2) / std::sqrt(time));
  }
  double operator()(const LanDeMetsPocock&) const {
    constexpr double e_minus_one = 1.718281828459045235;
    return level * math::log1p(e_minus_one * time);
  }
  double operator()(const HwangShihDeCani& family) const {
    if (family.gamma == 0) return level * time;
    return level * math::expm1(-family.gamma * time) / math::expm1(-family.gamma);
  }
  double operator()(const PowerFamily& family) const {
    return level * math::power(time, family.rho);
  }
  double operator()(const CustomSpending& family) const {
    return family.cumulative[std::min(look, family.cumulative.size() - 1)];
  }
  double operator()(const HaybittlePeto&) const { return level; }
  double operator()(const WangTsiatis&) const { return level; }
};

}  // namespace

bool is_spending_function(const Spending& spending) {
  return !std::holds_alternative<HaybittlePeto>(spending) &&
         !std::holds_alternative<WangTsiatis>(spending);
}

double spent(const Spending& spending, double level, double time, std::size_t look) {
  assert(is_spending_function(spending));
  if (!std::holds_alternative<CustomSpending>(spending)) {
    if (time <= 0) return 0;
    if (time >= 1) return level;
  }
  return std::visit(SpentShare{level, time, look}, spending);
}

}  // namespace trialmill::design
