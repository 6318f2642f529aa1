#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "trialmill/cohort/dependence.hpp"
#include "trialmill/cohort/enrolment.hpp"
#include "trialmill/cohort/event_time.hpp"
#include "trialmill/cohort/observe.hpp"
#include "trialmill/cohort/population.hpp"
#include "trialmill/cohort/randomisation.hpp"
#include "trialmill/evidence/published.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/log_rank.hpp"

/// A trial as its statistician wrote it down: values with every unit converted and every default
/// filled in, names not yet resolved to tables. No file format in sight.
namespace trialmill::scenario {

/// A baseline that makes the population-averaged survival pass through published points. The
/// average is over the *published* cohort, so `cohort` holds the laws of the covariates there,
/// which a trial that selects its patients does not share.
struct CalibratedBaseline {
  std::string curve;  ///< name of the evidence's curve; empty when the knots stand in the scenario
  std::vector<evidence::SurvivalKnot> knots;
  std::vector<cohort::Covariate> cohort;  ///< those with a hazard ratio, and their parents
  cohort::Copula copula = {};             ///< indices in `cohort`
};

/// The reference patient's hazard, given or calibrated.
using Baseline = std::variant<survival::PiecewiseHazard, cohort::WeibullHazard, CalibratedBaseline>;

/// Effect of one covariate, or of one level of a categorical covariate, on a hazard.
struct CovariateEffect {
  std::string covariate;
  std::string level;  ///< empty unless the covariate is categorical
  double hazard_ratio = 1;
  std::string source;  ///< "scenario", or where the evidence prints the number
};

/// One kind of event of the disease course.
struct Transition {
  std::string name;  ///< "rfs", "os"
  Baseline baseline;
  std::vector<CovariateEffect> effects;
};

/// The effect of an arm on one transition, against the first arm.
struct TreatmentEffect {
  std::string transition;
  cohort::PiecewiseRatio ratio;
};

/// A treatment arm. The first arm of a scenario is the control.
struct Arm {
  std::string name;
  double allocation = 1;
  std::vector<TreatmentEffect> effects;
  survival::PiecewiseHazard dropout;  ///< hazard of loss to follow-up
};

/// One analysis of the trial's data.
struct Analysis {
  enum class Test {
    log_rank,  ///< weighted when `weight` is not (0, 0); stratified by `strata`
    cox,       ///< Wald test of the treatment coefficient, adjusted for `covariates`
  };
  std::string name;
  std::string endpoint;
  Test test = Test::log_rank;
  survival::FlemingHarrington weight;
  std::vector<std::string> strata;
  std::vector<std::string> covariates;
  survival::Ties ties = survival::Ties::efron;
  double alpha = 0.025;
  int sided = 1;
};

/// One design point, complete.
struct Scenario {
  std::string title;
  std::optional<evidence::Evidence> evidence;
  std::vector<cohort::Covariate> population;
  cohort::Copula copula;
  Transition disease;
  std::vector<Arm> arms;
  cohort::Enrolment enrolment;
  cohort::Randomisation::Method randomisation = cohort::Randomisation::Method::permuted_blocks;
  std::vector<std::int32_t> block_sizes;
  std::vector<std::string> randomisation_strata;
  std::size_t sample_size = 0;
  cohort::AnalysisTime analysis_time;
  std::vector<Analysis> analyses;
  std::uint64_t replicates = 10000;
  std::uint64_t seed = 1;
};

/// A swept key and its value at one design point.
struct Setting {
  std::string key;
  double value = 0;
};

/// One cell of the sweep.
struct DesignPoint {
  std::vector<Setting> set;  ///< in the order of the sweep's keys; sample_size always present
  Scenario scenario;
};

/// A scenario file with its sweep spread out.
struct Study {
  std::string title;
  std::string file;
  std::string digest;  ///< of everything that determines the patients and the analyses; neither
                       ///< the number of replicates nor the seed belongs to it
  std::uint64_t replicates = 10000;
  std::uint64_t seed = 1;
  std::vector<std::string> swept;   ///< keys of the sweep, in file order
  std::vector<DesignPoint> points;  ///< every combination, the first key varying slowest
};

}  // namespace trialmill::scenario
