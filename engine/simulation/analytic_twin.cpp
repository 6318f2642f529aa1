#include "trialmill/simulation/analytic_twin.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "simulation/formula_events.hpp"
#include "simulation/planned_looks.hpp"
#include "trialmill/design/boundary_sequence.hpp"
#include "trialmill/design/crossing.hpp"
#include "trialmill/design/expected_cox.hpp"
#include "trialmill/design/expected_events.hpp"
#include "trialmill/design/statistic_shape.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/two_arm_model.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Analysis;
using scenario::Scenario;
using Model = std::variant<design::TwoArmModel, scenario::NoModel>;

// Why a test has no twin; nothing when it has one.
std::string reason_against(const Analysis& analysis) {
  using enum Analysis::Test;
  if (analysis.looks && !analysis.looks->final_weights.empty())
    return "another test at the final analysis";
  if (analysis.test == log_rank)
    return std::holds_alternative<survival::FlemingHarrington>(analysis.weight) ? ""
                                                                                : "a modest weight";
  if (analysis.test != cox) return "the " + std::string(name(analysis.test)) + " test";
  if (!analysis.covariates.empty()) return "a Cox model with covariates";
  if (analysis.penalty == Analysis::CoxPenalty::firth) return "a penalised likelihood";
  if (analysis.standard_error == Analysis::CoxStandardError::robust)
    return "a robust standard error";
  return "";
}

// Analyses without looks at the time of one with looks, of the same arms, wait for it to stop.
bool waits_for_another(const Scenario& scenario, const Analysis& analysis) {
  return !analysis.looks && std::ranges::any_of(scenario.analyses, [&](const Analysis& other) {
    return other.looks &&
           set_of_compared_arms(scenario, other) == set_of_compared_arms(scenario, analysis) &&
           other.at.value_or(scenario.analysis_time) ==
               analysis.at.value_or(scenario.analysis_time);
  });
}

/// The statistic of an analysis in expectation.
struct Statistic {
  std::string method;
  double z_mean = 0, information = 0;
};

Statistic expected_statistic(const Analysis& analysis, const design::TwoArmModel& model,
                             double time_months) {
  using enum Analysis::CoxStatistic;
  const bool by_cox = analysis.test == Analysis::Test::cox && analysis.statistic != score;
  if (!by_cox) {
    const auto weight = analysis.test == Analysis::Test::cox
                            ? survival::FlemingHarrington{}
                            : std::get<survival::FlemingHarrington>(analysis.weight);
    const design::ExpectedScore score = design::expected_score(model, time_months, weight);
    return {"expected log-rank score", score.z_mean, score.variance};
  }
  const design::ExpectedCox cox = design::expected_cox(model, time_months);
  if (analysis.statistic == likelihood_ratio)
    return {"expected Cox likelihood ratio",
            std::copysign(std::sqrt(cox.likelihood_ratio), cox.wald_z), cox.information};
  const double margin = analysis.margin ? math::log(*analysis.margin) : 0;
  return {"expected Cox estimate", (margin - cox.log_hazard_ratio) * std::sqrt(cox.information),
          cox.information};
}

design::StatisticShape shape_of(const Analysis& analysis, const design::TwoArmModel& model,
                                double time_months, design::Timing timing) {
  using enum Analysis::CoxStatistic;
  if (analysis.test != Analysis::Test::cox)
    return design::log_rank_shape(model, time_months, timing,
                                  std::get<survival::FlemingHarrington>(analysis.weight));
  if (analysis.statistic == score) return design::log_rank_shape(model, time_months, timing);
  if (analysis.statistic == likelihood_ratio)
    return design::cox_likelihood_ratio_shape(model, time_months, timing);
  return design::cox_wald_shape(model, time_months, timing,
                                analysis.margin ? math::log(*analysis.margin) : 0);
}

design::Boundaries one_look(const Analysis& analysis) {
  design::Boundaries bounds;
  bounds.design.alpha = analysis.alpha;
  bounds.design.sided = analysis.sided;
  bounds.looks = {
      {1, analysis.alpha, -math::normal_quantile(analysis.alpha / analysis.sided), 0, -HUGE_VAL}};
  return bounds;
}

struct LookTime {
  double months = 0;
  design::Timing timing = design::Timing::calendar;
};

// The times of the looks, increasing; none when they are not expected in their order.
std::optional<std::vector<LookTime>> look_times(const Scenario& scenario, const Analysis& analysis,
                                                const design::TwoArmModel& model) {
  std::vector<LookTime> times;
  const auto add = [&](const cohort::AnalysisTime& when) {
    times.push_back({scenario::expected_time(when, model, scenario.sample_size),
                     scenario::expected_timing(when, model, scenario.sample_size)});
  };
  if (analysis.looks)
    for (const cohort::AnalysisTime& when : analysis.looks->interim)
      add(when);
  add(analysis.at.value_or(scenario.analysis_time));
  const bool in_order = std::ranges::is_sorted(times, std::less_equal<>(), &LookTime::months);
  return in_order ? std::optional(times) : std::nullopt;
}

