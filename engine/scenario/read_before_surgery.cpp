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

// The hazard of published overall survival after surgery, until its first point, put before it.
void read_published_death(const Value& value, const Scenario& scenario, BeforeSurgeryPlan& plan) {
  if (value.text() != "published") {
    value.reject("`published`, or `probability` or `hazard_per_month`");
    return;
  }
  const auto* overall =
      std::get_if<CalibratedBaseline>(&scenario.course->death_with_disease.baseline);
  if (!overall) {
    value.reject_because(
        "takes the first hazard of published overall survival, but `death_with_disease` is stated "
        "here: state `hazard_per_month` before surgery as well");
    return;
  }
  if (!scenario.course->death_before_surgery_ratios.empty())
    value.reject_because(
        "is the hazard of the published patients together; beside `pathway.death.hazard_ratios` "
        "state that of the reference patient: `hazard_per_month`");
  if (overall->knots.empty()) return;  // noted there
  plan.published_death = true;
  plan.death = first_hazard(*overall);
}

void read_death(const Value& value, const Scenario& scenario, BeforeSurgeryPlan& plan) {
  plan.states_death = true;
  if (value.is(Value::Kind::text))
    read_published_death(value, scenario, plan);
  else
    plan.death = read_hazard(value.record(), "death", scenario, plan);
}

}  // namespace

BeforeSurgeryPlan surgery_at_once() {
  BeforeSurgeryPlan plan;
  plan.progression = plan.death = plan.withdrawal = plan.toxicity = no_hazard;
  return plan;
}

BeforeSurgeryPlan read_before_surgery(const Record& record, const Scenario& scenario) {
  BeforeSurgeryPlan plan = surgery_at_once();
  plan.surgery_at_months = record.number("surgery_at_months", input::at_least(0));
  for (const auto& [event, hazard] : {std::pair{"progression", &plan.progression},
                                      {"withdrawal", &plan.withdrawal},
                                      {"toxicity", &plan.toxicity}})
    if (const auto section = record.optional_record(event))
      *hazard = read_hazard(*section, event, scenario, plan);
  if (const auto death = record.optional_value("death")) read_death(*death, scenario, plan);
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
