#pragma once

#include <memory>
#include <string>

#include "input/node.hpp"

namespace trialmill::input {

// yaml-cpp holds the tokens of a whole line before it reports any, at 240 bytes a token.
inline constexpr std::size_t yaml_largest_size = std::size_t{1} << 20U;
inline constexpr std::size_t yaml_most_levels = 64;
inline constexpr std::size_t yaml_most_values = 200'000;

/// Parses one YAML document; an `empty` node if there is none. Throws `InputError`, nothing else.
Node build_tree(const std::shared_ptr<const Source>& source);

}  // namespace trialmill::input
