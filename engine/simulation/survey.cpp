#include "trialmill/simulation/survey.hpp"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>

#include "simulation/survey_measures.hpp"
#include "simulation/workers.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/scenario/factors.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::simulation {
namespace {

// Surveys x rows, those of one survey side by side: each survey has its own slots, so that the
// order in which threads come to them does not matter.
std::vector<double> draw_all(const cohort::TrialModel& model, const SurveyMeasures& measures,
                             const scenario::Study& study, const SurveyOptions& options) {
  const std::size_t rows = measures.rows.size();
  const std::size_t patients = study.points.front().scenario.sample_size;
  std::vector<double> figures(study.replicates * rows);
  tbb::enumerable_thread_specific<SurveyWorkspace> workspaces;
  std::mutex telling;
  std::size_t finished = 0;
  Workers workers(options.threads);
  const auto work = [&](const tbb::blocked_range<std::size_t>& some) {
    const HandOver hand_over;
    SurveyWorkspace& workspace = workspaces.local();
    for (std::size_t r = some.begin(); r < some.end(); ++r) {
      cohort::draw_cohort(model, study.seed, r + 1, patients, workspace.drawing, workspace.cohort);
      measure_survey(measures, workspace, std::span(figures).subspan(r * rows, rows));
    }
    const std::scoped_lock lock(telling);
    finished += some.size();
    if (options.progress)
      options.progress(static_cast<double>(finished) / static_cast<double>(study.replicates));
  };
  constexpr std::size_t surveys_at_a_time = 20;
  workers.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, study.replicates, surveys_at_a_time), work,
                      tbb::simple_partitioner());
  });
  return figures;
}

double order_statistic(const std::vector<double>& sorted, double probability) {
  const double exact = probability * static_cast<double>(sorted.size());
  // 0.975 x 2000 exceeds a whole number by rounding alone; that must not take the next one.
  const auto rank = static_cast<std::size_t>(std::ceil(exact - 1e-9 * exact));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

double average_of(const std::vector<double>& sorted, SurveyFigure figure) {
  using enum SurveyFigure;
  if (figure == median || figure == p_value) {
    const std::size_t n = sorted.size();
    return n % 2 == 1 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
  }
  double sum = 0, finite = 0;
  for (const double x : sorted) {
    if (!std::isfinite(x)) continue;
    sum += x;
    ++finite;
  }
  return sum / finite;
}

// Of the average over surveys.
constexpr double standard_errors = 3.5;

struct Range {
  double lower = 0, upper = 0;
};

// By the order statistics that many binomial standard deviations from the middle.
Range range_of_median(const std::vector<double>& sorted) {
  const auto n = static_cast<double>(sorted.size());
  const double away = standard_errors * std::sqrt(n) / 2;
  const double low = std::max(std::floor(n / 2 - away), 1.0);
  const double high = std::min(std::ceil(n / 2 + away) + 1, n);
  return {sorted[static_cast<std::size_t>(low) - 1], sorted[static_cast<std::size_t>(high) - 1]};
}

Range range_of_average(const std::vector<double>& sorted, double average, SurveyFigure figure) {
  using enum SurveyFigure;
  if (figure == median || figure == p_value) return range_of_median(sorted);
  double squares = 0, finite = 0;
  for (const double x : sorted) {
    if (!std::isfinite(x)) continue;
    squares += (x - average) * (x - average);
    ++finite;
  }
  const double error = finite > 1 ? std::sqrt(squares / (finite - 1) / finite) : 0;
  return {average - standard_errors * error, average + standard_errors * error};
}

// A median that no survey reaches is a finding; a ratio without limit in every survey is none.
bool is_reproduced(const std::vector<double>& sorted, std::uint64_t surveys, SurveyFigure figure) {
  const bool any_finite = std::ranges::any_of(sorted, [](double x) { return std::isfinite(x); });
  return 2 * sorted.size() >= surveys && (any_finite || figure == SurveyFigure::median);
}

SurveyVerdict verdict_on(const SurveyRow& row, bool reproduced) {
  if (!row.published) return SurveyVerdict::not_published;
  if (!reproduced) return SurveyVerdict::not_reproduced;
  const bool tuned = row.standing == SurveyStanding::tuned;
  const Range allowed =
      tuned ? Range{row.average_lower, row.average_upper} : Range{row.lower, row.upper};
  const bool inside = allowed.lower <= *row.published && *row.published <= allowed.upper;
  return inside ? SurveyVerdict::inside : SurveyVerdict::outside;
}

void summarise(std::vector<double>& reproduced, std::uint64_t surveys, SurveyRow& row) {
  std::erase_if(reproduced, [](double x) { return std::isnan(x); });
  std::ranges::sort(reproduced);
  row.surveys = reproduced.size();
  row.average = row.lower = row.upper = row.average_lower = row.average_upper =
      std::numeric_limits<double>::quiet_NaN();
  const bool enough = !reproduced.empty() && is_reproduced(reproduced, surveys, row.figure);
  row.verdict = verdict_on(row, false);
  if (!enough) return;
  row.average = average_of(reproduced, row.figure);
  if (!row.published && row.figure == SurveyFigure::share) return;
  row.lower = order_statistic(reproduced, 0.025);
  row.upper = order_statistic(reproduced, 0.975);
  const Range of_average = range_of_average(reproduced, row.average, row.figure);
  row.average_lower = of_average.lower;
  row.average_upper = of_average.upper;
  if (row.figure == SurveyFigure::hazard_ratio)
    for (double* ratio :
         {&row.average, &row.lower, &row.upper, &row.average_lower, &row.average_upper})
      *ratio = math::exp(*ratio);
  row.verdict = verdict_on(row, true);
}

// The counts that tests and models use, in the order of the scenario's counts.
std::vector<bool> used_counts(const SurveyMeasures& measures) {
  std::vector<bool> used(measures.characteristics.size(), false);
  for (const CurveMeasures& curve : measures.curves)
    for (const auto* list : {&curve.tests, &curve.univariable, &curve.multivariable})
      for (const std::size_t characteristic : *list)
        used[characteristic] = true;
  return used;
}

// "male" counted as the level 1 of the binary covariate "male".
bool is_a_covariate(const scenario::SurveyCount& count) {
  return count.are.size() == 1 && count.are[0].covariate == count.name &&
         count.are[0].levels == std::vector<int>{1};
}

}  // namespace

