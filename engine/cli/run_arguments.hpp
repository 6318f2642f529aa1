#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/study_arguments.hpp"

namespace trialmill::cli {

/// One of several parts of a run's work, counted from 1.
struct ShardNumber {
  unsigned number = 1, of = 1;
};

/// "3/8". @throws input::InputError
ShardNumber parse_shard(const std::string& text);

struct RunArguments {
  StudyArguments study;
  std::string output;
  int threads = 0;
  bool no_runtime = false;
  bool json = false;
  bool replicate_table = false;
  bool draw_twins = false;  ///< in the power figure
  std::optional<std::string> shard;
  std::vector<std::string> finished;
  double checkpoint_every = 60;      ///< seconds
  std::optional<double> time_limit;  ///< minutes
  bool fresh = false;
};

/// Where a run writes: as it was told, or below `results`.
std::filesystem::path output_folder(const RunArguments& arguments);

}  // namespace trialmill::cli
