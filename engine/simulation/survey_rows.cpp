#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "simulation/survey_measures.hpp"
#include "trialmill/scenario/factors.hpp"

namespace trialmill::simulation {
namespace {

using evidence::PublishedRatio;
using scenario::Scenario;

// ---- follow-up ----

double median_of(std::vector<double>& time) {
  const auto middle = time.begin() + static_cast<std::ptrdiff_t>(time.size() / 2);
  std::nth_element(time.begin(), middle, time.end());
  if (time.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(time.begin(), middle)) / 2;
}

double mean_of(std::vector<double>& time) {
  double sum = 0;
  for (const double t : time)
    sum += t;
  return sum / static_cast<double>(time.size());
}

double shortest_of(std::vector<double>& time) {
  return std::floor(std::ranges::min(time));
}

double longest_of(std::vector<double>& time) {
  return std::floor(std::ranges::max(time));
}

constexpr const char* all_groups = "all groups";

// ---- rows, in the order in which a survey is measured ----

class RowBuilder {
 public:
  explicit RowBuilder(const Scenario& scenario)
      : scenario_(scenario),
        evidence_(*scenario.evidence),
        survey_(*scenario.survey),
        columns_(scenario::survey_columns_of(scenario)) {
    out_.population = scenario.population.size();
  }

  SurveyMeasures build() {
    for (const scenario::SurveyCount& count : survey_.counts)
      out_.characteristics.push_back(resolve(count));
    add_shares("covariates", evidence_.covariates);
    add_shares("proportions", evidence_.proportions);
    define_curves();
    for (CurveMeasures& curve : out_.curves)
      add_survival(curve);
    add_follow_up();
    for (CurveMeasures& curve : out_.curves) {
      add_tests(curve);
      add_at_risk(curve);
    }
    for (CurveMeasures& curve : out_.curves) {
      add_ratios(curve, "univariable", &evidence::PrognosticFactor::univariable, curve.univariable);
      add_ratios(curve, "multivariable", &evidence::PrognosticFactor::multivariable,
                 curve.multivariable);
    }
    add_other_quantities();
    for (SurveyRow& row : out_.rows)
      if (is_tuned_to(row.name)) row.standing = SurveyStanding::tuned;
    return std::move(out_);
  }

 private:
  std::vector<LevelsOfColumn> resolve(
      const std::vector<scenario::SurveyCondition>& conditions) const {
    std::vector<LevelsOfColumn> resolved;
    for (const scenario::SurveyCondition& condition : conditions) {
      const auto column =
          std::ranges::find(columns_, condition.covariate, &cohort::Covariate::name);
      assert(column != columns_.end());
      resolved.push_back({static_cast<std::size_t>(column - columns_.begin()), condition.levels});
    }
    return resolved;
  }

  Characteristic resolve(const scenario::SurveyCount& count) const {
    Characteristic out;
    out.are = resolve(count.are);
    out.among_all = !count.of;
    if (count.of) out.of = resolve(*count.of);
    return out;
  }

  std::optional<std::size_t> characteristic(const std::string& name) const {
    const auto found = std::ranges::find(survey_.counts, name, &scenario::SurveyCount::name);
    if (found == survey_.counts.end()) return std::nullopt;
    return static_cast<std::size_t>(found - survey_.counts.begin());
  }

  // "at_risk.os" stands for all of "at_risk.os.R0.60".
  bool is_tuned_to(const std::string& name) const {
    return std::ranges::any_of(survey_.tuned_to, [&](const std::string& path) {
      return name == path || name.starts_with(path + ".");
    });
  }

  // Of what is observed after surgery nothing is stated; all else is drawn as stated.
  bool is_observed(std::size_t who) const {
    return std::ranges::any_of(out_.characteristics[who].are, [&](const LevelsOfColumn& condition) {
      return condition.column >= out_.population + cohort::attribute_count;
    });
  }

  const evidence::Quantity* quantity(const std::string& name) {
    const auto found = std::ranges::find(evidence_.quantities, name, &evidence::Quantity::name);
    if (found == evidence_.quantities.end()) return nullptr;
    reproduced_.push_back(name);
    return &*found;
  }

  SurveyRow& add(const std::string& name, const std::string& label, SurveyFigure figure,
                 double published, const std::string& source) {
    SurveyRow row;
    row.name = name;
    row.label = label.empty() ? name : label;
    row.figure = figure;
    row.published = published;
    row.source = source;
    out_.rows.push_back(std::move(row));
    return out_.rows.back();
  }

  SurveyRow& add(const evidence::Quantity& quantity, SurveyFigure figure) {
    return add("quantities." + quantity.name, quantity.label, figure, quantity.value,
               quantity.source);
  }

