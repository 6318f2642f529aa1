#include "trialmill/scenario/refit.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "scenario/published_patterns.hpp"
#include "trialmill/evidence/cox_limit.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/baseline.hpp"
#include "trialmill/scenario/covariate_patterns.hpp"
#include "trialmill/scenario/factors.hpp"
#include "trialmill/scenario/published_cohort.hpp"

namespace trialmill::scenario {
namespace {

// Survival and density of every pattern at every time: beyond this a check would take seconds.
constexpr std::size_t largest_table = 4'000'000;

// A column that a Cox model may have.
struct Column {
  std::string covariate, level;
  std::size_t index = 0;  // of the covariate in a pattern's values
  int code = -1;          // of the level; -1: the value itself
  bool adjusted = false;  // belongs to the multivariable model
};

double value_of(const Column& column, const std::vector<double>& values) {
  const double x = values[column.index];
  return column.code < 0 ? x : x == column.code ? 1.0 : 0.0;
}

// The columns of one covariate: one per level but the first, or its value.
void add_columns(const cohort::Covariate& covariate, std::size_t index,
                 std::vector<Column>& columns) {
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&covariate.law);
  if (!categorical) {
    columns.push_back({covariate.name, "", index});
    return;
  }
  for (std::size_t level = 1; level < categorical->levels.size(); ++level)
    columns.push_back({covariate.name, categorical->levels[level], index, static_cast<int>(level)});
}

bool acts(const std::vector<CovariateEffect>& effects, const Column& column) {
  return std::ranges::any_of(effects, [&](const CovariateEffect& effect) {
    return effect.covariate == column.covariate && effect.level == column.level;
  });
}

using FitLimit = std::function<evidence::CoxLimit(const evidence::CoxDesign&)>;

// Do all patients there are have the same value?
bool is_constant(const Column& column, const std::vector<PatientPattern>& patterns) {
  std::optional<double> known;
  for (const PatientPattern& pattern : patterns) {
    if (!(pattern.probability > 0)) continue;
    const double value = value_of(column, pattern.value);
    if (known && *known != value) return false;
    known = value;
  }
  return true;
}

// Nobody has the reference of a covariate with levels: the first level takes its place.
bool replaces_reference(const Column& column, const std::vector<PatientPattern>& patterns) {
  if (column.code < 0) return false;
  return std::ranges::all_of(patterns, [&](const PatientPattern& pattern) {
    return !(pattern.probability > 0) || pattern.value[column.index] >= column.code;
  });
}

// Hazard ratios of the chosen columns fitted together, without those whose levels cannot occur;
// none when there is no such limit.
std::vector<std::optional<double>> fit_together(const std::vector<Column>& columns,
                                                const std::vector<std::size_t>& chosen,
                                                const std::vector<PatientPattern>& patterns,
                                                const FitLimit& fit) {
  std::vector<std::optional<double>> ratios(chosen.size());
  std::vector<std::size_t> fitted;  // places in `chosen`
  for (std::size_t k = 0; k < chosen.size(); ++k)
    if (!is_constant(columns[chosen[k]], patterns) &&
        !replaces_reference(columns[chosen[k]], patterns))
      fitted.push_back(k);
  if (fitted.empty()) return ratios;
  evidence::CoxDesign design{fitted.size(), {}};
  for (const PatientPattern& pattern : patterns)
    for (const std::size_t k : fitted)
      design.covariates.push_back(value_of(columns[chosen[k]], pattern.value));
  try {
    const std::vector<double> logarithms = fit(design).log_hazard_ratio;
    for (std::size_t k = 0; k < fitted.size(); ++k)
      ratios[fitted[k]] = math::exp(logarithms[k]);
  } catch (const evidence::CoxLimitError&) {
    // What is constant among those at risk, or has no finite ratio, is not shown.
  }
  return ratios;
}

std::vector<RefitRatio> refit(const std::vector<Column>& columns,
                              const std::vector<PatientPattern>& patterns, const FitLimit& fit) {
  std::vector<RefitRatio> out;
  for (const Column& column : columns)
    out.push_back({column.covariate, column.level, {}, {}});
  for (std::size_t first = 0, last = 0; first < columns.size(); first = last) {
    std::vector<std::size_t> alone;
    for (last = first; last < columns.size() && columns[last].covariate == columns[first].covariate;
         ++last)
      alone.push_back(last);
    const auto ratios = fit_together(columns, alone, patterns, fit);
    for (std::size_t k = 0; k < ratios.size(); ++k)
      out[alone[k]].univariable = ratios[k];
  }
  std::vector<std::size_t> adjusted;
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].adjusted) adjusted.push_back(c);
  const auto ratios = fit_together(columns, adjusted, patterns, fit);
  for (std::size_t k = 0; k < ratios.size(); ++k)
    out[adjusted[k]].multivariable = ratios[k];
  return out;
}

