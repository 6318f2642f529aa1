#include "trialmill/survival/illness_death.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {

namespace {

double hazard_at(const PiecewiseHazard& hazard, double t) {
  const auto next = std::ranges::upper_bound(hazard.from_months, t);
  return hazard.hazard_per_month[static_cast<std::size_t>(next - hazard.from_months.begin()) - 1];
}

void sort_without_repetition(std::vector<double>& times) {
  std::ranges::sort(times);
  times.erase(std::ranges::unique(times).begin(), times.end());
}

// The integral over `length` of an exponential function from its values at both ends and the size
// of the change of its logarithm between them. The quotient loses digits when there is hardly any
// change; there the series of (1 - exp(-x)) / x takes over, whose first term left out is 1e-16.
inline double integral_of_exponential(double first, double last, double change, double length) {
  const double x = change;
  const double series =
      1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7 * (1 - x / 8))))));
  const double mean = x < 0.05 ? std::max(first, last) * series : std::abs(first - last) / change;
  return length * mean;
}

// A moment at which, seen from the time asked for, the hazards since surgery or the hazard since
// recurrence change: a time since surgery and how long ago it is. Both are kept, because the
// difference of two rounded numbers may lie on the wrong side of a change.
struct Onset {
  double since_surgery;
  double ago;
};

std::vector<Onset> onsets(const IllnessDeathHazards& hazards, double t) {
  std::vector<Onset> all{{0, t}, {t, 0}};
  for (const PiecewiseHazard* hazard : {&hazards.recurrence, &hazards.death_without_recurrence})
    for (const double from : hazard->from_months)
      if (from > 0 && from < t) all.push_back({from, t - from});
  for (const double from : hazards.death_with_disease.from_months)
    if (from > 0 && from < t) all.push_back({t - from, from});
  std::ranges::stable_sort(all, {}, &Onset::since_surgery);
  constexpr double rounding = 1e-9;  // months
  std::vector<Onset> apart{all.front()};
  for (const Onset& onset : all) {
    if (onset.since_surgery - apart.back().since_surgery > rounding)
      apart.push_back(onset);
    else
      apart.back().ago = std::min(apart.back().ago, onset.ago);
  }
  return apart;
}

// All kinds of patients side by side, moved along in time together.
class Course {
 public:
  Course(const IllnessDeathHazards& hazards, std::span<const IllnessDeathRatios> kinds);

  // t may not be below that of the call before.
  void move_to(double t);

  double recurrence_free(std::size_t kind) const { return free_[kind]; }
  double with_disease(std::size_t kind) const { return ill_[kind]; }
  double death_with_disease(std::size_t kind) const { return dying_ill_[kind]; }
  double recurrence_ratio(std::size_t kind) const { return recurrence_[kind]; }
  double death_ratio(std::size_t kind) const { return death_[kind]; }

 private:
  void step_forward(double to);
  void recur_and_reset(double t);
  void weigh_onset(const Onset& onset, std::vector<double>& weight);

  const IllnessDeathHazards& hazards_;
  std::size_t kinds_;
  std::vector<double> changes_;
  std::vector<double> starts_free_, starts_ill_;
  std::vector<double> recurrence_, death_, death_ill_;  // the ratios
  std::vector<double> free_, ill_;                      // state occupation now
  std::vector<double> dying_ill_;                       // density of death with disease now
  std::vector<double> first_, last_;                    // ends of a stretch
  double now_ = 0;
};

Course::Course(const IllnessDeathHazards& hazards, std::span<const IllnessDeathRatios> kinds)
    : hazards_(hazards),
      kinds_(kinds.size()),
      changes_(changes_of_hazard(hazards)),
      dying_ill_(kinds.size()),
      first_(kinds.size()),
      last_(kinds.size()) {
  for (const IllnessDeathRatios& kind : kinds) {
    starts_free_.push_back(kind.starts_with_disease ? 0 : 1);
    starts_ill_.push_back(kind.starts_with_disease ? 1 : 0);
    recurrence_.push_back(kind.recurrence);
    death_.push_back(kind.death_without_recurrence);
    death_ill_.push_back(kind.death_with_disease);
  }
  free_ = starts_free_;
  ill_ = starts_ill_;
}

void Course::move_to(double t) {
  assert(t >= now_);
  if (hazards_.clock == CourseClock::reset) {
    recur_and_reset(t);
    return;
  }
  for (auto next = std::ranges::upper_bound(changes_, now_); now_ < t; ++next)
    step_forward(next == changes_.end() ? t : std::min(*next, t));
  const double hazard = hazard_at(hazards_.death_with_disease, t);
  for (std::size_t j = 0; j < kinds_; ++j)
    dying_ill_[j] = hazard * death_ill_[j] * ill_[j];
}

// Moves to a time up to which no hazard changes.
void Course::step_forward(double to) {
  const double length = to - now_;
  const double operation = hazard_at(hazards_.death_after_surgery, now_);
  const double recurrence = hazard_at(hazards_.recurrence, now_);
  const double death = hazard_at(hazards_.death_without_recurrence, now_);
  const double death_ill = hazard_at(hazards_.death_with_disease, now_);
  for (std::size_t j = 0; j < kinds_; ++j) {
    first_[j] = -length * (operation + recurrence * recurrence_[j] + death * death_[j]);
    last_[j] = -length * (operation + death_ill * death_ill_[j]);
  }
  math::exp(first_, first_);
  math::exp(last_, last_);
  for (std::size_t j = 0; j < kinds_; ++j) {
    const double recur = recurrence * recurrence_[j];
    const double change = length * std::abs(recur + death * death_[j] - death_ill * death_ill_[j]);
    const double arrived = integral_of_exponential(first_[j], last_[j], change, length);
    ill_[j] = ill_[j] * last_[j] + recur * free_[j] * arrived;
    free_[j] *= first_[j];
  }
  now_ = to;
}

