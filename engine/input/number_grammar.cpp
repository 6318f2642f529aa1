#include "input/number_grammar.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

namespace trialmill::input {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return text;
}

std::size_t count_digits(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count]))
    ++count;
  return count;
}

bool follows_grammar(std::string_view text) {
  text = without_sign(text);
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (!text.empty() && text[0] == '.') {
    fraction = count_digits(text.substr(1));
    text.remove_prefix(1 + fraction);
  }
  if (whole + fraction == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text = without_sign(text.substr(1));
  return !text.empty() && count_digits(text) == text.size();
}

// std::from_chars knows the minus sign but not the plus.
std::string_view without_plus(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  return text;
}

}  // namespace

NumberReading read_number(std::string_view text) {
  using enum NumberReading::Fault;
  if (!follows_grammar(text)) return {0, not_a_number};
  text = without_plus(text);
  double value = 0;
  const auto outcome = std::from_chars(text.data(), text.data() + text.size(), value);
  return outcome.ec == std::errc{} ? NumberReading{value, none} : NumberReading{0, out_of_range};
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  const auto digits = without_sign(text);
  if (digits.empty() || count_digits(digits) != digits.size()) return std::nullopt;
  text = without_plus(text);
  std::int64_t value = 0;
  const auto outcome = std::from_chars(text.data(), text.data() + text.size(), value);
  if (outcome.ec != std::errc{}) return std::nullopt;
  return value;
}

bool has_leading_zero(std::string_view text) {
  text = without_sign(text);
  return text.size() > 1 && text[0] == '0' && is_digit(text[1]);
}

}  // namespace trialmill::input
