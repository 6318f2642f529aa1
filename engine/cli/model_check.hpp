#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"
#include "trialmill/simulation/published_sample.hpp"

namespace trialmill::cli {

/// A covariate of the trial beside the published cohort.
struct CovariateCheck {
  std::string name;
  std::string law;                  ///< in words
  std::optional<double> trial;      ///< prevalence, for binary covariates
  std::optional<double> published;  ///< prevalence, when the evidence has it
};

/// A hazard ratio of the generator beside the published ones.
struct RatioCheck {
  std::string covariate, level, source;
  double hazard_ratio = 1;
  std::optional<evidence::PublishedRatio> univariable, multivariable;
  /// Of Cox models refitted to the published cohort, in large samples (scenario/refit.hpp).
  std::optional<double> refit_univariable, refit_multivariable;
};

/// A published point of the curve and what the model makes of it.
struct KnotCheck {
  double month = 0;
  double published = 0;
  simulation::SampledShare published_cohort;  ///< model, by patients drawn from that cohort
  std::vector<double> by_arm;                 ///< model, averaged over the trial's own population
};

/// What a design point's model says of the paper, without simulating.
struct ModelCheck {
  std::string transition, curve;
  std::vector<CovariateCheck> covariates;
  std::vector<RatioCheck> ratios;
  cohort::BaselineHazard baseline;
  std::vector<KnotCheck> knots;
  std::vector<std::string> arms;
  std::vector<double> median_by_arm;  ///< months, averaged over the trial's population; may be
                                      ///< infinite
  std::vector<double> cured_by_arm;   ///< shares of the trial's population; empty: nobody is cured
  double full_enrolment_months =
      0;  ///< when the expected number of arrivals reaches the sample size
};

/// Patients drawn from the published cohort: survival has a standard error of at most 0.0012.
constexpr std::size_t published_patients = 200000;

/// @param seed of the patients drawn from the published cohort; all else is computed
ModelCheck check_model(const scenario::Scenario& scenario, std::uint64_t seed);

/// The trial's population beside the published one, covariate by covariate.
std::vector<CovariateCheck> check_covariates(const scenario::Scenario& scenario);

/// When the expected number of arrivals reaches the sample size.
double full_enrolment_months(const scenario::Scenario& scenario);

}  // namespace trialmill::cli