// The probability, per unit of recurrence hazard, of being recurrence-free until the onset of the
// disease and alive now; without the mortality of the operation, which is the same in both states.
void Course::weigh_onset(const Onset& onset, std::vector<double>& weight) {
  const double recurrence = hazards_.recurrence.cumulative(onset.since_surgery);
  const double death = hazards_.death_without_recurrence.cumulative(onset.since_surgery);
  const double death_ill = hazards_.death_with_disease.cumulative(onset.ago);
  for (std::size_t j = 0; j < kinds_; ++j)
    weight[j] = -(recurrence * recurrence_[j] + death * death_[j] + death_ill * death_ill_[j]);
  math::exp(weight, weight);
}

void Course::recur_and_reset(double t) {
  const double living = math::exp(-hazards_.death_after_surgery.cumulative(t));
  const std::vector<Onset> points = onsets(hazards_, t);
  // Who starts with disease fell ill at time 0.
  weigh_onset(points.front(), first_);
  const double hazard_since_surgery = hazard_at(hazards_.death_with_disease, t);
  for (std::size_t j = 0; j < kinds_; ++j) {
    ill_[j] = starts_ill_[j] * first_[j];
    dying_ill_[j] = ill_[j] * hazard_since_surgery * death_ill_[j];
  }
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double length = points[i].since_surgery - points[i - 1].since_surgery;
    const double middle = 0.5 * (points[i].since_surgery + points[i - 1].since_surgery);
    const double ago = 0.5 * (points[i].ago + points[i - 1].ago);
    const double recurrence = hazard_at(hazards_.recurrence, middle);
    const double death = hazard_at(hazards_.death_without_recurrence, middle);
    const double death_ill = hazard_at(hazards_.death_with_disease, ago);
    weigh_onset(points[i], last_);
    for (std::size_t j = 0; j < kinds_; ++j) {
      const double recur = recurrence * recurrence_[j];
      const double die = death_ill * death_ill_[j];
      const double change = length * std::abs(recur + death * death_[j] - die);
      const double arrived =
          starts_free_[j] * recur * integral_of_exponential(first_[j], last_[j], change, length);
      ill_[j] += arrived;
      dying_ill_[j] += arrived * die;
    }
    std::swap(first_, last_);
  }
  // The last onset is now: what is left of state 0.
  for (std::size_t j = 0; j < kinds_; ++j) {
    free_[j] = starts_free_[j] * living * first_[j];
    ill_[j] *= living;
    dying_ill_[j] *= living;
  }
  now_ = t;
}

}  // namespace

std::vector<double> changes_of_hazard(const IllnessDeathHazards& hazards) {
  std::vector<double> changes;
  for (const PiecewiseHazard* hazard :
       {&hazards.recurrence, &hazards.death_without_recurrence, &hazards.death_with_disease,
        &hazards.death_after_surgery}) {
    assert(!hazard->from_months.empty() && hazard->from_months.front() == 0 &&
           hazard->from_months.size() == hazard->hazard_per_month.size());
    changes.insert(changes.end(), hazard->from_months.begin() + 1, hazard->from_months.end());
  }
  sort_without_repetition(changes);
  return changes;
}

CourseTable tabulate_course(const IllnessDeathHazards& hazards,
                            std::span<const IllnessDeathRatios> kinds,
                            std::span<const double> times_months) {
  CourseTable table;
  table.times = times_months.size();
  table.kinds = kinds.size();
  for (auto* column :
       {&table.recurrence_free, &table.with_disease, &table.recurrence_or_death, &table.death})
    column->resize(table.times * table.kinds);
  Course course(hazards, kinds);
  for (std::size_t i = 0; i < table.times; ++i) {
    const double t = times_months[i];
    course.move_to(t);
    const double operation = hazard_at(hazards.death_after_surgery, t);
    const double recurrence = hazard_at(hazards.recurrence, t);
    const double death = hazard_at(hazards.death_without_recurrence, t);
    for (std::size_t j = 0; j < table.kinds; ++j) {
      const std::size_t at = i * table.kinds + j;
      const double free = course.recurrence_free(j);
      const double die = operation + death * course.death_ratio(j);
      table.recurrence_free[at] = free;
      table.with_disease[at] = course.with_disease(j);
      table.recurrence_or_death[at] = free * (die + recurrence * course.recurrence_ratio(j));
      table.death[at] =
          free * die + operation * course.with_disease(j) + course.death_with_disease(j);
    }
  }
  return table;
}

void probability_alive(const IllnessDeathHazards& hazards,
                       std::span<const IllnessDeathRatios> kinds, double t_months,
                       std::span<double> alive) {
  assert(alive.size() == kinds.size());
  Course course(hazards, kinds);
  course.move_to(t_months);
  for (std::size_t j = 0; j < kinds.size(); ++j)
    alive[j] = course.recurrence_free(j) + course.with_disease(j);
}

StateOccupation state_occupation(const IllnessDeathHazards& hazards,
                                 const IllnessDeathRatios& ratios, double t_months) {
  Course course(hazards, {&ratios, 1});
  course.move_to(t_months);
  return {course.recurrence_free(0), course.with_disease(0)};
}

EventDensities event_densities(const IllnessDeathHazards& hazards, const IllnessDeathRatios& ratios,
                               double t_months) {
  const CourseTable table = tabulate_course(hazards, {&ratios, 1}, {&t_months, 1});
  return {table.recurrence_or_death[0], table.death[0]};
}

}  // namespace trialmill::survival
