#pragma once

#include <filesystem>

#include "trialmill/evidence/published.hpp"
#include "trialmill/input/document.hpp"

namespace trialmill::scenario {

/// Reads an evidence file: the figures of one publication, as printed, each with the place that
/// prints it.
///
///     trialmill-evidence: 1
///     title: ...
///     citation: ...
///     patients: 222
///     covariates:   {male: {label, count, of, percent, source, note}}
///     curves:       {rfs: {origin, origin_note, population, population_note, source, note,
///                          knots: [{month, survival, source}],
///                          at_risk: [{month, number, group, source}]}}
///     factors:      {rfs: {male: {count, percent, source, note,
///                                 univariable: {hazard_ratio, lower, upper, p}, multivariable}}}
///     proportions:  {recurrence: {label, count, of, percent, percent_of, source, note}}
///     quantities:   {follow_up: {label, value, unit, source, note}}
///
/// `origin` is one of surgery, randomisation, diagnosis, recurrence, treatment (its start), and
/// `population` one of all, resected, r0_r1. `percent_of` is the denominator of the printed
/// percentage where that is not `of` (of covariates too). A quantity in months named after a curve
/// with `_median` behind it is that curve's median.
///
/// The notes, `percent`, `percent_of`, `at_risk` and its `group`, and the `source` of a knot or a
/// number at risk (then the curve's) may be left out, and so may each of the five groups; a factor
/// has one of the two ratios or both.
/// A figure that means nothing (a count above its denominator, a ratio that is not positive, a
/// survival that is not between 0 and 1, points out of the order of time, a factor of a covariate
/// or curve that the file does not have) is an error at its position. What can be read but cannot
/// be right (survival or numbers at risk that rise, a ratio outside its interval, limits in the
/// wrong order) is read as printed: whether figures agree with each other is for `evidence::audit`.
/// @throws input::InputError with everything that is wrong with the file
evidence::Evidence read_evidence(const std::filesystem::path& path);

/// The same for a document in memory.
evidence::Evidence read_evidence(const input::Document& document);

}  // namespace trialmill::scenario
