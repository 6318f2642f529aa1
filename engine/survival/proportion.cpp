#include "trialmill/survival/proportion.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The counts of a table as numbers.
struct Margins {
  double control;  // patients
  double experimental;
  double successes;
  double all;
};

Margins margins_of(const TwoByTwo& table) {
  assert(table.control_successes >= 0 && table.control_successes <= table.control_patients);
  assert(table.experimental_successes >= 0 &&
         table.experimental_successes <= table.experimental_patients);
  return {static_cast<double>(table.control_patients),
          static_cast<double>(table.experimental_patients),
          static_cast<double>(table.control_successes + table.experimental_successes),
          static_cast<double>(table.control_patients + table.experimental_patients)};
}

FitStatus comparability(const Margins& margins) {
  if (margins.control == 0 || margins.experimental == 0) return FitStatus::one_group_empty;
  if (margins.successes == 0) return FitStatus::no_events;
  if (margins.successes == margins.all) return FitStatus::no_information;
  return FitStatus::ok;
}

void estimate_difference(const TwoByTwo& table, double level, ProportionComparison& result) {
  result.difference = result.experimental - result.control;
  const ProportionInterval x =
      wilson_interval(table.control_successes, table.control_patients, level);
  const ProportionInterval y =
      wilson_interval(table.experimental_successes, table.experimental_patients, level);
  const auto distance = [](double a, double b) { return std::sqrt(a * a + b * b); };
  result.lower =
      result.difference - distance(result.experimental - y.lower, x.upper - result.control);
  result.upper =
      result.difference + distance(y.upper - result.experimental, result.control - x.lower);
}

/// The tables with given margins, by the experimental successes, and the ratios of their
/// probabilities. Ratios of neighbours need neither factorials nor logarithms.
class TablesWithMargins {
 public:
  explicit TablesWithMargins(const TwoByTwo& table)
      : control_(table.control_patients),
        experimental_(table.experimental_patients),
        successes_(table.control_successes + table.experimental_successes) {}

  std::int64_t first() const { return std::max<std::int64_t>(0, successes_ - control_); }
  std::int64_t last() const { return std::min(successes_, experimental_); }

  /// The most probable table: weights relative to it are at most 1.
  std::int64_t mode() const {
    const double place = (static_cast<double>(successes_) + 1) *
                         (static_cast<double>(experimental_) + 1) /
                         (static_cast<double>(control_ + experimental_) + 2);
    return std::clamp(static_cast<std::int64_t>(place), first(), last());
  }

  /// P(x + 1 successes) / P(x).
  double step(std::int64_t x) const {
    const auto product = [](std::int64_t a, std::int64_t b) {
      return static_cast<double>(a) * static_cast<double>(b);
    };
    return product(experimental_ - x, successes_ - x) /
           product(x + 1, control_ - successes_ + x + 1);
  }

  /// Calls visit(x, weight) for every table, from the mode down and then from the mode up.
  template <class Visit>
  void each(Visit visit) const {
    const std::int64_t start = mode();
    double weight = 1;
    visit(start, weight);
    for (std::int64_t x = start; x-- > first();)
      visit(x, weight /= step(x));
    weight = 1;
    for (std::int64_t x = start; x < last(); ++x)
      visit(x + 1, weight *= step(x));
  }

 private:
  std::int64_t control_, experimental_, successes_;
};

}  // namespace

void count_successes(std::span<const std::uint8_t> success, std::span<const std::int32_t> group,
                     std::span<const std::int32_t> stratum, std::int32_t strata,
                     std::vector<TwoByTwo>& tables) {
  assert(success.size() == group.size() && strata > 0);
  assert(stratum.empty() || stratum.size() == success.size());
  tables.assign(static_cast<std::size_t>(strata), {});
  for (std::size_t i = 0; i < success.size(); ++i) {
    assert(group[i] == 0 || group[i] == 1);
    TwoByTwo& table = tables[stratum.empty() ? 0 : static_cast<std::size_t>(stratum[i])];
    const std::int64_t one = success[i] != 0 ? 1 : 0;
    if (group[i] == 0) {
      ++table.control_patients;
      table.control_successes += one;
    } else {
      ++table.experimental_patients;
      table.experimental_successes += one;
    }
  }
}

TwoByTwo pooled(std::span<const TwoByTwo> tables) {
  TwoByTwo sum;
  for (const TwoByTwo& table : tables) {
    sum.control_successes += table.control_successes;
    sum.control_patients += table.control_patients;
    sum.experimental_successes += table.experimental_successes;
    sum.experimental_patients += table.experimental_patients;
  }
  return sum;
}

