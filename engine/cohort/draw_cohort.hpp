#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>
#include <span>

#include "cohort/choose_laws.hpp"
#include "cohort/course_columns.hpp"
#include "cohort/draw_course.hpp"
#include "cohort/factors.hpp"
#include "trialmill/cohort/cohort.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/random/stream.hpp"

namespace trialmill::cohort {

/// Draws a replicate from any source of streams: `open(address)` gives an object with
/// `fill_uniform(span)`. The program opens random::Stream; a test opens one that counts.
template <class OpenStream>
class CohortDraw {
 public:
  CohortDraw(OpenStream open, const TrialModel& model, std::uint64_t seed, std::uint64_t replicate,
             CohortWorkspace& workspace, Cohort& cohort)
      : open_(open),
        model_(model),
        seed_(seed),
        replicate_(replicate),
        workspace_(workspace),
        cohort_(cohort) {}

  void run(std::size_t size) {
    start(size);
    follow();
  }

  /// Everybody in one arm.
  void run_under(std::int32_t arm, std::size_t size) {
    start(size);
    std::ranges::fill(cohort_.arm, arm);
    follow();
  }

 private:
  // Whether covariate c is recorded has a lane of its own, beyond those of the values.
  static constexpr std::uint64_t first_missing_lane = std::uint64_t{1} << 32;

  // What does not depend on treatment, and the treatment.
  void start(std::size_t size) {
    reserve(size);
    draw_covariates();
    // Streams are addressed, so a purpose that reads none of its uniforms need not have them drawn.
    if (model_.enrolment.process == Enrolment::Process::poisson)
      fill(random::Purpose::enrolment, 0, workspace_.uniform);
    draw_arrivals(model_.enrolment, workspace_.uniform, cohort_.enrolment_months);
    draw_arms();
  }

  void follow() {
    if (model_.course) {
      const FillColumn lane = [this](random::Purpose purpose, std::uint64_t number,
                                     std::span<double> out) { fill(purpose, number, out); };
      draw_course(lane, *model_.course, model_.population.size(), workspace_, cohort_);
    } else {
      draw_event_times();
    }
    draw_dropout_times();
  }

  void reserve(std::size_t size) {
    cohort_.size = size;
    cohort_.enrolment_months.resize(size);
    cohort_.arm.resize(size);
    cohort_.covariates.resize(size *
                              (model_.population.size() + (model_.course ? attribute_count : 0)));
    cohort_.event_months.resize(model_.course ? 0 : size);
    cohort_.dropout_months.resize(size);
    workspace_.uniform.resize(size);
    workspace_.block_uniform.resize(size);
    workspace_.multiplier.resize(size);
    workspace_.scratch.resize(size);
    workspace_.stratum.resize(size);
  }

  void fill(random::Purpose purpose, std::uint64_t lane, std::span<double> out) {
    open_(random::Address{seed_, purpose, lane, replicate_}).fill_uniform(out);
  }

  void draw_covariates() {
    for (std::size_t c = 0; c < model_.population.size(); ++c)
      fill(random::Purpose::covariate, c,
           std::span(cohort_.covariates).subspan(c * cohort_.size, cohort_.size));
    // The attributes of a course come behind them.
    const auto values =
        std::span(cohort_.covariates).first(model_.population.size() * cohort_.size);
    draw_population(model_.population, model_.copula, cohort_.size, values, workspace_.population);
    draw_recorded();
  }

  void draw_recorded() {
    const auto has_missing = [](const Covariate& covariate) {
      return covariate.missing.has_value();
    };
    cohort_.recorded.clear();
    if (std::ranges::none_of(model_.population, has_missing)) return;
    const auto values =
        std::span(cohort_.covariates).first(model_.population.size() * cohort_.size);
    cohort_.recorded.assign(values.begin(), values.end());
    for (std::size_t c = 0; c < model_.population.size(); ++c) {
      const auto& missing = model_.population[c].missing;
      if (!missing) continue;
      fill(random::Purpose::covariate, first_missing_lane + c, workspace_.uniform);
      const double read_as = missing->analysed_as == MissingValues::AnalysedAs::reference
                                 ? 0
                                 : std::numeric_limits<double>::quiet_NaN();
      for (std::size_t i = 0; i < cohort_.size; ++i)
        if (workspace_.uniform[i] < missing->probability)
          cohort_.recorded[c * cohort_.size + i] = read_as;
    }
  }

  void draw_arms() {
    const bool stratified = !model_.randomisation_strata.covariates.empty();
    if (stratified) assign_strata(model_.randomisation_strata, cohort_, workspace_.stratum);
    assert(!stratified || std::ranges::min(workspace_.stratum) >= 0);
    fill(random::Purpose::randomisation, 0, workspace_.uniform);
    MinimisationWorkspace& minimising = workspace_.randomisation.minimisation;
    minimising.level.clear();
    for (const std::size_t factor : model_.randomisation.minimisation.factors)
      minimising.level.push_back(cohort_.recorded_covariate(factor));
    if (model_.randomisation.block_sizes.size() > 1)
      fill(random::Purpose::randomisation, 1, workspace_.block_uniform);
    allot_arms(model_.randomisation, workspace_.uniform, workspace_.block_uniform,
               stratified ? std::span<const std::int32_t>(workspace_.stratum)
                          : std::span<const std::int32_t>(),
               workspace_.randomisation, cohort_.arm);
  }

  void draw_event_times() {
    const bool plain = model_.hazard_factors.empty();
    if (!plain)
      multiply_factors(model_.hazard_factors, cohort_, workspace_.multiplier, workspace_.scratch);
    fill(random::Purpose::event_time, 0, workspace_.uniform);
    if (!model_.cured.never()) spare_the_cured();
    const ChosenLaws chosen =
        choose_laws(model_.event_time_by_arm, model_.event_subgroups, cohort_, workspace_.law);
    cohort::draw_event_times(
        chosen.laws, chosen.choice,
        plain ? std::span<const double>() : std::span<const double>(workspace_.multiplier),
        workspace_.uniform, cohort_.event_months);
  }

  // Survival without the event is pi + (1 - pi) times that of patients who are not cured: a uniform
  // up to pi = odds / (1 + odds) is a cure, and the others become uniforms of the second part.
  void spare_the_cured() {
    const std::span<double> odds = workspace_.block_uniform;
    multiply_factors(model_.cured.factors, cohort_, odds, workspace_.scratch);
    multiply_by_arm(model_.cured.odds_by_arm, cohort_.arm, odds);
    for (std::size_t i = 0; i < cohort_.size; ++i)
      workspace_.uniform[i] = std::max(0.0, workspace_.uniform[i] * (1 + odds[i]) - odds[i]);
  }

  void draw_dropout_times() {
    if (std::ranges::all_of(model_.dropout_time_by_arm, &EventTimeLaw::never)) {
      std::ranges::fill(cohort_.dropout_months, std::numeric_limits<double>::infinity());
      return;
    }
    fill(random::Purpose::dropout, 0, workspace_.uniform);
    cohort::draw_event_times(model_.dropout_time_by_arm, cohort_.arm, {}, workspace_.uniform,
                             cohort_.dropout_months);
  }

  OpenStream open_;
  const TrialModel& model_;
  std::uint64_t seed_;
  std::uint64_t replicate_;
  CohortWorkspace& workspace_;
  Cohort& cohort_;
};

}  // namespace trialmill::cohort
