#include "trialmill/survival/cox_score.hpp"

#include <limits>

#include "cox_at_fit.hpp"
#include "cox_likelihood.hpp"
#include "information_factor.hpp"

namespace trialmill::survival {

double score_test(const SortedTimes& sorted, const Covariates& covariates, std::size_t column,
                  Ties ties, const CoxFit& without, CoxScoreWorkspace& workspace) {
  const bool nothing_to_adjust_for = without.status == FitStatus::no_information;
  if (!has_finite_coefficients(without) && !nothing_to_adjust_for)
    return std::numeric_limits<double>::quiet_NaN();
  const std::size_t p = covariates.columns.size();
  CoxWorkspace& cox = workspace.cox;
  prepare(sorted, covariates, cox);
  for (std::size_t j = 0; j < p; ++j) {
    const std::size_t other = j < column ? j : j - 1;  // in the fit without the column
    if (j != column && !without.aliased[other])
      cox.beta[j] = without.coefficient[other] / cox.unit[j];
  }
  evaluate_likelihood(ties, cox.beta, cox);
  workspace.dropped.assign(p, 0);
  InformationFactor factor{cox.information, cox.factor, workspace.dropped};
  factor.find_dependent_columns(0);
  return factor.solve(cox.score);
}

}  // namespace trialmill::survival
