#include "trialmill/survival/cox_score.hpp"

#include <cmath>

#include "reference_data.hpp"
#include "survival/cox_data.hpp"

namespace trialmill::survival {
namespace {

// Sex, then the others, of the patients of R's `lung` in whom all are known.
Data lung(const std::vector<std::string>& others, bool within_strata) {
  const reference::Csv csv = reference::read_csv("input/lung.csv");
  const auto rows = reference::complete_rows(csv, {"time", "status", "sex", "age", "ph.ecog"});
  Data data;
  data.patients.time = reference::values(csv, "time", rows);
  for (const double status : reference::values(csv, "status", rows))
    data.patients.event.push_back(status == 1 ? 1 : 0);
  data.columns.push_back(reference::values(csv, "sex", rows));
  for (const std::string& other : others)
    data.columns.push_back(reference::values(csv, other, rows));
  if (!within_strata) return data;
  data.patients.strata = 2;
  for (const double ecog : reference::values(csv, "ph.ecog", rows))
    data.patients.stratum.push_back(ecog >= 1 ? 1 : 0);
  return data;
}

double score_of_the_first(const Data& data, Ties ties = Ties::efron) {
  Data others = data;
  others.columns.erase(others.columns.begin());
  CoxScoreWorkspace workspace;
  return score_test(data.patients.sorted(), data.covariates(), 0, ties, others.fit(ties),
                    workspace);
}

// R 4.2.2: coxph(Surv(time, status) ~ sex + age + ph.ecog, init = c(0, coef(without)), iter = 0)
// prints as $score the test at those coefficients.
TEST(CoxScore, IndependentAdjustedTestsOfLung) {
  EXPECT_NEAR(score_of_the_first(lung({"age", "ph.ecog"}, false)), 11.1254841396372, 1e-7);
  EXPECT_NEAR(score_of_the_first(lung({"age", "ph.ecog"}, false), Ties::breslow), 11.0952017540995,
              1e-7);
  EXPECT_NEAR(score_of_the_first(lung({"age"}, true)), 10.0270671883862, 1e-7);
}

TEST(CoxScore, OfASingleColumnIsThatOfTheFit) {
  const Data data = lung({}, true);
  EXPECT_NEAR(score_of_the_first(data), data.fit().score_test, 1e-10);
}

TEST(CoxScore, HasNoValueWhereTheOthersHaveNoFiniteCoefficients) {
  const Data data = patients({1, 2, 3, 4}, {1, 1, 0, 0}, {{0, 1, 0, 1}, {1, 1, 0, 0}});
  EXPECT_TRUE(std::isnan(score_of_the_first(data)));
}

TEST(CoxScore, OfAColumnThatTheOthersImplyIsZero) {
  const Data data = patients({1, 2, 3, 4}, {1, 1, 1, 0}, {{0, 1, 0, 1}, {0, 2, 0, 2}});
  EXPECT_NEAR(score_of_the_first(data), 0, 1e-10);
}

}  // namespace
}  // namespace trialmill::survival
