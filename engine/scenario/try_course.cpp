#include <stdexcept>
#include <string_view>

#include "scenario/sections.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/scenario/course_model.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// Recurrence is calibrated first and by itself: with a stated hazard of death with disease nothing
// else is left to fail.
bool recurrence_fails(Scenario scenario) {
  scenario.course->death_with_disease.baseline = survival::PiecewiseHazard{{0.0}, {0.0}};
  scenario.course->survival_ratios.clear();
  try {
    calibrate_course(scenario);
  } catch (const evidence::CalibrationError&) {
    return true;
  }
  return false;
}

// At the knot when it stands in the scenario, else at the baseline that names its curve.
void reject_knot(const Record& disease, const Scenario& scenario,
                 const evidence::CalibrationError& error) {
  const bool recurrence = recurrence_fails(scenario);
  const Value baseline =
      disease.record(recurrence ? "recurrence" : "death_with_disease").value("baseline");
  if (const auto knots = baseline.record().optional_value("knots"))
    knots->list().at(error.knot).reject_because(error.what());
  else
    baseline.reject_key(error.what());
}

// The columns of the Cox model are the ratios of overall survival, then R2.
void reject_ratio(const Record& disease, const Scenario& scenario,
                  const evidence::CoxLimitError& error) {
  const Record death = disease.record("death_with_disease");
  if (std::string_view(error.what()).starts_with("no event")) {
    death.itself().reject_key(error.what());
    return;
  }
  const Record ratios = death.record("hazard_ratios");
  const auto& columns = scenario.course->survival_ratios;
  if (error.column >= columns.size()) {
    ratios.itself().reject_key(error.what());
    return;
  }
  const CovariateEffect& column = columns[error.column];
  const Value covariate = ratios.value(column.covariate);
  if (column.level.empty())
    covariate.reject_key(error.what());
  else
    covariate.record().value(column.level).reject_key(error.what());
}

}  // namespace

void try_course(const Record& disease, const Scenario& scenario) {
  try {
    compile_course(scenario);
  } catch (const evidence::CalibrationError& error) {
    reject_knot(disease, scenario, error);
  } catch (const evidence::CoxLimitError& error) {
    reject_ratio(disease, scenario, error);
  } catch (const std::length_error& error) {
    disease.itself().reject_key(error.what());
  }
}

}  // namespace trialmill::scenario
