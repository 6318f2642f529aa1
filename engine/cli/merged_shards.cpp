#include "cli/merged_shards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "cli/shard_file.hpp"
#include "cli/study_arguments.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/scenario/null_twin.hpp"
#include "trialmill/simulation/analytic_twin.hpp"
#include "trialmill/simulation/numeric_fingerprint.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::cli {
namespace {

struct NamedShard {
  std::filesystem::path path;
  result::Shard shard;
};

// What is wrong with files, said of all of them at once.
class Refusals {
 public:
  void add(const std::filesystem::path& path, const std::string& why) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = path.string();
    diagnostic.why = why;
    diagnostics_.push_back(std::move(diagnostic));
  }
  void finish() const {
    if (!diagnostics_.empty()) throw input::InputError(diagnostics_);
  }

 private:
  std::vector<input::Diagnostic> diagnostics_;
};

std::vector<NamedShard> read_all(const std::vector<std::string>& places) {
  std::vector<NamedShard> shards;
  Refusals refusals;
  for (const std::filesystem::path& path : shard_files(places)) {
    try {
      auto shard = read_shard_file(path);
      if (!shard) continue;  // renamed in the meantime
      if (const auto why = indivisible(*shard)) refusals.add(path, *why);
      shards.push_back({path, std::move(*shard)});
    } catch (const result::ShardError& error) {
      refusals.add(path, error.what());
    }
  }
  refusals.finish();
  if (shards.empty()) refuse(places.front(), "there are no shard files (*.shard)");
  return shards;
}

std::string point_in_words(const simulation::PlannedPoint& point) {
  std::string words;
  if (point.twin) words = fmt::format("null twin ({})", name(point.twin->kind));
  for (const auto& [key, value] : point.set)
    words += fmt::format("{}{} = {}", words.empty() ? "" : ", ", key, value);
  return words;
}

void require_one_study(const std::vector<NamedShard>& shards) {
  Refusals refusals;
  const NamedShard& first = shards.front();
  for (const NamedShard& other : shards)
    if (const auto why = result::difference(other.shard, first.shard, "in " + other.path.string(),
                                            "in " + first.path.string()))
      refusals.add(other.path, "does not belong to " + first.path.string() + ": " + *why);
  refusals.finish();
}

void require_agreement(const std::vector<NamedShard>& shards) {
  Refusals refusals;
  for (std::size_t a = 0; a < shards.size(); ++a)
    for (std::size_t b = a + 1; b < shards.size(); ++b)
      if (const auto found = result::contradiction(shards[a].shard, shards[b].shard))
        refusals.add(
            shards[b].path,
            fmt::format("has other results than {} for the same replicates, from {} on: "
                        "one of the two was computed wrongly",
                        shards[a].path.string(), found->second * result::block_replicates + 1));
  refusals.finish();
}

// The study again, from the texts that every shard carries.
simulation::Plan plan_of(const result::Shard& shard) {
  scenario::StudyOptions options;
  options.replicates = shard.replicates;
  options.seed = shard.study.seed;
  std::vector<scenario::CanonicalFile> evidence;
  for (const auto& [name, text] : shard.study.evidence)
    evidence.push_back({name, text});
  const scenario::Study study = scenario::read_canonical_study(
      {shard.scenario_file, shard.study.scenario}, evidence, options);
  if (study.digest != shard.study.digest)
    throw std::runtime_error("the scenario kept in the shards cannot be read back");
  if (const auto why = indivisible(study)) refuse("merge", *why);
  simulation::Plan plan = simulation::compile_plan(study);
  simulation::measure_truths(plan);
  simulation::add_analytic_twins(study, plan);
  if (simulation::numeric_fingerprint(plan) != shard.fingerprint)
    fmt::print(stderr,
               "Warning: the arithmetic of this machine gives other last digits than that of the "
               "machines that computed the shards; truths and biases may differ in these.\n");
  return plan;
}

std::string range_in_words(const result::BlockRange& range, std::uint64_t replicates) {
  return fmt::format("{} to {}", range.first * result::block_replicates + 1,
                     std::min(replicates, range.end * result::block_replicates));
}

}  // namespace

MergedShards merge_shards(const std::vector<std::string>& places) {
  std::vector<NamedShard> shards = read_all(places);
  require_one_study(shards);
  require_agreement(shards);
  const NamedShard& largest = *std::ranges::max_element(
      shards, {}, [](const NamedShard& named) { return named.shard.replicates; });
  MergedShards merged;
  merged.plan = plan_of(largest.shard);
  merged.arguments = largest.shard.arguments;
  merged.designs.resize(merged.plan.designs.size());
  for (const NamedShard& named : shards) {
    for (std::size_t d = 0; d < merged.designs.size(); ++d)
      merged.designs[d].absorb(named.shard.designs[d]);
    merged.runtime.cpu_seconds += named.shard.cpu_seconds;
    merged.runtime.wall_seconds = std::max(merged.runtime.wall_seconds, named.shard.wall_seconds);
    merged.runtime.threads = std::max(merged.runtime.threads, named.shard.threads);
  }
  merged.wanted = simulation::missing_share(merged.plan, merged.designs);
  return merged;
}

std::string missing_in_words(const MergedShards& merged, const std::vector<std::string>& places) {
  constexpr std::size_t most_lines = 40;
  std::string words = "Missing:\n";
  std::size_t lines = 0;
  for (const simulation::PlannedPoint& point : merged.plan.points)
    for (const result::BlockRange& range : merged.wanted.blocks[point.design])
      if (++lines <= most_lines)
        words += fmt::format("  {}: replicates {}\n", point_in_words(point),
                             range_in_words(range, merged.wanted.replicates[point.design]));
  if (lines > most_lines) words += fmt::format("  and {} more\n", lines - most_lines);
  // What is missing goes to the first folder; what the other places hold is finished.
  std::set<std::string> folders;
  std::string home, others;
  for (const std::string& place : places) {
    const std::filesystem::path path(place);
    const std::string folder =
        std::filesystem::is_directory(path) ? place : path.parent_path().string();
    if (home.empty()) home = folder.empty() ? "." : folder;
    if (folder == home || (folder.empty() && home == ".") || !folders.insert(place).second)
      continue;
    others += " --finished " + quoted_for_shell(place);
  }
  return words + fmt::format("Compute just these with:\n  trialmill run {} --shard 1/1 -o {}{}\n",
                             merged.arguments, quoted_for_shell(home), others);
}

}  // namespace trialmill::cli
