#include "cli/shard_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

#include "cli/write_file.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/simulation/numeric_fingerprint.hpp"

namespace trialmill::cli {
namespace {

constexpr std::size_t checksum_bytes = 33;  // with the end of the line

// The last bytes of a file, which tell its content; none if there is no file.
std::string end_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : 0;
  const std::streamoff length = std::min<std::streamoff>(size, checksum_bytes);
  std::string end(static_cast<std::size_t>(length), ' ');
  file.seekg(size - length);
  file.read(end.data(), length);
  return end;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

bool is_shard_file(const std::filesystem::path& path) {
  return path.extension() == ".shard";
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (is_shard_file(entry.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void absorb(std::vector<result::FinishedBlocks>& into,
            const std::vector<result::FinishedBlocks>& more) {
  into.resize(std::max(into.size(), more.size()));
  for (std::size_t d = 0; d < more.size(); ++d)
    into[d].absorb(more[d]);
}

void require_no_more_replicates(const std::filesystem::path& path, const result::Shard& file,
                                const result::Shard& shard) {
  if (file.replicates > shard.replicates)
    refuse(path.string(), fmt::format("holds a part of {} replicates per design point, more than "
                                      "the {} asked for; choose another folder",
                                      file.replicates, shard.replicates));
}

}  // namespace

std::optional<std::string> indivisible(const scenario::Study& study) {
  if (study.precision)
    return "a precision is reached in stages that are decided on the whole: run without --shard, "
           "or leave `simulation.precision` out and add --replicates";
  if (study.points.front().scenario.uncertainty)
    return "the draws of `uncertainty` are not divided: run without --shard";
  return std::nullopt;
}

std::optional<std::string> indivisible(const result::Shard& file) {
  if (!file.precision) return std::nullopt;
  return "is of a run to a precision, which is not divided: the run itself goes on with it";
}

std::string shard_file_name(unsigned number, unsigned of, std::uint64_t replicates) {
  return fmt::format("shard-{}-of-{}-r{}.shard", number, of, replicates);
}

result::Shard describe_shard(const scenario::Study& study, const simulation::Plan& plan,
                             const StudyArguments& arguments) {
  result::Shard shard;
  shard.version = TRIALMILL_VERSION;
  shard.study.scenario = study.canonical.text;
  for (const scenario::CanonicalFile& file : study.evidence)
    shard.study.evidence.emplace_back(file.name, file.text);
  shard.study.digest = study.digest;
  shard.study.seed = plan.seed;
  shard.scenario_file = study.file;
  shard.arguments = command_arguments(arguments);
  shard.replicates = plan.replicates;
  shard.precision = plan.precision;
  shard.fingerprint = simulation::numeric_fingerprint(plan);
  shard.designs.resize(plan.designs.size());
  return shard;
}

std::optional<result::Shard> read_shard_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::nullopt;
    throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  }
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  return result::read_shard(bytes, path.filename().string(), TRIALMILL_VERSION);
}

std::vector<std::filesystem::path> shard_files(const std::vector<std::string>& places) {
  std::vector<std::filesystem::path> files;
  for (const std::string& place : places) {
    std::error_code error;
    if (std::filesystem::is_directory(place, error)) {
      std::ranges::copy(files_in(place), std::back_inserter(files));
      continue;
    }
    if (!std::filesystem::exists(place, error)) refuse(place, "there is no such file or folder");
    files.emplace_back(place);
  }
  return files;
}

FinishedElsewhere read_finished(const std::vector<std::string>& places,
                                const std::filesystem::path& own, const result::Shard& shard) {
  FinishedElsewhere finished;
  finished.designs.resize(shard.designs.size());
  finished.earlier.resize(shard.designs.size());
  for (const std::filesystem::path& path : shard_files(places)) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path, own, ignored)) continue;
    try {
      const auto file = read_shard_file(path);
      if (!file) continue;  // renamed in the meantime
      if (const auto why = result::difference(*file, shard, "there", "here"))
        refuse(path.string(), "is of another study: " + *why);
      if (const auto why = indivisible(*file)) refuse(path.string(), *why);
      require_no_more_replicates(path, *file, shard);
      absorb(finished.designs, file->designs);
      if (file->replicates < shard.replicates) absorb(finished.earlier, file->designs);
    } catch (const result::OtherProgram& error) {
      refuse(path.string(), error.what());
    } catch (const result::ShardError& error) {
      fmt::print(stderr, "Warning: {} {}. What it held is computed again.\n", path.string(),
                 error.what());
    }
  }
  return finished;
}

Checkpoint::Checkpoint(std::filesystem::path path, result::Shard shard, double every,
                       const std::optional<result::Shard>& before)
    : path_(std::move(path)), shard_(std::move(shard)), every_(every), cpu_start_(cpu_seconds()) {
  shard_.name = path_.filename().string();
  if (!before) return;
  written_ = end_of(path_);
  cpu_before_ = before->cpu_seconds;
  wall_before_ = before->wall_seconds;
}

void Checkpoint::offer(const std::vector<result::FinishedBlocks>& finished) {
  if (std::chrono::duration<double>(Clock::now() - last_).count() >= every_) write(finished, false);
}

void Checkpoint::write(const std::vector<result::FinishedBlocks>& finished, bool complete) {
  shard_.complete = complete;
  shard_.cpu_seconds = cpu_before_ + cpu_seconds() - cpu_start_;
  shard_.wall_seconds = wall_before_ + std::chrono::duration<double>(Clock::now() - start_).count();
  const std::string end = end_of(path_);
  const bool alone = end.empty() || end == written_;
  const std::string bytes =
      result::to_bytes(shard_, alone ? finished : with_what_others_wrote(finished));
  write_file(path_, bytes);
  written_ = bytes.substr(bytes.size() - checksum_bytes);
  last_ = Clock::now();
}

// Another process may be at the same share: a job that was thought dead and sent out again. What it
// has written is not taken back.
std::vector<result::FinishedBlocks> Checkpoint::with_what_others_wrote(
    const std::vector<result::FinishedBlocks>& finished) const {
  std::vector<result::FinishedBlocks> all = finished;
  try {
    const auto file = read_shard_file(path_);
    if (file && !result::difference(*file, shard_, "", "") && file->replicates <= shard_.replicates)
      absorb(all, file->designs);
  } catch (const result::ShardError&) {
    // A damaged file is replaced.
  }
  return all;
}

}  // namespace trialmill::cli
