#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {

/// Fills a column with the uniforms of a purpose and lane.
using FillColumn =
    std::function<void(random::Purpose purpose, std::uint64_t lane, std::span<double> out)>;

/// Draws the course of every patient of a cohort whose covariates and arms are known.
/// @param covariates number of covariates of the population, which the attributes follow
void draw_course(const FillColumn& fill, const Course& course, std::size_t covariates,
                 CohortWorkspace& workspace, Cohort& cohort);

}  // namespace trialmill::cohort
