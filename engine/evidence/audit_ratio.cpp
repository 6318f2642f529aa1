#include <algorithm>
#include <cmath>
#include <limits>

#include "evidence/audit_parts.hpp"
#include "evidence/figure.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::evidence {
namespace {

constexpr double lowest_position = 1.0 / 3, highest_position = 2.0 / 3;
constexpr double smallest_z_tolerance = 0.25, relative_z_tolerance = 0.2;
// At and below this, a printed p-value is taken as "less than".
constexpr double small_p = 0.001;

struct Range {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  void include(double x) {
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
  }
  bool meets(double from, double to) const { return lowest <= to && from <= highest; }
};

double z_of_interval() {
  return math::normal_quantile(0.975);
}

double position_of(double log_ratio, double log_lower, double log_upper) {
  return (log_ratio - log_lower) / (log_upper - log_lower);
}

double standard_error_of(double log_lower, double log_upper) {
  return (log_upper - log_lower) / (2 * z_of_interval());
}

// What the figures may have been before they were rounded. Position and z are monotone in each of
// the three, so their ranges are reached at the corners of this box.
struct Unrounded {
  explicit Unrounded(const PublishedRatio& printed) {
    const int places = std::max(
        {decimals(printed.hazard_ratio), decimals(printed.lower), decimals(printed.upper)});
    const double half = math::power(10, -places) / 2;
    // The interval must stay one.
    const double room = (printed.upper - printed.lower) / 4;
    for (const double step : {-half, half}) {
      log_ratio.push_back(math::log(printed.hazard_ratio + step));
      log_lower.push_back(math::log(printed.lower + std::min(step, room)));
      log_upper.push_back(math::log(printed.upper + std::max(step, -room)));
    }
  }

  template <typename Function>
  Range range(const Function& value) const {
    Range range;
    for (const double ratio : log_ratio)
      for (const double lower : log_lower)
        for (const double upper : log_upper)
          range.include(value(ratio, lower, upper));
    return range;
  }

