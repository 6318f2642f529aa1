#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/study_arguments.hpp"
#include "trialmill/result/shard.hpp"
#include "trialmill/simulation/plan.hpp"

namespace trialmill::cli {

/// The file of a run that is not divided.
constexpr const char* run_file_name = "run.shard";

/// "shard-3-of-8-r10000.shard".
std::string shard_file_name(unsigned number, unsigned of, std::uint64_t replicates);

/// What a file of this study says of itself, without replicates of its own yet.
result::Shard describe_shard(const scenario::Study& study, const simulation::Plan& plan,
                             const StudyArguments& arguments);

/// @return none if there is no such file
/// @throws result::ShardError naming no file; std::runtime_error if it cannot be read
std::optional<result::Shard> read_shard_file(const std::filesystem::path& path);

/// The `*.shard` files of folders, and files, in the order of their names.
/// @throws input::InputError if something is not there
std::vector<std::filesystem::path> shard_files(const std::vector<std::string>& places);

/// Why a study's work cannot be divided; none if it can.
std::optional<std::string> indivisible(const scenario::Study& study);
/// The same of a file that takes part in such work.
std::optional<std::string> indivisible(const result::Shard& file);

/// What others have finished of the same study.
struct FinishedElsewhere {
  std::vector<result::FinishedBlocks> designs;  ///< all of it, by design
  std::vector<result::FinishedBlocks> earlier;  ///< of that, what was for fewer replicates
};

/// Reads the shard files in `places` but for the one at `own`. Damaged ones are said to be so, and
/// left out.
/// @throws input::InputError naming a file of another study, program or arithmetic, or of more
/// replicates
FinishedElsewhere read_finished(const std::vector<std::string>& places,
                                const std::filesystem::path& own, const result::Shard& shard);

/// The shard file of a run in progress.
class Checkpoint {
 public:
  /// @param shard as described, with its share and threads
  /// @param every seconds between two writings
  /// @param before read from the path, to go on from; none: to start anew
  Checkpoint(std::filesystem::path path, result::Shard shard, double every,
             const std::optional<result::Shard>& before);

  const std::filesystem::path& path() const { return path_; }

  /// Writes the file, if that is due. @throws std::runtime_error if it cannot be written
  void offer(const std::vector<result::FinishedBlocks>& finished);

  /// Writes the file. @param complete is the share done?
  void write(const std::vector<result::FinishedBlocks>& finished, bool complete);

  /// What the file said of itself when it was last written.
  const result::Shard& shard() const { return shard_; }

 private:
  std::vector<result::FinishedBlocks> with_what_others_wrote(
      const std::vector<result::FinishedBlocks>& finished) const;

  using Clock = std::chrono::steady_clock;

  std::filesystem::path path_;
  result::Shard shard_;
  double every_;
  std::string written_;                      // the end of the file as this process knows it
  double cpu_before_ = 0, wall_before_ = 0;  // spent in sessions before this one
  double cpu_start_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace trialmill::cli