  // What no publication prints.
  void add_unpublished(const std::string& name, const std::string& label, SurveyFigure figure) {
    add(name, label, figure, 0, "").published.reset();
  }

  void add_shares(const std::string& group, const std::vector<evidence::Proportion>& published) {
    for (const evidence::Proportion& one : published) {
      const auto who = characteristic(one.name);
      if (!who) {
        out_.unmodelled.push_back({group + "." + one.name, one.label, one.source});
        continue;
      }
      out_.shares.push_back(*who);
      add(group + "." + one.name, one.label, SurveyFigure::share, one.value(), one.source)
          .standing = is_observed(*who) ? SurveyStanding::predicted : SurveyStanding::input;
    }
  }

  // The curves to which the course is calibrated; what they count follows from that.
  void define_curves() {
    using Kind = cohort::EndpointEvent::Kind;
    const scenario::Course& course = *scenario_.course;
    for (const evidence::SurvivalCurve& published : evidence_.curves) {
      const auto calibrates = [&](const scenario::Transition& transition) {
        const auto* target = std::get_if<scenario::CalibratedBaseline>(&transition.baseline);
        return target && target->curve == published.name;
      };
      CurveMeasures curve;
      curve.name = published.name;
      curve.endpoint.origin = cohort::Endpoint::Origin::surgery;
      if (calibrates(course.recurrence)) {
        curve.endpoint.patients = cohort::Endpoint::Patients::r0_r1;
        curve.endpoint.events = {{Kind::recurrence}, {Kind::death}};
      } else if (calibrates(course.death_with_disease)) {
        curve.endpoint.events = {{Kind::death}};
      } else {
        out_.unmodelled.push_back({"curves." + published.name, published.name, published.source});
        continue;
      }
      out_.curves.push_back(std::move(curve));
    }
  }

  void add_survival(CurveMeasures& curve) {
    const evidence::SurvivalCurve& published = *evidence_.find_curve(curve.name);
    for (const evidence::SurvivalKnot& knot : published.knots) {
      curve.months.push_back(knot.time_months);
      add(fmt::format("curves.{}.{}", curve.name, knot.time_months),
          fmt::format("{} at {} months", curve.name, knot.time_months), SurveyFigure::survival,
          knot.survival, knot.source.empty() ? published.source : knot.source)
          .standing = SurveyStanding::tuned;
      if (knot.survival != 0.5) curve.months_by_group.push_back(knot.time_months);
    }
    if (const auto* median = quantity(curve.name + "_median")) {
      curve.median = true;
      SurveyRow& row = add(*median, SurveyFigure::median);
      if (std::ranges::find(published.knots, 0.5, &evidence::SurvivalKnot::survival) !=
          published.knots.end())
        row.standing = SurveyStanding::tuned;
    }
  }

  void add_follow_up() {
    for (const auto& [name, figure] :
         {std::pair{"follow_up_median", &median_of}, std::pair{"follow_up_mean", &mean_of},
          std::pair{"follow_up_shortest", &shortest_of},
          std::pair{"follow_up_longest", &longest_of}})
      if (const auto* published = quantity(name)) {
        out_.follow_up.push_back(figure);
        add(*published, SurveyFigure::months);
      }
  }

  void add_tests(CurveMeasures& curve) {
    for (const scenario::SurveyComparison& comparison : survey_.comparisons) {
      if (comparison.curve != curve.name) continue;
      const auto* published = quantity(comparison.quantity);
      curve.tests.push_back(*characteristic(comparison.by));
      add(*published, SurveyFigure::p_value);
      add_unpublished("surveys." + comparison.quantity, "surveys in which that P is below 0.05",
                      SurveyFigure::share);
      for (const auto& [name, words] : {std::pair{comparison.by, comparison.by},
                                        std::pair{"not_" + comparison.by, "not " + comparison.by}})
        for (const double month : curve.months_by_group)
          add_unpublished(fmt::format("groups.{}.{}.{}", curve.name, name, month),
                          fmt::format("{} at {} months, {}", curve.name, month, words),
                          SurveyFigure::survival);
    }
  }

  void add_number(const std::string& curve, const std::string& group, double month, double number,
                  const std::string& source) {
    add(fmt::format("at_risk.{}.{}.{}", curve, group == all_groups || group.empty() ? "all" : group,
                    month),
        fmt::format("{} at risk at {} months, {}", curve, month,
                    group.empty() ? "all patients" : group),
        SurveyFigure::patients, number, source);
  }

