#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "trialmill/evidence/course_calibration.hpp"
#include "trialmill/survival/illness_death.hpp"

/// What a Cox regression estimates when its model does not hold.
///
/// A covariate that doubles the hazard of one transition does not double the hazard of death: in
/// large samples the Cox estimate goes to the solution of
///   sum_j p_j integral [x_j f_j(t) - f(t) S1(t, b) / S0(t, b)] G(t) dt = 0,
/// with f = sum_j p_j f_j, S0 = sum_j p_j S_j exp(b'x_j), S1 = sum_j p_j x_j S_j exp(b'x_j), where
/// pattern j has the share p_j, covariates x_j, survival S_j and event density f_j, and G is the
/// probability of not being censored yet (Struthers and Kalbfleisch 1986; Lin and Wei 1989). With
/// finitely many kinds of patient that is an equation without sampling error, so that published
/// ratios can be solved for instead of being put where they do not belong.
namespace trialmill::evidence {

/// Nodes and weights of a quadrature rule on (0, horizon): times ascending.
struct QuadratureGrid {
  std::vector<double> time_months;
  std::vector<double> weight;
};

/// Gauss-Legendre nodes, ten in each piece between two changes of an otherwise smooth integrand;
/// pieces longer than 60 months are cut. Changes at or below 0 or beyond the horizon are ignored.
/// @param changes_months any order, repetitions allowed @param horizon_months above 0
QuadratureGrid quadrature_grid(std::span<const double> changes_months, double horizon_months);

/// The covariates of a Cox model, pattern by pattern: patterns x columns numbers, the columns of
/// one pattern side by side.
struct CoxDesign {
  std::size_t columns = 0;
  std::vector<double> covariates;
};

/// Where the search for a coefficient starts, and whether it stays there (an offset).
struct CoxTerm {
  double log_hazard_ratio = 0;
  bool held = false;
};

/// The limit of a Cox fit.
struct CoxLimit {
  std::vector<double> log_hazard_ratio;  ///< one per column, the held ones as given
  /// Columns x columns, expected information per patient: the model-based covariance of the
  /// estimates in n patients is the inverse of n times this (of the columns not held).
  std::vector<double> information;
  double events = 0;  ///< expected events per patient within the follow-up
};

/// A limit that does not exist, or a published ratio that cannot be met.
struct CoxLimitError : std::runtime_error {
  CoxLimitError(std::size_t column_index, const std::string& message)
      : std::runtime_error(message), column(column_index) {}
  std::size_t column;  ///< which column of the design, from 0
};

/// Kinds of patients as a Cox model sees them, tabulated at the nodes of a quadrature rule. Not
/// owned; tables are times x patterns, the patterns of one time side by side.
struct EventCurves {
  std::span<const double> probability;  ///< of each pattern, adding up to 1
  std::span<const double> survival;     ///< S_j(t)
  std::span<const double> density;      ///< f_j(t) per month
  std::span<const double> weight;       ///< of each time: quadrature weight times G(t)
};

/// Solves the equation above by Newton's method; the partial likelihood whose slope it is has one
/// maximum. The same bits on every CPU.
/// @param terms one per column, or empty: all of them free
/// @throws CoxLimitError naming the column that is constant or depends on earlier ones, or whose
/// coefficient has no finite limit; or column 0 where no event can be seen
CoxLimit limiting_log_hazard_ratios(const EventCurves& curves, const CoxDesign& design,
                                    std::span<const CoxTerm> terms = {});

/// For how long patients are followed: censoring as a hazard, and a time at which all are censored.
struct FollowUp {
  survival::PiecewiseHazard censoring{{0}, {0}};
  double horizon_months = 0;
};

// Both limits integrate between the changes of hazard. On the forward clock that is exact to some
// 1e-13; on the reset clock densities also bend where a change since surgery and one since
// recurrence add up, which costs some 1e-5 in a log hazard ratio.

/// Limit of a Cox model of all-cause recurrence-free survival in the patients who do not start with
/// disease. @param design one row for every pattern of the population, also for those left out
CoxLimit recurrence_free_cox_limit(const survival::IllnessDeathHazards& hazards,
                                   std::span<const CoursePattern> population,
                                   const CoxDesign& design, const FollowUp& follow_up,
                                   std::span<const CoxTerm> terms = {});

/// Limit of a Cox model of overall survival in all patients.
CoxLimit overall_survival_cox_limit(const survival::IllnessDeathHazards& hazards,
                                    std::span<const CoursePattern> population,
                                    const CoxDesign& design, const FollowUp& follow_up,
                                    std::span<const CoxTerm> terms = {});

/// A ratio that a Cox model of overall survival printed for one of its columns.
struct AdjustedRatio {
  std::size_t column = 0;
  double log_hazard_ratio = 0;
};

/// Effects on death with disease that reproduce a published model of overall survival.
struct DeathWithDiseaseEffects {
  std::vector<double> log_hazard_ratio;          ///< on death with disease, one per target
  survival::PiecewiseHazard death_with_disease;  ///< the baseline that goes with them
  CoxLimit refit;                                ///< the limit of the published model, targets met
  int evaluations = 0;                           ///< how many baselines were calibrated
};

/// Finds log hazard ratios on death with disease, one per target, and the baseline together, such
/// that averaged overall survival passes through the knots and the limit of the Cox model of
/// overall survival with all columns of the design has the published ratios in the target columns;
/// its other columns are predictions. The effect found for a column multiplies its covariate and
/// adds to what the patterns have in `log_death_with_disease`. Broyden's method from the targets,
/// to 1e-9 on the log ratios.
/// @param hazards as for `calibrate_death_with_disease`, recurrence calibrated
/// @throws CoxLimitError naming the column whose ratio cannot be met, CalibrationError for knots
/// that cannot be met
DeathWithDiseaseEffects solve_death_with_disease_effects(std::span<const SurvivalKnot> os_knots,
                                                         std::span<const CoursePattern> population,
                                                         const CoxDesign& design,
                                                         std::span<const AdjustedRatio> targets,
                                                         survival::IllnessDeathHazards hazards,
                                                         const FollowUp& follow_up);

}  // namespace trialmill::evidence