// ---- a single event ----

// Tables of a proportional-hazards model: times x patterns.
struct EventTables {
  std::vector<double> probability, survival, density;
  evidence::QuadratureGrid grid;

  evidence::EventCurves curves() const { return {probability, survival, density, grid.weight}; }
};

EventTables tabulate(const survival::PiecewiseHazard& hazard, evidence::QuadratureGrid grid,
                     const std::vector<PatientPattern>& patterns,
                     const std::vector<double>& ratios) {
  EventTables tables;
  for (const PatientPattern& pattern : patterns)
    tables.probability.push_back(pattern.probability);
  for (const double t : grid.time_months) {
    const auto piece = std::ranges::upper_bound(hazard.from_months, t) - hazard.from_months.begin();
    const double now = hazard.hazard_per_month[static_cast<std::size_t>(piece) - 1];
    const double cumulative = hazard.cumulative(t);
    for (const double ratio : ratios) {
      tables.survival.push_back(math::exp(-cumulative * ratio));
      tables.density.push_back(now * ratio * tables.survival.back());
    }
  }
  tables.grid = std::move(grid);
  return tables;
}

std::vector<PatientPattern> cohort_patterns(const CalibratedBaseline& calibrated) {
  std::vector<std::size_t> all(calibrated.cohort.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<PatientPattern> patterns;
  for (CovariatePattern& pattern : covariate_patterns(calibrated.cohort, calibrated.copula, all))
    patterns.push_back({pattern.probability, std::move(pattern.value)});
  return patterns;
}

// ---- a whole course ----

// What patients of the published cohort had acquired, where the patterns tell those who had.
void add_acquired_columns(const Scenario& scenario, std::vector<Column>& columns) {
  using enum cohort::Attribute;
  const Course& course = *scenario.course;
  for (const cohort::Attribute attribute : {toxicity, response, morbidity}) {
    const bool told = attribute == morbidity ? morbidity_acts_on_disease(course)
                                             : acts_after_surgery(course, attribute);
    if (told && published_share(course, attribute) > 0)
      add_columns(cohort::attribute_descriptions()[static_cast<std::size_t>(attribute)],
                  column_of(scenario, attribute), columns);
  }
}

std::vector<Column> cohort_columns(const Scenario& scenario) {
  std::vector<Column> columns;
  for (std::size_t c = 0; c < scenario.population.size(); ++c) {
    const cohort::Covariate& covariate = scenario.population[c];
    if (std::ranges::find(scenario.course->published_cohort, covariate.name,
                          &cohort::Covariate::name) != scenario.course->published_cohort.end())
      add_columns(covariate, c, columns);
  }
  add_acquired_columns(scenario, columns);
  return columns;
}

Column radicality_column(const Scenario& scenario, cohort::Radicality outcome) {
  const auto attribute = static_cast<std::size_t>(cohort::Attribute::radicality);
  const cohort::Covariate description = cohort::attribute_descriptions()[attribute];
  const auto level = static_cast<std::size_t>(outcome);
  return {description.name, std::get<cohort::CategoricalLaw>(description.law).levels[level],
          scenario.population.size() + attribute, static_cast<int>(level)};
}

// Without knots or a stated follow-up of overall survival, that of recurrence-free survival.
evidence::FollowUp follow_up_of(const Course& course) {
  evidence::FollowUp follow_up = published_follow_up(course);
  if (follow_up.horizon_months > 0) return follow_up;
  if (const auto* target = std::get_if<CalibratedBaseline>(&course.recurrence.baseline))
    if (!target->knots.empty()) follow_up.horizon_months = target->knots.back().time_months;
  return follow_up;
}

}  // namespace

