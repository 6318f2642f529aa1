#include "cohort/course_columns.hpp"

#include <limits>

#include "cohort/visit_grid.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::cohort {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double r1 = static_cast<double>(Radicality::r1);
constexpr double r2 = static_cast<double>(Radicality::r2);
constexpr double unresected = static_cast<double>(Radicality::unresected);

TRIALMILL_CLONES void set_where(std::int32_t which, double value,
                                const std::int32_t* __restrict arm, std::size_t n,
                                double* __restrict out) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = arm[i] == which ? value : out[i];
}

TRIALMILL_CLONES void multiply_where(std::int32_t which, double factor,
                                     const std::int32_t* __restrict arm, std::size_t n,
                                     double* __restrict out) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = arm[i] == which ? out[i] * factor : out[i];
}

TRIALMILL_CLONES void keep_first(const double* __restrict surgery_at,
                                 const double* __restrict after_toxicity, std::size_t n,
                                 double* __restrict progression, double* __restrict withdrawal,
                                 double* __restrict death, double* __restrict toxicity,
                                 double* __restrict planned_surgery, double* __restrict surgery,
                                 double* __restrict was_toxic) {
  for (std::size_t i = 0; i < n; ++i) {
    const double progressed = progression[i], withdrew = withdrawal[i], died = death[i];
    const double at = surgery_at[i], toxic_at = toxicity[i];
    const double early = toxic_at + after_toxicity[i];
    const double lives = withdrew < progressed ? withdrew : progressed;
    const double first = died < lives ? died : lives;
    const double harmless_from = at < first ? at : first;
    const double sooner = early < at ? early : at;
    const double planned = toxic_at < harmless_from ? sooner : at;
    was_toxic[i] = toxic_at < harmless_from ? 1.0 : 0.0;
    toxicity[i] = toxic_at < harmless_from ? toxic_at : never;
    planned_surgery[i] = planned;
    surgery[i] = first < planned ? never : planned;
    // Death ends the pathway; progression and withdrawal keep the patient from surgery.
    const double end = first < planned ? first : -never;
    progression[i] = progressed <= end ? progressed : never;
    withdrawal[i] = withdrew <= end ? withdrew : never;
    death[i] = died <= end ? died : never;
  }
}

TRIALMILL_CLONES void happen_to_operated(const double* __restrict surgery,
                                         const double* __restrict u, const double* __restrict odds,
                                         std::size_t n, double* __restrict value) {
  for (std::size_t i = 0; i < n; ++i)
    value[i] = (surgery[i] < never) & (u[i] < odds[i] * (1 - u[i])) ? 1.0 : 0.0;
}

// The worst outcomes take the smallest uniforms, so that a patient whose odds of them fall can only
// do better.
TRIALMILL_CLONES void draw_outcomes(const double* __restrict surgery, const double* __restrict u,
                                    const double* __restrict odds_r1,
                                    const double* __restrict odds_r2,
                                    const double* __restrict odds_unresectable, std::size_t n,
                                    double* __restrict radicality) {
  for (std::size_t i = 0; i < n; ++i) {
    const double place = u[i] * (1 + odds_r1[i] + odds_r2[i] + odds_unresectable[i]);
    const double up_to_r2 = odds_unresectable[i] + odds_r2[i];
    const bool stays = !(surgery[i] < never) | (place < odds_unresectable[i]);
    const double outcome = place < up_to_r2 + odds_r1[i] ? r1 : 0.0;
    const double worse = place < up_to_r2 ? r2 : outcome;
    radicality[i] = stays ? unresected : worse;
  }
}

TRIALMILL_CLONES void keep_recurrences(const double* __restrict radicality,
                                       const double* __restrict recurs,
                                       const double* __restrict dies_free, std::size_t n,
                                       double* __restrict ill_from) {
  for (std::size_t i = 0; i < n; ++i)
    ill_from[i] = (radicality[i] < r2) & (recurs[i] < dies_free[i]) ? recurs[i] : 0.0;
}

TRIALMILL_CLONES void add_to(const double* __restrict more, std::size_t n,
                             double* __restrict value) {
  for (std::size_t i = 0; i < n; ++i)
    value[i] = more[i] + value[i];
}

TRIALMILL_CLONES void follow_disease(
    const double* __restrict radicality, const double* __restrict recurs,
    const double* __restrict dies_free, const double* __restrict ill_from,
    const double* __restrict dies_ill, bool reset, const double* __restrict surgery,
    const double* __restrict progression, const double* __restrict withdrawal, std::size_t n,
    double* __restrict recurrence, double* __restrict death) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool radical = radicality[i] < r2, alive = !(death[i] < never);
    const bool relapses = radical & (recurs[i] < dies_free[i]);
    const double given_up = withdrawal[i] < progression[i] ? withdrawal[i] : progression[i];
    const double origin = surgery[i] < never ? surgery[i] : given_up;
    // Rounding must not put death before recurrence.
    const double forward = ill_from[i] < dies_ill[i] ? dies_ill[i] : ill_from[i];
    const double ill = reset ? ill_from[i] + dies_ill[i] : forward;
    const double dies = radical & !relapses ? dies_free[i] : ill;
    const double died = origin + dies, recurred = surgery[i] + recurs[i];
    recurrence[i] = alive & relapses ? recurred : never;
    death[i] = alive ? died : death[i];
  }
}

