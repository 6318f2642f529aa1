#include "cohort/draw_course.hpp"

#include <algorithm>
#include <limits>

#include "cohort/choose_laws.hpp"
#include "cohort/course_columns.hpp"
#include "cohort/factors.hpp"
#include "cohort/visits.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cohort {
namespace {

// Each step is a column of times, cumulative hazards or odds, filled only when the step can happen.
class CourseDraw {
 public:
  CourseDraw(const FillColumn& fill, const Course& course, std::size_t covariates,
             CohortWorkspace& workspace, Cohort& cohort)
      : fill_(fill),
        course_(course),
        first_attribute_(covariates),
        workspace_(workspace),
        cohort_(cohort) {}

  void run() {
    cohort_.milestones.resize(milestone_count * cohort_.size);
    std::ranges::fill(std::span(cohort_.covariates).subspan(first_attribute_ * cohort_.size), 0.0);
    cohort_.switching_months.resize(course_.disease.switching.empty() ? 0 : cohort_.size);
    workspace_.course.resize(5);
    for (std::vector<double>& column : workspace_.course)
      column.resize(cohort_.size);
    go_to_surgery();
    draw_attribute(course_.before.response, lane_response, Attribute::response);
    operate();
    start_adjuvant();
    go_through_disease();
    die_of_surgery();
    keep_switches_of_the_living();
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
    lane_switching,
  };
  static constexpr double never = std::numeric_limits<double>::infinity();

  std::span<double> milestone(Milestone which) {
    return std::span(cohort_.milestones)
        .subspan(static_cast<std::size_t>(which) * cohort_.size, cohort_.size);
  }
  std::span<double> attribute(Attribute which) {
    return std::span(cohort_.covariates)
        .subspan((first_attribute_ + static_cast<std::size_t>(which)) * cohort_.size, cohort_.size);
  }

  // The cumulative hazard of the reference patient at which each patient's event strikes, of a law
  // by which it can.
  void draw_cumulative(const TransitionLaw& law, random::Purpose purpose, std::uint64_t lane,
                       std::span<double> cumulative) {
    fill_(purpose, lane, cumulative);
    if (law.factors.empty()) return draw_cumulative_hazards({}, cumulative);
    multiply_factors(law.factors, cohort_, workspace_.multiplier, workspace_.scratch);
    draw_cumulative_hazards(workspace_.multiplier, cumulative);
  }

  void draw_times(const TransitionLaw& law, random::Purpose purpose, std::uint64_t lane,
                  std::span<double> months) {
    if (law.never()) {
      std::ranges::fill(months, never);
      return;
    }
    draw_cumulative(law, purpose, lane, workspace_.uniform);
    const auto [laws, choice] = laws_of(law);
    invert_by_arm(laws, workspace_.uniform, choice, months);
  }

  ChosenLaws laws_of(const TransitionLaw& law) {
    return choose_laws(law.by_arm, law.subgroups, cohort_, workspace_.law);
  }

  void go_to_surgery() {
    const BeforeSurgery& before = course_.before;
    const BeforeSurgeryColumns columns{.progression = milestone(Milestone::progression),
                                       .withdrawal = milestone(Milestone::withdrawal),
                                       .death = milestone(Milestone::death),
                                       .toxicity = milestone(Milestone::toxicity),
                                       .surgery_at = workspace_.course[0],
                                       .after_toxicity = workspace_.course[1],
                                       .planned_surgery = milestone(Milestone::planned_surgery),
                                       .surgery = milestone(Milestone::surgery),
                                       .was_toxic = attribute(Attribute::toxicity)};
    using enum random::Purpose;
    draw_times(before.progression, pathway, lane_progression, columns.progression);
    draw_times(before.death, pathway, lane_death, columns.death);
    draw_times(before.withdrawal, pathway, lane_withdrawal, columns.withdrawal);
    draw_times(before.toxicity, pathway, lane_toxicity, columns.toxicity);
    choose_by_arm(before.surgery_at_months, cohort_.arm, workspace_.course[0]);
    choose_by_arm(before.surgery_after_toxicity_months, cohort_.arm, workspace_.course[1]);
    cohort::go_to_surgery(columns);
  }

  // Odds of each patient: the arm's, times the ratios.
  void odds_of(const OddsLaw& law, std::span<double> odds) {
    if (law.never()) {
      std::ranges::fill(odds, 0.0);
      return;
    }
    multiply_factors(law.factors, cohort_, odds, workspace_.scratch);
    multiply_by_arm(law.odds_by_arm, cohort_.arm, odds);
  }

  // Sets `attribute` to 1 with the odds of the law among patients operated on.
  void draw_attribute(const OddsLaw& law, Lane lane, Attribute which) {
    if (law.never()) return;
    const std::span<double> odds = workspace_.course[0];
    odds_of(law, odds);
    fill_(random::Purpose::pathway, lane, workspace_.uniform);
    happen_at_surgery(milestone(Milestone::surgery), workspace_.uniform, odds, attribute(which));
  }