std::vector<RefitRatio> refit_single_event(const Transition& event) {
  const auto* calibrated = std::get_if<CalibratedBaseline>(&event.baseline);
  if (!calibrated || calibrated->cohort.empty()) return {};
  std::vector<PatientPattern> patterns;
  try {
    patterns = cohort_patterns(*calibrated);
  } catch (const std::length_error&) {
    return {};
  }
  const auto hazard = evidence::calibrate_baseline(
      calibrated->knots, risk_patterns(calibrated->cohort, event.effects, calibrated->copula));
  auto grid = evidence::quadrature_grid(hazard.from_months, calibrated->knots.back().time_months);
  if (patterns.size() * grid.time_months.size() > largest_table) return {};
  const auto factors = factors_of(event.effects, calibrated->cohort);
  std::vector<double> ratios;
  for (const PatientPattern& pattern : patterns)
    ratios.push_back(product_of(factors, pattern.value));
  const EventTables tables = tabulate(hazard, std::move(grid), patterns, ratios);
  std::vector<Column> columns;
  for (std::size_t c = 0; c < calibrated->cohort.size(); ++c)
    add_columns(calibrated->cohort[c], c, columns);
  for (Column& column : columns)
    column.adjusted = acts(event.effects, column);
  return refit(columns, patterns, [&](const evidence::CoxDesign& design) {
    return evidence::limiting_log_hazard_ratios(tables.curves(), design);
  });
}

std::vector<RefitRatio> refit_recurrence_free(const Scenario& scenario,
                                              const CalibratedCourse& calibrated) {
  const Course& course = *scenario.course;
  const evidence::FollowUp follow_up = follow_up_of(course);
  if (!(follow_up.horizon_months > 0)) return {};
  const auto acts_here = [&](const Column& column) {
    return acts(course.recurrence.effects, column) ||
           acts(course.death_without_recurrence.effects, column);
  };
  std::vector<Column> columns = cohort_columns(scenario);
  const Column r1 = radicality_column(scenario, cohort::Radicality::r1);
  if (course.operation.r1.probability > 0 && acts_here(r1)) columns.push_back(r1);
  for (Column& column : columns)
    column.adjusted = acts_here(column);
  return refit(columns, calibrated.resected, [&](const evidence::CoxDesign& design) {
    return evidence::recurrence_free_cox_limit(calibrated.hazards, calibrated.patterns, design,
                                               follow_up);
  });
}

std::vector<RefitRatio> refit_overall_survival(const Scenario& scenario,
                                               const CalibratedCourse& calibrated) {
  const Course& course = *scenario.course;
  const evidence::FollowUp follow_up = follow_up_of(course);
  if (!(follow_up.horizon_months > 0)) return {};
  std::vector<Column> columns = cohort_columns(scenario);
  for (Column& column : columns)
    column.adjusted = course.survival_ratios.empty()
                          ? acts(course.recurrence.effects, column) ||
                                acts(course.death_without_recurrence.effects, column) ||
                                acts(calibrated.death_with_disease, column)
                          : acts(course.survival_ratios, column);
  if (course.operation.r2.probability > 0) {
    columns.push_back(radicality_column(scenario, cohort::Radicality::r2));
    columns.back().adjusted = true;
  }
  return refit(columns, calibrated.resected, [&](const evidence::CoxDesign& design) {
    return evidence::overall_survival_cox_limit(calibrated.hazards, calibrated.patterns, design,
                                                follow_up);
  });
}

}  // namespace trialmill::scenario
