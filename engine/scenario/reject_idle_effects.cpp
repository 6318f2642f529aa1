#include <fmt/format.h>

#include <algorithm>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;

// Patients resected R2 and those never resected start with disease: they cannot recur, nor die
// without recurrence.
void reject_ratios_of_diseased(const Record& disease, const char* transition) {
  const auto record = disease.optional_record(transition);
  const auto ratios = record ? record->optional_record("hazard_ratios") : std::nullopt;
  const auto radicality = ratios ? ratios->optional_record("radicality") : std::nullopt;
  if (!radicality) return;
  for (const char* level : {"r2", "unresected"})
    if (const auto ratio = radicality->optional_value(level))
      ratio->reject_key("these patients start with disease: this ratio would never act");
}

// An outcome whose odds or hazard an arm can change, and how likely it is without that.
struct Outcome {
  const char* name;
  const char* stated_at;
  double probability;
};

std::vector<Outcome> outcomes_of(const OperationPlan& operation) {
  return {{"r1", "pathway.surgery.radicality.r1", operation.r1.probability},
          {"r2", "pathway.surgery.radicality.r2", operation.r2.probability},
          {"unresectable", "pathway.surgery.radicality.unresectable",
           operation.unresectable.probability},
          {"morbidity", "pathway.surgery.morbidity", operation.morbidity.probability},
          {"adjuvant", "pathway.surgery.adjuvant", operation.adjuvant.probability},
          {"mortality_90_days", "pathway.surgery.mortality_90_days", operation.mortality_90_days}};
}

void reject_effects_on_nothing(const Record& file, const Record& arm, const Scenario& scenario) {
  const auto effects = arm.optional_record("effects");
  if (!effects) return;
  for (const Outcome& outcome : outcomes_of(scenario.course->operation)) {
    const auto effect = effects->optional_value(outcome.name);
    if (effect && outcome.probability == 0 && !is_swept(file, outcome.stated_at))
      effect->reject_key("this never happens: " + input::in_backquotes(outcome.stated_at) +
                         " is 0");
  }
}

void require_earlier_surgery(const Record& file, const Record& arm, const BeforeSurgeryPlan& plan) {
  const auto before = arm.optional_record("before_surgery");
  const auto toxicity = before ? before->optional_record("toxicity") : std::nullopt;
  if (!toxicity || plan.surgery_after_toxicity_months < plan.surgery_at_months) return;
  const auto months = toxicity->value("surgery_after_months");
  if (is_swept(file, before->path() + ".surgery_at_months") || is_swept(file, months.path()))
    return;
  months.reject_because(
      fmt::format("surgery is planned for month {:.6g}: toxicity would never bring it forward",
                  plan.surgery_at_months));
}

}  // namespace

void reject_idle_effects(const Record& file, const Scenario& scenario) {
  const Record disease = file.record("disease");
  reject_ratios_of_diseased(disease, "recurrence");
  reject_ratios_of_diseased(disease, "death_without_recurrence");
  if (scenario.survey) return;
  const Record arms = file.record("arms");
  for (const Arm& arm : scenario.arms) {
    const Record record = arms.record(arm.name);
    reject_effects_on_nothing(file, record, scenario);
    require_earlier_surgery(file, record, arm.before_surgery);
  }
}

}  // namespace trialmill::scenario
