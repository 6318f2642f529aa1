#pragma once

#include <cstdint>

#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {

/// Patients in whom the truth of a design point is measured, each in every arm: enough for a
/// standard error of a log hazard ratio below 0.01.
constexpr std::size_t truth_patients = 40000;

/// Fills in what treatment does to the patients of each design point that has a course, for every
/// analysis with an estimate: the same patients are followed in both arms compared, without
/// dropout, to the calendar time at which trials like theirs
/// are analysed in the middle (a trial's own cut may wait for its events, which selects), and those
/// who belong to the endpoint's population *whichever arm they are in* are compared by the
/// analysis's own model. That is the causal effect (for the resected, the effect in the principal
/// stratum of those resected either way: Frangakis and Rubin 2002); what a trial of the same
/// patients estimates on average differs from it by the bias of its endpoint. Patients chosen by
/// their operation are held against the comparison from surgery, wherever the endpoint counts from.
/// The same patients say of each hypothesis of a procedure whether it is true. Designs with a
/// single event keep the ratio they were given. A fixed part of the seed's streams is used, so that
/// the truth of a scenario never changes.
/// @param threads 0: as many as the machine has
void measure_truths(Plan& plan, int threads = 0);

}  // namespace trialmill::simulation