  // Numbers by group, and their sums.
  void add_at_risk(CurveMeasures& curve) {
    const evidence::SurvivalCurve& published = *evidence_.find_curve(curve.name);
    std::vector<evidence::AtRisk> sums;
    std::vector<std::size_t> groups;
    for (const evidence::AtRisk& at : published.at_risk) {
      const auto who = characteristic(at.group);
      if (!at.group.empty() && !who) {
        out_.unmodelled.push_back(
            {fmt::format("at_risk.{}.{}.{}", curve.name, at.group, at.time_months),
             "at risk, " + at.group, at.source});
        continue;
      }
      curve.at_risk.push_back(
          {who ? std::vector<std::size_t>{*who} : std::vector<std::size_t>{}, at.time_months});
      add_number(curve.name, at.group, at.time_months, at.number, at.source);
      if (at.group.empty()) continue;
      if (std::ranges::find(groups, *who) == groups.end()) groups.push_back(*who);
      const auto sum = std::ranges::find(sums, at.time_months, &evidence::AtRisk::time_months);
      if (sum == sums.end())
        sums.push_back({all_groups, at.time_months, at.number, at.source});
      else
        sum->number += at.number;
    }
    for (const evidence::AtRisk& sum : sums) {
      curve.at_risk.push_back({groups, sum.time_months});
      add_number(curve.name, sum.group, sum.time_months, sum.number, sum.source);
    }
  }

  // What the model was told of a ratio: it is one of its numbers, or an effect was solved from it.
  SurveyStanding standing_of(const evidence::PrognosticFactor& factor,
                             const std::string& analysis) const {
    const scenario::Course& course = *scenario_.course;
    const auto is_meant = [&](const scenario::CovariateEffect& effect) {
      return effect.covariate == factor.covariate &&
             effect.source == factor.source + ", " + analysis;
    };
    if (std::ranges::any_of(course.survival_ratios, is_meant)) return SurveyStanding::tuned;
    for (const auto* transition :
         {&course.recurrence, &course.death_without_recurrence, &course.death_with_disease})
      if (std::ranges::any_of(transition->effects, is_meant)) return SurveyStanding::input;
    return SurveyStanding::predicted;
  }

  bool is_acquired(const std::string& covariate) const {
    return std::ranges::any_of(
        out_.characteristics[*characteristic(covariate)].are,
        [&](const LevelsOfColumn& condition) { return condition.column >= out_.population; });
  }

  void add_ratios(const CurveMeasures& curve, const std::string& analysis,
                  std::optional<PublishedRatio> evidence::PrognosticFactor::*ratio,
                  std::vector<std::size_t>& characteristics) {
    std::vector<const evidence::PrognosticFactor*> factors, unknown;
    for (const evidence::PrognosticFactor& factor : evidence_.factors)
      if (factor.curve == curve.name && factor.*ratio)
        (characteristic(factor.covariate) ? factors : unknown).push_back(&factor);
    // A model without one of its covariates is another model.
    if (!unknown.empty() && analysis == "multivariable") {
      unknown.insert(unknown.end(), factors.begin(), factors.end());
      factors.clear();
    }
    const auto name = [&](const evidence::PrognosticFactor* factor) {
      return fmt::format("factors.{}.{}.{}", curve.name, factor->covariate, analysis);
    };
    for (const auto* factor : unknown)
      out_.unmodelled.push_back({name(factor), factor->covariate, factor->source});
    for (const auto* factor : factors) {
      characteristics.push_back(*characteristic(factor->covariate));
      const PublishedRatio& published = *(factor->*ratio);
      SurveyRow& row =
          add(name(factor), fmt::format("{} for {}, {}", factor->covariate, curve.name, analysis),
              SurveyFigure::hazard_ratio, published.hazard_ratio, factor->source);
      row.published_lower = published.lower;
      row.published_upper = published.upper;
      row.standing = standing_of(*factor, analysis);
      row.acquired = is_acquired(factor->covariate);
    }
  }

  void add_other_quantities() {
    for (const evidence::Quantity& other : evidence_.quantities)
      if (std::ranges::find(reproduced_, other.name) == reproduced_.end())
        out_.unmodelled.push_back({"quantities." + other.name, other.label, other.source});
  }

  const Scenario& scenario_;
  const evidence::Evidence& evidence_;
  const scenario::SurveyPlan& survey_;
  std::vector<cohort::Covariate> columns_;
  std::vector<std::string> reproduced_;  // quantities
  SurveyMeasures out_;
};

}  // namespace

SurveyMeasures compile_survey(const Scenario& scenario) {
  return RowBuilder(scenario).build();
}

}  // namespace trialmill::simulation
