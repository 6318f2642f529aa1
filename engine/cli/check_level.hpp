#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "trialmill/result/result.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// A quick run of a study's first design point with its null twins.
struct LevelCheck {
  result::Result result;              ///< without replicates when they would have taken too long
  std::vector<std::string> warnings;  ///< of rejections above the level, with the likely reasons
};

/// Simulates as many replicates as cost about half a second of CPU time, by a count that is the
/// same on every machine: 10,000 at most. @param threads 0: as many as the machine has
LevelCheck check_level(const scenario::Study& study, int threads);

void print_level(const LevelCheck& level);
nlohmann::ordered_json level_document(const LevelCheck& level);

}  // namespace trialmill::cli
