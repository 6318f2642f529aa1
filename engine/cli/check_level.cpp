#include "cli/check_level.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/level_reasons.hpp"
#include "trialmill/report/power_table.hpp"
#include "trialmill/simulation/run.hpp"
#include "trialmill/simulation/share.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_nanoseconds = 500'000'000;  // of an unhurried machine
constexpr std::uint64_t most_replicates = 10'000, fewest_replicates = 1'000;

// In whole blocks; 0 when too few can be afforded.
std::uint64_t affordable_replicates(const simulation::Plan& plan) {
  std::uint64_t cost = 1;
  for (const simulation::Design& design : plan.designs)
    cost += simulation::replicate_cost(design);
  const std::uint64_t blocks =
      std::min(most_nanoseconds / cost, most_replicates) / simulation::block_replicates;
  const std::uint64_t replicates = blocks * simulation::block_replicates;
  return replicates < fewest_replicates ? 0 : replicates;
}

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string words;
  for (const std::string& part : parts)
    words += (words.empty() ? "" : separator) + part;
  return words;
}

/// Analyses that reject more than their level for the same reasons.
struct Excess {
  bool schedule = false;
  std::vector<std::string> reasons;
  std::vector<std::string> analyses = {};  ///< each with its rate
};

void add_excess(const result::AnalysisResult& analysis, const result::NullTwinRejections& twin,
                const Excess& kind, std::vector<Excess>& all) {
  auto known = std::ranges::find_if(all, [&](const Excess& other) {
    return other.schedule == kind.schedule && other.reasons == kind.reasons;
  });
  if (known == all.end()) known = all.insert(known, kind);
  known->analyses.push_back(fmt::format("{} {:.2f} % (standard error {:.2f}; level {:.4g})",
                                        analysis.name, 100 * twin.rejection.estimate,
                                        100 * twin.rejection.mc_se, 100 * analysis.alpha));
}

std::string in_words(const Excess& excess) {
  return fmt::format("{} reject more than the level: {}. Likely: {}.{}",
                     excess.schedule ? "trials with the schedule alone, and no effect of treatment,"
                                     : "null twins",
                     joined(excess.analyses, ", "), joined(excess.reasons, "; "),
                     excess.schedule ? "" : " `run --null` tells more exactly.");
}

bool is_above(const std::optional<result::NullTwinRejections>& twin, double alpha) {
  return twin && twin->absent_because.empty() &&
         result::above_level(twin->rejection, twin->replicates, alpha);
}

bool has_too_many_undefined(const std::optional<result::NullTwinRejections>& twin) {
  return twin && twin->absent_because.empty() &&
         static_cast<double>(twin->undefined) >
             result::most_undefined * static_cast<double>(twin->replicates);
}

std::vector<std::string> warnings_of(const scenario::Scenario& scenario,
                                     const std::vector<result::AnalysisResult>& found) {
  std::vector<Excess> all;
  for (std::size_t a = 0; a < found.size(); ++a) {
    const auto &null = found[a].null_twin, &schedule = found[a].schedule_twin;
    if (is_above(null, found[a].alpha))
      add_excess(found[a], *null, {false, reasons_above_level(scenario, a, *null)}, all);
    if (is_above(schedule, found[a].alpha))
      add_excess(found[a], *schedule, {true, reasons_of_schedule(scenario, scenario.analyses[a])},
                 all);
  }
  std::vector<std::string> warnings;
  for (const result::AnalysisResult& analysis : found)
    if (has_too_many_undefined(analysis.null_twin))
      warnings.push_back(fmt::format(
          "the test of {} cannot be computed in {} of {} null twins, which reject nothing then",
          analysis.name, analysis.null_twin->undefined, analysis.null_twin->replicates));
  for (const Excess& excess : all)
    warnings.push_back(in_words(excess));
  return warnings;
}

void warn_of(const result::MultiplicityResult& procedure, std::uint64_t replicates,
             std::vector<std::string>& warnings) {
  const double alpha = procedure.label.alpha;
  if (procedure.null_twin && result::above_level(*procedure.null_twin, replicates, alpha))
    warnings.push_back(
        fmt::format("the {} procedure rejects some hypothesis in {:.2f} % (standard error {:.2f}) "
                    "of its null twins, more than the familywise level {}",
                    procedure.label.procedure, 100 * procedure.null_twin->estimate,
                    100 * procedure.null_twin->mc_se, alpha));
}

}  // namespace

LevelCheck check_level(const scenario::Study& study, int threads) {
  scenario::Study first = study;
  first.points = {study.points.front()};
  first.null_twins = scenario::NullTwins::beside;
  simulation::Plan plan = simulation::compile_plan(first);
  plan.replicates = affordable_replicates(plan);
  plan.precision.reset();
  LevelCheck level;
  if (plan.replicates == 0) return level;
  simulation::RunOptions options;
  options.threads = threads;
  level.result = simulation::summarise(plan, simulation::run(plan, options));
  const result::PointResult& point = level.result.points.front();
  level.warnings = warnings_of(first.points.front().scenario, point.analyses);
  if (point.multiplicity) warn_of(*point.multiplicity, point.replicates, level.warnings);
  return level;
}

void print_level(const LevelCheck& level) {
  if (level.result.points.empty()) {
    fmt::print("\nLevel: not tried, a replicate takes too long. `run --null` tells.\n");
    return;
  }
  fmt::print("\nLevel and power, in a quick run of {} replicates\n{}", level.result.replicates,
             report::level_table(level.result));
  for (const std::string& warning : level.warnings)
    fmt::print("Warning: {}\n", warning);
}

Json level_document(const LevelCheck& level) {
  if (level.result.points.empty()) return nullptr;
  const Json point = Json::parse(to_json(level.result)).at("points").front();
  Json analyses = Json::array();
  for (const Json& analysis : point.at("analyses")) {
    Json& one = analyses.emplace_back();
    for (const char* key :
         {"name", "alpha", "sided", "power", "mc_se", "null_twin", "schedule_twin"})
      if (analysis.contains(key)) one[key] = analysis.at(key);
  }
  Json document = {{"replicates", level.result.replicates}, {"analyses", analyses}};
  if (point.contains("multiplicity")) {
    Json& procedure = document["multiplicity"] = Json::object();
    for (const char* key : {"procedure", "alpha", "any", "null_twin", "schedule_twin"})
      if (point.at("multiplicity").contains(key)) procedure[key] = point.at("multiplicity").at(key);
  }
  document["warnings"] = level.warnings;
  return document;
}

}  // namespace trialmill::cli
