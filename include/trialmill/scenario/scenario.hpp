#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "trialmill/cohort/course.hpp"
#include "trialmill/cohort/dependence.hpp"
#include "trialmill/cohort/endpoint.hpp"
#include "trialmill/cohort/enrolment.hpp"
#include "trialmill/cohort/event_time.hpp"
#include "trialmill/cohort/observe.hpp"
#include "trialmill/cohort/population.hpp"
#include "trialmill/cohort/randomisation.hpp"
#include "trialmill/evidence/published.hpp"
#include "trialmill/scenario/looks.hpp"
#include "trialmill/scenario/multiplicity.hpp"
#include "trialmill/scenario/survey.hpp"
#include "trialmill/scenario/uncertainty.hpp"
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

/// The hazard to the first published point, constant until there, of the published patients
/// together. @param published with at least one knot
survival::PiecewiseHazard first_hazard(const CalibratedBaseline& published);

/// The reference patient's hazard, given or calibrated.
using Baseline = std::variant<survival::PiecewiseHazard, cohort::WeibullHazard, CalibratedBaseline>;

/// Effect of one covariate, or of one level of a categorical covariate: a hazard ratio or an odds
/// ratio, as the place says.
struct CovariateEffect {
  std::string covariate;  ///< of the population, or an attribute acquired on the way
  std::string level;      ///< empty unless the covariate is categorical
  double ratio = 1;
  std::string source;  ///< "scenario", or where the evidence prints the number
};

/// A probability, and the odds ratios by which covariates change it.
struct Chance {
  double probability =
      0;  ///< averaged over the published cohort; of a cure the reference patient's
  std::vector<CovariateEffect> odds_ratios;
  std::string source = "scenario";  ///< of the probability, or where the evidence prints it
};

/// One kind of event of the disease course.
struct Transition {
  std::string name;  ///< "rfs", "os"
  Baseline baseline;
  std::vector<CovariateEffect> effects;
  /// Of a single event: who never has it, so that baseline and effects are of the others.
  std::optional<Chance> cured = {};
};

/// Hazard ratios of an arm in some levels of a covariate, in place of the arm's own.
struct SubgroupRatios {
  std::string covariate;
  /// By level; empty for the presence of a binary covariate.
  std::vector<std::pair<std::string, cohort::PiecewiseRatio>> ratio_by_level;
};

/// The effect of an arm on one transition, against the first arm.
struct TreatmentEffect {
  std::string transition;
  cohort::PiecewiseRatio ratio;
  std::optional<SubgroupRatios> within = {};
};

/// The outcome of a single event that never comes.
constexpr std::string_view cure = "cured";

/// The effect of an arm on the odds of an outcome of surgery, or of a cure, against the first arm.
struct TreatmentOdds {
  std::string outcome;  ///< "r1", "r2", "unresectable", "morbidity", "adjuvant", "cured"
  double odds_ratio = 1;
};

/// A probability that was taken from one of the `proportions` of an evidence file.
struct PublishedProbability {
  std::string of;        ///< what happens with it: "response", "r1", "mortality_90_days"
  std::size_t file = 0;  ///< 0: `Scenario::evidence`; k: `further_evidence[k - 1]`
  std::string name;      ///< of the proportion
};

/// What an arm plans between randomisation and surgery, and what can come in between. Hazards per
/// month from randomisation, of the reference patient.
struct BeforeSurgeryPlan {
  double surgery_at_months = 0;
  survival::PiecewiseHazard progression, death, withdrawal, toxicity;
  double surgery_after_toxicity_months = 0;
  double response = 0;  ///< probability, averaged over the trial's population
  std::vector<PublishedProbability> published;
  /// Is `death` stated, be it as 0? Otherwise nobody dies before surgery because nothing was said.
  bool states_death = false;
  bool published_death = false;  ///< `death` is `first_hazard` of the published overall survival
};

/// A treatment arm. The first arm of a scenario is the control.
struct Arm {
  std::string name;
  double allocation = 1;
  std::vector<TreatmentEffect> effects;
  std::vector<TreatmentOdds> odds_effects;
  survival::PiecewiseHazard dropout;  ///< hazard of loss to follow-up
  BeforeSurgeryPlan before_surgery;
  cohort::VisitSchedule assessments;
  std::optional<cohort::Switching> switching = {};  ///< of treatment after recurrence
};

/// The operation and what comes with it.
struct OperationPlan {
  Chance r1, r2, unresectable;  ///< against R0, for patients without toxicity or response
  Chance morbidity;
  double mortality_90_days = 0;  ///< probability of dying of surgery, in all patients alike
  Chance adjuvant;
  double adjuvant_from_months = 0;  ///< after surgery
  double adjuvant_to_months = 0;
  double adjuvant_delay_by_morbidity_months = 0;
  std::vector<PublishedProbability> published;
};

