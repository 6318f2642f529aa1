// Kaplan-Meier curves, quantiles, restricted means and follow-up against R 4.2.2, survival 3.5-3:
// survfit, quantile.survfit, summary.survfit. tests/reference names the call behind each field.
#include <gtest/gtest.h>

#include "survival/reference_curves.hpp"

namespace trialmill::survival {
namespace {

/// Values compared per file; each is the number that the file holds, so that none goes unread.
struct FileAndCount {
  const char* id;
  std::size_t values;
};

class KaplanMeierIndependent : public testing::TestWithParam<FileAndCount> {};

TEST_P(KaplanMeierIndependent, AgreesWithSurvfitOnRealData) {
  const json expected =
      reference::read_json(std::string("expected/survival-") + GetParam().id + ".json");
  const reference::Csv csv = reference::read_csv(expected.at("input").get<std::string>());
  const ReferenceCase data = reference_case(csv, {expected.at("time").get<std::string>(),
                                                  expected.at("status").get<std::string>(),
                                                  expected.at("group").get<std::string>(),
                                                  {}});
  ReferenceCheck check;
  check_curves(data, expected, check);
  EXPECT_EQ(check.count(), GetParam().values);
}

INSTANTIATE_TEST_SUITE_P(RealData, KaplanMeierIndependent,
                         testing::Values(FileAndCount{"colon", 2715},
                                         FileAndCount{"colon-months", 5200},
                                         FileAndCount{"kidney", 1960}, FileAndCount{"lung", 4244},
                                         FileAndCount{"ovarian", 896},
                                         FileAndCount{"veteran", 2911},
                                         FileAndCount{"veteran-celltype", 3095}),
                         [](const auto& test) {
                           std::string name = test.param.id;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class KaplanMeierLargeIndependent : public testing::TestWithParam<bool> {};

TEST_P(KaplanMeierLargeIndependent, AgreesWithSurvfitOnAHundredThousandRows) {
  const bool months = GetParam();
  const json expected = reference::read_json(months ? "expected/numerics-halton-months.json"
                                                    : "expected/numerics-halton-continuous.json");
  const ReferenceCase data{formula_case(expected.at("rows").get<std::size_t>(), months, false),
                           {"0", "1"}};
  ReferenceCheck check;
  double sum = 0;
  for (const double time : data.patients.time)
    sum += time;
  const SortedTimes sorted = data.patients.sorted();
  const KaplanMeier curve = kaplan_meier(sorted);
  check.near(sum, expected.at("check").at("sum_time"), "sum_time");
  check.near(static_cast<double>(curve.events), expected.at("check").at("events"), "events");
  check.near(static_cast<double>(curve.size()), expected.at("check").at("distinct_times"), "rows");
  check_curves(data, expected, check);
  EXPECT_EQ(check.count(), months ? 729U : 729U);
}

INSTANTIATE_TEST_SUITE_P(Formula, KaplanMeierLargeIndependent, testing::Bool(),
                         [](const auto& test) { return test.param ? "months" : "continuous"; });

}  // namespace
}  // namespace trialmill::survival