  void operate() {
    const Operation& operation = course_.operation;
    const OutcomeOdds odds{workspace_.course[0], workspace_.course[1], workspace_.course[2]};
    odds_of(operation.r1, workspace_.course[0]);
    odds_of(operation.r2, workspace_.course[1]);
    odds_of(operation.unresectable, workspace_.course[2]);
    fill_(random::Purpose::pathway, lane_radicality, workspace_.uniform);
    cohort::operate(milestone(Milestone::surgery), workspace_.uniform, odds,
                    attribute(Attribute::radicality));
    draw_attribute(operation.morbidity, lane_morbidity, Attribute::morbidity);
  }

  void start_adjuvant() {
    const AdjuvantTherapy& adjuvant = course_.operation.adjuvant;
    const auto time = milestone(Milestone::adjuvant);
    std::ranges::fill(time, never);
    if (adjuvant.started.never()) return;
    const std::span<double> odds = workspace_.course[0], start = workspace_.course[1],
                            starts = workspace_.course[2];
    odds_of(adjuvant.started, odds);
    fill_(random::Purpose::pathway, lane_adjuvant, workspace_.uniform);
    fill_(random::Purpose::pathway, lane_adjuvant_start, start);
    const auto surgery = milestone(Milestone::surgery);
    happen_at_surgery(surgery, workspace_.uniform, odds, starts);
    const auto radicality = attribute(Attribute::radicality);
    const auto morbid = attribute(Attribute::morbidity);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      if (starts[i] == 1 && radicality[i] != static_cast<double>(Radicality::unresected))
        time[i] = surgery[i] + adjuvant.earliest_months +
                  start[i] * (adjuvant.latest_months - adjuvant.earliest_months) +
                  morbid[i] * adjuvant.delay_by_morbidity_months;
  }

  void go_through_disease() {
    const DiseaseCourse& law = course_.disease;
    const std::span<double> recurs = workspace_.course[0], dies_free = workspace_.course[1];
    draw_times(law.recurrence, random::Purpose::event_time, 0, recurs);
    draw_times(law.death_without_recurrence, random::Purpose::event_time, 1, dies_free);
    const DiseaseColumns disease{attribute(Attribute::radicality), recurs, dies_free};
    const std::span<double> ill_from = workspace_.course[2], dies_ill = workspace_.course[3];
    find_recurrences(disease, ill_from);
    draw_death_with_disease(ill_from, dies_ill);
    cohort::go_through_disease(disease, {ill_from, dies_ill, law.clock},
                               {milestone(Milestone::surgery), milestone(Milestone::progression),
                                milestone(Milestone::withdrawal), milestone(Milestone::recurrence),
                                milestone(Milestone::death)});
  }

  // Deaths of the patients who switch treatment: what is left of their cumulative hazard at the
  // switch is used up at another speed. Times are by the clock of the course.
  // @param cumulative hazard at death without a switch @param dies_ill when that would be
  void switch_treatment(const ChosenLaws& chosen, std::span<const double> ill_from,
                        std::span<const double> cumulative, std::span<double> dies_ill) {
    const std::span<double> switches = cohort_.switching_months;
    fill_(random::Purpose::pathway, lane_switching, switches);
    const bool reset = course_.disease.clock == survival::CourseClock::reset;
    const auto surgery = milestone(Milestone::surgery);
    for (std::size_t i = 0; i < cohort_.size; ++i) {
      const Switching& plan = course_.disease.switching[static_cast<std::size_t>(cohort_.arm[i])];
      const double at = (reset ? 0 : ill_from[i]) + plan.delay_months;
      const bool switched = ill_from[i] > 0 && switches[i] < plan.probability && at < dies_ill[i];
      switches[i] = switched ? surgery[i] + ill_from[i] + plan.delay_months : never;
      if (!switched) continue;
      const EventTimeLaw& law = chosen.laws[static_cast<std::size_t>(chosen.choice[i])];
      const double reached = law.cumulative(at);
      dies_ill[i] =
          std::max(at, law.inverse(reached + (cumulative[i] - reached) / plan.hazard_ratio));
    }
  }

  // Patients who died of surgery first do not switch.
  void keep_switches_of_the_living() {
    const auto death = milestone(Milestone::death);
    for (std::size_t i = 0; i < cohort_.switching_months.size(); ++i)
      if (cohort_.switching_months[i] >= death[i]) cohort_.switching_months[i] = never;
  }

