#include <gtest/gtest.h>

#include <random>

#include "survival/cox_data.hpp"
#include "survival/cox_distinct.hpp"
#include "survival/cox_likelihood.hpp"
#include "survival/cox_rows.hpp"

namespace trialmill::survival {
namespace {

// Two groups with covariates; times rounded to `step` where it is positive, so that they tie.
Data draw(std::size_t n, std::int32_t strata, double step, std::size_t covariates) {
  std::mt19937 engine(static_cast<std::uint32_t>(n) + 17);
  const auto uniform = [&] { return (static_cast<double>(engine()) + 0.5) / 4294967296.0; };
  Data data;
  data.patients.groups = 2;
  data.patients.strata = strata;
  data.columns.resize(covariates);
  for (std::size_t i = 0; i < n; ++i) {
    const double time = -20 * std::log(uniform());
    data.patients.time.push_back(step > 0 ? std::ceil(time / step) * step : time);
    data.patients.event.push_back(uniform() < 0.7);
    data.patients.group.push_back(engine() % 2);
    data.patients.stratum.push_back(static_cast<std::int32_t>(engine()) & (strata - 1));
    for (std::size_t j = 0; j < covariates; ++j)
      data.columns[j].push_back(j % 2 == 0 ? uniform() * static_cast<double>(j + 1)
                                           : static_cast<double>(engine() % 3));
  }
  return data;
}

void expect_same(const CoxFit& a, const CoxFit& b) {
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.iterations, b.iterations);
  EXPECT_EQ(a.coefficient, b.coefficient);
  EXPECT_EQ(a.standard_error, b.standard_error);
  EXPECT_EQ(a.log_likelihood, b.log_likelihood);
  EXPECT_EQ(a.log_likelihood_null, b.log_likelihood_null);
  EXPECT_EQ(a.score_test, b.score_test);
  EXPECT_EQ(a.wald_test, b.wald_test);
}

TEST(CoxOfATable, IsTheFitOfItsGroupToTheLastBit) {
  for (const double step : {0.0, 6.0})
    for (const std::int32_t strata : {1, 2})
      for (const Ties ties : {Ties::efron, Ties::breslow}) {
        Data data = draw(211, strata, step, 0);
        data.columns.emplace_back(data.patients.group.begin(), data.patients.group.end());
        CoxOptions options;
        options.ties = ties;
        CoxWorkspace workspace;
        CoxFit fit;
        fit_cox(data.patients.table(), options, workspace, fit);
        expect_same(fit, data.fit(ties));
        EXPECT_EQ(fit.status, FitStatus::ok);
      }
}

TEST(CoxOfATable, SaysWhyItFails) {
  Data data = draw(20, 1, 0, 0);
  CoxWorkspace workspace;
  CoxFit fit;
  data.patients.event.assign(20, 0);
  fit_cox(data.patients.table(), {}, workspace, fit);
  EXPECT_EQ(fit.status, FitStatus::no_events);
  for (std::size_t i = 0; i < 20; ++i)
    data.patients.event[i] = data.patients.group[i] == 0;
  fit_cox(data.patients.table(), {}, workspace, fit);
  EXPECT_EQ(fit.status, FitStatus::monotone_likelihood);
  EXPECT_EQ(fit.coefficient[0], -infinity);
}

// The sweep over risk sets, which adds up second moments patient by patient, is the naive route.
TEST(CoxOfDistinctEvents, DoubleProgrammedByTheSweep) {
  for (std::size_t p = 1; p <= 8; ++p)
    for (const std::int32_t strata : {1, 4}) {
      const Data data = draw(157, strata, 0, p);
      const SortedTimes sorted = data.patients.sorted();
      CoxWorkspace workspace;
      CoxFit fit;
      fit_cox(sorted, data.covariates(), {}, workspace, fit);
      ASSERT_TRUE(workspace.distinct);
      std::vector<double> beta(p);
      for (std::size_t j = 0; j < p; ++j)
        beta[j] = 0.3 - 0.1 * static_cast<double>(j);
      const double value = evaluate_likelihood(Ties::efron, beta, workspace);
      const auto score = workspace.score, information = workspace.information;
      workspace.distinct = false;
      EXPECT_NEAR(evaluate_likelihood(Ties::efron, beta, workspace), value,
                  1e-11 * std::abs(value));
      for (std::size_t j = 0; j < p; ++j) {
        EXPECT_NEAR(workspace.score[j], score[j], 1e-10);
        for (std::size_t k = j; k < p; ++k)
          EXPECT_NEAR(workspace.information[j * p + k], information[j * p + k], 1e-10);
      }
    }
}

TEST(TabulateRisk, DoubleProgrammedByCountingEverybody) {
  for (const double step : {0.0, 3.0})
    for (const std::int32_t strata : {1, 2}) {
      const Data data = draw(130, strata, step, 0);
      const PatientColumns& p = data.patients;
      const RiskTable table = p.table();
      EXPECT_EQ(table.distinct, step == 0);
      for (std::int32_t s = 0; s < strata; ++s)
        for (std::size_t k = table.stratum_begin[static_cast<std::size_t>(s)];
             k < table.stratum_begin[static_cast<std::size_t>(s) + 1]; ++k)
          for (std::int32_t g = 0; g < 2; ++g) {
            double at_risk = 0, events = 0;
            for (std::size_t i = 0; i < p.time.size(); ++i) {
              if (p.stratum[i] != s || p.group[i] != g) continue;
              at_risk += p.time[i] >= table.time[k];
              events += p.event[i] && p.time[i] == table.time[k];
            }
            const std::size_t at = static_cast<std::size_t>(g) * table.size() + k;
            EXPECT_EQ(table.group_at_risk[at], at_risk);
            EXPECT_EQ(table.group_events[at], events);
          }
    }
}

}  // namespace
}  // namespace trialmill::survival
