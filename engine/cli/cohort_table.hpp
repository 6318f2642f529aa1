#pragma once

#include <cstddef>
#include <string>

#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/survey.hpp"

namespace trialmill::cli {

/// Names of the columns that hold a look: times and status (1 event, 0 censored), or 1 and 0 of a
/// yes-or-no endpoint, whose `status` is empty. The first look has the plain names. Looks of the
/// same data that compare other arms share them; the patients of each are those with a group, "arm"
/// where all are compared, else a column such as "high_vs_control" (1 and 0), empty in other arms.
struct LookColumns {
  std::string time_or_outcome;
  std::string status;
  std::string group;
};

LookColumns columns_of_look(const simulation::Design& design, std::size_t look);

/// The patients enrolled by the last look, one row each, as a trial's data base would hold them,
/// and the true course after it. Numbers read back as the same doubles, so that a refit gives the
/// same statistics; what a look does not see is an empty cell.
/// @param enrolled how many of the cohort's patients
std::string cohort_table(const simulation::Design& design, const simulation::Workspace& workspace,
                         std::size_t enrolled);

/// The patients of a synthetic survey, one row each: observed times and status of every curve, then
/// who belongs to the counts that its tests and models use, covariates and outcomes of surgery as
/// recorded, and the true course. Cells are as above.
std::string survey_table(const simulation::DrawnSurvey& survey);

}  // namespace trialmill::cli
