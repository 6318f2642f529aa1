#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The figures of a publication as data, each with the place where it is printed.
namespace trialmill::evidence {

/// One point of a published survival curve.
struct SurvivalKnot {
  double time_months = 0;
  double survival = 1;
  std::string source = {};  ///< table, figure or section that prints it
};

/// Patients under observation just before a time, as printed below a curve.
struct AtRisk {
  std::string group = {};  ///< the curve of a subgroup; empty for all patients of the curve
  double time_months = 0;
  double number = 0;
  std::string source = {};
};

/// The event at time 0 of a curve.
enum class TimeOrigin {
  surgery,
  randomisation,
  diagnosis,
  recurrence,
  treatment,  ///< its start
};

/// The patients a curve is conditional on.
enum class CurvePopulation {
  all,       ///< everybody in the publication
  resected,  ///< those whose tumour was resected, whatever remained
  r0_r1,     ///< those resected without macroscopic remainder
};

/// The word an evidence file has for it: "surgery", "r0_r1".
std::string_view word(TimeOrigin origin);
std::string_view word(CurvePopulation population);

/// A published Kaplan-Meier curve, read at the times the paper prints.
struct SurvivalCurve {
  std::string name = {};  ///< "rfs", "os"
  TimeOrigin origin = TimeOrigin::surgery;
  std::string origin_note = {};  ///< the origin in the paper's words
  CurvePopulation population = CurvePopulation::all;
  std::string population_note = {};  ///< the population in the paper's words
  std::vector<SurvivalKnot> knots = {};
  std::vector<AtRisk> at_risk = {};  ///< in order of time within each group
  std::string source = {};
  std::string note = {};
};

/// A count and its denominator, with the percentage as printed.
struct Proportion {
  std::string name = {};
  std::string label = {};  ///< in words, for tables and axes
  double count = 0;
  double of = 0;                          ///< denominator used for `value()`
  std::optional<double> percent = {};     ///< as printed, which need not agree
  std::optional<double> percent_of = {};  ///< denominator of the printed percentage, if another
  std::string source = {};
  std::string note = {};
  double value() const { return count / of; }
};

/// A hazard ratio with its 95 % interval and p-value as printed.
struct PublishedRatio {
  double hazard_ratio = 1;
  double lower = 0;
  double upper = 0;
  double p_value = 1;
};

/// One row of a table of prognostic factors.
struct PrognosticFactor {
  std::string curve = {};      ///< the endpoint: name of a SurvivalCurve
  std::string covariate = {};  ///< name of a covariate of the evidence
  double count = 0;            ///< patients with the factor, as printed in that row
  double percent = 0;          ///< as printed
  std::optional<PublishedRatio> univariable = {};
  std::optional<PublishedRatio> multivariable = {};
  std::string source = {};
  std::string note = {};
};

/// A quantity that is neither a survival point nor a proportion nor a ratio (a median age, a
/// follow-up).
struct Quantity {
  std::string name = {};
  std::string label = {};
  double value = 0;
  std::string unit = {};
  std::string source = {};
  std::string note = {};
};

/// One publication.
struct Evidence {
  std::string title = {};
  std::string citation = {};
  std::string file = {};  ///< path it was read from
  double patients = 0;
  std::vector<Proportion> covariates =
      {};  ///< binary covariates and their prevalence in the cohort
  std::vector<Proportion> proportions = {};  ///< every other published proportion
  std::vector<Quantity> quantities = {};
  std::vector<SurvivalCurve> curves = {};
  std::vector<PrognosticFactor> factors = {};

  const SurvivalCurve* find_curve(const std::string& name) const;
  const Proportion* find_covariate(const std::string& name) const;
  const PrognosticFactor* find_factor(const std::string& curve, const std::string& covariate) const;
};

}  // namespace trialmill::evidence
