#include "cli/kept_work.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/wrong_option.hpp"

namespace trialmill::cli {
namespace {

// Up to which replicate a design's blocks reach.
std::uint64_t reach(const result::Shard& file) {
  std::uint64_t blocks = 0;
  for (const result::FinishedBlocks& design : file.designs)
    blocks = std::max(blocks, design.end());
  return blocks * result::block_replicates;
}

// Stages of a precision can only be gone through from the first one on.
std::optional<std::string> obstacle_to_precision(const result::Shard& file,
                                                 const result::Shard& wanted) {
  if (!file.precision && reach(file) > wanted.replicates)
    return fmt::format("holds {} replicates per design point, more than the {} to begin with",
                       reach(file), wanted.replicates);
  if (file.precision && file.replicates != wanted.replicates)
    return fmt::format("began with {} replicates per design point, not with {}", file.replicates,
                       wanted.replicates);
  if (file.precision && *file.precision < *wanted.precision)
    return fmt::format("is of a run to the precision {}, finer than the {} asked for",
                       *file.precision, *wanted.precision);
  return std::nullopt;
}

// Why a file of the same study cannot be gone on from; none if it can.
std::optional<std::string> obstacle(const result::Shard& file, const result::Shard& wanted) {
  if (wanted.precision) return obstacle_to_precision(file, wanted);
  const std::uint64_t most = file.precision ? reach(file) : file.replicates;
  if (most > wanted.replicates)
    return fmt::format("holds {} replicates per design point, more than the {} asked for", most,
                       wanted.replicates);
  return std::nullopt;
}

constexpr const char* remedy = "choose another folder with -o, or throw it away with --fresh";

// What the file holds, if it can be gone on from, and nothing if it need not be kept.
// @param keep a file of another study is refused even when it was finished
std::optional<result::Shard> read_before(const RunArguments& arguments,
                                         const std::filesystem::path& path,
                                         const result::Shard& wanted, bool keep) {
  if (arguments.fresh) {
    std::filesystem::remove(path);
    return std::nullopt;
  }
  try {
    auto file = read_shard_file(path);
    if (!file) return std::nullopt;
    const auto other = result::difference(*file, wanted, "there", "here");
    const auto why = other ? "is of another study: " + *other : obstacle(*file, wanted);
    if (!why) return file;
    if (!other || keep || !file->complete)
      refuse(path.string(),
             fmt::format("{}{}; {}", file->complete ? "" : "was not finished, and ", *why, remedy));
    fmt::print(stderr, "Started afresh: {} {}.\n", path.string(), *why);
    std::filesystem::remove(path);
    return std::nullopt;
  } catch (const result::ShardError& error) {
    refuse(path.string(), fmt::format("{}; {}", error.what(), remedy));
  }
}

}  // namespace

KeptWork open_run(const RunArguments& arguments, const scenario::Study& study,
                  const simulation::Plan& plan, const std::filesystem::path& folder) {
  KeptWork work;
  work.path = folder / run_file_name;
  work.description = describe_shard(study, plan, arguments.study);
  work.before = read_before(arguments, work.path, work.description, false);
  work.share = simulation::missing_share(plan);
  work.left = work.before ? simulation::missing_share(plan, work.before->designs) : work.share;
  return work;
}

KeptWork open_shard(const RunArguments& arguments, const ShardNumber& shard,
                    const scenario::Study& study, const simulation::Plan& plan,
                    const std::filesystem::path& folder) {
  KeptWork work;
  work.path = folder / shard_file_name(shard.number, shard.of, plan.replicates);
  work.description = describe_shard(study, plan, arguments.study);
  work.description.number = shard.number;
  work.description.of = shard.of;
  work.before = read_before(arguments, work.path, work.description, true);
  std::vector<std::string> places = arguments.finished;
  places.push_back(folder.string());
  const FinishedElsewhere others = read_finished(places, work.path, work.description);
  work.share = simulation::share_of(plan, shard.number, shard.of, others.earlier);
  work.left = simulation::without(work.share, others.designs);
  if (work.before) work.left = simulation::without(work.left, work.before->designs);
  return work;
}

}  // namespace trialmill::cli
