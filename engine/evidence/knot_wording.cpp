#include "evidence/knot_wording.hpp"

#include <charconv>

#include "evidence/figure.hpp"

namespace trialmill::evidence {

namespace {

std::string six_digits(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
  return {text, end};
}

}  // namespace

std::string name_of_knot(std::size_t index, const SurvivalKnot& knot) {
  return "knot " + std::to_string(index + 1) + " (" + figure(knot.time_months) +
         " months, survival " + figure(knot.survival) + "): ";
}

std::string reachable_survival(double above, double up_to, double time_months) {
  return "with a hazard that is never negative, survival above " + six_digits(above) +
         " and up to " + six_digits(up_to) + " can be reached at " + figure(time_months) +
         " months";
}

}  // namespace trialmill::evidence
