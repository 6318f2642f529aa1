#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "cohort/factors.hpp"
#include "trialmill/cohort/cohort.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {

/// Draws the course of every patient of a cohort whose covariates and arms are known. Each step is
/// a column of cumulative hazards or of uniforms, filled only when the step can happen.
template <class Fill>
class CourseDraw {
 public:
  /// @param fill fills a span with the uniforms of a purpose and lane: fill(purpose, lane, span)
  CourseDraw(Fill fill, const Course& course, std::size_t covariates, CohortWorkspace& workspace,
             Cohort& cohort)
      : fill_(fill),
        course_(course),
        first_attribute_(covariates),
        workspace_(workspace),
        cohort_(cohort) {}

  void run() {
    cohort_.milestones.resize(milestone_count * cohort_.size);
    std::ranges::fill(cohort_.milestones, never);
    std::ranges::fill(std::span(cohort_.covariates).subspan(first_attribute_ * cohort_.size), 0.0);
    workspace_.course.resize(3);
    for (std::vector<double>& column : workspace_.course)
      column.resize(cohort_.size);
    go_to_surgery();
    respond();
    operate();
    start_adjuvant();
    go_through_disease();
    die_of_surgery();
    show_at_visits();
  }

 private:
  enum Lane : std::uint64_t {
    lane_progression,
    lane_death,
    lane_withdrawal,
    lane_toxicity,
    lane_response,
    lane_radicality,
    lane_mortality,
    lane_morbidity,
    lane_adjuvant,
    lane_adjuvant_start,
  };
  static constexpr double never = std::numeric_limits<double>::infinity();
  static constexpr double largest_ratio = 1e290;

  std::span<double> milestone(Milestone which) {
    return std::span(cohort_.milestones)
        .subspan(static_cast<std::size_t>(which) * cohort_.size, cohort_.size);
  }
  std::span<double> attribute(Attribute which) {
    return std::span(cohort_.covariates)
        .subspan((first_attribute_ + static_cast<std::size_t>(which)) * cohort_.size, cohort_.size);
  }
  std::size_t arm(std::size_t i) const { return static_cast<std::size_t>(cohort_.arm[i]); }
  Radicality radicality(std::size_t i) {
    return static_cast<Radicality>(static_cast<int>(attribute(Attribute::radicality)[i]));
  }
  bool resected(std::size_t i) { return radicality(i) != Radicality::unresected; }

  // The cumulative hazard of the reference patient at which each patient's event strikes: a unit
  // exponential divided by the patient's ratios. Infinite for a step that never happens.
  void draw_cumulative(const TransitionLaw& law, random::Purpose purpose, std::uint64_t lane,
                       std::span<double> cumulative) {
    if (law.never()) {
      std::ranges::fill(cumulative, never);
      return;
    }
    fill_(purpose, lane, cumulative);
    math::log(cumulative, cumulative);
    if (law.factors.empty()) {
      for (double& x : cumulative)
        x = -x;
      return;
    }
    multiply_factors(law.factors, cohort_, workspace_.multiplier, workspace_.scratch);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      cumulative[i] = -cumulative[i] / std::min(workspace_.multiplier[i], largest_ratio);
  }

  double inverse(const TransitionLaw& law, std::size_t i, double cumulative) const {
    return cumulative < never ? law.by_arm[arm(i)].inverse(cumulative) : never;
  }

