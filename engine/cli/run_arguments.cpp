#include "cli/run_arguments.hpp"

#include <charconv>

#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"

namespace trialmill::cli {

ShardNumber parse_shard(const std::string& text) {
  constexpr unsigned most = 100000;
  ShardNumber shard{0, 0};
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, shard.number);
  if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '/')
    read = std::from_chars(read.ptr + 1, end, shard.of);
  if (read.ec != std::errc{} || read.ptr != end || shard.number < 1 || shard.number > shard.of ||
      shard.of > most)
    refuse("--shard", input::in_backquotes(text),
           "I/N: part I of N, I from 1 to N, N up to 100000");
  return shard;
}

std::filesystem::path output_folder(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path("results") / std::filesystem::path(arguments.study.scenario).stem();
}

}  // namespace trialmill::cli
