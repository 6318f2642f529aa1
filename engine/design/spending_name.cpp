#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "trialmill/design/spending.hpp"

namespace trialmill::design {
namespace {

std::optional<std::vector<double>> numbers(std::string_view list) {
  std::vector<double> values;
  for (const char* at = list.data();;) {
    const char* const end = list.data() + list.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    values.push_back(value);
    if (stop == end) return values;
    if (*stop != ',') return std::nullopt;
    at = stop + 1;
  }
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string listed(std::span<const double> values) {
  std::string out;
  for (const double value : values)
    out += (out.empty() ? "" : ",") + shortest(value);
  return out;
}

std::optional<Spending> without_parameter(std::string_view family) {
  if (family == "obf") return LanDeMetsObrienFleming{};
  if (family == "pocock") return LanDeMetsPocock{};
  if (family == "classical-obf") return WangTsiatis{0};
  if (family == "classical-pocock") return WangTsiatis{0.5};
  return std::nullopt;
}

std::optional<Spending> with_parameter(std::string_view family, double value) {
  if (family == "hsd") return HwangShihDeCani{value};
  if (family == "power") return PowerFamily{value};
  if (family == "haybittle-peto") return HaybittlePeto{value};
  if (family == "wang-tsiatis") return WangTsiatis{value};
  return std::nullopt;
}

struct NameOf {
  std::string operator()(const LanDeMetsObrienFleming&) const { return "obf"; }
  std::string operator()(const LanDeMetsPocock&) const { return "pocock"; }
  std::string operator()(const HwangShihDeCani& family) const {
    return "hsd(" + shortest(family.gamma) + ")";
  }
  std::string operator()(const PowerFamily& family) const {
    return "power(" + shortest(family.rho) + ")";
  }
  std::string operator()(const CustomSpending& family) const {
    return "custom(" + listed(family.cumulative) + ")";
  }
  std::string operator()(const HaybittlePeto& family) const {
    return "haybittle-peto(" + shortest(family.z) + ")";
  }
  std::string operator()(const WangTsiatis& family) const {
    if (family.delta == 0) return "classical-obf";
    if (family.delta == 0.5) return "classical-pocock";
    return "wang-tsiatis(" + shortest(family.delta) + ")";
  }
};

}  // namespace

std::optional<Spending> parse_spending(std::string_view text) {
  std::string compact(text);
  std::erase(compact, ' ');
  const std::size_t bracket = compact.find('(');
  if (bracket == std::string::npos) return without_parameter(compact);
  if (!compact.ends_with(')')) return std::nullopt;
  const std::string_view whole = compact;
  const std::string_view family = whole.substr(0, bracket);
  const auto values = numbers(whole.substr(bracket + 1, whole.size() - bracket - 2));
  if (!values) return std::nullopt;
  if (family == "custom") return CustomSpending{*values};
  return values->size() == 1 ? with_parameter(family, values->front()) : std::nullopt;
}

std::string name(const Spending& spending) {
  return std::visit(NameOf{}, spending);
}

}  // namespace trialmill::design
