#include <gtest/gtest.h>

#include <cstddef>

#include "allocation_count.hpp"
#include "survival/six_patients.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/firth_cox.hpp"
#include "trialmill/survival/kaplan_meier.hpp"
#include "trialmill/survival/log_rank.hpp"
#include "trialmill/survival/max_combo.hpp"
#include "trialmill/survival/milestone.hpp"
#include "trialmill/survival/rmst.hpp"
#include "trialmill/survival/win_ratio.hpp"

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
  const std::vector<LogRankWeight> weights{FlemingHarrington{0, 0}, FlemingHarrington{1, 0},
                                           ModestlyWeighted{4}};
  MaxComboWorkspace max_combo_workspace;
  MaxCombo max_combo_test;
  FirthWorkspace firth_workspace;
  FirthFit firth;
  WinRatioWorkspace win_ratio_workspace;
  WinRatio pairs;
  const std::vector<PrioritisedOutcome> outcomes{{patients.time, patients.event},
                                                 {patients.time, patients.event}};
  KaplanMeier control;
  KaplanMeier experimental;
  double sum = 0;
  const auto replicate = [&] {
    patients.strata = 2;
    sort_times(patients.view(), sorted);
    tabulate_risk(sorted, table);
    sum += weighted_log_rank(table, {0, 1}, workspace).z;
    sum += weighted_log_rank(table, weights[2], workspace).z;
    max_combo(table, weights, max_combo_workspace, max_combo_test);
    win_ratio(outcomes, patients.group, 0.95, win_ratio_workspace, pairs);
    fit_firth(sorted, two, {}, firth_workspace, firth);
    fit_cox(sorted, one, {}, cox_workspace, fit);
    fit_cox(sorted, two, {}, cox_workspace, fit);
    sort_times(delayed.view(), sorted);
    tabulate_risk(sorted, table);
    sum += weighted_log_rank(table, {0, 0}, workspace).z;
    fit_firth(sorted, two, {}, firth_workspace, firth);
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