  // Of patients who fell ill at `ill_from`, by the clock of the course.
  void draw_death_with_disease(std::span<const double> ill_from, std::span<double> dies_ill) {
    const TransitionLaw& law = course_.disease.death_with_disease;
    if (law.never()) {
      std::ranges::fill(dies_ill, never);
      return;
    }
    const std::span<double> cumulative = workspace_.uniform, survived = workspace_.course[4];
    draw_cumulative(law, random::Purpose::event_time, 2, cumulative);
    const ChosenLaws chosen = laws_of(law);
    if (course_.disease.clock == survival::CourseClock::forward) {
      accumulate_by_arm(chosen.laws, ill_from, chosen.choice, survived);
      add(survived, cumulative);
    }
    invert_by_arm(chosen.laws, cumulative, chosen.choice, dies_ill);
    if (!course_.disease.switching.empty())
      switch_treatment(chosen, ill_from, cumulative, dies_ill);
  }

  void die_of_surgery() {
    const TransitionLaw& law = course_.operation.mortality;
    if (law.never()) return;
    const std::span<double> dies = workspace_.course[0];
    draw_times(law, random::Purpose::pathway, lane_mortality, dies);
    cohort::die_of_surgery(milestone(Milestone::surgery), dies, milestone(Milestone::recurrence),
                           milestone(Milestone::adjuvant), milestone(Milestone::death));
  }

  void show_at_visits() {
    const auto progression = milestone(Milestone::progression);
    const auto recurrence = milestone(Milestone::recurrence);
    const auto progression_seen = milestone(Milestone::progression_seen);
    const auto recurrence_seen = milestone(Milestone::recurrence_seen);
    std::ranges::copy(progression, progression_seen.begin());
    if (std::ranges::all_of(course_.assessments, &VisitSchedule::continuous)) {
      std::ranges::copy(recurrence, recurrence_seen.begin());
      return;
    }
    const VisitLuck luck = draw_visit_luck();
    const auto planned = milestone(Milestone::planned_surgery);
    // Few progress.
    for (std::size_t i = 0; i < cohort_.size; ++i)
      if (progression[i] < never)
        progression_seen[i] =
            std::max(progression[i],
                     std::min(planned[i],
                              seen_at(course_.assessments[static_cast<std::size_t>(cohort_.arm[i])],
                                      progression[i], luck.shift_months[i],
                                      static_cast<std::uint64_t>(luck.missed[i]))));
    show_recurrence(luck, recurrence, recurrence_seen);
  }

  // Visits that count from randomisation show recurrence on their own dates, the same doubles for
  // all patients: dates told from surgery and added to it would differ by rounding.
  void show_recurrence(const VisitLuck& luck, std::span<const double> recurrence,
                       std::span<double> recurrence_seen) {
    using enum VisitSchedule::Start;
    const auto& schedules = course_.assessments;
    if (std::ranges::all_of(schedules, [](const auto& one) { return one.from == randomisation; }))
      return see_at_visits(schedules, cohort_.arm, recurrence, luck, recurrence_seen);
    const std::span<double> start = workspace_.course[2], since = workspace_.course[3],
                            seen = workspace_.course[4];
    const auto operated = milestone(Milestone::surgery);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      start[i] =
          schedules[static_cast<std::size_t>(cohort_.arm[i])].from == surgery ? operated[i] : 0.0;
    count_from(start, recurrence, since);
    see_at_visits(schedules, cohort_.arm, since, luck, seen);
    show_from(start, recurrence, seen, recurrence_seen);
  }

  // By how much each patient's visits are shifted, and how many are missed in a row.
  VisitLuck draw_visit_luck() {
    const auto& schedules = course_.assessments;
    const std::span<double> shift = workspace_.course[0], missed = workspace_.course[1];
    std::ranges::fill(shift, 0.0);
    std::ranges::fill(missed, 0.0);
    if (std::ranges::any_of(schedules, [](const auto& one) { return one.jitter_months != 0; })) {
      fill_(random::Purpose::assessment, 0, shift);
      for (std::size_t i = 0; i < cohort_.size; ++i)
        shift[i] =
            schedules[static_cast<std::size_t>(cohort_.arm[i])].jitter_months * (2 * shift[i] - 1);
    }
    if (std::ranges::any_of(schedules,
                            [](const auto& one) { return one.missed_probability > 0; })) {
      fill_(random::Purpose::assessment, 1, missed);
      miss_in_a_row(schedules, cohort_.arm, missed);
    }
    return {shift, missed};
  }

  const FillColumn& fill_;
  const Course& course_;
  std::size_t first_attribute_;
  CohortWorkspace& workspace_;
  Cohort& cohort_;
};

}  // namespace

void draw_course(const FillColumn& fill, const Course& course, std::size_t covariates,
                 CohortWorkspace& workspace, Cohort& cohort) {
  CourseDraw(fill, course, covariates, workspace, cohort).run();
}

}  // namespace trialmill::cohort
