#include "trialmill/simulation/plan.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "simulation/label.hpp"
#include "simulation/null_twins.hpp"
#include "simulation/planned_looks.hpp"
#include "simulation/possible_levels.hpp"
#include "simulation/stated_truth.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/arm_survival.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/course_model.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Analysis;
using scenario::Scenario;

std::size_t column_index(const Design& design, const std::string& name) {
  const auto found = std::ranges::find(design.columns, name, &cohort::Covariate::name);
  assert(found != design.columns.end());
  return static_cast<std::size_t>(found - design.columns.begin());
}

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// Where each level stands among the levels in increasing order: numbers as numbers, else as text.
std::vector<std::int32_t> places_of_levels(const cohort::CovariateLaw& law) {
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law);
  if (!categorical) return {0, 1};
  const std::vector<std::string>& levels = categorical->levels;
  const bool numeric = std::ranges::all_of(
      levels, [](const std::string& level) { return number_in(level).has_value(); });
  std::vector<std::size_t> order(levels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return numeric ? *number_in(levels[a]) < *number_in(levels[b]) : levels[a] < levels[b];
  });
  std::vector<std::int32_t> place(levels.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    place[order[k]] = static_cast<std::int32_t>(k);
  return place;
}

cohort::Stratification stratification(const Design& design, const std::vector<std::string>& names) {
  cohort::Stratification out;
  for (const std::string& name : names) {
    out.covariates.push_back(column_index(design, name));
    const cohort::CovariateLaw& law = design.columns[out.covariates.back()].law;
    out.levels.push_back(cohort::level_count(law));
    out.place.push_back(places_of_levels(law));
  }
  return out;
}

const scenario::Arm& arm_of(const Scenario& scenario, std::int32_t arm) {
  return scenario.arms[static_cast<std::size_t>(arm)];
}

cohort::Minimisation minimisation(const Scenario& scenario, const Design& design) {
  const scenario::MinimisationPlan& plan = scenario.minimisation;
  const cohort::Stratification factors = stratification(design, plan.factors);
  return {factors.covariates, factors.levels, plan.weights, plan.probability, plan.imbalance};
}

cohort::TrialModel trial_model(const Scenario& scenario, const Design& design) {
  cohort::TrialModel model;
  model.population = scenario.population;
  model.copula = scenario.copula;
  model.enrolment = scenario.enrolment;
  model.randomisation.method = scenario.randomisation;
  model.randomisation.block_sizes = scenario.block_sizes;
  model.randomisation_strata = stratification(design, scenario.randomisation_strata);
  model.randomisation.strata = model.randomisation_strata.count();
  model.randomisation.minimisation = minimisation(scenario, design);
  for (const scenario::Arm& arm : scenario.arms) {
    model.randomisation.allocation.push_back(arm.allocation);
    model.dropout_time_by_arm.emplace_back(arm.dropout, cohort::PiecewiseRatio{});
  }
  if (scenario.course) {
    model.course = scenario::compile_course(scenario);
    return model;
  }
  model.hazard_factors = scenario::factors_of(scenario.disease.effects, scenario.population);
  scenario::TreatedLaws laws = scenario::treated_laws(scenario, scenario.disease.name,
                                                      scenario::resolve_baseline(scenario.disease));
  model.event_time_by_arm = std::move(laws.by_arm);
  model.event_subgroups = std::move(laws.subgroups);
  model.cured = scenario::cure_law(scenario);
  return model;
}

// Names all patients, then the levels of the covariates asked for.
void add_imbalance(const Scenario& scenario, Design& design) {
  if (!scenario.imbalance_of) return;
  design.imbalance.emplace_back();
  for (const std::string& name : *scenario.imbalance_of) {
    design.imbalance_of.push_back(column_index(design, name));
    const auto* categorical =
        std::get_if<cohort::CategoricalLaw>(&design.columns[design.imbalance_of.back()].law);
    for (const std::string& level :
         categorical ? categorical->levels : std::vector<std::string>{"absent", "present"})
      design.imbalance.push_back({name, level});
  }
}

