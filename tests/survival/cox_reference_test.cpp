// Cox fits and their diagnostics against R 4.2.2, survival 3.5-3: coxph (eps = 1e-14), also with
// robust = TRUE, basehaz(centered = FALSE), residuals(type = "martingale"), concordance.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "survival/reference_case.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/cox_diagnostics.hpp"
#include "trialmill/survival/cox_profile.hpp"
#include "trialmill/survival/cox_proportionality.hpp"

namespace trialmill::survival {
namespace {

using nlohmann::json;

/// Agreement asked of what comes out of an iteration, and of log-likelihoods.
constexpr double iterated = 1e-8;
constexpr double summed = 1e-10;

/// One data set ready to fit.
struct CoxCase {
  PatientColumns patients;
  std::vector<std::string> stratum_label;
  std::vector<std::vector<double>> columns;

  Covariates covariates() const {
    Covariates result;
    for (const auto& column : columns)
      result.columns.emplace_back(column);
    return result;
  }
};

struct Fitted {
  SortedTimes sorted;
  Covariates covariates;
  Ties ties = Ties::efron;
  CoxFit fit;
};

Fitted fit_case(const CoxCase& data, const json& ties) {
  Fitted result;
  result.sorted = data.patients.sorted();
  result.covariates = data.covariates();
  result.ties = ties == "breslow" ? Ties::breslow : Ties::efron;
  CoxWorkspace workspace;
  CoxOptions options;
  options.ties = result.ties;
  fit_cox(result.sorted, result.covariates, options, workspace, result.fit);
  return result;
}

std::vector<double> flat(const json& value) {
  if (!value.is_array()) return {reference::number(value)};
  std::vector<double> result;
  for (const json& element : value)
    for (const double number : flat(element))
      result.push_back(number);
  return result;
}

class CoxCheck {
 public:
  explicit CoxCheck(std::string what) : what_(std::move(what)) {}

  void near(const std::string& name, double actual, const json& expected, double relative,
            double absolute = 0) {
    const double value = flat(expected).at(0);
    EXPECT_TRUE(comparison_.close(actual, value, relative, absolute))
        << what_ << " " << name << ": " << actual << ", expected " << value;
  }
  void near(const std::string& name, const std::vector<double>& actual, const json& expected,
            double relative, double absolute = 0) {
    const std::vector<double> values = flat(expected);
    ASSERT_EQ(actual.size(), values.size()) << what_ << " " << name;
    for (std::size_t i = 0; i < values.size(); ++i)
      near(name + "[" + std::to_string(i) + "]", actual[i], values[i], relative, absolute);
  }
  /// A covariance: entries to 1e-8 of themselves or of the variances beside them.
  void near_covariance(const std::string& name, const std::vector<double>& actual,
                       const json& expected, std::size_t p) {
    const std::vector<double> values = flat(expected);
    ASSERT_EQ(actual.size(), values.size()) << what_ << " " << name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double scale = std::sqrt(values[i / p * (p + 1)] * values[i % p * (p + 1)]);
      near(name, actual[i], values[i], iterated, iterated * scale);
    }
  }
  void all(const CoxCase& data, const Fitted& fitted, const json& expected);

  std::size_t count() const { return comparison_.count(); }

 private:
  void tests(const CoxFit& fit, const json& expected);
  void robust(const Fitted& fitted, const json& expected);
  void profile(const Fitted& fitted, const json& covariates, const json& expected);
  void proportional_hazards(const Fitted& fitted, const json& expected);
  void baseline(const CoxCase& data, const Fitted& fitted, const json& expected);

