#include "simulation/survey_measures.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "trialmill/math/normal_probability.hpp"
#include "trialmill/scenario/factors.hpp"
#include "trialmill/survival/log_rank.hpp"

namespace trialmill::simulation {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
// Mortality of surgery is spread over three months.
constexpr double ninety_days = 3;

// One synthetic survey, measured figure by figure.
class Measuring {
 public:
  Measuring(const SurveyMeasures& measures, SurveyWorkspace& workspace, std::span<double> figures)
      : measures_(measures), w_(workspace), figures_(figures) {}

  void run() {
    observe();
    assign_members();
    for (const std::size_t c : measures_.shares)
      put(share(c));
    for (const CurveMeasures& curve : measures_.curves)
      estimate_survival(curve);
    measure_follow_up();
    for (const CurveMeasures& curve : measures_.curves)
      compare_groups(curve);
    for (const CurveMeasures& curve : measures_.curves)
      fit_models(curve);
    assert(next_ == figures_.size());
  }

  std::vector<SurveyTimes> tabulate() {
    observe();
    assign_members();
    std::vector<SurveyTimes> out;
    for (const CurveMeasures& curve : measures_.curves) {
      take_times(curve);
      SurveyTimes times{curve.name, std::vector<double>(patients(), not_a_number),
                        std::vector<std::uint8_t>(patients())};
      for (std::size_t row = 0; row < w_.patient.size(); ++row) {
        times.time_months[w_.patient[row]] = w_.time[row];
        times.event[w_.patient[row]] = w_.event[row];
      }
      out.push_back(std::move(times));
    }
    return out;
  }

 private:
  void put(double figure) { figures_[next_++] = figure; }
  std::size_t patients() const { return w_.cohort.size; }

  // What is seen of a patient's course by the end of follow-up.
  void observe() {
    const auto recurred = w_.cohort.milestone(cohort::Milestone::recurrence_seen);
    const auto died = w_.cohort.milestone(cohort::Milestone::death);
    const auto radicality = w_.cohort.covariate(
        measures_.population + static_cast<std::size_t>(cohort::Attribute::radicality));
    w_.observed.resize(scenario::survey_observation_count);
    for (std::vector<double>& column : w_.observed)
      column.resize(patients());
    for (std::size_t i = 0; i < patients(); ++i) {
      const double followed = w_.cohort.dropout_months[i];
      const bool recurrence = recurred[i] <= followed;
      const bool r2 = radicality[i] == static_cast<double>(cohort::Radicality::r2);
      w_.observed[0][i] = recurrence;
      w_.observed[1][i] = recurrence || r2;
      w_.observed[2][i] = died[i] <= std::min(followed, ninety_days);
    }
  }

  double value(std::size_t column, std::size_t i) const {
    const std::size_t in_cohort = measures_.population + cohort::attribute_count;
    if (column >= in_cohort) return w_.observed[column - in_cohort][i];
    // Attributes are always recorded.
    return column < measures_.population ? w_.cohort.recorded_covariate(column)[i]
                                         : w_.cohort.covariate(column)[i];
  }

  // 1 or 0; -1 where one of the covariates is not recorded and that is not what is asked for.
  int meets(const std::vector<LevelsOfColumn>& conditions, std::size_t i) const {
    bool all = true, known = true;
    for (const LevelsOfColumn& condition : conditions) {
      const double x = value(condition.column, i);
      const int level = std::isnan(x) ? scenario::not_recorded : static_cast<int>(x);
      if (std::ranges::find(condition.levels, level) != condition.levels.end()) continue;
      const bool asks_whether_recorded =
          std::ranges::find(condition.levels, scenario::not_recorded) != condition.levels.end();
      all = false;
      known = known && (level != scenario::not_recorded || asks_whether_recorded);
    }
    return !known ? -1 : all ? 1 : 0;
  }