// The bounds at the information expected; none when a look but the last finds all of it.
std::optional<design::Boundaries> bounds_at(const std::vector<design::ExpectedLook>& looks,
                                            const PlannedLooks& planned,
                                            scenario::LookCorrelation correlation) {
  design::Boundaries bounds = planned.boundaries;
  design::BoundarySequence sequence(planned.boundaries, planned.clock, planned.last_look);
  for (std::size_t k = 0; k < looks.size(); ++k) {
    const bool last = k + 1 == looks.size();
    double information = looks[k].counts.events() / planned.maximum;
    // What a root finder leaves out of a planned number of events is not a difference.
    const double plan = planned.boundaries.looks[k].information;
    if (std::abs(information - plan) < 1e-9) information = plan;
    if (!last && information >= 1) return std::nullopt;
    design::ObservedLook observed{information};
    if (correlation == scenario::LookCorrelation::score_variance)
      observed.information = looks[k].score.variance;
    bounds.looks[k] = sequence.next(observed, last);
  }
  return planned.futility_obeyed ? bounds : design::without_futility(bounds);
}

// Nobody stops for futility at the last look, which the library counts as failing to reject.
std::vector<result::AnalyticLook> by_look(const design::AnalyticPower& power,
                                          const design::AnalyticPower& first_order) {
  std::vector<result::AnalyticLook> out;
  double before = result::not_a_number;
  for (std::size_t k = 0; k < power.looks.size(); ++k) {
    const design::ExpectedLook& look = power.looks[k];
    const design::ExpectedLook& first = first_order.looks[k];
    out.push_back({static_cast<int>(k) + 1,
                   look.counts.time_months,
                   look.counts.events(),
                   {look.counts.control.events, look.counts.experimental.events},
                   look.efficacy + look.harm,
                   first.efficacy + first.harm,
                   look.futility,
                   std::sqrt(before / look.score.variance)});
    before = look.score.variance;
  }
  out.back().futility = 0;
  return out;
}

result::AnalyticTwin no_twin(std::string because) {
  result::AnalyticTwin out;
  out.absent_because = std::move(because);
  return out;
}

// @param planned null for an analysis without looks
result::AnalyticTwin twin_of(const Scenario& scenario, const Analysis& analysis,
                             const design::TwoArmModel& model, const PlannedLooks* planned) {
  const auto times = look_times(scenario, analysis, model);
  if (!times) return no_twin("looks that are not expected in their order");
  if (!std::isfinite(times->back().months)) return no_twin("more events than are expected");
  result::AnalyticTwin twin;
  std::vector<design::ExpectedLook> looks;
  for (const LookTime& look : *times) {
    const double time = look.months;
    const Statistic statistic = expected_statistic(analysis, model, time);
    looks.push_back(
        {design::expected_counts(model, time), {0, statistic.information, statistic.z_mean}});
    twin.method = statistic.method;
  }
  if (!(looks.front().counts.control.events > 0 && looks.front().counts.experimental.events > 0))
    return no_twin("no events in an arm");
  const auto bounds = planned ? bounds_at(looks, *planned, scenario::look_correlation(analysis))
                              : one_look(analysis);
  if (!bounds) return no_twin("an interim look at all of the events");
  std::vector<design::StatisticShape> shapes;
  for (const auto& [time, timing] : *times)
    shapes.push_back(shape_of(analysis, model, time, timing));
  const design::AnalyticPower first_order = design::analytic_power(*bounds, looks);
  const design::AnalyticPower power = design::analytic_power(*bounds, std::move(looks), shapes);
  twin.power = power.power + power.harm;
  twin.power_first_order = first_order.power + first_order.harm;
  twin.events_mean = power.expected_events;
  twin.time_mean = power.expected_months;
  for (std::size_t k = 0; k < twin.arms.size(); ++k)
    twin.arms[k] = scenario.arms[static_cast<std::size_t>(analysis.arms[k])].name;
  twin.events_by_arm = {power.expected_control_events, power.expected_experimental_events};
  if (planned) twin.by_look = by_look(power, first_order);
  twin.formula_events = formula_events(analysis, model, times->back().months, twin.power);
  return twin;
}

// What can be said before a model is made: nothing when there may be one.
std::string reason_before(const Scenario& scenario, const Analysis& analysis) {
  if (scenario.multiplicity && scenario.multiplicity->place_of(analysis.name))
    return "a hypothesis whose level a procedure decides";
  std::string reason = reason_against(analysis);
  if (reason.empty() && waits_for_another(scenario, analysis))
    reason = "an analysis made when another one stops";
  return reason;
}

