#include "cli/check_looks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

using scenario::Analysis;

std::string correlation_of(const Analysis& analysis) {
  return std::string(scenario::name(scenario::look_correlation(analysis),
                                    !scenario::compares_proportions(analysis.test)));
}

std::string final_analysis(const Analysis& analysis) {
  const auto& weights = analysis.looks->final_weights;
  std::string text(
      scenario::name(weights.size() > 1 ? Analysis::Test::max_combo : Analysis::Test::log_rank));
  for (const survival::LogRankWeight& weight : weights)
    text += (&weight == &weights.front() ? " " : ", ") + survival::name(weight);
  return text;
}

}  // namespace

void print_looks(const scenario::Scenario& scenario) {
  bool heading = false;
  for (const Analysis& analysis : scenario.analyses) {
    if (!analysis.looks) continue;
    if (!heading) fmt::print("\nLooks\n");
    heading = true;
    const scenario::Looks& looks = *analysis.looks;
    const bool times = !scenario::compares_proportions(analysis.test);
    fmt::print(
        "  {}: {} looks by {}, alpha spent by {} at {} over those planned, correlated by {}\n",
        analysis.name, looks.interim.size() + 1, scenario::name(analysis.test),
        design::name(looks.spending), times ? "events" : "patients", correlation_of(analysis));
    if (!looks.final_weights.empty())
      fmt::print("    the last one by {}\n", final_analysis(analysis));
  }
}

nlohmann::ordered_json looks_document(const scenario::Scenario& scenario) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  for (const Analysis& analysis : scenario.analyses) {
    if (!analysis.looks) continue;
    document.push_back({{"analysis", analysis.name},
                        {"looks", analysis.looks->interim.size() + 1},
                        {"spending", design::name(analysis.looks->spending)},
                        {"looks_correlate_by", correlation_of(analysis)}});
    if (!analysis.looks->final_weights.empty())
      document.back()["final_analysis"] = final_analysis(analysis);
  }
  return document;
}

}  // namespace trialmill::cli
