#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trialmill/input/record.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/survival/piecewise_hazard.hpp"

/// The sections of a scenario file, each read by one function into its part of `Scenario`. They are
/// read in this order; a section refers to the names of those before it.
namespace trialmill::scenario {

void read_time_zero(const input::Record& file, Scenario& scenario);
void read_population(const input::Record& file, Scenario& scenario);
/// One event, or a whole course with its pathway.
void read_disease(const input::Record& file, Scenario& scenario, input::Reading& reading);
void read_arms(const input::Record& file, Scenario& scenario);
void read_assessments(const input::Record& file, Scenario& scenario);
void read_endpoints(const input::Record& file, Scenario& scenario);
void read_enrolment(const input::Record& file, Scenario& scenario);
void read_dropout(const input::Record& file, Scenario& scenario);
void read_randomisation(const input::Record& file, Scenario& scenario);
/// Reads the keys of `randomisation` that belong to minimisation.
void read_minimisation(const input::Record& randomisation, Scenario& scenario);
/// Reads of which covariates the imbalance between arms is reported.
void read_report_imbalance(const input::Record& randomisation, Scenario& scenario);
/// Notes a covariate by which nobody can be randomised, because some patients have no value of it.
void require_always_recorded(const input::Value& item, const cohort::Covariate& covariate);
/// Holds event counts against `scenario.sample_size`, unless that is 0: swept and not known yet.
void read_follow_up(const input::Record& file, Scenario& scenario);
void read_analyses(const input::Record& file, Scenario& scenario);
/// Reads `multiplicity`, if there is any, and gives its level to the analyses it names.
void read_multiplicity(const input::Record& file, Scenario& scenario);
/// How well hazard ratios and survival of the sections before are known; left alone when these
/// could not be read.
void read_uncertainty(const input::Record& file, Scenario& scenario, const input::Reading& reading);
/// Notes draws that would have less than two replicates each.
void require_replicates(const input::Record& file, const Uncertainty& uncertainty,
                        std::uint64_t replicates);
/// Is this a survey instead of a trial?
bool describes_survey(const input::Record& file);
/// Reads `survey` in place of all sections of a trial, from `arms` to `analyses`, which it refuses.
void read_survey(const input::Record& file, Scenario& scenario);
/// Calibrates a course, once all of it could be read; what it cannot meet is noted at the curve or
/// the ratio concerned.
void try_course(const input::Record& disease, const Scenario& scenario);

// ---- the whole course ----

/// Does the section `disease` name transitions of a course rather than one event?
bool describes_course(const input::Record& disease);
/// Reads `disease` and `pathway`.
void read_course(const input::Record& file, Scenario& scenario);
void read_pathway(const input::Record& file, const Scenario& scenario, Course& course);
BeforeSurgeryPlan read_before_surgery(const input::Record& plan, const Scenario& scenario);
/// A probability on the pathway: a number, or `{published: NAME}` for one of the `proportions` of
/// an evidence file, which is then noted in `published`. @param of what happens with it
double read_probability(const input::Value& value, const input::Interval& allowed,
                        const Scenario& scenario, std::string_view of,
                        std::vector<PublishedProbability>& published);
/// The plan of an arm whose patients are operated on at once.
BeforeSurgeryPlan surgery_at_once();

/// Does the file have this path of keys? What is wrong on the way is noted elsewhere.
bool is_stated(const input::Record& file, const std::vector<std::string_view>& path);

constexpr const char* needs_course =
    "belongs to a whole course: `disease` with `recurrence` and `death_with_disease`";

/// Does the sweep change this key, or one below it? What is 0 at one of its points is not at
/// others.
bool is_swept(const input::Record& file, std::string_view path);

/// Reads what patients of the published cohort had acquired, once it is known what that acts on.
void read_published_attributes(const input::Record& disease, const Scenario& scenario,
                               Course& course);
/// Once all of a course could be read: notes toxicity and responses of the control arm that act, of
/// which nothing says whether the published cohort had them.
void require_published_attributes(const input::Record& file, const Scenario& scenario);
/// Once all of a course could be read: notes events that no patient of an endpoint can have,
/// proportions that cannot vary, and landmarks that nobody is followed to.
void reject_empty_endpoints(const input::Record& file, const Scenario& scenario);
/// Once all of a course could be read: notes ratios and delays that change nothing.
void reject_idle_effects(const input::Record& file, const Scenario& scenario);

// ---- hazards, and what multiplies them ----

input::Interval a_ratio();

/// Notes the other kind of ratio, which is one mistake: not an unknown key and a missing one.
bool has_other_ratio(const input::Record& effect, const std::string& name, const char* meant,
                     const char* other);
/// The hazard ratio of an arm on `transition`, and `within` subgroups.
TreatmentEffect read_hazard_effect(const input::Record& effect, const std::string& transition,
                                   const Scenario& scenario);
/// The effects of an arm on a single event: on its hazard and, where some are cured, on that.
void read_event_effects(const input::Record& effect, const Scenario& scenario, Arm& arm);
/// Reads `switching` of an arm.
void read_switching(const input::Record& arm_record, const Scenario& scenario, Arm& arm);
/// Reads `cured` of a single event.
void read_cured(const input::Record& transition_record, const Scenario& scenario,
                Transition& transition);

/// A hazard or the points to calibrate it to, without the cohort of these.
Baseline read_baseline(const input::Value& value, const Scenario& scenario);

/// Notes a published curve that does not count from `origin`.
void require_origin(const input::Value& baseline, const CalibratedBaseline& calibrated,
                    const Scenario& scenario, evidence::TimeOrigin origin);

/// The laws, in the published cohort, of covariates that have one of the effects and of all that
/// they are given, each at its place in the trial's population: as stated under `key` of `place`,
/// else from the evidence, else (without a published curve) the trial's own.
std::vector<std::optional<cohort::Covariate>> read_published_laws(
    const input::Record& place, std::string_view key, const std::vector<CovariateEffect>& effects,
    bool published_curve, const Scenario& scenario);

/// Which ratios a place of the scenario takes.
struct RatioPlace {
  std::vector<cohort::Covariate> covariates;  ///< those known by then
  std::string curve = {};    ///< whose published ratios may be named; empty: numbers only
  bool of_survival = false;  ///< published ratios are of overall survival, not of this hazard
};
struct Ratios {
  std::vector<CovariateEffect> effects;
  std::vector<CovariateEffect> of_survival;
};
/// Reads the ratios per covariate and level under `key`, if there are any.
Ratios read_ratios(const input::Record& record, std::string_view key, const RatioPlace& place,
                   const Scenario& scenario);

/// The population and the first attributes that a patient acquires: 0 before surgery, 1 toxicity,
/// 2 also response, 3 also radicality, 4 also morbidity.
std::vector<cohort::Covariate> known_with(const Scenario& scenario, std::size_t attributes);
bool is_attribute(std::string_view name);

// ---- when and by what the data are analysed ----

/// Index of the first endpoint whose events can be counted; none if all are proportions.
std::optional<std::size_t> first_time_to_event(const Scenario& scenario);

/// A condition of `follow_up.until` or of an analysis. @param endpoint whose events are counted
/// where the condition does not say; none: there is none @param arms likewise; empty: all
cohort::AnalysisTime read_analysis_time(const input::Value& value, const Scenario& scenario,
                                        std::optional<std::size_t> endpoint,
                                        const std::vector<std::int32_t>& arms = {});

/// Reads the arms that an analysis compares, once its test, weight and side are known.
void read_compared_arms(const input::Record& record, const Scenario& scenario, Analysis& analysis);

/// Reads the arms whose events a condition counts: increasing, empty for all.
std::vector<std::int32_t> read_counted_arms(const input::Value& value, const Scenario& scenario);

// ---- the options of an analysis's test ----

/// Notes the keys of an analysis that belong to another test.
void reject_other_keys(const input::Record& record, Analysis::Test test);
/// Reads the `weight` of a log-rank test, by default no weight, or the `weights` of a MaxCombo
/// test.
std::vector<survival::LogRankWeight> read_weights(const input::Record& record, Analysis::Test test);
/// Reads what only some tests take, but for covariates, strata and ties.
void read_test_options(const input::Record& record, Analysis& analysis);
/// Reads the endpoints that a win ratio compares. @return the first of them; null when it is not
/// known, which was noted
const NamedEndpoint* read_outcomes(const input::Record& record, const Scenario& scenario,
                                   Analysis& analysis);

// ---- the looks of an analysis ----

/// Reads `looks` of an analysis whose other keys are read.
/// @param endpoint of the analysis; null when it is not known, which was noted
void read_looks(const input::Record& analysis_record, const NamedEndpoint* endpoint,
                const Scenario& scenario, Analysis& analysis);

/// Once all of a trial could be read: notes looks whose events or bounds cannot be.
void reject_impossible_looks(const input::Record& file, const Scenario& scenario);

// ---- names and steps ----

/// The law of one covariate; of one with a table its kind and levels, the rest by `read_table`.
/// @param published where `prevalence: published` looks; may be null
cohort::Covariate read_covariate(const std::string& name, const input::Value& value,
                                 const evidence::Evidence* published);

/// The kind of a covariate with a table, and its levels, as the table's first row shows them.
cohort::CovariateLaw kind_of_table(const input::Value& given, const input::Value& table);

/// Reads `given` and `table` of a covariate, if it has them, into `parents` (indices in
/// `population`, whose kinds and levels are known) and `law_given_parents`.
void read_table(const input::Value& value, const std::vector<cohort::Covariate>& population,
                cohort::Covariate& covariate);

/// Notes covariates of `section` that depend on themselves, and makes them independent.
void reject_cycles(const input::Record& section, std::vector<cohort::Covariate>& population);

/// Reads the section `correlations`.
cohort::Copula read_correlations(const input::Record& file,
                                 const std::vector<cohort::Covariate>& population);

/// Step functions of time, `[{from_months: 0, KEY: x}, ...]` or one number for all times.
struct Pieces {
  std::vector<double> from_months;
  std::vector<double> value;
};
Pieces read_pieces(const input::Value& value, std::string_view key, const input::Interval& allowed);

/// No two columns of the table of a replicate's patients may have one name: covariates, their
/// levels, attributes, endpoints.
void require_distinct_columns(const input::Record& file, const Scenario& scenario);

/// Letters, digits and underscores, a letter first: what can be part of a dotted path.
void require_name(const input::Value& value, const std::string& name);

/// Notes an unknown name, the text of `value` or of its key. @return whether it is known
bool require_known(const input::Value& value, const std::string& name, std::string_view kind,
                   const std::vector<std::string>& known);

std::vector<std::string> names_of(const std::vector<cohort::Covariate>& population);

/// The covariate of this name; unknown ones are noted, and attributes with the reason why not.
const cohort::Covariate* find_covariate(const input::Value& item,
                                        const std::vector<cohort::Covariate>& known,
                                        std::string_view why_no_attribute);

/// Reads names of binary or categorical covariates, each once, and bounds the number of strata.
std::vector<std::string> read_strata(const input::Record& record,
                                     const std::vector<cohort::Covariate>& known,
                                     std::string_view why_no_attribute);

}  // namespace trialmill::scenario
