#include <algorithm>
#include <cmath>
#include <span>

#include "evidence/audit_parts.hpp"
#include "evidence/figure.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {
namespace {

// A hazard that changes by less than this at the median is nothing to remark.
constexpr double largest_factor = 2;

double hazard_between(double from_months, double survival_there, double to_months,
                      double survival_later) {
  return (math::log(survival_there) - math::log(survival_later)) / (to_months - from_months);
}

void check_knots(CurveAudit& row, const std::vector<SurvivalKnot>& knots) {
  double time_before = 0, survival_before = 1;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    const auto& [time, survival, source] = knots[k];
    if (!(time > time_before) || !(survival >= 0 && survival <= 1))
      row.flags.push_back({Finding::impossible_curve,
                           "survival " + figure(survival) + " at " + figure(time) +
                               " months after " + figure(survival_before) + " at " +
                               figure(time_before) + " is no point of a curve",
                           {k}});
    else if (survival > survival_before)
      row.flags.push_back({Finding::survival_rises,
                           "survival rises from " + figure(survival_before) + " at " +
                               figure(time_before) + " months to " + figure(survival) + " at " +
                               figure(time),
                           {k - 1, k}});
    time_before = time;
    survival_before = survival;
  }
}

void check_at_risk(CurveAudit& row, const std::vector<AtRisk>& numbers) {
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const AtRisk& at = numbers[k];
    const auto earlier = std::span(numbers).first(k);
    const auto before =
        std::ranges::find(earlier.rbegin(), earlier.rend(), at.group, &AtRisk::group);
    if (before == earlier.rend() || at.number <= before->number) continue;
    row.flags.push_back({Finding::number_at_risk_rises,
                         "the number at risk" + (at.group.empty() ? "" : " of " + at.group) +
                             " rises from " + figure(before->number) + " at " +
                             figure(before->time_months) + " months to " + figure(at.number) +
                             " at " + figure(at.time_months),
                         {}});
  }
}

survival::PiecewiseHazard hazard_of(const std::vector<SurvivalKnot>& knots) {
  survival::PiecewiseHazard hazard;
  double time_before = 0, survival_before = 1;
  for (const auto& [time, survival, source] : knots) {
    hazard.from_months.push_back(time_before);
    hazard.hazard_per_month.push_back(hazard_between(time_before, survival_before, time, survival));
    time_before = time;
    survival_before = survival;
  }
  return hazard;
}

// ", of 20 at risk at 120 months": the last numbers at risk that the paper prints up to a time.
std::string at_risk_until(const std::vector<AtRisk>& numbers, double months) {
  double time = -1, all = 0, groups = 0;
  bool has_all = false;
  for (const AtRisk& at : numbers)
    if (at.time_months <= months) time = std::max(time, at.time_months);
  for (const AtRisk& at : numbers) {
    if (at.time_months != time) continue;
    has_all = has_all || at.group.empty();
    (at.group.empty() ? all : groups) += at.number;
  }
  if (time < 0) return "";
  return "; at risk at " + figure(time) + " months: " + figure(has_all ? all : groups);
}

std::vector<double> medians_of(const SurvivalCurve& curve, const Evidence& evidence) {
  std::vector<double> medians;
  // A median is the first time at one half.
  const auto half = std::ranges::find(curve.knots, 0.5, &SurvivalKnot::survival);
  if (half != curve.knots.end()) medians.push_back(half->time_months);
  for (const Quantity& quantity : evidence.quantities)
    if (quantity.name == curve.name + "_median" && quantity.unit == "months" &&
        std::ranges::find(medians, quantity.value) == medians.end())
      medians.push_back(quantity.value);
  return medians;
}

// Below one half before the median, or above it afterwards.
bool contradicts(CurveAudit& row, const std::vector<SurvivalKnot>& knots, double median) {
  for (std::size_t k = 0; k < knots.size(); ++k) {
    const bool early = knots[k].time_months < median && knots[k].survival < 0.5;
    const bool late = knots[k].time_months > median && knots[k].survival > 0.5;
    if (!early && !late) continue;
    row.flags.push_back({Finding::median_at_odds,
                         "the median is printed as " + figure(median) + " months, survival at " +
                             figure(knots[k].time_months) + " months as " +
                             figure(knots[k].survival),
                         {k}});
    return true;
  }
  return false;
}

void check_median(CurveAudit& row, const SurvivalCurve& curve, const Evidence& evidence,
                  double median) {
  const auto& knots = curve.knots;
  if (contradicts(row, knots, median)) return;
  const auto after = std::ranges::find_if(
      knots, [&](const SurvivalKnot& knot) { return knot.time_months > median; });
  if (after == knots.end()) return;
  SurvivalKnot before;  // 0 months, survival 1
  std::vector<std::size_t> concerned;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    if (knots[k].time_months < median) before = knots[k];
    if (knots[k].time_months == median) concerned.push_back(k);
  }
  concerned.push_back(static_cast<std::size_t>(after - knots.begin()));
  // Without a fall on either side there is no hazard to compare; after the last death at the end of
  // follow-up survival may be 0.
  if (before.survival <= 0.5 || after->survival >= 0.5 || after->survival <= 0) return;
  const double hazard_before = hazard_between(before.time_months, before.survival, median, 0.5);
  const double hazard_after = hazard_between(median, 0.5, after->time_months, after->survival);
  const double factor = hazard_after / hazard_before;
  const double variance = 1 / (evidence.patients * (before.survival - 0.5)) +
                          1 / (evidence.patients * (0.5 - after->survival));
  const bool by_chance =
      std::abs(math::log(factor)) <= math::normal_quantile(0.975) * std::sqrt(variance);
  if (by_chance || (factor <= largest_factor && factor >= 1 / largest_factor)) return;
  row.flags.push_back({Finding::median_at_odds,
                       "from the median at " + figure(median) + " months to " +
                           figure(after->survival) + " at " + figure(after->time_months) +
                           " the hazard is " + rounded(factor, 1) + " times that from " +
                           figure(before.time_months) + " months to the median (" +
                           rounded(hazard_after, 4) + " against " + rounded(hazard_before, 4) +
                           " per month)" + at_risk_until(curve.at_risk, after->time_months),
                       concerned});
}

}  // namespace

std::vector<CurveAudit> audit_curves(const Evidence& evidence) {
  std::vector<CurveAudit> rows;
  for (const SurvivalCurve& curve : evidence.curves) {
    CurveAudit row{curve.name, {}, curve.source, {}};
    check_knots(row, curve.knots);
    if (row.flags.empty()) {
      row.hazard = hazard_of(curve.knots);
      for (const double median : medians_of(curve, evidence))
        check_median(row, curve, evidence, median);
    }
    check_at_risk(row, curve.at_risk);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace trialmill::evidence