TRIALMILL_CLONES void end_by_surgery(const double* __restrict surgery,
                                     const double* __restrict dies, std::size_t n,
                                     double* __restrict recurrence, double* __restrict adjuvant,
                                     double* __restrict death) {
  for (std::size_t i = 0; i < n; ++i) {
    const double of_surgery = surgery[i] + dies[i];
    const double died = of_surgery < death[i] ? of_surgery : death[i];
    recurrence[i] = recurrence[i] >= died ? never : recurrence[i];
    adjuvant[i] = adjuvant[i] >= died ? never : adjuvant[i];
    death[i] = died;
  }
}

TRIALMILL_CLONES void subtract_start(const double* __restrict start, const double* __restrict t,
                                     std::size_t n, double* __restrict since) {
  for (std::size_t i = 0; i < n; ++i) {
    const double months = t[i] - start[i];
    since[i] = t[i] < never ? months : never;
  }
}

TRIALMILL_CLONES void add_start(const double* __restrict start, const double* __restrict t,
                                const double* __restrict since, std::size_t n,
                                double* __restrict seen) {
  for (std::size_t i = 0; i < n; ++i) {
    const double shown = on_visit_grid(start[i] + since[i]);
    seen[i] = t[i] < shown ? shown : t[i];
  }
}

}  // namespace

void choose_by_arm(std::span<const double> by_arm, std::span<const std::int32_t> arm,
                   std::span<double> out) {
  for (std::size_t a = 0; a < by_arm.size(); ++a)
    set_where(static_cast<std::int32_t>(a), by_arm[a], arm.data(), arm.size(), out.data());
}

void multiply_by_arm(std::span<const double> by_arm, std::span<const std::int32_t> arm,
                     std::span<double> product) {
  for (std::size_t a = 0; a < by_arm.size(); ++a)
    multiply_where(static_cast<std::int32_t>(a), by_arm[a], arm.data(), arm.size(), product.data());
}

void go_to_surgery(const BeforeSurgeryColumns& columns) {
  keep_first(columns.surgery_at.data(), columns.after_toxicity.data(), columns.surgery.size(),
             columns.progression.data(), columns.withdrawal.data(), columns.death.data(),
             columns.toxicity.data(), columns.planned_surgery.data(), columns.surgery.data(),
             columns.was_toxic.data());
}

void happen_at_surgery(std::span<const double> surgery, std::span<const double> u,
                       std::span<const double> odds, std::span<double> value) {
  happen_to_operated(surgery.data(), u.data(), odds.data(), value.size(), value.data());
}

void operate(std::span<const double> surgery, std::span<const double> u, const OutcomeOdds& odds,
             std::span<double> radicality) {
  draw_outcomes(surgery.data(), u.data(), odds.r1.data(), odds.r2.data(), odds.unresectable.data(),
                radicality.size(), radicality.data());
}

void find_recurrences(const DiseaseColumns& disease, std::span<double> ill_from) {
  keep_recurrences(disease.radicality.data(), disease.recurs.data(), disease.dies_free.data(),
                   ill_from.size(), ill_from.data());
}

void add(std::span<const double> more, std::span<double> value) {
  add_to(more.data(), value.size(), value.data());
}

void go_through_disease(const DiseaseColumns& disease, const DeathWithDisease& ill,
                        const DiseaseMilestones& milestones) {
  follow_disease(disease.radicality.data(), disease.recurs.data(), disease.dies_free.data(),
                 ill.ill_from.data(), ill.dies_ill.data(),
                 ill.clock == survival::CourseClock::reset, milestones.surgery.data(),
                 milestones.progression.data(), milestones.withdrawal.data(),
                 milestones.death.size(), milestones.recurrence.data(), milestones.death.data());
}

void die_of_surgery(std::span<const double> surgery, std::span<const double> dies,
                    std::span<double> recurrence, std::span<double> adjuvant,
                    std::span<double> death) {
  end_by_surgery(surgery.data(), dies.data(), death.size(), recurrence.data(), adjuvant.data(),
                 death.data());
}

void count_from(std::span<const double> start, std::span<const double> t, std::span<double> since) {
  subtract_start(start.data(), t.data(), since.size(), since.data());
}

void show_from(std::span<const double> start, std::span<const double> t,
               std::span<const double> since, std::span<double> seen) {
  add_start(start.data(), t.data(), since.data(), seen.size(), seen.data());
}

}  // namespace trialmill::cohort
