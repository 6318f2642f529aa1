#include "trialmill/simulation/pathway_counts.hpp"

#include <limits>

#include "simulation/in_batches.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::simulation {
namespace {

using cohort::Attribute;
using cohort::Milestone;
using cohort::Radicality;
using result::PathwayCounts;
using result::PathwayStep;

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double ninety_days_months = 3;

// Replicates of runs are numbered from 1, those of the truth from 2^40.
constexpr std::uint64_t first_replicate = std::uint64_t{1} << 41;

// The columns of n patients, of whom those in arm `which` are counted. What never happens is
// infinitely late. @param took one count per step, overwritten
TRIALMILL_CLONES void count_steps(
    std::int32_t which, const std::int32_t* __restrict arm, const double* __restrict progression,
    const double* __restrict withdrawal, const double* __restrict surgery,
    const double* __restrict death, const double* __restrict toxicity,
    const double* __restrict response, const double* __restrict radicality, std::size_t n,
    std::uint64_t* __restrict patients, std::uint64_t* __restrict took) {
  constexpr auto r1 = static_cast<double>(Radicality::r1), r2 = static_cast<double>(Radicality::r2);
  constexpr auto unresected = static_cast<double>(Radicality::unresected);
  std::uint64_t members = 0, progressed = 0, withdrew = 0, died_before = 0, toxic = 0,
                responded = 0;
  std::uint64_t operated = 0, with_r0 = 0, with_r1 = 0, with_r2 = 0, unresectable = 0,
                died_soon = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t one = arm[i] == which ? 1 : 0;
    const double left = progression[i] < withdrawal[i] ? progression[i] : withdrawal[i];
    const double pathway_ends = left < surgery[i] ? left : surgery[i];
    const double in_vain = radicality[i] == unresected ? surgery[i] : never;
    const double soon = surgery[i] < never ? surgery[i] + ninety_days_months : -never;
    members += one;
    progressed += progression[i] < never ? one : 0;
    withdrew += withdrawal[i] < never ? one : 0;
    died_before += pathway_ends < never ? 0 : one;
    toxic += toxicity[i] == 1 ? one : 0;
    responded += response[i] == 1 ? one : 0;
    operated += surgery[i] < never ? one : 0;
    with_r0 += radicality[i] == 0 ? one : 0;
    with_r1 += radicality[i] == r1 ? one : 0;
    with_r2 += radicality[i] == r2 ? one : 0;
    unresectable += in_vain < never ? one : 0;
    died_soon += death[i] <= soon ? one : 0;
  }
  *patients = members;
  const auto count = [&](PathwayStep step, std::uint64_t number) {
    took[static_cast<std::size_t>(step)] = number;
  };
  count(PathwayStep::progression, progressed);
  count(PathwayStep::withdrawal, withdrew);
  count(PathwayStep::death_before_surgery, died_before);
  count(PathwayStep::toxicity, toxic);
  count(PathwayStep::response, responded);
  count(PathwayStep::surgery, operated);
  count(PathwayStep::r0, with_r0);
  count(PathwayStep::r1, with_r1);
  count(PathwayStep::r2, with_r2);
  count(PathwayStep::unresectable, unresectable);
  count(PathwayStep::death_within_90_days, died_soon);
}

}  // namespace

void count_pathway(const cohort::TrialModel& model, std::size_t sample_size,
                   const cohort::Cohort& cohort, std::vector<result::PathwayCounts>& counts) {
  if (!model.course) return;
  counts.assign(model.arms(), {});
  const auto at = [&](Milestone which) { return cohort.milestone(which).data(); };
  const auto attribute = [&](Attribute which) {
    return cohort.covariate(model.population.size() + static_cast<std::size_t>(which)).data();
  };
  for (std::size_t a = 0; a < counts.size(); ++a)
    count_steps(static_cast<std::int32_t>(a), cohort.arm.data(), at(Milestone::progression),
                at(Milestone::withdrawal), at(Milestone::surgery), at(Milestone::death),
                attribute(Attribute::toxicity), attribute(Attribute::response),
                attribute(Attribute::radicality), sample_size, &counts[a].patients,
                counts[a].took.data());
  if (cohort.switching_months.empty()) return;
  for (PathwayCounts& count : counts)
    count.may_switch = true;
  for (std::size_t i = 0; i < sample_size; ++i)
    if (cohort.switching_months[i] < never)
      ++counts[static_cast<std::size_t>(cohort.arm[i])]
            .took[static_cast<std::size_t>(PathwayStep::switching)];
}

std::vector<result::PathwayCounts> sample_pathway(const cohort::TrialModel& model,
                                                  std::uint64_t seed, std::size_t patients) {
  std::vector<result::PathwayCounts> counts(model.course ? model.arms() : 0), batch_counts;
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  in_batches(patients, first_replicate, [&](std::uint64_t number, std::size_t batch) {
    for (std::size_t arm = 0; arm < counts.size(); ++arm) {
      cohort::draw_cohort_under(model, static_cast<std::int32_t>(arm), seed, number, batch,
                                workspace, cohort);
      count_pathway(model, batch, cohort, batch_counts);
      counts[arm].merge(batch_counts[arm]);
    }
  });
  return counts;
}

}  // namespace trialmill::simulation
