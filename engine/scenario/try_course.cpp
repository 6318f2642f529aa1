#include <stdexcept>

#include "scenario/sections.hpp"
#include "trialmill/evidence/calibration.hpp"
#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/scenario/course_model.hpp"

namespace trialmill::scenario {

void try_course(const input::Value& where, const Scenario& scenario) {
  try {
    compile_course(scenario);
  } catch (const evidence::CalibrationError& error) {
    where.reject_key(error.what());
  } catch (const evidence::CoxLimitError& error) {
    where.reject_key(error.what());
  } catch (const std::length_error& error) {
    where.reject_key(error.what());
  }
}

}  // namespace trialmill::scenario