  std::vector<double> log_ratio, log_lower, log_upper;
};

// |z| by the whole interval, and by its half towards 1.
Range implied_z(const Unrounded& figures) {
  Range whole = figures.range([](double ratio, double lower, double upper) {
    return std::abs(ratio) / standard_error_of(lower, upper);
  });
  const Range half = figures.range([](double ratio, double lower, double upper) {
    const double width = ratio > 0 ? ratio - lower : upper - ratio;
    // Outside its interval: no such half.
    return width > 0 ? std::abs(ratio) / (width / z_of_interval())
                     : std::abs(ratio) / standard_error_of(lower, upper);
  });
  whole.include(half.lowest);
  whole.include(half.highest);
  return whole;
}

Range printed_z(double p_value) {
  const double half = math::power(10, -decimals(p_value)) / 2;
  Range z;
  z.include(math::normal_quantile(1 - std::min(1.0, p_value + half) / 2));
  const double least = p_value <= small_p ? 0 : p_value - half;
  z.include(least > 0 ? math::normal_quantile(1 - least / 2)
                      : std::numeric_limits<double>::infinity());
  return z;
}

void check_position(RatioAudit& row, const Unrounded& figures) {
  const auto sensible = [](const Range& position) {
    return position.meets(lowest_position, highest_position);
  };
  if (sensible(figures.range(position_of))) return;
  const PublishedRatio& printed = row.printed;
  const std::string place = figure(printed.hazard_ratio) + " stands at " +
                            rounded(row.position, 2) + " of its interval on the log scale";
  const bool inverted = sensible(figures.range(
      [](double ratio, double lower, double upper) { return position_of(-ratio, lower, upper); }));
  if (!inverted && !figures.range(position_of).meets(0, 1)) {
    row.flags.push_back({Finding::ratio_outside_interval,
                         figure(printed.hazard_ratio) + " does not lie between its limits " +
                             figure(printed.lower) + " and " + figure(printed.upper),
                         {}});
    return;
  }
  if (!inverted) {
    row.flags.push_back({Finding::off_centre_ratio, place + ", not near its middle", {}});
    return;
  }
  const double reciprocal = position_of(-math::log(printed.hazard_ratio), math::log(printed.lower),
                                        math::log(printed.upper));
  row.flags.push_back({Finding::inverted_ratio,
                       place + ", its reciprocal " + rounded(1 / printed.hazard_ratio, 3) + " at " +
                           rounded(reciprocal, 2) + ": they point in opposite directions",
                       {}});
}

void check_p_value(RatioAudit& row, const Unrounded& figures) {
  const Range implied = implied_z(figures);
  const Range printed = printed_z(row.printed.p_value);
  const auto tolerance = [](double z) {
    return std::max(smallest_z_tolerance, relative_z_tolerance * z);
  };
  if (printed.meets(implied.lowest - tolerance(implied.lowest),
                    implied.highest + tolerance(implied.highest)))
    return;
  row.flags.push_back({Finding::p_value_disagrees,
                       "the interval implies p = " + rounded(row.wald_p, 4) + ", printed is " +
                           figure(row.printed.p_value),
                       {}});
}

void check_width(RatioAudit& row, const Unrounded& figures, double patients) {
  const Range error = figures.range(
      [](double, double lower, double upper) { return standard_error_of(lower, upper); });
  const double fewest_events = 4 / (error.highest * error.highest);
  if (fewest_events <= patients) return;
  row.flags.push_back({Finding::interval_too_narrow,
                       "an interval this narrow takes " + rounded(std::ceil(fewest_events), 0) +
                           " events or more; the publication has " + figure(patients) + " patients",
                       {}});
}

bool is_possible(const PublishedRatio& printed) {
  return std::isfinite(printed.upper) && std::isfinite(printed.hazard_ratio) &&
         printed.hazard_ratio > 0 && printed.lower > 0 && printed.lower < printed.upper;
}

RatioAudit audit_ratio(const PrognosticFactor& factor, const std::string& analysis,
                       const PublishedRatio& printed, const Evidence& evidence) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  RatioAudit row{factor.curve, factor.covariate, analysis, printed,       unknown,
                 unknown,      unknown,          unknown,  factor.source, {}};
  if (!is_possible(printed)) {
    row.flags.push_back({Finding::impossible_interval,
                         figure(printed.hazard_ratio) + " with limits " + figure(printed.lower) +
                             " and " + figure(printed.upper) + " is no ratio in an interval",
                         {}});
    return row;
  }
  const double log_ratio = math::log(printed.hazard_ratio);
  const double log_lower = math::log(printed.lower), log_upper = math::log(printed.upper);
  row.position = position_of(log_ratio, log_lower, log_upper);
  row.standard_error = standard_error_of(log_lower, log_upper);
  row.wald_p = survival::two_sided_p(log_ratio / row.standard_error);
  const Proportion* covariate = evidence.find_covariate(factor.covariate);
  const double q = covariate ? covariate->value() : factor.count / evidence.patients;
  if (q > 0 && q < 1) row.events = 1 / (row.standard_error * row.standard_error * q * (1 - q));

  const Unrounded figures(printed);
  check_position(row, figures);
  check_p_value(row, figures);
  check_width(row, figures, evidence.patients);
  return row;
}

}  // namespace

std::vector<RatioAudit> audit_ratios(const Evidence& evidence) {
  std::vector<RatioAudit> rows;
  for (const PrognosticFactor& factor : evidence.factors) {
    if (factor.univariable)
      rows.push_back(audit_ratio(factor, "univariable", *factor.univariable, evidence));
    if (factor.multivariable)
      rows.push_back(audit_ratio(factor, "multivariable", *factor.multivariable, evidence));
  }
  return rows;
}

}  // namespace trialmill::evidence
