#pragma once

#include <vector>

#include "trialmill/result/result.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// Adds the null twins of the study to its plan, designs and points of their own at the end: they
/// are drawn, analysed, divided among shards and kept like all others.
void add_null_twins(const scenario::Study& study, Plan& plan);

/// Takes the results of null twins from the end of those of all points of the plan, and puts their
/// rejections beside the powers of the points whose twins they are.
void attach_null_twins(const Plan& plan, std::vector<result::PointResult>& points);

}  // namespace trialmill::simulation
