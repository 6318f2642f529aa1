#include <algorithm>
#include <numeric>

#include "scenario/sections.hpp"
#include "trialmill/scenario/factors.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

std::vector<std::string> levels_of(const cohort::CovariateLaw& law) {
  if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law))
    return categorical->levels;
  return {"absent", "present"};
}

// ---- conditions that patients meet ----

void add_level(const Value& item, const std::vector<std::string>& levels,
               SurveyCondition& condition) {
  const std::string word = item.text();
  const auto found = std::ranges::find(levels, word);
  if (found != levels.end()) {
    condition.levels.push_back(static_cast<int>(found - levels.begin()));
  } else if (word == "not_recorded") {
    condition.levels.push_back(not_recorded);
  } else if (word == "recorded") {
    condition.levels.resize(levels.size());
    std::iota(condition.levels.begin(), condition.levels.end(), 0);
  } else {
    std::vector<std::string> known = levels;
    known.insert(known.end(), {"recorded", "not_recorded"});
    require_known(item, word, "level", known);
  }
}

std::vector<SurveyCondition> read_conditions(const Record& record, const Scenario& scenario) {
  const auto columns = survey_columns_of(scenario);
  std::vector<SurveyCondition> conditions;
  for (const auto& [name, value] : record.entries()) {
    const auto column = std::ranges::find(columns, name, &cohort::Covariate::name);
    if (column == columns.end()) {
      require_known(value, name, "covariate", names_of(columns));
      continue;
    }
    if (cohort::level_count(column->law) == 0) {
      value.reject_key("a continuous covariate has no levels to count");
      continue;
    }
    SurveyCondition condition{name, {}};
    const auto levels = levels_of(column->law);
    if (value.is(Value::Kind::list))
      for (const Value& item : value.list(1))
        add_level(item, levels, condition);
    else
      add_level(value, levels, condition);
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

// ---- counts: stated, or recognised by name ----

// A binary covariate of this name, the level LEVEL of a covariate NAME of "NAME_LEVEL", or the one
// covariate that has a level of this name.
std::optional<SurveyCondition> recognised(const std::string& name, const Scenario& scenario) {
  std::vector<SurveyCondition> by_level;
  for (const cohort::Covariate& column : survey_columns_of(scenario)) {
    if (column.name == name && std::holds_alternative<cohort::BinaryLaw>(column.law))
      return SurveyCondition{name, {1}};
    const auto* law = std::get_if<cohort::CategoricalLaw>(&column.law);
    for (std::size_t level = 0; law && level < law->levels.size(); ++level) {
      const SurveyCondition condition{column.name, {static_cast<int>(level)}};
      if (name == column.name + "_" + law->levels[level]) return condition;
      if (name == law->levels[level]) by_level.push_back(condition);
    }
  }
  return by_level.size() == 1 ? std::optional(by_level.front()) : std::nullopt;
}

// Every name of the evidence that counts patients.
std::vector<std::string> countable(const evidence::Evidence& evidence) {
  std::vector<std::string> names;
  for (const auto* group : {&evidence.covariates, &evidence.proportions})
    for (const evidence::Proportion& proportion : *group)
      names.push_back(proportion.name);
  for (const evidence::SurvivalCurve& curve : evidence.curves)
    for (const evidence::AtRisk& at : curve.at_risk)
      if (!at.group.empty() && std::ranges::find(names, at.group) == names.end())
        names.push_back(at.group);
  return names;
}

// The denominator of a published count as long as the scenario does not state one.
std::optional<std::vector<SurveyCondition>> usual_denominator(const std::string& name,
                                                              const evidence::Evidence& evidence) {
  for (const auto* group : {&evidence.covariates, &evidence.proportions})
    for (const evidence::Proportion& proportion : *group)
      if (proportion.name == name && proportion.of < evidence.patients)
        return std::vector<SurveyCondition>{};
  return std::nullopt;
}

std::vector<SurveyCount> read_counts(const Record& survey, const Scenario& scenario) {
  std::vector<SurveyCount> counts;
  const std::vector<std::string> names = countable(*scenario.evidence);
  const auto section = survey.optional_record("counts");
  const auto stated = section ? section->entries() : std::vector<std::pair<std::string, Value>>{};
  for (const auto& [name, value] : stated)
    require_known(value, name, "count or group at risk of the evidence", names);
  for (const std::string& name : names) {
    SurveyCount count{name, {}, usual_denominator(name, *scenario.evidence)};
    const auto found = std::ranges::find(stated, name, &std::pair<std::string, Value>::first);
    const auto known = recognised(name, scenario);
    if (found != stated.end()) {
      const Record record = found->second.record();
      if (const auto of = record.optional_record("of")) count.of = read_conditions(*of, scenario);
      if (known && !record.has("are"))
        count.are = {*known};
      else
        count.are = read_conditions(record.record("are"), scenario);
    } else if (known) {
      count.are = {*known};
    }
    if (!count.are.empty()) counts.push_back(std::move(count));
  }
  return counts;
}

// ---- tests of the publication ----

std::vector<SurveyComparison> read_comparisons(const Record& survey, const Scenario& scenario,
                                               const std::vector<SurveyCount>& counts) {
  std::vector<SurveyComparison> comparisons;
  const auto section = survey.optional_record("comparisons");
  if (!section) return comparisons;
  std::vector<std::string> quantities, curves, names;
  for (const evidence::Quantity& quantity : scenario.evidence->quantities)
    quantities.push_back(quantity.name);
  for (const evidence::SurvivalCurve& curve : scenario.evidence->curves)
    curves.push_back(curve.name);
  for (const SurveyCount& count : counts)
    names.push_back(count.name);
  for (const auto& [quantity, value] : section->entries()) {
    require_known(value, quantity, "quantity of the evidence", quantities);
    const Record record = value.record();
    SurveyComparison comparison{quantity, record.text("curve"), record.text("by")};
    require_known(record.value("curve"), comparison.curve, "curve", curves);
    require_known(record.value("by"), comparison.by, "count of patients", names);
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

// ---- what the scenario was fitted to by hand ----

std::vector<std::string> read_tuned_to(const Record& survey, const evidence::Evidence& evidence) {
  std::vector<std::string> known;
  for (const auto& [group, proportions] :
       {std::pair{"covariates.", &evidence.covariates}, {"proportions.", &evidence.proportions}})
    for (const evidence::Proportion& one : *proportions)
      known.push_back(group + one.name);
  for (const evidence::Quantity& quantity : evidence.quantities)
    known.push_back("quantities." + quantity.name);
  for (const evidence::SurvivalCurve& curve : evidence.curves)
    if (!curve.at_risk.empty()) known.push_back("at_risk." + curve.name);
  std::vector<std::string> tuned_to;
  const auto list = survey.optional_value("tuned_to");
  if (!list) return tuned_to;
  for (const Value& item : list->list(1)) {
    tuned_to.push_back(item.text());
    require_known(item, tuned_to.back(), "figure of the evidence to be tuned to", known);
  }
  return tuned_to;
}

// ---- the survey as a whole ----

// Sections of a trial, and why a survey has none of them.
void reject_trial(const Record& file) {
  for (const auto& [key, why] :
       {std::pair{"arms", "nothing is allotted in a survey: everybody is treated alike"},
        {"randomisation", "nothing is allotted in a survey"},
        {"enrolment", "a survey counts its patients from surgery, whenever that was"},
        {"sample_size", "the patients of a survey are `survey.patients`"},
        {"dropout", "follow-up of a survey ends by `survey.follow_up`"},
        {"follow_up", "follow-up of a survey ends by `survey.follow_up`"},
        {"assessments", "in a survey recurrence is dated as the publication dated it"},
        {"endpoints", "the endpoints of a survey are the curves of its evidence"},
        {"analyses", "the analyses of a survey are those of its evidence"},
        {"multiplicity", "the analyses of a survey are those of its evidence"},
        {"uncertainty", "a survey is compared with its publication as it stands"},
        {"sweep", "a survey is compared with its publication as it stands"}})
    if (const auto value = file.optional_value(key)) value->reject_key(why);
}

void require_surgery(const Record& file, const Scenario& scenario, const Value& survey) {
  if (!scenario.evidence)
    survey.reject_key("a survey is compared with what it published: name that with `evidence:`");
  if (!scenario.course)
    survey.reject_key("what happens to the patients of a survey " + std::string(needs_course));
  if (scenario.time_zero != evidence::TimeOrigin::surgery)
    survey.reject_key("the patients of a survey enter it at surgery: `time_zero: surgery`");
  const auto pathway = file.optional_value("pathway");
  if (!pathway || !pathway->is(Value::Kind::record)) return;
  for (const char* key : {"progression", "death", "withdrawal", "toxicity", "response"})
    if (const auto value = pathway->record().optional_value(key))
      value->reject_key("comes before surgery, where a survey begins");
}

survival::PiecewiseHazard read_end_of_follow_up(const Value& value, const Scenario& scenario) {
  const Baseline read = read_baseline(value, scenario);
  if (const auto* hazard = std::get_if<survival::PiecewiseHazard>(&read)) return *hazard;
  value.reject_key(
      "the end of follow-up is stated: `median_months`, `survival` with `at_months`, or "
      "`hazard_per_month`");
  return {{0.0}, {0.0}};
}

void reject_reserved_names(const Record& file, const Scenario& scenario) {
  const auto columns = survey_columns_of(scenario);
  const auto population = file.optional_record("population");
  for (const cohort::Covariate& covariate : scenario.population)
    if (!covariate.recorded && population)
      population->record(covariate.name)
          .value("recorded")
          .reject_because("a survey knows all that acts in it; leave the covariate out");
  for (std::size_t k = columns.size() - survey_observation_count; k < columns.size(); ++k)
    if (population && population->has(columns[k].name))
      population->value(columns[k].name)
          .reject_key("this name is kept for what a survey observes; choose another");
}

Arm everybody(const SurveyPlan& survey) {
  Arm arm;
  arm.name = "patients";
  arm.dropout = survey.follow_up;
  arm.before_surgery = surgery_at_once();
  return arm;
}

}  // namespace

bool describes_survey(const Record& file) {
  return file.has("survey");
}

void read_survey(const Record& file, Scenario& scenario) {
  reject_trial(file);
  const Value value = file.value("survey");
  require_surgery(file, scenario, value);
  const Record record = value.record();
  SurveyPlan survey;
  scenario.sample_size = static_cast<std::size_t>(
      record.integer("patients", input::whole_from_to(2, max_sample_size)));
  survey.follow_up = read_end_of_follow_up(record.value("follow_up"), scenario);
  if (!scenario.evidence || !scenario.course) {
    record.forgive_unread();
    return;
  }
  if (is_stated(file, {"disease", "published_follow_up"}))
    file.record("disease")
        .value("published_follow_up")
        .reject_key("the published cohort is the survey: `survey.follow_up`");
  reject_reserved_names(file, scenario);
  survey.counts = read_counts(record, scenario);
  survey.comparisons = read_comparisons(record, scenario, survey.counts);
  survey.tuned_to = read_tuned_to(record, *scenario.evidence);
  scenario.course->published_follow_up = survey.follow_up;
  scenario.arms = {everybody(survey)};
  // Patients count from surgery, so that the calendar of their arrival is of no consequence.
  scenario.enrolment.process = cohort::Enrolment::Process::even;
  scenario.enrolment.rate_per_month = {1.0};
  scenario.randomisation = cohort::Randomisation::Method::simple;
  scenario.survey = std::move(survey);
}

}  // namespace trialmill::scenario