/// Shares of the published patients operated on (of morbidity: resected) with an attribute, where
/// the scenario says so. Otherwise nobody had toxicity or a response, and morbidity was as on the
/// pathway. Shares of radicality are those of the operation.
struct PublishedAttributes {
  std::optional<double> toxicity, response, morbidity;
};

/// A patient's whole course.
struct Course {
  Transition recurrence, death_without_recurrence, death_with_disease;
  survival::CourseClock clock = survival::CourseClock::forward;
  /// Published hazard ratios of overall survival, adjusted for each other and for R2, that a refit
  /// of the published cohort must show. The effects on death with disease are solved from them.
  std::vector<CovariateEffect> survival_ratios;
  std::vector<CovariateEffect> progression_ratios, death_before_surgery_ratios, withdrawal_ratios,
      toxicity_ratios;                         ///< hazard ratios before surgery
  std::vector<CovariateEffect> response_odds;  ///< odds ratios
  OperationPlan operation;
  /// The laws of the covariates in the published cohort, for every one that has an effect after
  /// surgery.
  std::vector<cohort::Covariate> published_cohort;
  PublishedAttributes published_attributes;
  /// Hazard of the end of follow-up in the published cohort; empty: everybody was followed to the
  /// last published point of overall survival.
  survival::PiecewiseHazard published_follow_up;
};

/// Minimisation: the factors, binary or categorical covariates, and how they are kept in balance.
struct MinimisationPlan {
  std::vector<std::string> factors;
  std::vector<double> weights;  ///< of each
  double probability = 0.8;
  cohort::Minimisation::Imbalance imbalance = cohort::Minimisation::Imbalance::range;
};

/// An endpoint by name.
struct NamedEndpoint {
  std::string name;
  cohort::Endpoint definition;
};

/// One analysis of the trial's data.
struct Analysis {
  enum class Test {
    log_rank,         ///< weighted when `weight` is not (0, 0); stratified by `strata`
    cox,              ///< Wald test of the treatment coefficient, adjusted for `covariates`
    score,            ///< of two proportions
    fisher,           ///< exact test of two proportions
    mantel_haenszel,  ///< of two proportions within `strata`
    max_combo,        ///< the largest weighted log-rank statistic; stratified by `strata`
    rmst,             ///< difference of restricted mean survival times to `months`
    milestone,        ///< difference of survival probabilities at `months`
    win_ratio,        ///< every pair of patients compared by the `outcomes` in turn
  };
  /// How a Cox analysis tests the treatment coefficient.
  enum class CoxStatistic { wald, score, likelihood_ratio };
  enum class CoxStandardError { model, robust };
  enum class CoxPenalty { none, firth };
  /// On which scale survival probabilities are compared: as they are, or log(-log S).
  enum class MilestoneScale { plain, log_log };

  std::string name;
  std::string endpoint;  ///< of a win ratio the first of its outcomes
  Test test = Test::log_rank;
  /// Indices of the arms compared, the reference first: two, or more of a log-rank test.
  std::vector<std::int32_t> arms{0, 1};
  survival::LogRankWeight weight;
  std::vector<survival::LogRankWeight> weights;  ///< of a MaxCombo test
  double months = 0;                             ///< horizon of a restricted mean, or milestone
  MilestoneScale scale = MilestoneScale::plain;
  CoxStatistic statistic = CoxStatistic::wald;
  CoxStandardError standard_error = CoxStandardError::model;
  CoxPenalty penalty = CoxPenalty::none;
  /// Non-inferiority: the hazard ratio just too high, or the loss just too much.
  std::optional<double> margin;
  std::vector<std::string> outcomes;  ///< endpoints of a win ratio, most important first
  std::vector<std::string> strata;
  std::vector<std::string> covariates;
  survival::Ties ties = survival::Ties::efron;
  double alpha = 0.025;  ///< of a hypothesis of a procedure, that of the family
  int sided = 1;
  std::optional<cohort::AnalysisTime> at;  ///< its own time; absent: the scenario's
  std::optional<Looks> looks;              ///< absent: it is made once, at that time
};

/// As scenario and result files have it: "log-rank", "cox", "score", "fisher", "mantel-haenszel",
/// "max-combo", "rmst", "milestone", "win-ratio".
std::string_view name(Analysis::Test test);
/// "wald", "score", "likelihood-ratio".
std::string_view name(Analysis::CoxStatistic statistic);