  std::string what_;
  reference::Comparison comparison_;
};

void CoxCheck::tests(const CoxFit& fit, const json& expected) {
  near("loglik_null", fit.log_likelihood_null, expected.at("loglik_null"), summed);
  near("loglik", fit.log_likelihood, expected.at("loglik"), summed);
  near("df", fit.degrees_of_freedom, expected.at("df"), 0);
  near("score_test", fit.score_test, expected.at("score_test"), iterated, 1e-12);
  near("lr", fit.likelihood_ratio_test, expected.at("likelihood_ratio_test"), iterated, 1e-12);
  near("wald_test", fit.wald_test, expected.at("wald_test"), iterated, 1e-12);
}

void CoxCheck::robust(const Fitted& fitted, const json& expected) {
  const RobustVariance robust =
      robust_variance(fitted.sorted, fitted.covariates, fitted.ties, fitted.fit);
  for (std::size_t j = 0; j < robust.standard_error.size(); ++j) {
    // The file has R's sqrt(diag(var)), which is 0 for a dropped column; ours is undefined.
    const json standard_error = fitted.fit.aliased[j] ? json() : expected.at("std_error").at(j);
    near("robust se", robust.standard_error[j], standard_error, iterated);
  }
  near_covariance("robust variance", robust.covariance, expected.at("variance"),
                  fitted.fit.coefficient.size());
  near("robust wald", robust.wald_test, expected.at("wald_test"), iterated);
  near("robust score", robust.score_test, expected.at("score_test"), iterated);
}

void CoxCheck::baseline(const CoxCase& data, const Fitted& fitted, const json& expected) {
  const BaselineHazard hazard =
      baseline_hazard(fitted.sorted, fitted.covariates, fitted.ties, fitted.fit);
  for (const json& table : expected) {
    std::size_t s = 0;
    if (data.patients.strata > 1)
      while (data.stratum_label.at(s).substr(1) != table.at("stratum").get<std::string>())
        ++s;
    const std::size_t begin = hazard.stratum_begin[s];
    near("baseline rows", static_cast<double>(hazard.stratum_begin[s + 1] - begin),
         table.at("rows_in_full_table"), 0);
    for (std::size_t i = 0; i < table.at("row").size(); ++i) {
      const std::size_t row = begin + table.at("row")[i].get<std::size_t>();
      near("baseline time", hazard.time.at(row), table.at("time")[i], 1e-12);
      near("baseline hazard", hazard.cumulative_hazard.at(row), table.at("cumulative_hazard")[i],
           iterated);
    }
  }
}

// Both roots of 2 (l_max - l(b)) = 3.841..., of one covariate.
void CoxCheck::profile(const Fitted& fitted, const json& covariates, const json& expected) {
  CoxOptions options;
  options.ties = fitted.ties;
  CoxWorkspace workspace;
  const std::vector<ProfileInterval> intervals =
      profile_intervals(fitted.sorted, fitted.covariates, options, fitted.fit, 0.95, workspace);
  for (std::size_t j = 0; j < intervals.size(); ++j) {
    EXPECT_EQ(intervals[j].status, fitted.fit.aliased[j] ? FitStatus::singular : FitStatus::ok);
    if (covariates.at(j) != expected.at("name")) continue;
    near("profile lower", intervals[j].lower, expected.at("lower"), 1e-7);
    near("profile upper", intervals[j].upper, expected.at("upper"), 1e-7);
  }
}

// cox.zph(terms = FALSE), which leaves dropped covariates out.
void CoxCheck::proportional_hazards(const Fitted& fitted, const json& expected) {
  for (const auto& [name, transform] :
       {std::pair("identity", TimeTransform::identity), std::pair("km", TimeTransform::km),
        std::pair("rank", TimeTransform::rank), std::pair("log", TimeTransform::log)}) {
    const ProportionalHazardsTest test = proportional_hazards_test(
        fitted.sorted, fitted.covariates, fitted.ties, fitted.fit, transform);
    if (!expected.contains(name)) {
      EXPECT_EQ(test.status, FitStatus::no_information) << what_ << " " << name;
      continue;
    }
    EXPECT_EQ(test.status, FitStatus::ok) << what_ << " " << name;
    std::vector<double> kept;
    for (std::size_t j = 0; j < test.chi_square.size(); ++j)
      if (!fitted.fit.aliased[j]) kept.push_back(test.chi_square[j]);
    const json& values = expected.at(name);
    near(name, kept, values.at("chisq"), iterated, 1e-10);
    near(name, test.global, values.at("global"), iterated, 1e-10);
    near(name, test.degrees_of_freedom, values.at("global_df"), 0);
  }
}

void CoxCheck::all(const CoxCase& data, const Fitted& fitted, const json& expected) {
  const CoxFit& fit = fitted.fit;
  near("n", static_cast<double>(fit.n), expected.at("n"), 0);
  near("events", static_cast<double>(fit.events), expected.at("events"), 0);
  tests(fit, expected);
  near("coefficient", fit.coefficient, expected.at("coefficient"), iterated, 1e-15);
  near("std_error", fit.standard_error, expected.at("std_error"), iterated);
  near_covariance("variance", fit.covariance, expected.at("variance"), fit.coefficient.size());
  for (std::size_t j = 0; j < fit.coefficient.size(); ++j) {
    const HazardRatio ratio = hazard_ratio(fit.coefficient[j], fit.standard_error[j]);
    near("hazard_ratio", ratio.estimate, expected.at("hazard_ratio").at(j), iterated);
    near("lower", ratio.lower, expected.at("lower").at(j), iterated);
    near("upper", ratio.upper, expected.at("upper").at(j), iterated);
  }
  const Concordance agreement =
      concordance(fitted.sorted, linear_predictor(fitted.covariates, fit));
  near("concordance", agreement.estimate, expected.at("concordance"), iterated);
  near("concordance_se", agreement.standard_error, expected.at("concordance_se"), iterated);
  if (expected.contains("robust")) robust(fitted, expected.at("robust"));
  if (expected.contains("profile_interval"))
    profile(fitted, expected.at("covariates"), expected.at("profile_interval"));
  if (expected.contains("proportional_hazards"))
    proportional_hazards(fitted, expected.at("proportional_hazards"));
  if (expected.contains("baseline")) baseline(data, fitted, expected.at("baseline"));
  if (expected.contains("martingale_residual")) {
    const std::vector<double> residual =
        martingale_residuals(fitted.sorted, fitted.covariates, fitted.ties, fit);
    const json& rows = expected.at("martingale_residual");
    for (std::size_t i = 0; i < rows.at("row").size(); ++i)
      near("martingale", residual.at(rows.at("row")[i].get<std::size_t>()), rows.at("value")[i],
           iterated, 1e-12);
  }
}

std::vector<std::string> text_list(const json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return {value.get<std::string>()};
  return value.get<std::vector<std::string>>();
}

CoxCase read_case(const std::string& file, const ColumnNames& names,
                  const std::vector<std::string>& covariates,
                  const std::vector<std::string>& required) {
  const reference::Csv csv = reference::read_csv(file);
  CoxCase data;
  data.patients = reference_case(csv, names, required).patients;
  std::vector<std::string> needed = required;
  needed.insert(needed.end(), {names.time, names.status});
  needed.insert(needed.end(), names.strata.begin(), names.strata.end());
  const std::vector<std::size_t> rows = reference::complete_rows(csv, needed);
  for (const std::string& name : covariates)
    data.columns.push_back(reference::values(csv, name, rows));
  std::vector<std::string> labels(rows.size());
  for (const std::string& name : names.strata) {
    const std::vector<std::string> part = reference::texts(csv, name, rows);
    for (std::size_t i = 0; i < rows.size(); ++i)
      labels[i].append("/").append(part[i]);
  }
  data.stratum_label = sorted_labels(labels);
  return data;
}

/// Reads the data of one entry of cox[] of a data set; fits of the group alone use the rows that
/// are complete without the strata.
CoxCase data_set(const json& document, const json& entry) {
  const auto covariates = text_list(entry.at("covariates"));
  const auto strata = text_list(document.at("strata"));
  const bool group_alone = covariates == text_list(document.at("group"));
  std::vector<std::string> required = covariates;
  if (!group_alone) required.insert(required.end(), strata.begin(), strata.end());
  const ColumnNames names{document.at("time"), document.at("status"), "",
                          entry.at("stratified").get<bool>() ? strata : std::vector<std::string>{}};
  return read_case(document.at("input"), names, covariates, required);
}

TEST(CoxReference, IndependentDataSetsAgreeWithCoxph) {
  std::size_t compared = 0;
  for (const char* name :
       {"colon", "colon-months", "kidney", "lung", "ovarian", "veteran", "veteran-celltype"}) {
    const json document = reference::read_json("expected/survival-" + std::string(name) + ".json");
    for (const json& entry : document.at("cox")) {
      if (entry.at("ties") == "exact") continue;
      CoxCheck check(std::string(name) + " " + entry.at("ties").get<std::string>());
      const CoxCase data = data_set(document, entry);
      const Fitted fitted = fit_case(data, entry.at("ties"));
      // Stratified by one of its covariates, R drops that covariate.
      const bool dropped = entry.at("df") != entry.at("covariates").size();
      EXPECT_EQ(fitted.fit.status, dropped ? FitStatus::singular : FitStatus::ok);
      check.all(data, fitted, entry);
      compared += check.count();
    }
  }
  EXPECT_EQ(compared, 8132U);
}

CoxCase edge_case(const json& document, const json& entry) {
  ColumnNames names{"time", "status", "", {}};
  if (entry.at("stratified").get<bool>()) names.strata = {"stratum"};
  return read_case(document.at("input"), names, text_list(entry.at("covariates")), {});
}

json edge_document(const std::string& name) {
  return reference::read_json("expected/edge-" + name + ".json");
}

TEST(CoxReference, IndependentEdgeCasesAgreeWithCoxph) {
  std::size_t compared = 0;
  for (const char* name : {"all-censored", "collinear", "constant-covariate", "duplicate-rows",
                           "huge-scale", "n1-censored", "nearly-tied", "tied-event-and-censoring",
                           "uninformative-stratum", "zero-times"}) {
    const json document = edge_document(name);
    for (const json& entry : document.at("cox")) {
      if (entry.at("ties") == "exact") continue;
      CoxCheck check(std::string(name) + " " + entry.at("ties").get<std::string>());
      const CoxCase data = edge_case(document, entry);
      const Fitted fitted = fit_case(data, entry.at("ties"));
      const bool dropped = entry.at("df") != entry.at("covariates").size();
      const FitStatus incomplete =
          entry.at("events") == 0 ? FitStatus::no_events : FitStatus::singular;
      EXPECT_EQ(fitted.fit.status, dropped ? incomplete : FitStatus::ok) << name;
      check.all(data, fitted, entry);
      compared += check.count();
    }
  }
  EXPECT_EQ(compared, 818U);
}

TEST(CoxReference, IndependentMonotoneLikelihoodsReachCoxphsLimit) {
  std::size_t compared = 0;
  for (const char* name : {"arm-without-events", "one-event"}) {
    const json document = edge_document(name);
    for (const json& entry : document.at("cox")) {
      if (entry.at("ties") == "exact") continue;
      CoxCheck check(name);
      const CoxFit fit = fit_case(edge_case(document, entry), entry.at("ties")).fit;
      EXPECT_EQ(fit.status, FitStatus::monotone_likelihood);
      // R stops at a large negative coefficient and warns.
      EXPECT_LT(reference::number(entry.at("coefficient").at(0)), 0);
      EXPECT_EQ(fit.coefficient[0], -std::numeric_limits<double>::infinity());
      EXPECT_TRUE(std::isnan(fit.standard_error[0]));
      check.near("loglik_null", fit.log_likelihood_null, entry.at("loglik_null"), summed);
      check.near("loglik", fit.log_likelihood, entry.at("loglik"), 1e-8);
      check.near("lr", fit.likelihood_ratio_test, entry.at("likelihood_ratio_test"), 1e-8);
      check.near("score", fit.score_test, entry.at("score_test"), iterated);
      check.near("df", fit.degrees_of_freedom, entry.at("df"), 0);
      compared += check.count();
    }
  }
  EXPECT_EQ(compared, 20U);
}

TEST(CoxReference, IndependentFitsWithoutInformationAreUndefined) {
  for (const char* name : {"n1-event", "one-time"}) {
    const json document = edge_document(name);
    for (const json& entry : document.at("cox")) {
      if (entry.at("ties") == "exact") continue;
      const CoxFit fit = fit_case(edge_case(document, entry), entry.at("ties")).fit;
      EXPECT_EQ(fit.status, FitStatus::no_information) << name;
      EXPECT_TRUE(std::isnan(fit.coefficient[0]));
      EXPECT_EQ(fit.degrees_of_freedom, 0);
      EXPECT_EQ(fit.score_test, 0);
      if (entry.contains("loglik_null")) {
        EXPECT_NEAR(fit.log_likelihood_null, reference::number(entry.at("loglik_null")), 1e-9);
      }
    }
  }
}

TEST(CoxReference, IndependentHundredThousandRowsAgreeWithCoxph) {
  std::size_t compared = 0;
  for (const bool months : {false, true}) {
    const json document = reference::read_json(months ? "expected/numerics-halton-months.json"
                                                      : "expected/numerics-halton-continuous.json");
    for (const json& entry : document.at("cox")) {
      CoxCheck check(months ? "months" : "continuous");
      CoxCase data;
      const std::size_t rows = document.at("rows").get<std::size_t>();
      data.patients = formula_case(rows, months, entry.at("stratified").get<bool>());
      data.columns.resize(3);
      for (std::size_t i = 1; i <= rows; ++i) {
        data.columns[0].push_back(static_cast<double>(i % 2));
        data.columns[1].push_back(2 * reference::radical_inverse(i, 3) - 1);
        data.columns[2].push_back(reference::radical_inverse(i, 5) < 0.3 ? 1 : 0);
      }
      const Fitted fitted = fit_case(data, entry.at("ties"));
      EXPECT_EQ(fitted.fit.status, FitStatus::ok);
      check.all(data, fitted, entry);
      compared += check.count();
    }
  }
  EXPECT_EQ(compared, 564U);
}

TEST(CoxReference, IndependentSmallerSetAgreesWithCoxph) {
  std::size_t compared = 0;
  const json document = reference::read_json("survival.json");
  for (const json& entry : document.at("cases")) {
    CoxCheck check(entry.at("id").get<std::string>());
    const auto group = text_list(entry.at("group")), covariates = text_list(entry.at("cox"));
    std::vector<std::string> required = covariates;
    required.insert(required.end(), group.begin(), group.end());
    const ColumnNames names{entry.at("time"), entry.at("status"), "",
                            text_list(entry.at("strata"))};
    const CoxCase data = read_case(entry.at("data"), names, covariates, required);
    const Fitted fitted = fit_case(data, entry.at("ties"));
    const CoxFit& fit = fitted.fit;
    const json& expected = entry.at("expected").at("cox");
    EXPECT_EQ(fit.status, FitStatus::ok);
    check.near("n", static_cast<double>(fit.n), entry.at("expected").at("n"), 0);
    check.near("loglik_null", fit.log_likelihood_null, expected.at("loglik_null"), summed);
    check.near("loglik", fit.log_likelihood, expected.at("loglik"), summed);
    check.near("wald", fit.wald_test, expected.at("wald"), iterated, 1e-12);
    check.near("score", fit.score_test, expected.at("score"), iterated, 1e-12);
    check.near("lr", fit.likelihood_ratio_test, expected.at("likelihood_ratio"), iterated, 1e-12);
    check.near("df", fit.degrees_of_freedom, expected.at("df"), 0);
    const Concordance agreement =
        concordance(fitted.sorted, linear_predictor(fitted.covariates, fit));
    check.near("concordance", agreement.estimate, expected.at("concordance"), iterated);
    const RobustVariance robust =
        robust_variance(fitted.sorted, fitted.covariates, fitted.ties, fit);
    for (std::size_t j = 0; j < fit.coefficient.size(); ++j) {
      const json& term = expected.at("terms").at(j);
      const HazardRatio ratio = hazard_ratio(fit.coefficient[j], fit.standard_error[j]);
      // tiny-tied has the coefficient 0, which R reaches to within 2e-16.
      check.near("coef", fit.coefficient[j], term.at("coef"), iterated, 1e-15);
      check.near("se", fit.standard_error[j], term.at("se"), iterated);
      check.near("robust se", robust.standard_error[j], term.at("robust_se"), iterated);
      check.near("lower", ratio.lower, term.at("lower"), iterated);
      check.near("upper", ratio.upper, term.at("upper"), iterated);
    }
    if (expected.contains("baseline_last")) {
      const BaselineHazard hazard =
          baseline_hazard(fitted.sorted, fitted.covariates, fitted.ties, fit);
      check.near("baseline time", hazard.time.back(), expected.at("baseline_last").at("time"), 0);
      check.near("baseline", hazard.cumulative_hazard.back(),
                 expected.at("baseline_last").at("cumhaz"), iterated);
    }
    compared += check.count();
  }
  EXPECT_EQ(compared, 256U);
}

}  // namespace
}  // namespace trialmill::survival
