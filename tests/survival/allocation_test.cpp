#include <gtest/gtest.h>

#include <cstddef>

#include "allocation_count.hpp"
#include "survival/six_patients.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/rmst.hpp"

namespace trialmill::survival {
namespace {

TEST(Workspaces, TheSecondReplicateAllocatesNothing) {
  PatientColumns patients = six_patients();
  patients.stratum = {0, 1, 0, 1, 0, 1};
  PatientColumns delayed = six_patients();
  delayed.entry = {4, 3.5, 0, 2, 0, 1};
  SortedTimes sorted;
  RiskTable table;
  LogRankWorkspace workspace;
  const std::vector<double> treatment{1, 1, 1, 0, 0, 0};
  const std::vector<double> age{61, 48, 55, 70, 52, 66};
  const Covariates one{{treatment}};
  const Covariates two{{treatment, age}};
  CoxWorkspace cox_workspace;
  CoxFit fit;
  KaplanMeier control;
  KaplanMeier experimental;
  double sum = 0;
  const auto replicate = [&] {
    patients.strata = 2;
    sort_times(patients.view(), sorted);
    tabulate_risk(sorted, table);
    sum += weighted_log_rank(table, {0, 1}, workspace).z;
    fit_cox(sorted, one, {}, cox_workspace, fit);
    fit_cox(sorted, two, {}, cox_workspace, fit);
    sort_times(delayed.view(), sorted);
    tabulate_risk(sorted, table);
    sum += weighted_log_rank(table, {0, 0}, workspace).z;
    fit_cox(sorted, one, {}, cox_workspace, fit);
    fit_cox(sorted, two, {}, cox_workspace, fit);
    kaplan_meier(sorted, 0, {}, control);
    kaplan_meier(sorted, 1, {}, experimental);
    sum += compare_restricted_means(control, experimental, 4).z;
    sum += compare_milestone(control, experimental, 4).z;
    sum += survival_quantile(control, 0.25).estimate;
  };
  replicate();
  const std::uint64_t before = allocations;
  EXPECT_GT(before, 0U) << "the counter counts";
  replicate();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace trialmill::survival