// The columns besides treatment; what they leave out goes to the options of the analysis.
std::vector<CoxColumn> cox_columns(const Scenario& scenario, const Analysis& analysis,
                                   const Design& design, std::string& left_out) {
  std::vector<CoxColumn> columns;
  for (const std::string& name : analysis.covariates) {
    const CovariateColumns one =
        columns_of_covariate(scenario, design, analysis, column_index(design, name));
    columns.insert(columns.end(), one.columns.begin(), one.columns.end());
    for (const std::string& level : one.left_out)
      left_out += (left_out.empty() ? "" : ", ") + level;
  }
  return columns;
}

// The place of a value in a list, where it is added when it is not there yet.
template <class T, class Same>
std::size_t place_of(std::vector<T>& list, const T& value, Same same) {
  const auto found = std::ranges::find_if(list, [&](const T& known) { return same(known, value); });
  const auto place = static_cast<std::size_t>(found - list.begin());
  if (found == list.end()) list.push_back(value);
  return place;
}

std::optional<std::size_t> hypothesis_of(const Scenario& scenario, const Analysis& analysis) {
  return scenario.multiplicity ? scenario.multiplicity->place_of(analysis.name) : std::nullopt;
}

// An analysis without looks is made with those of the same arms that have its time and looks,
// unless it is a hypothesis.
std::size_t cut_of(const Scenario& scenario, const Analysis& analysis, Design& design) {
  CutPlan cut{analysis.at.value_or(scenario.analysis_time)};
  const std::vector<std::int32_t> arms = scenario::set_of_compared_arms(scenario, analysis);
  if (!analysis.looks && !hypothesis_of(scenario, analysis))
    return place_of(design.cuts, cut, [&](const CutPlan& known, const CutPlan& asked) {
      return known.when == asked.when && (known.interim.empty() || known.arms == arms);
    });
  if (!analysis.looks) return place_of(design.cuts, cut, std::equal_to<>());
  cut.interim = analysis.looks->interim;
  cut.arms = arms;
  assert(!cut.interim.empty());
  return place_of(design.cuts, cut, std::equal_to<>());
}

bool same_data(const LookPlan& a, const LookPlan& b) {
  return a.endpoint == b.endpoint && a.cut == b.cut && a.recorded == b.recorded && a.arms == b.arms;
}

std::size_t look_of(const Scenario& scenario, const Analysis& analysis, Design& design) {
  LookPlan look;
  const auto endpoint =
      std::ranges::find(scenario.endpoints, analysis.endpoint, &scenario::NamedEndpoint::name);
  assert(endpoint != scenario.endpoints.end());
  look.endpoint = static_cast<std::size_t>(endpoint - scenario.endpoints.begin());
  for (const auto& names : {analysis.strata, analysis.covariates})
    for (const std::string& name : names) {
      const std::size_t column = column_index(design, name);
      const auto& missing = design.columns[column].missing;
      if (missing && missing->analysed_as == cohort::MissingValues::AnalysedAs::left_out)
        look.recorded.push_back(column);
    }
  std::ranges::sort(look.recorded);
  look.cut = cut_of(scenario, analysis, design);
  if (!scenario::compares_all_in_order(scenario, analysis)) look.arms = analysis.arms;
  const std::size_t place = place_of(design.looks, look, same_data);
  design.looks[place].at_interim |= analysis.looks.has_value();
  return place;
}

// The looks of a win ratio's endpoints, at the time of the analysis.
std::vector<std::size_t> outcome_looks(const Scenario& scenario, const Analysis& analysis,
                                       Design& design) {
  std::vector<std::size_t> looks;
  for (const std::string& outcome : analysis.outcomes) {
    Analysis one = analysis;
    one.endpoint = outcome;
    looks.push_back(look_of(scenario, one, design));
  }
  return looks;
}

