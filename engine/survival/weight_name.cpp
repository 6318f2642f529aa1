#include "trialmill/survival/weight_name.hpp"

#include <array>
#include <charconv>

namespace trialmill::survival {
namespace {

std::optional<double> exponent(const char*& at, const char* end, char closing) {
  double value = 0;
  const auto [stop, error] = std::from_chars(at, end, value, std::chars_format::fixed);
  if (error != std::errc() || stop == end || *stop != closing) return std::nullopt;
  if (!(value >= 0 && value <= 10)) return std::nullopt;
  at = stop + 1;
  return value;
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

std::optional<FlemingHarrington> parse_weight(std::string_view text) {
  std::string compact;
  for (const char c : text)
    if (c != ' ') compact += c;
  if (!compact.starts_with("fh(")) return std::nullopt;
  const char* at = compact.data() + 3;
  const char* end = compact.data() + compact.size();
  const auto rho = exponent(at, end, ',');
  const auto gamma = rho ? exponent(at, end, ')') : std::nullopt;
  if (!gamma || at != end) return std::nullopt;
  return FlemingHarrington{*rho, *gamma};
}

std::string name(const FlemingHarrington& weight) {
  return "fh(" + shortest(weight.rho) + "," + shortest(weight.gamma) + ")";
}

}  // namespace trialmill::survival
