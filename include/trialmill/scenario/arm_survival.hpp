#pragma once

#include <cstddef>
#include <vector>

#include "trialmill/cohort/event_time.hpp"
#include "trialmill/scenario/scenario.hpp"

/// What a single event does to the patients of an arm, by its statement rather than by simulation.
namespace trialmill::scenario {

/// Which law of the event's time every arm and subgroup has.
struct TreatedLaws {
  std::vector<cohort::EventTimeLaw> by_arm;
  cohort::SubgroupEffects subgroups;
};

/// The laws of a transition under the arms' effects on it.
/// @param baseline hazard of the reference patient in the control arm
TreatedLaws treated_laws(const Scenario& scenario, const std::string& transition,
                         const cohort::BaselineHazard& baseline);

/// The cure of the single event: odds of never having it, in every arm. Nobody is cured without
/// `Transition::cured`.
cohort::OddsLaw cure_law(const Scenario& scenario);

/// Is the hazard of an arm at all times and in all patients the same multiple of another's? Its
/// logarithm; NaN otherwise: the ratio changes with time, an effect differs between subgroups, or
/// they act beside a cure fraction, which leaves no constant ratio.
double constant_log_ratio(const Scenario& scenario, const Arm& reference, const Arm& compared);

/// Survival without the single event in an arm, averaged over the trial's population.
class ArmSurvival {
 public:
  /// @param laws and @param cured of the scenario, as the two functions above give them
  /// @throws std::length_error when the covariates combine to too many patterns
  ArmSurvival(const Scenario& scenario, std::size_t arm, const TreatedLaws& laws,
              const cohort::OddsLaw& cured);

  double at(double months) const;
  /// The share of patients who never have the event because they are cured.
  double cured() const;

 private:
  struct Pattern {
    double probability = 1, log_hazard_ratio = 0, cured = 0;
    std::size_t law = 0;
  };
  std::vector<Pattern> patterns_;
  std::vector<cohort::EventTimeLaw> laws_;
};

}  // namespace trialmill::scenario