ProportionInterval wilson_interval(std::int64_t successes, std::int64_t patients, double level) {
  assert(patients > 0 && level > 0 && level < 1);
  const double n = static_cast<double>(patients);
  const double x = static_cast<double>(successes);
  const double z = math::normal_quantile(0.5 + 0.5 * level);
  const double centre = (x + z * z / 2) / (n + z * z);
  const double reach = z * std::sqrt(x * (n - x) / n + z * z / 4) / (n + z * z);
  // At 0 and n successes the limits are exactly 0 and 1, which rounding can miss.
  return {successes == 0 ? 0.0 : centre - reach, successes == patients ? 1.0 : centre + reach};
}

ProportionComparison compare_proportions(const TwoByTwo& table, double level) {
  const Margins margins = margins_of(table);
  ProportionComparison result;
  result.status = result.unpooled_status = comparability(margins);
  result.control = static_cast<double>(table.control_successes) / margins.control;
  result.experimental = static_cast<double>(table.experimental_successes) / margins.experimental;
  if (result.status == FitStatus::one_group_empty) {
    result.difference = result.lower = result.upper = nan;
    result.unpooled_std_error = result.risk_ratio = result.odds_ratio = nan;
    return result;
  }
  estimate_difference(table, level, result);
  result.risk_ratio = result.experimental / result.control;
  result.odds_ratio =
      result.experimental * (1 - result.control) / (result.control * (1 - result.experimental));
  result.unpooled_std_error =
      std::sqrt(result.control * (1 - result.control) / margins.control +
                result.experimental * (1 - result.experimental) / margins.experimental);
  if (result.status != FitStatus::ok) return result;
  const double share = margins.successes / margins.all;
  result.z = result.difference /
             std::sqrt(share * (1 - share) * (1 / margins.control + 1 / margins.experimental));
  if (result.unpooled_std_error > 0) {
    result.unpooled_z = result.difference / result.unpooled_std_error;
  } else {
    result.unpooled_status = FitStatus::no_information;
  }
  return result;
}

FisherExact fisher_exact(const TwoByTwo& table) {
  FisherExact test;
  test.status = comparability(margins_of(table));
  if (test.status != FitStatus::ok) return test;
  const TablesWithMargins tables(table);
  const std::int64_t found = table.experimental_successes;
  double observed = 0;
  double more = 0;
  double fewer = 0;
  double all = 0;
  tables.each([&](std::int64_t x, double weight) {
    all += weight;
    if (x >= found) more += weight;
    if (x <= found) fewer += weight;
    if (x == found) observed = weight;
  });
  constexpr double slack = 1 + 1e-7;  // R's: equally probable tables differ by rounding
  double as_rare = 0;
  tables.each([&](std::int64_t, double weight) {
    if (weight <= observed * slack) as_rare += weight;
  });
  test.p_more = more / all;
  test.p_fewer = fewer / all;
  test.p_two_sided = as_rare / all;
  return test;
}

MantelHaenszel mantel_haenszel(std::span<const TwoByTwo> strata, double level) {
  assert(level > 0 && level < 1);
  double excess = 0;    // successes of the experimental arm above those expected
  double variance = 0;  // hypergeometric
  double weight = 0;
  double weighted_difference = 0;
  double p = 0;  // the two sums of Sato, Greenland and Robins
  double q = 0;
  double odds_above = 0;
  double odds_below = 0;
  for (const TwoByTwo& table : strata) {
    const auto [control, experimental, successes, all] = margins_of(table);
    if (control == 0 || experimental == 0) continue;
    const auto x = static_cast<double>(table.control_successes);
    const auto y = static_cast<double>(table.experimental_successes);
    excess += y - experimental * successes / all;
    variance += control * experimental * successes * (all - successes) / (all * all * (all - 1));
    weight += control * experimental / all;
    weighted_difference += (y * control - x * experimental) / all;
    p += (experimental * experimental * x - control * control * y +
          experimental * control * (control - experimental) / 2) /
         (all * all);
    q += (x * (experimental - y) + y * (control - x)) / (2 * all);
    odds_above += y * (control - x) / all;
    odds_below += x * (experimental - y) / all;
  }
  MantelHaenszel result;
  result.status = comparability(margins_of(pooled(strata)));
  if (result.status != FitStatus::one_group_empty && !(weight > 0))
    result.status = FitStatus::no_information;
  // 0 / 0 where no stratum holds both arms
  result.difference = weighted_difference / weight;
  result.std_error = std::sqrt(std::max(result.difference * p + q, 0.0)) / weight;
  const double reach = math::normal_quantile(0.5 + 0.5 * level) * result.std_error;
  result.lower = result.difference - reach;
  result.upper = result.difference + reach;
  result.odds_ratio = odds_above / odds_below;
  if (result.status == FitStatus::ok && !(variance > 0)) result.status = FitStatus::no_information;
  if (result.status == FitStatus::ok) result.z = excess / std::sqrt(variance);
  return result;
}

}  // namespace trialmill::survival
