#pragma once

#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// The columns of a Cox model for one covariate, and what was left out of them.
struct CovariateColumns {
  std::vector<CoxColumn> columns;
  std::vector<std::string> left_out;  ///< "radicality r2"
};

/// The value of a continuous covariate, or the indicator of every level but the reference. A level
/// that none of the patients analysed can have is left out: its column would be 0 in all. When that
/// is the reference, the first level that can occur takes its place; what has one level alone has
/// no column.
/// @param covariate index in `design.columns` @param analysis whose endpoint and arms say which
/// patients are analysed
CovariateColumns columns_of_covariate(const scenario::Scenario& scenario, const Design& design,
                                      const scenario::Analysis& analysis, std::size_t covariate);

}  // namespace trialmill::simulation