DrawnSurvey draw_survey(const scenario::Study& study, std::uint64_t number) {
  const scenario::Scenario& scenario = study.points.front().scenario;
  assert(scenario.survey && scenario.course && scenario.evidence);
  const Plan plan = compile_plan(study);
  const SurveyMeasures measures = compile_survey(scenario);
  SurveyWorkspace workspace;
  cohort::draw_cohort(plan.designs.front().model, study.seed, number, scenario.sample_size,
                      workspace.drawing, workspace.cohort);
  DrawnSurvey survey;
  survey.curves = observe_survey(measures, workspace);
  const std::vector<bool> used = used_counts(measures);
  for (std::size_t k = 0; k < used.size(); ++k) {
    const scenario::SurveyCount& count = scenario.survey->counts[k];
    if (used[k] && !is_a_covariate(count))
      survey.members.push_back({count.name, std::move(workspace.member[k])});
  }
  survey.columns = scenario::columns_of(scenario);
  survey.patients = std::move(workspace.cohort);
  return survey;
}

SurveyReproduction reproduce_survey(const scenario::Study& study, const SurveyOptions& options) {
  const scenario::Scenario& scenario = study.points.front().scenario;
  assert(scenario.survey && scenario.course && scenario.evidence);
  const Plan plan = compile_plan(study);
  SurveyMeasures measures = compile_survey(scenario);
  const std::vector<double> figures =
      draw_all(plan.designs.front().model, measures, study, options);
  const std::size_t rows = measures.rows.size();
  std::vector<double> reproduced;
  for (std::size_t k = 0; k < rows; ++k) {
    reproduced.clear();
    for (std::size_t r = 0; r < study.replicates; ++r)
      reproduced.push_back(figures[r * rows + k]);
    summarise(reproduced, study.replicates, measures.rows[k]);
  }
  return {scenario.sample_size, study.replicates, study.seed, std::move(measures.rows),
          std::move(measures.unmodelled)};
}

}  // namespace trialmill::simulation
