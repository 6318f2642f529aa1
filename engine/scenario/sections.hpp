#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trialmill/input/record.hpp"
#include "trialmill/scenario/scenario.hpp"
#include "trialmill/survival/piecewise_hazard.hpp"

/// The sections of a scenario file, each read by one function into its part of `Scenario`. They are
/// read in this order; a section refers to the names of those before it.
namespace trialmill::scenario {

void read_population(const input::Record& file, Scenario& scenario);
void read_disease(const input::Record& file, Scenario& scenario, input::Reading& reading);
void read_arms(const input::Record& file, Scenario& scenario);
void read_enrolment(const input::Record& file, Scenario& scenario);
void read_dropout(const input::Record& file, Scenario& scenario);
void read_randomisation(const input::Record& file, Scenario& scenario);
/// Holds event counts against `scenario.sample_size`, unless that is 0: swept and not known yet.
void read_follow_up(const input::Record& file, Scenario& scenario);
void read_analyses(const input::Record& file, Scenario& scenario);

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

/// Letters, digits and underscores, a letter first: what can be part of a dotted path.
void require_name(const input::Value& value, const std::string& name);

/// Notes an unknown name at `value`. @return whether it is known
bool require_known(const input::Value& value, const std::string& name, std::string_view kind,
                   const std::vector<std::string>& known);

std::vector<std::string> names_of(const std::vector<cohort::Covariate>& population);

/// Reads names of binary or categorical covariates, each once, and bounds the number of strata.
std::vector<std::string> read_strata(const input::Record& record, const Scenario& scenario);

}  // namespace trialmill::scenario
