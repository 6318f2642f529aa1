#include "cli/population_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trialmill::cli {
namespace {

using cohort::Covariate;

// A fraction that the scenario spells out is rounded.
bool is_same(double stated, double published) {
  return std::abs(stated - published) < 1e-8;
}

class Collector {
 public:
  Collector(const AuditedEvidence& published, std::string where)
      : published_(published), where_(std::move(where)) {}

  void add(const std::string& figure, double value) {
    figures_.push_back({figure + where_, value, "scenario", {}});
  }

  // @param names what the evidence may call it
  void add_share(const std::string& figure, double share, const std::vector<std::string>& names) {
    if (share == 0) return;
    add(figure, share);
    for (const std::string& name : names)
      if (find_in("covariates", name) || find_in("proportions", name)) return;
  }

  // @param given ", given grade = g1"; empty without parents
  void add_law(const Covariate& covariate, const cohort::CovariateLaw& law,
               const std::string& given) {
    const std::string& name = covariate.name;
    if (const auto* binary = std::get_if<cohort::BinaryLaw>(&law)) {
      const auto names = given.empty() ? std::vector{name} : std::vector<std::string>{};
      add_share("prevalence of " + name + given, binary->prevalence, names);
    } else if (const auto* levels = std::get_if<cohort::CategoricalLaw>(&law)) {
      for (std::size_t k = 0; k < levels->levels.size(); ++k) {
        const std::string& level = levels->levels[k];
        const auto names =
            given.empty() ? std::vector{level, name + "_" + level} : std::vector<std::string>{};
        add_share("share of " + name + " = " + level + given, levels->probabilities[k], names);
      }
    } else {
      add_moments(name, law);
    }
  }

  std::vector<AuditedFigure> figures() && { return std::move(figures_); }

 private:
  void add_moments(const std::string& name, const cohort::CovariateLaw& law) {
    if (const auto* normal = std::get_if<cohort::NormalLaw>(&law)) {
      add("mean of " + name, normal->mean);
      add("SD of " + name, normal->sd);
      if (std::isfinite(normal->lower)) add("lower limit of " + name, normal->lower);
      if (std::isfinite(normal->upper)) add("upper limit of " + name, normal->upper);
    } else if (const auto* lognormal = std::get_if<cohort::LognormalLaw>(&law)) {
      add("median of " + name, lognormal->median);
      add("SD of the logarithm of " + name, lognormal->sd_log);
    } else if (const auto* uniform = std::get_if<cohort::UniformLaw>(&law)) {
      add("lower limit of " + name, uniform->lower);
      add("upper limit of " + name, uniform->upper);
    }
  }

  // Makes the figure last added that of the evidence, if it is.
  bool find_in(const std::string& group, const std::string& name) {
    if (!published_.evidence) return false;
    const auto& proportions =
        group == "covariates" ? published_.evidence->covariates : published_.evidence->proportions;
    const auto known = std::ranges::find(proportions, name, &evidence::Proportion::name);
    AuditedFigure& figure = figures_.back();
    if (known == proportions.end() || !is_same(figure.value, known->value())) return false;
    figure.source = known->source;
    for (const evidence::CountAudit& row : published_.audit.counts)
      if (row.group == group && row.name == name) figure.flags = row.flags;
    return true;
  }

  const AuditedEvidence& published_;
  std::string where_;
  std::vector<AuditedFigure> figures_;
};

std::vector<std::string> levels_of(const cohort::CovariateLaw& law) {
  if (const auto* levels = std::get_if<cohort::CategoricalLaw>(&law)) return levels->levels;
  return {"absent", "present"};
}

// ", given grade = g1, male = present": the parents' levels in a row of the table, the last
// parent's varying fastest.
std::string row_in_words(const Covariate& covariate, const std::vector<Covariate>& population,
                         std::size_t row) {
  std::string text;
  for (auto parent = covariate.parents.rbegin(); parent != covariate.parents.rend(); ++parent) {
    const auto levels = levels_of(population[*parent].law);
    text = fmt::format("{} = {}{}{}", population[*parent].name, levels[row % levels.size()],
                       text.empty() ? "" : ", ", text);
    row /= levels.size();
  }
  return ", given " + text;
}

}  // namespace

std::vector<AuditedFigure> covariate_figures(const Covariate& covariate,
                                             const std::vector<Covariate>& population,
                                             const AuditedEvidence& published,
                                             const std::string& where) {
  Collector collector(published, where);
  if (covariate.parents.empty()) collector.add_law(covariate, covariate.law, "");
  for (std::size_t row = 0; row < covariate.law_given_parents.size(); ++row)
    collector.add_law(covariate, covariate.law_given_parents[row],
                      row_in_words(covariate, population, row));
  if (covariate.missing && covariate.missing->probability > 0)
    collector.add("share in whom " + covariate.name + " is not recorded",
                  covariate.missing->probability);
  return std::move(collector).figures();
}

std::vector<AuditedFigure> correlation_figures(const cohort::Copula& copula,
                                               const std::vector<Covariate>& population) {
  std::vector<AuditedFigure> figures;
  for (std::size_t a = 0; a < copula.covariates.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double correlation = 0;
      for (std::size_t k = 0; k <= b; ++k)
        correlation += copula.factor_at(a, k) * copula.factor_at(b, k);
      if (std::abs(correlation) < 1e-12) continue;
      figures.push_back(
          {fmt::format("latent correlation of {} and {}", population[copula.covariates[b]].name,
                       population[copula.covariates[a]].name),
           correlation,
           "scenario",
           {}});
    }
  return figures;
}

}  // namespace trialmill::cli
