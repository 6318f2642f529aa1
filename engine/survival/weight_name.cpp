#include "trialmill/survival/weight_name.hpp"

#include <array>
#include <charconv>

namespace trialmill::survival {
namespace {

constexpr double largest_exponent = 10;
constexpr double largest_t_star = 1e9;

/// The number at `at`, in [0, largest] and followed by `closing`; moves past both.
std::optional<double> number(const char*& at, const char* end, char closing, double largest) {
  double value = 0;
  const auto [stop, error] = std::from_chars(at, end, value, std::chars_format::fixed);
  if (error != std::errc() || stop == end || *stop != closing) return std::nullopt;
  if (!(value >= 0 && value <= largest)) return std::nullopt;
  at = stop + 1;
  return value;
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

std::optional<LogRankWeight> parse_weight(std::string_view text) {
  std::string compact;
  for (const char c : text)
    if (c != ' ') compact += c;
  const std::size_t bracket = compact.find('(');
  if (bracket == std::string::npos) return std::nullopt;
  const std::string_view kind = std::string_view(compact).substr(0, bracket);
  const char* at = compact.data() + bracket + 1;
  const char* end = compact.data() + compact.size();
  if (kind == "fh") {
    const auto rho = number(at, end, ',', largest_exponent);
    const auto gamma = rho ? number(at, end, ')', largest_exponent) : std::nullopt;
    if (gamma && at == end) return FlemingHarrington{*rho, *gamma};
  } else if (kind == "mwlr") {
    const auto t_star = number(at, end, ')', largest_t_star);
    if (t_star && at == end) return ModestlyWeighted{*t_star};
  }
  return std::nullopt;
}

std::string name(const LogRankWeight& weight) {
  if (const auto* modest = std::get_if<ModestlyWeighted>(&weight))
    return "mwlr(" + shortest(modest->t_star) + ")";
  const auto& powers = std::get<FlemingHarrington>(weight);
  return "fh(" + shortest(powers.rho) + "," + shortest(powers.gamma) + ")";
}

}  // namespace trialmill::survival
