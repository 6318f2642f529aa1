#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trialmill::result {

/// Appends counts of neighbouring bins in a few bits each: where most bins are empty the gaps
/// between the others, where counts vary smoothly their differences from one to the next, in a Rice
/// code (Rice 1979) whose parameter suits them.
void append_packed(std::string& bytes, std::span<const std::uint64_t> counts);

/// Reads so many counts that were appended, and takes them off the front of `bytes`.
/// @throws ShardError when the bytes cannot be that
std::vector<std::uint64_t> take_packed(std::string_view& bytes, std::size_t size);

}  // namespace trialmill::result