  void assign_members() {
    w_.member.resize(measures_.characteristics.size());
    for (std::size_t c = 0; c < w_.member.size(); ++c) {
      w_.member[c].resize(patients());
      for (std::size_t i = 0; i < patients(); ++i)
        w_.member[c][i] = static_cast<std::int8_t>(meets(measures_.characteristics[c].are, i));
    }
  }

  double share(std::size_t c) const {
    const Characteristic& characteristic = measures_.characteristics[c];
    double count = 0, of = 0;
    for (std::size_t i = 0; i < patients(); ++i) {
      const int member = w_.member[c][i];
      const bool counts =
          characteristic.among_all || (member >= 0 && meets(characteristic.of, i) == 1);
      of += counts;
      count += counts && member == 1;
    }
    return of > 0 ? count / of : not_a_number;
  }

  // The times of a curve's patients.
  void take_times(const CurveMeasures& curve) {
    const cohort::EndpointColumns columns =
        cohort::endpoint_columns(curve.endpoint, w_.cohort, measures_.population, w_.endpoint);
    w_.patient.clear();
    w_.time.clear();
    w_.event.clear();
    for (std::size_t i = 0; i < patients(); ++i) {
      if (!(columns.origin_months[i] < never)) continue;
      w_.patient.push_back(static_cast<std::uint32_t>(i));
      w_.time.push_back(std::min(columns.event_months[i], columns.dropout_months[i]));
      w_.event.push_back(columns.event_months[i] <= columns.dropout_months[i]);
    }
  }

  survival::Observations observations() const {
    survival::Observations seen;
    seen.time = w_.time;
    seen.event = w_.event;
    return seen;
  }

  void estimate_survival(const CurveMeasures& curve) {
    take_times(curve);
    put_survival(curve.months);
    if (!curve.median) return;
    const double median = survival::survival_quantile(w_.curve, 0.5).estimate;
    put(std::isnan(median) ? never : median);
  }

  void measure_follow_up() {
    const auto died = w_.cohort.milestone(cohort::Milestone::death);
    std::vector<double>& time = w_.time;
    time.resize(patients());
    for (std::size_t i = 0; i < patients(); ++i)
      time[i] = std::min(died[i], w_.cohort.dropout_months[i]);
    for (const auto figure : measures_.follow_up)
      put(figure(time));
  }

  // The rows of the curve in whom the characteristic is known, 1 with it and 0 without.
  void take_groups(const CurveMeasures& curve, std::size_t characteristic) {
    take_times(curve);
    w_.group.clear();
    std::size_t rows = 0;
    for (std::size_t row = 0; row < w_.patient.size(); ++row) {
      const int member = w_.member[characteristic][w_.patient[row]];
      if (member < 0) continue;
      w_.group.push_back(member);
      w_.time[rows] = w_.time[row];
      w_.event[rows++] = w_.event[row];
    }
    w_.time.resize(rows);
    w_.event.resize(rows);
  }

  double log_rank_p() {
    survival::Observations seen = observations();
    seen.group = w_.group;
    seen.groups = 2;
    survival::sort_times(seen, w_.sorted);
    survival::tabulate_risk(w_.sorted, w_.table);
    const survival::LogRank test = survival::log_rank(w_.table);
    // One degree of freedom, by the normal probability that has the same bits on every CPU.
    return test.status == survival::FitStatus::ok
               ? 2 * math::normal_probability(-std::sqrt(test.chi_square))
               : not_a_number;
  }

  void put_survival(const std::vector<double>& months) {
    survival::sort_times(observations(), w_.sorted);
    survival::kaplan_meier(w_.sorted, {}, {}, w_.curve);
    for (const double month : months)
      put(survival::covers(w_.curve, month) ? survival::survival_at(w_.curve, month).survival
                                            : not_a_number);
  }

