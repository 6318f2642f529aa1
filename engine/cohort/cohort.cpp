#include "trialmill/cohort/cohort.hpp"

#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

#include "cohort/draw_cohort.hpp"
#include "trialmill/math/clones.hpp"

namespace trialmill::cohort {
namespace {

// A covariate of two levels; NaN leaves a patient out.
TRIALMILL_CLONES void add_binary_digit(std::int32_t place_0, std::int32_t place_1,
                                       const double* __restrict level, std::size_t n,
                                       std::int32_t* __restrict stratum) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t next = 2 * stratum[i] + (level[i] < 1 ? place_0 : place_1);
    const std::int32_t kept = level[i] == level[i] ? next : -1;
    stratum[i] = stratum[i] < 0 ? -1 : kept;
  }
}

}  // namespace

std::size_t Stratification::count() const {
  return std::accumulate(levels.begin(), levels.end(), std::size_t{1}, std::multiplies<>());
}

void draw_cohort(const TrialModel& model, std::uint64_t seed, std::uint64_t replicate,
                 std::size_t size, CohortWorkspace& workspace, Cohort& cohort) {
  const auto open = [](const random::Address& address) { return random::Stream(address); };
  CohortDraw(open, model, seed, replicate, workspace, cohort).run(size);
}

void draw_cohort_under(const TrialModel& model, std::int32_t arm, std::uint64_t seed,
                       std::uint64_t replicate, std::size_t size, CohortWorkspace& workspace,
                       Cohort& cohort) {
  const auto open = [](const random::Address& address) { return random::Stream(address); };
  CohortDraw(open, model, seed, replicate, workspace, cohort).run_under(arm, size);
}

void assign_strata(const Stratification& strata, const Cohort& cohort,
                   std::span<std::int32_t> stratum) {
  assert(stratum.size() <= cohort.size);
  std::ranges::fill(stratum, 0);
  for (std::size_t k = 0; k < strata.covariates.size(); ++k) {
    const auto level = cohort.recorded_covariate(strata.covariates[k]);
    if (strata.levels[k] == 2) {
      add_binary_digit(strata.place[k][0], strata.place[k][1], level.data(), stratum.size(),
                       stratum.data());
      continue;
    }
    const auto levels = static_cast<std::int32_t>(strata.levels[k]);
    for (std::size_t i = 0; i < stratum.size(); ++i) {
      const bool left_out = stratum[i] < 0 || std::isnan(level[i]);
      stratum[i] =
          left_out ? -1 : stratum[i] * levels + strata.place[k][static_cast<std::size_t>(level[i])];
    }
  }
}

}  // namespace trialmill::cohort
