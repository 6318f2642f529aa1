#pragma once

#include <optional>
#include <string>
#include <vector>

/// The figures of a publication as data, each with the place where it is printed.
namespace trialmill::evidence {

/// One point of a published survival curve.
struct SurvivalKnot {
  double time_months = 0;
  double survival = 1;
  std::string source = {};  ///< table, figure or section that prints it
};

/// A published Kaplan-Meier curve, read at the times the paper prints.
struct SurvivalCurve {
  std::string name = {};        ///< "rfs", "os"
  std::string origin = {};      ///< the event at time 0, as the paper defines it
  std::string population = {};  ///< who is in the curve
  std::vector<SurvivalKnot> knots = {};
  std::string source = {};
  std::string note = {};
};

/// A count and its denominator, with the percentage as printed.
struct Proportion {
  std::string name = {};
  std::string label = {};  ///< in words, for tables and axes
  double count = 0;
  double of = 0;                       ///< denominator used for `value()`
  std::optional<double> percent = {};  ///< as printed, which need not agree
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