  void put_survival_of_group(const CurveMeasures& curve, std::size_t characteristic, int group) {
    take_groups(curve, characteristic);
    std::size_t rows = 0;
    for (std::size_t row = 0; row < w_.group.size(); ++row) {
      if (w_.group[row] != group) continue;
      w_.time[rows] = w_.time[row];
      w_.event[rows++] = w_.event[row];
    }
    w_.time.resize(rows);
    w_.event.resize(rows);
    if (rows > 0) return put_survival(curve.months_by_group);
    for (std::size_t k = 0; k < curve.months_by_group.size(); ++k)
      put(not_a_number);
  }

  bool is_in_any(const std::vector<std::size_t>& groups, std::size_t i) const {
    return groups.empty() ||
           std::ranges::any_of(groups, [&](std::size_t group) { return w_.member[group][i] == 1; });
  }

  double at_risk(const RiskNumber& number) const {
    double count = 0;
    for (std::size_t row = 0; row < w_.patient.size(); ++row)
      count += w_.time[row] >= number.month && is_in_any(number.characteristics, w_.patient[row]);
    return count;
  }

  void compare_groups(const CurveMeasures& curve) {
    if (curve.tests.empty() && curve.at_risk.empty()) return;
    for (const std::size_t characteristic : curve.tests) {
      take_groups(curve, characteristic);
      const double p = log_rank_p();
      put(p);
      put(std::isnan(p) ? p : p < 0.05 ? 1.0 : 0.0);
      for (const int group : {1, 0})
        put_survival_of_group(curve, characteristic, group);
    }
    take_times(curve);
    for (const RiskNumber& number : curve.at_risk)
      put(at_risk(number));
  }

  // Fits the patients of the curve in whom all characteristics are known.
  void fit(const CurveMeasures& curve, std::span<const std::size_t> model) {
    take_times(curve);
    w_.columns.resize(std::max(w_.columns.size(), model.size()));
    for (std::size_t k = 0; k < model.size(); ++k)
      w_.columns[k].clear();
    std::size_t rows = 0;
    for (std::size_t row = 0; row < w_.patient.size(); ++row) {
      const std::uint32_t i = w_.patient[row];
      if (std::ranges::any_of(model, [&](std::size_t c) { return w_.member[c][i] < 0; })) continue;
      for (std::size_t k = 0; k < model.size(); ++k)
        w_.columns[k].push_back(w_.member[model[k]][i]);
      w_.time[rows] = w_.time[row];
      w_.event[rows++] = w_.event[row];
    }
    w_.time.resize(rows);
    w_.event.resize(rows);
    survival::sort_times(observations(), w_.sorted);
    survival::Covariates covariates;
    covariates.columns.assign(w_.columns.begin(),
                              w_.columns.begin() + static_cast<std::ptrdiff_t>(model.size()));
    survival::fit_cox(w_.sorted, covariates, {}, w_.cox, w_.fit);
  }

  double coefficient(std::size_t k) const {
    return w_.fit.status == survival::FitStatus::not_converged ? not_a_number
                                                               : w_.fit.coefficient[k];
  }

  void fit_models(const CurveMeasures& curve) {
    for (const std::size_t characteristic : curve.univariable) {
      fit(curve, std::span(&characteristic, 1));
      put(coefficient(0));
    }
    if (curve.multivariable.empty()) return;
    fit(curve, curve.multivariable);
    for (std::size_t k = 0; k < curve.multivariable.size(); ++k)
      put(coefficient(k));
  }

  const SurveyMeasures& measures_;
  SurveyWorkspace& w_;
  std::span<double> figures_;
  std::size_t next_ = 0;
};

}  // namespace

void measure_survey(const SurveyMeasures& measures, SurveyWorkspace& workspace,
                    std::span<double> figures) {
  Measuring(measures, workspace, figures).run();
}

std::vector<SurveyTimes> observe_survey(const SurveyMeasures& measures,
                                        SurveyWorkspace& workspace) {
  return Measuring(measures, workspace, {}).tabulate();
}

}  // namespace trialmill::simulation
