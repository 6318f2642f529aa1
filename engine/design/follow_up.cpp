#include "design/follow_up.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

using survival::PiecewiseHazard;
using Rule = boost::math::quadrature::gauss<double, 20>;

constexpr double steepest = 2;    // cumulative hazard within one panel
constexpr double all_gone = 750;  // a cumulative hazard after which no patient is left

double hazard_at(const PiecewiseHazard& hazard, double months) {
  const auto after = std::ranges::upper_bound(hazard.from_months, months);
  return hazard.hazard_per_month[static_cast<std::size_t>(after - hazard.from_months.begin()) - 1];
}

std::array<const PiecewiseHazard*, 4> hazards(const RiskGroup& group) {
  return {&group.control_hazard, &group.experimental_hazard, &group.control_dropout,
          &group.experimental_dropout};
}

// The steepest hazard of a patient, with all pieces as at `piece`.
double largest_hazard(const TwoArmModel& model, double piece) {
  double largest = 0;
  for (const RiskGroup& group : model.groups)
    for (const auto& [hazard, dropout] :
         {std::pair(&group.control_hazard, &group.control_dropout),
          std::pair(&group.experimental_hazard, &group.experimental_dropout)})
      largest = std::max(largest, hazard_at(*hazard, piece) + hazard_at(*dropout, piece));
  return largest;
}

double smallest_cumulative(const TwoArmModel& model, double months) {
  double smallest = HUGE_VAL;
  for (const RiskGroup& group : model.groups)
    smallest = std::min(
        {smallest,
         group.control_hazard.cumulative(months) + group.control_dropout.cumulative(months),
         group.experimental_hazard.cumulative(months) +
             group.experimental_dropout.cumulative(months)});
  return smallest;
}

}  // namespace

FollowUp::FollowUp(const TwoArmModel& model, double calendar_months, Integrand integrand)
    : model_(&model), calendar_months_(calendar_months) {
  const double longest = std::min(calendar_months, model.follow_up_months);
  std::vector<double> changes = {longest, calendar_months - model.accrual.duration_months};
  for (const double from : model.accrual.from_months)
    changes.push_back(calendar_months - from);
  for (const RiskGroup& group : model.groups) {
    strata_ = std::max(strata_, group.stratum + 1);
    for (const PiecewiseHazard* hazard : hazards(group))
      changes.insert(changes.end(), hazard->from_months.begin(), hazard->from_months.end());
  }
  if (integrand == Integrand::rooted_at_entry)
    for (int halvings = 1; halvings <= 24; ++halvings)
      changes.push_back(std::ldexp(longest, -halvings));
  std::ranges::sort(changes);
  double from = 0;
  for (const double to : changes) {
    if (!(to > from && to <= longest)) continue;
    add_panels(from, to);
    from = to;
  }
}

void FollowUp::add_panels(double from, double to) {
  const double hazard = largest_hazard(*model_, 0.5 * (from + to));
  const int parts = std::max(1, static_cast<int>(std::ceil(hazard * (to - from) / steepest)));
  const double half = 0.5 * (to - from) / parts;
  // An even rule is stored as its positive half, from the centre outwards.
  const auto& abscissa = Rule::abscissa();
  const auto& weight = Rule::weights();
  constexpr std::size_t middle = 10;
  for (int part = 0; part < parts; ++part) {
    const double centre = from + (2 * part + 1) * half;
    if (smallest_cumulative(*model_, centre - half) > all_gone) return;
    FollowUpPanel& panel = panels_.emplace_back();
    panel.from_months = centre - half;
    panel.to_months = centre + half;
    for (std::size_t i = 0; i < middle; ++i) {
      panel.months[middle + i] = centre + half * abscissa[i];
      panel.months[middle - 1 - i] = centre - half * abscissa[i];
      panel.weight[middle + i] = panel.weight[middle - 1 - i] = half * weight[i];
    }
    add_rates(panel);
  }
}

void FollowUp::add_rates(const FollowUpPanel& panel) {
  const double middle = 0.5 * (panel.from_months + panel.to_months);
  for (const RiskGroup& group : model_->groups)
    for (const auto& [hazard, dropout] :
         {std::pair(&group.control_hazard, &group.control_dropout),
          std::pair(&group.experimental_hazard, &group.experimental_dropout)})
      rates_.push_back(
          {hazard->cumulative(panel.from_months) + dropout->cumulative(panel.from_months),
           hazard_at(*hazard, middle), hazard_at(*dropout, middle)});
}

void FollowUp::at(double months, std::size_t panel, std::span<StratumAtRisk> out) const {
  std::ranges::fill(out, StratumAtRisk{});
  const double entered = model_->accrual.patients(calendar_months_ - months);
  const double since = months - panels_[panel].from_months;
  const std::array<double, 2> share = {1 / (1 + model_->allocation),
                                       model_->allocation / (1 + model_->allocation)};
  const Rates* rates = rates_.data() + panel * model_->groups.size() * 2;
  for (const RiskGroup& group : model_->groups) {
    StratumAtRisk& stratum = out[group.stratum];
    for (std::size_t arm = 0; arm < 2; ++arm, ++rates) {
      const double cumulative = rates->cumulative + (rates->hazard + rates->dropout) * since;
      const double at_risk = share[arm] * group.fraction * entered * math::exp(-cumulative);
      stratum.patients[arm] += at_risk;
      stratum.events_per_month[arm] += at_risk * rates->hazard;
      stratum.dropouts_per_month[arm] += at_risk * rates->dropout;
    }
  }
}

}  // namespace trialmill::design
