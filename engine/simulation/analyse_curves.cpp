#include "simulation/analyse.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/non_inferiority.hpp"
#include "trialmill/survival/rmst.hpp"

namespace trialmill::simulation {
namespace {

using result::not_a_number;
using survival::FitStatus;

// Do both curves reach as far as they are compared? A difference without a variance has no test,
// but is an estimate: the others alone would be a selection.
bool is_known(FitStatus status) {
  return status != FitStatus::one_group_empty && status != FitStatus::follow_up_too_short;
}

// The difference, its test against no difference or the plan's margin, and its interval's SE.
template <class Comparison>
result::AnalysisOutcome outcome_of(const AnalysisPlan& plan, const Comparison& comparison) {
  result::AnalysisOutcome outcome;
  outcome.status = comparison.status;
  outcome.z = not_a_number;
  if (comparison.status == FitStatus::ok)
    outcome.z = plan.margin ? survival::non_inferiority(comparison, *plan.margin).z : comparison.z;
  if (is_known(comparison.status))
    outcome.difference = {comparison.difference, comparison.std_error};
  if (outcome.difference.standard_error > 0)
    outcome.information =
        1 / (outcome.difference.standard_error * outcome.difference.standard_error);
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

}  // namespace

void draw_curves(const survival::SortedTimes& sorted, ArmCurves& curves) {
  // Nobody reads the limits: the plain ones cost least.
  const survival::ConfidenceBand band{survival::IntervalType::plain, 0.95};
  survival::kaplan_meier(sorted, 0, band, curves.control);
  survival::kaplan_meier(sorted, 1, band, curves.experimental);
}

result::AnalysisOutcome rmst_outcome(const AnalysisPlan& plan, const ArmCurves& curves) {
  return outcome_of(
      plan, survival::compare_restricted_means(curves.control, curves.experimental, plan.months));
}

result::AnalysisOutcome milestone_outcome(const AnalysisPlan& plan, const ArmCurves& curves) {
  const survival::MilestoneComparison comparison =
      survival::compare_milestone(curves.control, curves.experimental, plan.months);
  result::AnalysisOutcome outcome = outcome_of(plan, comparison);
  if (plan.scale == scenario::Analysis::MilestoneScale::plain) return outcome;
  outcome.status = comparison.log_log_status;
  const bool defined = outcome.status == FitStatus::ok;
  outcome.z = defined ? comparison.log_log_z : not_a_number;
  const double error = comparison.log_log_std_error;
  outcome.information = defined ? 1 / (error * error) : not_a_number;
  outcome.rejected = rejects(plan, outcome.z);
  return outcome;
}

}  // namespace trialmill::simulation
