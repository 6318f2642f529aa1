#include "trialmill/survival/cumulative_incidence.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "survival/reference_case.hpp"
#include "survival/six_patients.hpp"
#include "trialmill/survival/kaplan_meier.hpp"

namespace trialmill::survival {
namespace {

// The six patients with two causes: at 2 one event of each, at 4 one of cause 2, at 6 one of 1.
const std::vector<std::int32_t> six_causes{1, 0, 1, 0, 2, 2};

// At risk 6, 4, 2, 1 at the times 2, 4, 5, 6; event-free 2/3, 1/2, 1/2, 0. At 2 either cause has a
// binomial variance, 1/6 x 5/6 / 6. Cause 2 then rises by 2/3 x 1/4 = 1/6 at 4: with R = 1/6 / 4,
//   at 2: (1/6 - R)^2 + R^2 - (1/6 - 2 R)^2 / 6 = 7/432, at 4: (2/3 / 4)^2 x 3/4 = 9/432,
// together 1/27. In the end nobody is event-free, so that cause 1 is the rest, as uncertain.
TEST(CumulativeIncidence, SixPatientsByHand) {
  const CumulativeIncidence curve = cumulative_incidence(six_patients().sorted(), six_causes, 2);
  EXPECT_EQ(curve.n, 6u);
  EXPECT_EQ(curve.events, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(curve.time, (std::vector<double>{2, 4, 5, 6}));
  EXPECT_EQ(curve.n_risk, (std::vector<double>{6, 4, 2, 1}));
  EXPECT_EQ(curve.n_censor, (std::vector<double>{0, 1, 1, 0}));
  EXPECT_EQ(curve.n_event, (std::vector<double>{1, 0, 0, 1, 1, 1, 0, 0}));
  const std::vector<double> estimate{1.0 / 6, 1.0 / 6, 1.0 / 6, 2.0 / 3,
                                     1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 3};
  const double first = 5.0 / 216;
  const double last = 1.0 / 27;
  const std::vector<double> variance{first, first, first, last, first, last, last, last};
  for (std::size_t i = 0; i < estimate.size(); ++i) {
    EXPECT_NEAR(curve.estimate[i], estimate[i], 1e-15);
    EXPECT_NEAR(curve.std_error[i], std::sqrt(variance[i]), 1e-15);
  }
}

TEST(CumulativeIncidence, IsReadAtAnyTime) {
  const CumulativeIncidence curve = cumulative_incidence(six_patients().sorted(), six_causes, 2);
  EXPECT_EQ(incidence_at(curve, 2, 1.9).estimate, 0);
  EXPECT_EQ(incidence_at(curve, 2, 1.9).std_error, 0);
  EXPECT_EQ(incidence_at(curve, 2, 2).estimate, curve.estimate[4]);
  EXPECT_EQ(incidence_at(curve, 2, 5.5).std_error, curve.std_error[6]);
  EXPECT_EQ(incidence_at(curve, 1, 99).estimate, curve.estimate[3]);
}

TEST(CumulativeIncidence, OneCauseIsKaplanMeier) {
  const SortedTimes sorted = six_patients().sorted();
  const std::vector<std::int32_t> one{1, 0, 1, 0, 1, 1};
  for (const std::int32_t group : {0, 1}) {
    const CumulativeIncidence curve = cumulative_incidence(sorted, one, 1, group);
    const KaplanMeier survival = kaplan_meier(sorted, group);
    ASSERT_EQ(curve.time, survival.time);
    EXPECT_EQ(curve.event_free, survival.survival);
    for (std::size_t k = 0; k < curve.size(); ++k) {
      EXPECT_NEAR(curve.estimate[k], 1 - survival.survival[k], 1e-15);
      // Where nobody is left the variance is 0, which the sum meets to a rounding error.
      const double expected = survival.survival[k] > 0 ? survival.std_error[k] : 0;
      EXPECT_NEAR(curve.std_error[k], expected, 1e-8);
    }
  }
}

TEST(CumulativeIncidence, NobodyAndNothing) {
  const CumulativeIncidence nobody =
      cumulative_incidence(six_patients().sorted(), six_causes, 2, 7);
  EXPECT_EQ(nobody.n, 0u);
  EXPECT_EQ(nobody.size(), 0u);
  EXPECT_EQ(incidence_at(nobody, 1, 3).estimate, 0);
  PatientColumns censored = six_patients();
  censored.event.assign(6, 0);
  const CumulativeIncidence nothing =
      cumulative_incidence(censored.sorted(), std::vector<std::int32_t>(6, 0), 3);
  EXPECT_EQ(nothing.events, (std::vector<std::size_t>{0, 0, 0}));
  EXPECT_EQ(nothing.event_free, (std::vector<double>{1, 1, 1, 1}));
  EXPECT_EQ(nothing.std_error, std::vector<double>(12, 0));
}

TEST(CumulativeIncidence, TheSecondReplicateKeepsItsColumns) {
  const SortedTimes sorted = six_patients().sorted();
  CumulativeIncidence curve;
  cumulative_incidence(sorted, six_causes, 2, {}, curve);
  const std::array<const double*, 3> before{curve.time.data(), curve.estimate.data(),
                                            curve.std_error.data()};
  cumulative_incidence(sorted, six_causes, 2, 1, curve);
  cumulative_incidence(sorted, six_causes, 2, {}, curve);
  const std::array<const double*, 3> after{curve.time.data(), curve.estimate.data(),
                                           curve.std_error.data()};
  EXPECT_EQ(before, after);
}

/// Probabilities of the states (event-free, cause 1, cause 2, ...) at `end`: the product over all
/// times of identity plus transition matrix, every patient counted with a weight.
std::vector<double> product_of_matrices(const std::vector<double>& time,
                                        const std::vector<std::int32_t>& cause,
                                        const std::vector<double>& weight, std::size_t causes,
                                        double end) {
  std::vector<double> times = time;
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<double> state(causes + 1, 0.0);
  state[0] = 1;
  for (const double t : times) {
    if (t > end) break;
    std::vector<std::vector<double>> matrix(causes + 1, std::vector<double>(causes + 1, 0.0));
    for (std::size_t i = 0; i <= causes; ++i)
      matrix[i][i] = 1;
    double at_risk = 0;
    for (std::size_t i = 0; i < time.size(); ++i)
      at_risk += time[i] >= t ? weight[i] : 0;
    for (std::size_t i = 0; i < time.size(); ++i) {
      if (time[i] != t || cause[i] == 0) continue;
      matrix[0][static_cast<std::size_t>(cause[i])] += weight[i] / at_risk;
      matrix[0][0] -= weight[i] / at_risk;
    }
    std::vector<double> next(causes + 1, 0.0);
    for (std::size_t i = 0; i <= causes; ++i)
      for (std::size_t j = 0; j <= causes; ++j)
        next[j] += state[i] * matrix[i][j];
    state = next;
  }
  return state;
}

// The standard error by its definition: each patient's influence is the derivative of the estimate
// by that patient's weight, here a central difference.
TEST(CumulativeIncidence, DoubleProgrammedByMatricesAndWeights) {
  PatientColumns patients = formula_case(90, true, false);
  std::vector<std::int32_t> cause;
  for (std::size_t i = 0; i < patients.time.size(); ++i)
    cause.push_back(patients.event[i] == 0 ? 0 : 1 + static_cast<std::int32_t>(i * i % 3));
  const CumulativeIncidence curve = cumulative_incidence(patients.sorted(), cause, 3);
  constexpr double step = 1e-4;
  int compared = 0;
  for (std::size_t k = 0; k < curve.size(); k += 5) {
    std::vector<double> weight(patients.time.size(), 1.0);
    const auto state = [&] {
      return product_of_matrices(patients.time, cause, weight, 3, curve.time[k]);
    };
    const std::vector<double> expected = state();
    EXPECT_NEAR(curve.event_free[k], expected[0], 1e-13);
    std::vector<double> variance(4, 0.0);
    for (double& one : weight) {
      one = 1 + step;
      const std::vector<double> above = state();
      one = 1 - step;
      const std::vector<double> below = state();
      one = 1;
      for (std::size_t c = 1; c <= 3; ++c)
        variance[c] += std::pow((above[c] - below[c]) / (2 * step), 2);
    }
    for (std::size_t c = 1; c <= 3; ++c) {
      EXPECT_NEAR(curve.estimate[(c - 1) * curve.size() + k], expected[c], 1e-13);
      // The differences err by about step^2, relatively.
      EXPECT_NEAR(curve.std_error[(c - 1) * curve.size() + k], std::sqrt(variance[c]), 1e-8);
      ++compared;
    }
  }
  EXPECT_GT(compared, 20);
}

void compare_with_r(const nlohmann::json& expected, const CumulativeIncidence& curve,
                    const std::string& what, ReferenceCheck& check) {
  EXPECT_EQ(curve.n, expected["n"]) << what;
  check.near(curve.time, expected["time"], what + " time");
  check.near(curve.n_risk, expected["n_risk"], what + " n_risk");
  check.near(curve.n_censor, expected["n_censor"], what + " n_censor");
  for (const nlohmann::json& cause : expected["causes"]) {
    const std::size_t rows = curve.size();
    const auto first = (cause["cause"].get<std::size_t>() - 1) * rows;
    const auto column = [&](const std::vector<double>& all) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
      return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(rows));
    };
    const std::string name = what + " cause " + cause["cause"].dump();
    check.near(column(curve.n_event), cause["n_event"], name + " events");
    check.near(column(curve.estimate), cause["estimate"], name + " estimate", 1e-14);
    check.near(column(curve.std_error), cause["std_error"], name + " std_error", 1e-13);
  }
}

TEST(CumulativeIncidence, IndependentCurvesAgreeWithSurvfit) {
  const nlohmann::json document = reference::read_json("expected/cumulative-incidence.json");
  ReferenceCheck check;
  for (const nlohmann::json& test_case : document["cases"]) {
    const std::string id = test_case["id"];
    const reference::Csv csv = reference::read_csv(test_case["data"]);
    const bool mgus = id == "mgus2";
    const ReferenceCase data =
        reference_case(csv, {"time", mgus ? "cause" : "status", mgus ? "sex" : "trt", {}});
    std::vector<std::int32_t> cause;
    for (std::size_t i = 0; i < csv.rows; ++i) {
      const auto text = [&](const char* column) { return csv.column.at(column)[i]; };
      if (mgus) {
        cause.push_back(std::stoi(text("cause")));
      } else if (text("status") == "0") {
        cause.push_back(0);
      } else {
        const std::string type = text("celltype");
        cause.push_back(type == "smallcell" ? 2 : type == "adeno" ? 3 : 1);
      }
    }
    ASSERT_EQ(cause.size(), data.patients.time.size());
    const SortedTimes sorted = data.patients.sorted();
    for (const nlohmann::json& expected : test_case["curves"]) {
      const std::string group = expected["group"];
      std::optional<std::int32_t> code;
      if (group != "all") code = codes({group}, data.levels)[0];
      compare_with_r(expected, cumulative_incidence(sorted, cause, mgus ? 2 : 3, code),
                     id + " " + group, check);
    }
  }
  EXPECT_GT(check.count(), 5000u);
}

}  // namespace
}  // namespace trialmill::survival
