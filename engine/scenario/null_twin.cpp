#include "trialmill/scenario/null_twin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace trialmill::scenario {
namespace {

using Kind = NullTwin::Kind;

void set_apart_from_schedule(const Arm& control, Arm& arm) {
  arm.effects = control.effects;
  arm.odds_effects = control.odds_effects;
  arm.switching = control.switching;
  arm.before_surgery.response = control.before_surgery.response;
}

void set_identical(const Arm& control, Arm& arm) {
  set_apart_from_schedule(control, arm);
  arm.before_surgery = control.before_surgery;
  arm.assessments = control.assessments;
  arm.dropout = control.dropout;
}

bool same_schedule(const Arm& a, const Arm& b) {
  const BeforeSurgeryPlan &one = a.before_surgery, &other = b.before_surgery;
  return one.surgery_at_months == other.surgery_at_months &&
         one.surgery_after_toxicity_months == other.surgery_after_toxicity_months &&
         one.progression == other.progression && one.death == other.death &&
         one.withdrawal == other.withdrawal && one.toxicity == other.toxicity &&
         a.assessments == b.assessments && a.dropout == b.dropout;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// A covariate that changes the hazard, and that the analysis cannot adjust for in everybody.
const std::string* unadjusted(const Scenario& scenario, const Analysis& analysis) {
  for (const CovariateEffect& effect : scenario.disease.effects) {
    const auto covariate =
        std::ranges::find(scenario.population, effect.covariate, &cohort::Covariate::name);
    const bool used = contains(analysis.strata, effect.covariate) ||
                      contains(analysis.covariates, effect.covariate);
    if (effect.ratio != 1 && (!used || covariate->missing)) return &effect.covariate;
  }
  return nullptr;
}

// Of a test of non-inferiority.
std::variant<NullTwin, std::string> null_at_margin(const Scenario& scenario,
                                                   const Analysis& analysis) {
  if (analysis.test != Analysis::Test::cox) return "a margin that is no hazard ratio";
  if (scenario.course) return "a margin on the hazard ratio of a course's endpoint";
  if (analysis.arms.front() != 0) return "a margin against another arm than the control";
  if (scenario.disease.cured) return "a margin on a hazard ratio beside a cure fraction";
  if (const std::string* covariate = unadjusted(scenario, analysis))
    return fmt::format("a margin on a hazard ratio not adjusted for {}", *covariate);
  return NullTwin{Kind::at_margin, *analysis.margin};
}

// The twins of one design point.
std::vector<NullTwin> twins_of(const Scenario& scenario) {
  std::vector<NullTwin> twins;
  const auto add = [&](const NullTwin& twin) {
    if (std::ranges::find(twins, twin) == twins.end()) twins.push_back(twin);
  };
  for (const Analysis& analysis : scenario.analyses)
    if (const auto null = null_of(scenario, analysis);
        const auto* twin = std::get_if<NullTwin>(&null))
      add(*twin);
  const auto superiority = [](const Analysis& analysis) { return !analysis.margin; };
  if (schedules_differ(scenario) && std::ranges::any_of(scenario.analyses, superiority))
    add({Kind::schedule_alone});
  return twins;
}

bool has_analysis_set(const Scenario& scenario) {
  return std::ranges::any_of(scenario.endpoints, [](const NamedEndpoint& endpoint) {
    return endpoint.definition.analysed_once_due;
  });
}

// Does a swept key change the twin? What it takes from the control it does not take from elsewhere.
bool keeps(const NullTwin& twin, const Scenario& scenario, const std::string& key) {
  for (std::size_t a = 1; a < scenario.arms.size(); ++a) {
    const std::string arm = "arms." + scenario.arms[a].name + ".";
    if (!key.starts_with(arm)) continue;
    const std::string what = key.substr(arm.size());
    // Identical arms are still analysed once the trial's longest plan is due.
    if (twin.kind != Kind::schedule_alone)
      return what == "allocation" ||
             (what == "before_surgery.surgery_at_months" && has_analysis_set(scenario));
    return !what.starts_with("effects.") && !what.starts_with("switching.") &&
           what != "before_surgery.response";
  }
  return true;
}

bool same_settings(const std::vector<Setting>& a, const std::vector<Setting>& b) {
  return std::ranges::equal(a, b, [](const Setting& one, const Setting& other) {
    return one.key == other.key && one.value == other.value;
  });
}

// @param point of the study it is a twin of
void add_point(const DesignPoint& original, std::size_t point, TwinStudy& twins) {
  std::vector<Setting> set;
  for (const Setting& setting : original.set)
    if (keeps(twins.twin, original.scenario, setting.key)) set.push_back(setting);
  std::vector<DesignPoint>& points = twins.study.points;
  const auto known = std::ranges::find_if(
      points, [&](const DesignPoint& other) { return same_settings(other.set, set); });
  const auto place = static_cast<std::size_t>(known - points.begin());
  if (known == points.end()) {
    points.push_back({std::move(set), null_twin(original.scenario, twins.twin)});
    twins.of.emplace_back();
  }
  twins.of[place].push_back(point);
}

TwinStudy& twins_by(const NullTwin& twin, const Study& study, std::vector<TwinStudy>& twins) {
  const auto known = std::ranges::find(twins, twin, &TwinStudy::twin);
  if (known != twins.end()) return *known;
  Study empty = study;
  empty.points.clear();
  empty.null_twins = NullTwins::none;
  empty.twin = twin.kind;
  return twins.emplace_back(TwinStudy{twin, std::move(empty), {}});
}

// The null hypothesis that all analyses share, else identical arms.
NullTwin sole_twin(const Scenario& scenario) {
  std::optional<NullTwin> sole;
  for (const Analysis& analysis : scenario.analyses) {
    const auto null = null_of(scenario, analysis);
    const auto* twin = std::get_if<NullTwin>(&null);
    if (!twin || (sole && *sole != *twin)) return {};
    sole = *twin;
  }
  return sole.value_or(NullTwin{});
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::identical_arms:
      return "identical-arms";
    case Kind::schedule_alone:
      return "schedule-alone";
    case Kind::at_margin:
      return "at-margin";
  }
  return "";
}

Scenario null_twin(const Scenario& scenario, const NullTwin& twin) {
  Scenario out = scenario;
  out.uncertainty.reset();
  for (std::size_t a = 1; a < out.arms.size(); ++a) {
    if (twin.kind == Kind::schedule_alone)
      set_apart_from_schedule(out.arms.front(), out.arms[a]);
    else
      set_identical(out.arms.front(), out.arms[a]);
    if (twin.kind == Kind::at_margin)
      out.arms[a].effects = {{out.disease.name, {{0.0}, {twin.margin}}}};
  }
  return out;
}

bool schedules_differ(const Scenario& scenario) {
  return std::ranges::any_of(
      scenario.arms, [&](const Arm& arm) { return !same_schedule(arm, scenario.arms.front()); });
}

std::variant<NullTwin, std::string> null_of(const Scenario& scenario, const Analysis& analysis) {
  if (analysis.margin) return null_at_margin(scenario, analysis);
  return NullTwin{};
}

std::vector<TwinStudy> null_twins(const Study& study) {
  std::vector<TwinStudy> twins;
  for (std::size_t p = 0; p < study.points.size(); ++p)
    for (const NullTwin& twin : twins_of(study.points[p].scenario))
      add_point(study.points[p], p, twins_by(twin, study, twins));
  return twins;
}

Study null_twin(const Study& study) {
  Study out = study;
  out.twin = sole_twin(study.points.front().scenario).kind;
  out.title +=
      *out.twin == Kind::at_margin ? ": null twin at the margin" : ": null twin, identical arms";
  for (DesignPoint& point : out.points)
    point.scenario = null_twin(point.scenario, sole_twin(point.scenario));
  return out;
}

}  // namespace trialmill::scenario