Model model_of(const Scenario& scenario, const Analysis& analysis) {
  if (std::string reason = reason_before(scenario, analysis); !reason.empty())
    return scenario::NoModel{reason};
  return scenario::two_arm_model(scenario, analysis);
}

result::AnalyticTwin twin_of(const Scenario& scenario, const Analysis& analysis, const Model& model,
                             const PlannedLooks* planned) {
  if (const auto* none = std::get_if<scenario::NoModel>(&model)) return no_twin(none->because);
  return twin_of(scenario, analysis, std::get<design::TwoArmModel>(model), planned);
}

// The model of a trial of the scenario's size, made for another one.
void resize(const Scenario& scenario, const Analysis& analysis, Model& model) {
  if (auto* trial = std::get_if<design::TwoArmModel>(&model))
    trial->accrual.duration_months = design::accrual_duration(
        trial->accrual, scenario::allocation_share(scenario, analysis.arms) *
                            static_cast<double>(scenario.sample_size));
}

}  // namespace

void add_analytic_twins(const scenario::Study& study, Plan& plan) {
  for (Design& design : std::span(plan.designs).first(plan.study_designs)) {
    std::vector<Model> models;  // of the analyses
    const Scenario& first = study.points[design.sizes.front().point].scenario;
    for (const Analysis& analysis : first.analyses)
      models.push_back(model_of(first, analysis));
    for (DesignSize& size : design.sizes) {
      const Scenario& scenario = study.points[size.point].scenario;
      size.twins.clear();
      for (std::size_t a = 0; a < models.size(); ++a) {
        resize(scenario, scenario.analyses[a], models[a]);
        size.twins.push_back(
            twin_of(scenario, scenario.analyses[a], models[a], size.looks[a].get()));
      }
    }
  }
}

bool made_when_another_stops(const Scenario& scenario, std::size_t analysis) {
  return waits_for_another(scenario, scenario.analyses[analysis]);
}

AnalyticSize analytic_sample_size(const Scenario& scenario, double power, std::size_t smallest,
                                  std::size_t largest, std::size_t step) {
  Scenario trial = scenario;
  const Analysis& analysis = trial.analyses.front();
  Model model = model_of(trial, analysis);
  std::string reason;
  const auto reaches = [&](std::size_t size) {
    trial.sample_size = size;
    resize(trial, analysis, model);
    const result::AnalyticTwin twin =
        twin_of(trial, analysis, model, planned_looks(trial, analysis).get());
    if (!twin.absent_because.empty()) reason = twin.absent_because;
    return twin.power >= power;
  };
  if (!reaches(largest)) return {std::nullopt, reason};
  std::size_t below = smallest / step, enough = largest / step;
  if (reaches(smallest)) return {smallest, ""};
  while (enough - below > 1) {
    const std::size_t middle = below + (enough - below) / 2;
    (reaches(middle * step) ? enough : below) = middle;
  }
  return {enough * step, ""};
}

result::EventsForPower events_by_formula(const Scenario& scenario, double power) {
  const Analysis& analysis = scenario.analyses.front();
  const Model model = model_of(scenario, analysis);
  const auto* trial = std::get_if<design::TwoArmModel>(&model);
  if (!trial) return {power, {}};
  const double time = scenario::expected_time(analysis.at.value_or(scenario.analysis_time), *trial,
                                              scenario.sample_size);
  if (!std::isfinite(time)) return {power, {}};
  return formula_events(analysis, *trial, time, power);
}

result::Result expected_result(const scenario::Study& study) {
  Plan plan = compile_plan(study);
  add_analytic_twins(study, plan);
  result::Result out;
  out.title = plan.title;
  out.file = plan.file;
  out.digest = plan.digest;
  out.points.resize(plan.study_points);
  for (const Design& design : std::span(plan.designs).first(plan.study_designs))
    for (const DesignSize& size : design.sizes) {
      result::PointResult& point = out.points[size.point];
      point.set = plan.points[size.point].set;
      for (std::size_t a = 0; a < size.twins.size(); ++a) {
        result::AnalysisResult& analysis = point.analyses.emplace_back();
        const result::AnalysisLabel& label = design.labels[a];
        analysis.name = label.name;
        analysis.test = label.test;
        analysis.weight = label.weight;
        analysis.endpoint = label.endpoint;
        analysis.arms = label.arms;
        analysis.alpha = label.alpha;
        analysis.sided = label.sided;
        analysis.analytic = size.twins[a];
      }
    }
  return out;
}

}  // namespace trialmill::simulation
