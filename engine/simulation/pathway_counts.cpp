#include "trialmill/simulation/pathway_counts.hpp"

#include <algorithm>
#include <cmath>

namespace trialmill::simulation {
namespace {

using cohort::Attribute;
using cohort::Milestone;
using cohort::Radicality;
using result::PathwayStep;

constexpr double ninety_days_months = 3;

// Replicates of runs are numbered from 1, those of the truth from 2^40.
constexpr std::uint64_t first_replicate = std::uint64_t{1} << 41;
// Drawn at once: columns that stay in the cache.
constexpr std::size_t batch_patients = 4000;

void count_patient(const cohort::Cohort& cohort, std::size_t attributes_from, std::size_t i,
                   result::PathwayCounts& counts) {
  const auto at = [&](Milestone which) { return cohort.milestone(which)[i]; };
  const auto attribute = [&](Attribute which) {
    return cohort.covariate(attributes_from + static_cast<std::size_t>(which))[i];
  };
  const auto took = [&](PathwayStep step, bool yes) {
    counts.took[static_cast<std::size_t>(step)] += yes;
  };
  const double surgery = at(Milestone::surgery), death = at(Milestone::death);
  const bool operated = std::isfinite(surgery);
  const bool progressed = std::isfinite(at(Milestone::progression));
  const bool withdrew = std::isfinite(at(Milestone::withdrawal));
  const auto radicality =
      static_cast<Radicality>(static_cast<int>(attribute(Attribute::radicality)));
  ++counts.patients;
  took(PathwayStep::progression, progressed);
  took(PathwayStep::withdrawal, withdrew);
  took(PathwayStep::death_before_surgery, !operated && !progressed && !withdrew);
  took(PathwayStep::toxicity, attribute(Attribute::toxicity) == 1);
  took(PathwayStep::response, attribute(Attribute::response) == 1);
  took(PathwayStep::surgery, operated);
  took(PathwayStep::r0, radicality == Radicality::r0);
  took(PathwayStep::r1, radicality == Radicality::r1);
  took(PathwayStep::r2, radicality == Radicality::r2);
  took(PathwayStep::unresectable, operated && radicality == Radicality::unresected);
  took(PathwayStep::death_within_90_days, operated && death <= surgery + ninety_days_months);
}

}  // namespace

void count_pathway(const cohort::TrialModel& model, std::size_t sample_size,
                   const cohort::Cohort& cohort, std::vector<result::PathwayCounts>& counts) {
  if (!model.course) return;
  counts.assign(model.arms(), {});
  for (std::size_t i = 0; i < sample_size; ++i)
    count_patient(cohort, model.population.size(), i,
                  counts[static_cast<std::size_t>(cohort.arm[i])]);
}

std::vector<result::PathwayCounts> sample_pathway(const cohort::TrialModel& model,
                                                  std::uint64_t seed, std::size_t patients) {
  std::vector<result::PathwayCounts> counts(model.course ? model.arms() : 0), batch_counts;
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  std::uint64_t number = first_replicate;
  for (std::size_t left = patients; left > 0; ++number) {
    const std::size_t batch = std::min(left, batch_patients);
    left -= batch;
    for (std::size_t arm = 0; arm < counts.size(); ++arm) {
      cohort::draw_cohort_under(model, static_cast<std::int32_t>(arm), seed, number, batch,
                                workspace, cohort);
      count_pathway(model, batch, cohort, batch_counts);
      counts[arm].merge(batch_counts[arm]);
    }
  }
  return counts;
}

}  // namespace trialmill::simulation
