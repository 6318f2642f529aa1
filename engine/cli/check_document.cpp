#include "cli/check_document.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace trialmill::cli {

using Json = nlohmann::ordered_json;

void print_heading(const scenario::Study& study) {
  fmt::print("{}\n{}: {} design point{}, {} replicates each, seed {}\n", study.title, study.file,
             study.points.size(), study.points.size() == 1 ? "" : "s", study.replicates,
             study.seed);
  if (study.points.size() == 1) return;
  fmt::print("Shown is the first design point:");
  for (const scenario::Setting& setting : study.points.front().set)
    fmt::print(" {} = {}", setting.key, setting.value);
  fmt::print("\n");
}

void print_covariates(const std::vector<CovariateCheck>& covariates) {
  if (covariates.empty()) return;
  fmt::print("\nPopulation\n");
  for (const CovariateCheck& covariate : covariates) {
    fmt::print("  {:<20} {}", covariate.name, covariate.law);
    if (covariate.published) fmt::print("; published {:.1f} %", 100 * *covariate.published);
    fmt::print("\n");
  }
}

std::string with_level(const std::string& covariate, const std::string& level) {
  return level.empty() ? covariate : covariate + " = " + level;
}

std::string in_words(const std::optional<evidence::PublishedRatio>& ratio) {
  return ratio ? fmt::format("{:.3f} ({:.3f} to {:.3f})", ratio->hazard_ratio, ratio->lower,
                             ratio->upper)
               : std::string("-");
}

std::string in_words(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : std::string("-");
}

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json number(const std::optional<double>& x) {
  return x ? number(*x) : Json(nullptr);
}

Json heading_document(const scenario::Study& study) {
  return {{"scenario", {{"title", study.title}, {"file", study.file}, {"digest", study.digest}}},
          {"design_points", study.points.size()},
          {"replicates", study.replicates},
          {"seed", study.seed}};
}

Json to_document(const std::optional<evidence::PublishedRatio>& ratio) {
  if (!ratio) return nullptr;
  return {{"hazard_ratio", ratio->hazard_ratio},
          {"lower", ratio->lower},
          {"upper", ratio->upper},
          {"p", ratio->p_value}};
}

Json to_document(const std::vector<CovariateCheck>& covariates) {
  Json list = Json::array();
  for (const CovariateCheck& covariate : covariates)
    list.push_back({{"name", covariate.name},
                    {"law", covariate.law},
                    {"trial", number(covariate.trial)},
                    {"published", number(covariate.published)}});
  return list;
}

Json to_document(const survival::PiecewiseHazard& hazard) {
  return {{"from_months", hazard.from_months}, {"hazard_per_month", hazard.hazard_per_month}};
}

}  // namespace trialmill::cli
