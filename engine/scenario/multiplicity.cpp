#include "trialmill/scenario/multiplicity.hpp"

#include <algorithm>

namespace trialmill::scenario {

std::optional<std::size_t> Multiplicity::place_of(std::string_view analysis) const {
  const auto found = std::ranges::find(hypotheses, analysis);
  if (found == hypotheses.end()) return std::nullopt;
  return static_cast<std::size_t>(found - hypotheses.begin());
}

std::string_view name(Multiplicity::Procedure procedure) {
  using enum Multiplicity::Procedure;
  switch (procedure) {
    case fixed_sequence:
      return "fixed-sequence";
    case bonferroni:
      return "bonferroni";
    case holm:
      return "holm";
    case hochberg:
      return "hochberg";
    case graphical:
      return "graphical";
  }
  return "";
}

bool passes_on(Multiplicity::Procedure procedure) {
  using enum Multiplicity::Procedure;
  return procedure != bonferroni && procedure != hochberg;
}

}  // namespace trialmill::scenario