/// Is it a test of a yes-or-no endpoint?
bool compares_proportions(Analysis::Test test);

/// What treatment still does in a null twin: a trial of the same patients in which it has no
/// effect.
struct NullTwin {
  enum class Kind {
    identical_arms,  ///< nothing: every arm has the control's effects, pathway, visits and losses
    schedule_alone,  ///< arms keep their months to surgery, what happens until then, visits, losses
    at_margin,  ///< identical arms but for the hazard of the event: `margin` times the control's
  };
  Kind kind = Kind::identical_arms;
  double margin = 1;
  bool operator==(const NullTwin&) const = default;
};

/// Whether the null twins of a trial are simulated.
enum class NullTwins {
  none,
  beside,  ///< with the trial, whose powers they stand beside
  alone,   ///< in place of the trial
};

/// One design point, complete.
struct Scenario {
  std::string title;
  /// The event at which patients enter the trial.
  evidence::TimeOrigin time_zero = evidence::TimeOrigin::randomisation;
  /// The publication that curves, hazard ratios and covariates are of.
  std::optional<evidence::Evidence> evidence;
  std::vector<evidence::Evidence> further_evidence;  ///< whose proportions can be named as well
  std::vector<cohort::Covariate> population;
  cohort::Copula copula;
  Transition disease;            ///< the single event; of no use when there is a `course`
  std::optional<Course> course;  ///< the whole course instead
  /// No trial but a survey of `sample_size` patients: one arm, no endpoints and no analyses.
  std::optional<SurveyPlan> survey;
  std::vector<NamedEndpoint> endpoints;  ///< never empty; the single event's is its name
  std::vector<Arm> arms;
  cohort::Enrolment enrolment;
  cohort::Randomisation::Method randomisation = cohort::Randomisation::Method::permuted_blocks;
  std::vector<std::int32_t> block_sizes;
  std::vector<std::string> randomisation_strata;
  MinimisationPlan minimisation;  ///< when that is the method
  /// The imbalance between arms is reported, over all patients and within each level of these
  /// covariates; absent: it is not.
  std::optional<std::vector<std::string>> imbalance_of;
  std::size_t sample_size = 0;
  cohort::AnalysisTime analysis_time;
  std::vector<Analysis> analyses;
  std::optional<Multiplicity> multiplicity;  ///< of some of the analyses
  std::optional<Uncertainty> uncertainty;    ///< of the numbers above
  std::uint64_t replicates = 10000;
  std::uint64_t seed = 1;
  /// Largest Monte-Carlo standard error of a power, which replicates are added for; absent: none.
  std::optional<double> precision;
  NullTwins null_twins = NullTwins::none;
};

/// Are all arms compared, in the order of the scenario? Of two arms that is the default.
bool compares_all_in_order(const Scenario& scenario, const Analysis& analysis);

/// The arms compared, increasing; empty when these are all arms: as an analysis time counts events.
std::vector<std::int32_t> set_of_compared_arms(const Scenario& scenario, const Analysis& analysis);

/// Names of the arms compared, the reference first; none where nothing else can be compared: in a
/// trial of two arms, in their order.
std::vector<std::string> names_of_compared_arms(const Scenario& scenario, const Analysis& analysis);

/// "high_vs_control": the column of a replicate's patients that holds the comparison of some arms.
std::string comparison_name(const std::vector<std::string>& arms);

/// The share of the patients allotted to some arms. @param arms empty: all
double allocation_share(const Scenario& scenario, const std::vector<std::int32_t>& arms);

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

/// A YAML file as one line of JSON, without comments and layout.
struct CanonicalFile {
  std::string name;  ///< under which it was read
  std::string text;
};

/// A scenario file with its sweep spread out.
struct Study {
  std::string title;
  std::string file;
  std::string digest;  ///< of everything that determines the patients and the analyses; neither
                       ///< the number of replicates nor the seed belongs to it
  CanonicalFile canonical;              ///< what the digest is of: with values replaced from
                                        ///< outside, without `simulation`
  std::vector<CanonicalFile> evidence;  ///< and the evidence files, in the order named
  std::uint64_t replicates = 10000;
  std::uint64_t seed = 1;
  std::optional<double> precision;  ///< as in `Scenario`
  NullTwins null_twins = NullTwins::none;
  std::optional<NullTwin::Kind> twin = {};  ///< what the points are when they are twins themselves
  std::vector<std::string> swept;           ///< keys of the sweep, in file order
  std::vector<DesignPoint> points;          ///< every combination, the first key varying slowest
};

}  // namespace trialmill::scenario
