#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

/// Null twins: the trial again without an effect of treatment. With the seed of the trial they have
/// its patients, so that their rejections are the type I error of its analyses.
namespace trialmill::scenario {

/// "identical-arms", "schedule-alone", "at-margin".
std::string_view name(NullTwin::Kind kind);

/// The trial with nothing left of the arms' differences but what the twin keeps. Names and
/// allocation of the arms, patients, conditions and analyses stay, with the analysis sets that the
/// trial's own plans ask for; uncertain numbers are those stated.
///
/// With the schedule alone every effect of treatment is the control's: hazard and odds ratios,
/// switching, and the probability of a response, through which treatment acts on all that comes
/// later. Left are the months to surgery, progression, death, withdrawal and toxicity until then,
/// visits and losses.
/// @pre at a margin: a single event
Scenario null_twin(const Scenario& scenario, const NullTwin& twin);

/// Do some arms differ in what `schedule_alone` keeps?
bool schedules_differ(const Scenario& scenario);

/// The twin whose rejections by an analysis are its type I error, or why there is none, in a
/// phrase. That of a test of non-inferiority is no trial of identical arms, of which it should
/// reject many, but one at the margin. Made it is for a hazard ratio that the scenario states: of a
/// single event, by Cox's test against the control, adjusted for all that changes the hazard.
std::variant<NullTwin, std::string> null_of(const Scenario& scenario, const Analysis& analysis);

/// The twins of one kind that the points of a study have, each trial once: points that differ only
/// in what the twin takes from the control share it.
struct TwinStudy {
  NullTwin twin;
  Study study;                               ///< points are set to the keys on which they depend
  std::vector<std::vector<std::size_t>> of;  ///< by point: the points whose twin it is
};

/// All twins of a study; none of them has twins of its own.
std::vector<TwinStudy> null_twins(const Study& study);

/// The study with a twin in place of each point: identical arms, or at the margin where all
/// analyses have that null hypothesis. Title and `twin` say so.
Study null_twin(const Study& study);

}  // namespace trialmill::scenario