  // Keeps the earliest of the times before surgery in `first`, and notes whose it was.
  void go_to_surgery() {
    const BeforeSurgery& before = course_.before;
    const auto progression = milestone(Milestone::progression);
    const auto withdrawal = milestone(Milestone::withdrawal);
    const auto death = milestone(Milestone::death);
    const auto toxicity = milestone(Milestone::toxicity);
    for (const auto& [law, lane, time] :
         {std::tuple(&before.progression, lane_progression, progression),
          std::tuple(&before.death, lane_death, death),
          std::tuple(&before.withdrawal, lane_withdrawal, withdrawal),
          std::tuple(&before.toxicity, lane_toxicity, toxicity)}) {
      draw_cumulative(*law, random::Purpose::pathway, lane, time);
      for (std::size_t i = 0; i < cohort_.size; ++i)
        time[i] = inverse(*law, i, time[i]);
    }
    const auto surgery = milestone(Milestone::surgery);
    const auto planned_surgery = milestone(Milestone::planned_surgery);
    const auto was_toxic = attribute(Attribute::toxicity);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      const double planned = before.surgery_at_months[arm(i)];
      const double after_toxicity = toxicity[i] + before.surgery_after_toxicity_months[arm(i)];
      const double first = std::min({progression[i], withdrawal[i], death[i]});
      const bool toxic = toxicity[i] < planned && toxicity[i] < first;
      was_toxic[i] = toxic;
      planned_surgery[i] = toxic ? std::min(planned, after_toxicity) : planned;
      surgery[i] = planned_surgery[i];
      if (!toxic) toxicity[i] = never;
      if (first < surgery[i]) surgery[i] = never;
      // Death ends the pathway; progression and withdrawal keep the patient from surgery.
      if (progression[i] >= surgery[i] || progression[i] > first) progression[i] = never;
      if (withdrawal[i] >= surgery[i] || withdrawal[i] > first) withdrawal[i] = never;
      if (death[i] >= surgery[i] || death[i] > first) death[i] = never;
    }
  }

  // Odds of each patient: the arm's, times the ratios.
  void odds_of(const OddsLaw& law, std::span<double> odds) {
    if (law.never()) {
      std::ranges::fill(odds, 0.0);
      return;
    }
    multiply_factors(law.factors, cohort_, odds, workspace_.scratch);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      odds[i] *= law.odds_by_arm[arm(i)];
  }

  // Sets `attribute` to 1 with the odds of the law among patients operated on.
  void draw_attribute(const OddsLaw& law, Lane lane, Attribute which) {
    if (law.never()) return;
    const std::span<double> odds = workspace_.course[0];
    odds_of(law, odds);
    fill_(random::Purpose::pathway, lane, workspace_.uniform);
    const auto surgery = milestone(Milestone::surgery);
    const auto value = attribute(which);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      value[i] = surgery[i] < never && happens(workspace_.uniform[i], odds[i]) ? 1.0 : 0.0;
  }

  // u < odds / (1 + odds), also for infinite odds.
  static bool happens(double u, double odds) { return u < odds * (1 - u); }

  void respond() { draw_attribute(course_.before.response, lane_response, Attribute::response); }

  void operate() {
    const Operation& operation = course_.operation;
    const std::span<double> r1 = workspace_.course[0], r2 = workspace_.course[1],
                            unresectable = workspace_.course[2];
    odds_of(operation.r1, r1);
    odds_of(operation.r2, r2);
    odds_of(operation.unresectable, unresectable);
    fill_(random::Purpose::pathway, lane_radicality, workspace_.uniform);
    const auto value = attribute(Attribute::radicality);
    const auto surgery = milestone(Milestone::surgery);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      // The worst outcomes take the smallest uniforms, so that a patient whose odds of them fall
      // can only do better.
      const double u = workspace_.uniform[i] * (1 + r1[i] + r2[i] + unresectable[i]);
      Radicality outcome = Radicality::r0;
      if (!(surgery[i] < never) || u < unresectable[i])
        outcome = Radicality::unresected;
      else if (u < unresectable[i] + r2[i])
        outcome = Radicality::r2;
      else if (u < unresectable[i] + r2[i] + r1[i])
        outcome = Radicality::r1;
      value[i] = static_cast<double>(outcome);
    }
    draw_attribute(operation.morbidity, lane_morbidity, Attribute::morbidity);
  }

  void start_adjuvant() {
    const AdjuvantTherapy& adjuvant = course_.operation.adjuvant;
    if (adjuvant.started.never()) return;
    const std::span<double> odds = workspace_.course[0], start = workspace_.course[1];
    odds_of(adjuvant.started, odds);
    fill_(random::Purpose::pathway, lane_adjuvant, workspace_.uniform);
    fill_(random::Purpose::pathway, lane_adjuvant_start, start);
    const auto time = milestone(Milestone::adjuvant);
    const auto surgery = milestone(Milestone::surgery);
    const auto morbid = attribute(Attribute::morbidity);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      if (resected(i) && happens(workspace_.uniform[i], odds[i]))
        time[i] = surgery[i] + adjuvant.earliest_months +
                  start[i] * (adjuvant.latest_months - adjuvant.earliest_months) +
                  morbid[i] * adjuvant.delay_by_morbidity_months;
  }

  void go_through_disease() {
    const DiseaseCourse& disease = course_.disease;
    const std::span<double> recurs = workspace_.course[0], dies_free = workspace_.course[1],
                            dies_ill = workspace_.course[2];
    draw_cumulative(disease.recurrence, random::Purpose::event_time, 0, recurs);
    draw_cumulative(disease.death_without_recurrence, random::Purpose::event_time, 1, dies_free);
    draw_cumulative(disease.death_with_disease, random::Purpose::event_time, 2, dies_ill);
    const auto surgery = milestone(Milestone::surgery);
    const auto recurrence = milestone(Milestone::recurrence);
    const auto death = milestone(Milestone::death);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      if (death[i] < never) continue;  // before surgery
      const Radicality outcome = radicality(i);
      if (outcome == Radicality::r2 || outcome == Radicality::unresected) {
        death[i] = origin(i) + inverse(disease.death_with_disease, i, dies_ill[i]);
        continue;
      }
      const double recurred = inverse(disease.recurrence, i, recurs[i]);
      const double died = inverse(disease.death_without_recurrence, i, dies_free[i]);
      if (died <= recurred) {
        death[i] = surgery[i] + died;
      } else {
        recurrence[i] = surgery[i] + recurred;
        death[i] = surgery[i] + death_after(recurred, i, dies_ill[i]);
      }
    }
  }

  // Death with disease after a recurrence, both counted from surgery.
  double death_after(double recurrence, std::size_t i, double cumulative) const {
    if (course_.disease.death_with_disease.never()) return never;
    const EventTimeLaw& law = course_.disease.death_with_disease.by_arm[arm(i)];
    if (course_.disease.clock == survival::CourseClock::reset)
      return recurrence + law.inverse(cumulative);
    // Rounding must not put death before recurrence.
    return std::max(recurrence, law.inverse(law.cumulative(recurrence) + cumulative));
  }

  // When the clock of the disease starts, from randomisation.
  double origin(std::size_t i) {
    const double surgery = milestone(Milestone::surgery)[i];
    return surgery < never ? surgery
                           : std::min(milestone(Milestone::progression)[i],
                                      milestone(Milestone::withdrawal)[i]);
  }

  void die_of_surgery() {
    const TransitionLaw& law = course_.operation.mortality;
    if (law.never()) return;
    const std::span<double> cumulative = workspace_.course[0];
    draw_cumulative(law, random::Purpose::pathway, lane_mortality, cumulative);
    const auto surgery = milestone(Milestone::surgery);
    const auto recurrence = milestone(Milestone::recurrence);
    const auto adjuvant = milestone(Milestone::adjuvant);
    const auto death = milestone(Milestone::death);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      if (!(surgery[i] < never)) continue;
      death[i] = std::min(death[i], surgery[i] + inverse(law, i, cumulative[i]));
      if (recurrence[i] >= death[i]) recurrence[i] = never;
      if (adjuvant[i] >= death[i]) adjuvant[i] = never;
    }
  }

  void show_at_visits() {
    const auto progression = milestone(Milestone::progression);
    const auto recurrence = milestone(Milestone::recurrence);
    const auto planned_surgery = milestone(Milestone::planned_surgery);
    const auto progression_seen = milestone(Milestone::progression_seen);
    const auto recurrence_seen = milestone(Milestone::recurrence_seen);
    const bool continuous = std::ranges::all_of(course_.assessments, &VisitSchedule::continuous);
    const std::span<double> shift = workspace_.course[0], missed = workspace_.course[1];
    if (!continuous) {
      fill_(random::Purpose::assessment, 0, shift);
      fill_(random::Purpose::assessment, 1, missed);
      math::log(missed, missed);
    }
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      progression_seen[i] = progression[i];
      recurrence_seen[i] = recurrence[i];
      if (continuous) continue;
      const VisitSchedule& visits = course_.assessments[arm(i)];
      const double shift_months = visits.jitter_months * (2 * shift[i] - 1);
      const std::uint64_t misses = misses_in_a_row(visits, missed[i]);
      if (progression[i] < never)
        progression_seen[i] = std::max(
            progression[i],
            std::min(planned_surgery[i], seen_at(visits, progression[i], shift_months, misses)));
      if (recurrence[i] < never) {
        const double surgery = milestone(Milestone::surgery)[i];
        recurrence_seen[i] =
            std::max(recurrence[i],
                     surgery + seen_at(visits, recurrence[i] - surgery, shift_months, misses));
      }
    }
  }

  // Geometric, by inversion.
  static std::uint64_t misses_in_a_row(const VisitSchedule& visits, double log_u) {
    if (visits.missed_probability <= 0) return 0;
    return static_cast<std::uint64_t>(log_u / math::log(visits.missed_probability));
  }

  Fill fill_;
  const Course& course_;
  std::size_t first_attribute_;
  CohortWorkspace& workspace_;
  Cohort& cohort_;
};

}  // namespace trialmill::cohort