// The place of the sorted view that an analysis reads, which is asked to hold what it needs.
std::size_t view_of(const AnalysisPlan& plan, Design& design) {
  using enum Analysis::Test;
  const std::size_t place =
      place_of(design.views, SortedView{plan.look, plan.strata},
               [](const SortedView& a, const SortedView& b) {
                 return a.look == b.look && a.strata.covariates == b.strata.covariates;
               });
  SortedView& view = design.views[place];
  view.needs_risk_table |= plan.test == log_rank || plan.test == max_combo || plan.treatment_only();
  view.needs_curves |= plan.test == rmst || plan.test == milestone;
  view.at_interim |= plan.has_looks;
  return place;
}

AnalysisPlan plan_analysis(const Scenario& scenario, const Analysis& analysis, Design& design,
                           std::string& left_out) {
  AnalysisPlan plan;
  plan.test = analysis.test;
  plan.arms = analysis.arms;
  plan.weight = analysis.weight;
  plan.weights = analysis.weights;
  plan.months = analysis.months;
  plan.scale = analysis.scale;
  plan.statistic = analysis.statistic;
  plan.standard_error = analysis.standard_error;
  plan.penalty = analysis.penalty;
  plan.margin = analysis.margin;
  plan.alpha = analysis.alpha;
  plan.sided = analysis.sided;
  plan.critical_z = -math::normal_quantile(analysis.alpha / analysis.sided);
  plan.cox.ties = analysis.ties;
  plan.strata = stratification(design, analysis.strata);
  plan.has_looks = analysis.looks.has_value();
  if (plan.has_looks) plan.correlation = scenario::look_correlation(analysis);
  if (plan.correlation == scenario::LookCorrelation::joint_scores)
    plan.by_look = weights_by_look(analysis, plan.weights);
  plan.hypothesis = hypothesis_of(scenario, analysis);
  plan.look = look_of(scenario, analysis, design);
  if (plan.test == Analysis::Test::cox)
    plan.covariates = cox_columns(scenario, analysis, design, left_out);
  plan.outcome_looks = outcome_looks(scenario, analysis, design);
  if (!scenario::compares_proportions(plan.test) && plan.test != Analysis::Test::win_ratio)
    plan.view = view_of(plan, design);
  return plan;
}

void add_analysis(const Scenario& scenario, const Analysis& analysis, Design& design) {
  std::string left_out;
  design.analyses.push_back(plan_analysis(scenario, analysis, design, left_out));
  design.labels.push_back(label_of(scenario, analysis));
  if (!left_out.empty()) design.labels.back().options.push_back({"left_out", left_out});
}

// By the ratios of the arms compared, or by the difference; unknown where neither tells.
std::optional<bool> null_hypothesis(const Scenario& scenario, const AnalysisPlan& plan,
                                    double difference) {
  std::vector<cohort::PiecewiseRatio> ratios;
  for (const std::int32_t arm : plan.arms) {
    const auto ratio = scenario::common_ratio(scenario, arm_of(scenario, arm));
    if (!ratio && std::isnan(difference)) return std::nullopt;
    ratios.push_back(ratio.value_or(cohort::PiecewiseRatio{}));
  }
  return stated_null_hypothesis(ratios, difference, plan);
}

// What the generator says of each analysis's estimate, before a course is measured.
std::vector<result::AnalysisTruth> stated_truths(const Scenario& scenario, const Design& design) {
  std::vector<result::AnalysisTruth> truths;
  for (const AnalysisPlan& plan : design.analyses) {
    result::AnalysisTruth truth;
    truth.interval_z = plan.critical_z;
    truth.hypothesis = plan.hypothesis.has_value();
    if (!scenario.course) {
      truth.log_hazard_ratio = scenario::constant_log_ratio(
          scenario, arm_of(scenario, plan.arms[0]), arm_of(scenario, plan.arms[1]));
      truth.difference = stated_difference(scenario, design.model, plan);
      if (truth.hypothesis) truth.null_holds = null_hypothesis(scenario, plan, truth.difference);
    }
    truths.push_back(truth);
  }
  return truths;
}

// The bounds of every analysis at one size.
std::vector<std::shared_ptr<const PlannedLooks>> all_planned_looks(const Scenario& scenario) {
  std::vector<std::shared_ptr<const PlannedLooks>> out;
  for (const Analysis& analysis : scenario.analyses)
    out.push_back(planned_looks(scenario, analysis));
  return out;
}

