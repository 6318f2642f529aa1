#pragma once

#include <filesystem>
#include <string>

#include "cli/run_arguments.hpp"
#include "cli/shard_file.hpp"
#include "trialmill/simulation/share.hpp"

namespace trialmill::cli {

/// Work that is kept in a shard file: what was done of it before, and what is left.
struct KeptWork {
  std::filesystem::path path;           ///< of the file
  result::Shard description;            ///< of the study and the share
  std::optional<result::Shard> before;  ///< what the file holds; none: it starts anew
  simulation::Share share;              ///< all of it
  simulation::Share left;               ///< what neither the file nor others have
};

/// Of a run that is not divided: `run.shard` in its folder. A file of another study there that was
/// finished is given up, and that is said; one that was not is refused.
/// @throws input::InputError
KeptWork open_run(const RunArguments& arguments, const scenario::Study& study,
                  const simulation::Plan& plan, const std::filesystem::path& folder);

/// Of one shard. What any other file in the folder holds is not computed again.
/// @throws input::InputError
KeptWork open_shard(const RunArguments& arguments, const ShardNumber& shard,
                    const scenario::Study& study, const simulation::Plan& plan,
                    const std::filesystem::path& folder);

}  // namespace trialmill::cli
