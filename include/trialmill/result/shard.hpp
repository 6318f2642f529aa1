#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trialmill/result/finished_blocks.hpp"

namespace trialmill::result {

/// A shard file that cannot be used; the reason, without the file's name.
struct ShardError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// One that is as it was written, but by another program.
struct OtherProgram : ShardError {
  using ShardError::ShardError;
};

/// What a study is, in full: two with the same texts and the same seed are the same replicates.
struct StudyText {
  std::string scenario;                                       ///< canonical, without `simulation`
  std::vector<std::pair<std::string, std::string>> evidence;  ///< name of the file, canonical text
  std::string digest;                                         ///< of all of these
  std::uint64_t seed = 0;
};

/// A part of a run, as it is kept in a file: document `trialmill.shard/1`.
struct Shard {
  std::string name;     ///< of the file, without its folder
  std::string version;  ///< of the program
  StudyText study;
  std::string scenario_file;        ///< as it was given
  std::string arguments;            ///< of the command line that say what the study is
  std::uint64_t replicates = 0;     ///< asked for
  std::optional<double> precision;  ///< asked for; `replicates` are then the first stage
  unsigned number = 1, of = 1;      ///< which share of the work
  bool complete = false;            ///< was the share done?
  std::string fingerprint;          ///< of the arithmetic that computed it
  double cpu_seconds = 0, wall_seconds = 0;
  int threads = 1;
  std::vector<FinishedBlocks> designs;
};

/// The file's content: a line of lengths, a JSON header, the tallies in binary, and a checksum of
/// all bytes before it.
std::string to_bytes(const Shard& shard);
/// The same with these blocks in place of its own.
std::string to_bytes(const Shard& shard, const std::vector<FinishedBlocks>& designs);

/// @param name of the file it was read from, which must be the one it was written to
/// @param version of this program, which must be the one that wrote it
/// @throws ShardError when a single byte is not as it was written
Shard read_shard(std::string_view bytes, std::string_view name, std::string_view version);

/// Why the replicates of two shards cannot be put together: the first key at which their scenarios
/// differ, their seeds, or the arithmetic that computed them; none if they can.
/// @param there, here what the first and the second are called in the words
std::optional<std::string> difference(const Shard& first, const Shard& second,
                                      std::string_view there, std::string_view here);

/// Blocks of which two shards hold other tallies, though they are of the same replicates: the
/// design and the first block; none if there are none.
std::optional<std::pair<std::size_t, std::uint64_t>> contradiction(const Shard& first,
                                                                   const Shard& second);

}  // namespace trialmill::result
