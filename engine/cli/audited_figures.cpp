#include "cli/audited_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/population_figures.hpp"
#include "cli/stated_figures.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;
using evidence::Flag;

// The figures of one scenario, beside the evidence they may come from.
class Collector {
 public:
  explicit Collector(const std::optional<evidence::Evidence>& published) {
    if (!published) return;
    published_ = {&*published, evidence::audit(*published)};
  }

  void add_population(const scenario::Scenario& scenario) {
    for (const cohort::Covariate& covariate : scenario.population)
      add(covariate_figures(covariate, scenario.population, published_));
    add(correlation_figures(scenario.copula, scenario.population));
  }

  void add_ratio(const scenario::CovariateEffect& effect, const std::string& event,
                 const std::string& curve) {
    AuditedFigure figure{"hazard ratio of " + effect.covariate +
                             (effect.level.empty() ? "" : " = " + effect.level) + " for " + event,
                         effect.ratio,
                         effect.source,
                         {}};
    for (const evidence::RatioAudit& row : published_.audit.ratios) {
      if (row.curve != curve || row.covariate != effect.covariate ||
          effect.source != row.source + ", " + row.analysis)
        continue;
      figure.flags = row.flags;
    }
    figures_.push_back(std::move(figure));
  }

  void add_knots(const scenario::CalibratedBaseline& baseline, const std::string& event) {
    const auto row =
        std::ranges::find(published_.audit.curves, baseline.curve, &evidence::CurveAudit::name);
    for (std::size_t k = 0; k < baseline.knots.size(); ++k) {
      const evidence::SurvivalKnot& knot = baseline.knots[k];
      AuditedFigure figure{fmt::format("{} survival at {} months", event, knot.time_months),
                           knot.survival,
                           knot.source,
                           {}};
      if (row != published_.audit.curves.end()) {
        figure.flags.emplace();
        for (const Flag& flag : row->flags)
          if (std::ranges::find(flag.knots, k) != flag.knots.end()) figure.flags->push_back(flag);
      }
      figures_.push_back(std::move(figure));
    }
  }

  void add_event(const scenario::Transition& event,
                 const std::vector<cohort::Covariate>& population) {
    const auto* calibrated = std::get_if<scenario::CalibratedBaseline>(&event.baseline);
    for (const scenario::CovariateEffect& effect : event.effects)
      add_ratio(effect, event.name, curve_of(event));
    if (!calibrated) return;
    add_published_cohort(calibrated->cohort, calibrated->cohort, population);
    add_knots(*calibrated, event.name);
  }

  void add_course(const scenario::Course& course,
                  const std::vector<cohort::Covariate>& population) {
    add_published_cohort(course.published_cohort, population, population);
    for (const scenario::Transition* transition :
         {&course.recurrence, &course.death_without_recurrence, &course.death_with_disease})
      for (const scenario::CovariateEffect& effect : transition->effects)
        add_ratio(effect, transition->name, curve_of(*transition));
    const std::string overall = curve_of(course.death_with_disease);
    for (const scenario::CovariateEffect& effect : course.survival_ratios)
      add_ratio(effect, overall, overall);
    for (const auto& [outcome, chance] : {std::pair{"r1", &course.operation.r1},
                                          {"r2", &course.operation.r2},
                                          {"unresectable", &course.operation.unresectable}})
      // Of a proportion named in a file the list of the pathway's figures tells more.
      if (std::ranges::find(course.operation.published, std::string_view(outcome),
                            &scenario::PublishedProbability::of) ==
          course.operation.published.end())
        add_radicality(outcome, *chance);
    for (const scenario::Transition* transition : {&course.recurrence, &course.death_with_disease})
      if (const auto* target = std::get_if<scenario::CalibratedBaseline>(&transition->baseline))
        add_knots(*target, curve_of(*transition));
  }

  std::vector<AuditedFigure> figures() && { return std::move(figures_); }

 private:
  static std::string curve_of(const scenario::Transition& event) {
    const auto* calibrated = std::get_if<scenario::CalibratedBaseline>(&event.baseline);
    return calibrated && !calibrated->curve.empty() ? calibrated->curve : event.name;
  }

