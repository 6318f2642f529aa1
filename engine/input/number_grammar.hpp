#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trialmill::input {

/// The one grammar of numbers in files: [+-] digits [. digits] [e [+-] digits], with digits on at
/// least one side of the point. No hexadecimal, no octal, no infinity, no not-a-number, no
/// separators.
struct NumberReading {
  enum class Fault { none, not_a_number, out_of_range };
  double value = 0;
  Fault fault = Fault::not_a_number;
};

NumberReading read_number(std::string_view text);

/// [+-] digits within 64 bits.
std::optional<std::int64_t> read_integer(std::string_view text);

/// "010": eight to some readers of YAML, ten to others.
bool has_leading_zero(std::string_view text);

}  // namespace trialmill::input
