#include "scenario/sections.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

const survival::PiecewiseHazard no_hazard{{0.0}, {0.0}};

// A hazard as it stands, or the constant one behind a probability of the event until the planned
// day of surgery when nothing else can happen.
survival::PiecewiseHazard read_hazard(const Record& record, const char* event,
                                      const Scenario& scenario, BeforeSurgeryPlan& plan) {
  if (const auto hazard = record.optional_value("hazard_per_month")) {
    const Pieces pieces = read_pieces(*hazard, "hazard", input::at_least(0));
    return {pieces.from_months, pieces.value};
  }
  const Value value = record.value("probability");
  const double probability =
      read_probability(value, input::Interval{0, 1, true, false, "a fraction, not a percentage"},
                       scenario, event, plan.published);
  if (!(probability > 0)) return no_hazard;
  if (plan.surgery_at_months == 0) {
    value.reject_because("nothing can happen before surgery in month 0");
    return no_hazard;
  }
  return {{0.0}, {-math::log1p(-probability) / plan.surgery_at_months}};
}

}  // namespace

BeforeSurgeryPlan surgery_at_once() {
  return {0, no_hazard, no_hazard, no_hazard, no_hazard, 0, 0, {}};
}

BeforeSurgeryPlan read_before_surgery(const Record& record, const Scenario& scenario) {
  BeforeSurgeryPlan plan = surgery_at_once();
  plan.surgery_at_months = record.number("surgery_at_months", input::at_least(0));
  for (const auto& [event, hazard] : {std::pair{"progression", &plan.progression},
                                      {"death", &plan.death},
                                      {"withdrawal", &plan.withdrawal},
                                      {"toxicity", &plan.toxicity}})
    if (const auto section = record.optional_record(event))
      *hazard = read_hazard(*section, event, scenario, plan);
  if (const auto toxicity = record.optional_record("toxicity"))
    plan.surgery_after_toxicity_months =
        toxicity->number("surgery_after_months", input::at_least(0));
  if (const auto response = record.optional_value("response"))
    plan.response =
        read_probability(*response, input::from_to(0, 1).because("the probability of a response"),
                         scenario, "response", plan.published);
  return plan;
}

}  // namespace trialmill::scenario