  void add(std::vector<AuditedFigure> figures) {
    for (AuditedFigure& figure : figures)
      figures_.push_back(std::move(figure));
  }

  // Covariates that are distributed as in the trial are not listed again.
  // @param parents what the cohort's parents are indices in
  void add_published_cohort(const std::vector<cohort::Covariate>& cohort,
                            const std::vector<cohort::Covariate>& parents,
                            const std::vector<cohort::Covariate>& population) {
    const auto values = [&](const cohort::Covariate& covariate,
                            const std::vector<cohort::Covariate>& among) {
      std::vector<std::pair<std::string, double>> all;
      for (const AuditedFigure& figure : covariate_figures(covariate, among, published_))
        all.emplace_back(figure.figure, figure.value);
      return all;
    };
    for (cohort::Covariate covariate : cohort) {
      covariate.missing.reset();
      const auto trial = std::ranges::find(population, covariate.name, &cohort::Covariate::name);
      if (trial != population.end()) {
        cohort::Covariate recorded = *trial;
        recorded.missing.reset();
        if (values(covariate, parents) == values(recorded, population)) continue;
      }
      add(covariate_figures(covariate, parents, published_, " in the published cohort"));
    }
  }

  // An outcome of surgery stands in evidence as a covariate or as one of the proportions.
  void add_radicality(const std::string& outcome, const scenario::Chance& chance) {
    if (chance.probability == 0) return;
    AuditedFigure figure{
        "proportion " + outcome + " at surgery", chance.probability, chance.source, {}};
    for (const evidence::CountAudit& row : published_.audit.counts)
      if (row.source == chance.source &&
          ((row.group == "covariates" && row.name == outcome) ||
           (row.group == "proportions" && row.name == "radicality_" + outcome)))
        figure.flags = row.flags;
    figures_.push_back(std::move(figure));
  }

  AuditedEvidence published_;
  std::vector<AuditedFigure> figures_;
};

std::string verdict(const AuditedFigure& figure) {
  if (!figure.flags) return "stated by the scenario";
  if (figure.flags->empty()) return "sound";
  std::string text;
  for (const Flag& flag : *figure.flags)
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : "; ", in_words(flag.finding), flag.sentence);
  return text;
}

// Hazards per month may be too small for four decimals.
std::string written(double value) {
  return value < 0.001 ? fmt::format("{:.3g}", value) : fmt::format("{:.4f}", value);
}

}  // namespace

std::vector<AuditedFigure> audited_figures(const scenario::Scenario& scenario) {
  Collector collector(scenario.evidence);
  collector.add_population(scenario);
  if (scenario.course)
    collector.add_course(*scenario.course, scenario.population);
  else
    collector.add_event(scenario.disease, scenario.population);
  std::vector<AuditedFigure> figures = std::move(collector).figures();
  for (AuditedFigure& figure : stated_figures(scenario))
    figures.push_back(std::move(figure));
  return figures;
}

void print_figures(const std::vector<AuditedFigure>& figures) {
  if (figures.empty()) return;
  std::size_t name = 0, source = 0;
  for (const AuditedFigure& figure : figures) {
    name = std::max(name, figure.figure.size());
    source = std::max(source, figure.source.size());
  }
  fmt::print("\nFigures used, their sources and the verdict of the evidence audit\n");
  for (const AuditedFigure& figure : figures)
    fmt::print("  {:<{}} {:>8}  {:<{}}  {}\n", figure.figure, name, written(figure.value),
               figure.source, source, verdict(figure));
}

Json to_document(const std::vector<Flag>& flags) {
  Json list = Json::array();
  for (const Flag& flag : flags)
    list.push_back({{"finding", in_words(flag.finding)}, {"sentence", flag.sentence}});
  return list;
}

Json to_document(const std::vector<AuditedFigure>& figures) {
  Json list = Json::array();
  for (const AuditedFigure& figure : figures) {
    Json document = {{"figure", figure.figure}, {"value", figure.value}, {"source", figure.source}};
    document["verdict"] =
        !figure.flags ? Json(nullptr) : Json(figure.flags->empty() ? "sound" : "flagged");
    document["flags"] = figure.flags ? to_document(*figure.flags) : Json::array();
    list.push_back(std::move(document));
  }
  return list;
}

}  // namespace trialmill::cli
