#include "simulation/pathway_counts.hpp"

#include <cmath>

namespace trialmill::simulation {
namespace {

using cohort::Attribute;
using cohort::Milestone;
using cohort::Radicality;
using result::PathwayStep;

constexpr double ninety_days_months = 3;

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

void count_pathway(const Design& design, std::size_t sample_size, const cohort::Cohort& cohort,
                   std::vector<result::PathwayCounts>& counts) {
  if (!design.model.course) return;
  counts.assign(design.model.arms(), {});
  for (std::size_t i = 0; i < sample_size; ++i)
    count_patient(cohort, design.model.population.size(), i,
                  counts[static_cast<std::size_t>(cohort.arm[i])]);
}

}  // namespace trialmill::simulation