std::optional<ProcedurePlan> procedure_plan(const Scenario& scenario) {
  if (!scenario.multiplicity) return std::nullopt;
  const scenario::Multiplicity& stated = *scenario.multiplicity;
  ProcedurePlan plan;
  plan.alpha = stated.alpha;
  plan.label.procedure = name(stated.procedure);
  plan.label.alpha = stated.alpha;
  if (scenario::passes_on(stated.procedure)) plan.label.past_looks = name(stated.past_looks);
  for (std::size_t h = 0; h < stated.hypotheses.size(); ++h) {
    plan.label.hypotheses.push_back({stated.hypotheses[h], stated.graph.weight[h]});
    const auto analysis =
        std::ranges::find(scenario.analyses, stated.hypotheses[h], &Analysis::name);
    plan.analyses.push_back(static_cast<std::size_t>(analysis - scenario.analyses.begin()));
  }
  return plan;
}

std::size_t endpoint_to_report(const Design& design) {
  const auto found = std::ranges::find_if(design.looks, [&](const LookPlan& look) {
    return design.endpoints[look.endpoint].time_to_event();
  });
  if (found != design.looks.end()) return found->endpoint;
  return design.looks.empty() ? 0 : design.looks.front().endpoint;  // empty: a survey
}

Design compile_design(const Scenario& scenario) {
  Design design;
  design.columns = scenario::columns_of(scenario);
  design.model = trial_model(scenario, design);
  for (const scenario::NamedEndpoint& endpoint : scenario.endpoints) {
    design.endpoints.push_back(endpoint.definition);
    design.endpoint_names.push_back(endpoint.name);
  }
  for (const Analysis& analysis : scenario.analyses)
    if (analysis.looks) cut_of(scenario, analysis, design);
  for (const Analysis& analysis : scenario.analyses)
    add_analysis(scenario, analysis, design);
  design.procedure = procedure_plan(scenario);
  design.reported_endpoint = endpoint_to_report(design);
  for (const scenario::Arm& arm : scenario.arms)
    design.arm_names.push_back(arm.name);
  add_imbalance(scenario, design);
  return design;
}

// Two points belong to one design when they agree in all swept keys but the sample size.
bool same_but_for_size(const std::vector<scenario::Setting>& a,
                       const std::vector<scenario::Setting>& b) {
  return std::ranges::equal(a, b, [](const scenario::Setting& x, const scenario::Setting& y) {
    return x.key == y.key && (x.key == "sample_size" || x.value == y.value);
  });
}

}  // namespace

Plan compile_plan(const scenario::Study& study) {
  Plan plan;
  plan.title = study.title;
  plan.file = study.file;
  plan.digest = study.digest;
  plan.seed = study.seed;
  plan.replicates = study.replicates;
  plan.precision = study.precision;
  plan.twin = study.twin;
  std::vector<std::size_t> first_point;  // of each design
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    const scenario::DesignPoint& point = study.points[p];
    const auto known = std::ranges::find_if(first_point, [&](std::size_t first) {
      return same_but_for_size(study.points[first].set, point.set);
    });
    const auto design = static_cast<std::size_t>(known - first_point.begin());
    if (known == first_point.end()) {
      first_point.push_back(p);
      plan.designs.push_back(compile_design(point.scenario));
    }
    plan.designs[design].sizes.push_back(
        {point.scenario.sample_size, p, stated_truths(point.scenario, plan.designs[design]),
         all_planned_looks(point.scenario), planned_procedure(point.scenario)});
    PlannedPoint planned;
    planned.design = design;
    for (const scenario::Setting& setting : point.set)
      planned.set.emplace_back(setting.key, setting.value);
    plan.points.push_back(std::move(planned));
  }
  for (Design& design : plan.designs)
    std::ranges::stable_sort(design.sizes, {}, &DesignSize::sample_size);
  plan.study_designs = plan.designs.size();
  plan.study_points = plan.points.size();
  if (study.null_twins == scenario::NullTwins::beside) add_null_twins(study, plan);
  return plan;
}

}  // namespace trialmill::simulation
