#include "trialmill/input/allowed.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace trialmill::input {

bool Interval::contains(double number) const {
  if (!std::isfinite(number)) return false;
  const bool above_lower = includes_lower ? number >= lower : number > lower;
  const bool below_upper = includes_upper ? number <= upper : number < upper;
  return above_lower && below_upper;
}

std::string Interval::to_text() const {
  const bool bounded_below = std::isfinite(lower);
  const bool bounded_above = std::isfinite(upper);
  if (!bounded_below && !bounded_above) return "a number";
  if (!bounded_above)
    return fmt::format("a number {} {}", includes_lower ? "from" : "above", lower);
  if (!bounded_below)
    return fmt::format("a number {} {}", includes_upper ? "up to" : "below", upper);
  if (includes_lower && includes_upper) return fmt::format("a number from {} to {}", lower, upper);
  return fmt::format("a number {} {} and {} {}", includes_lower ? "from" : "above", lower,
                     includes_upper ? "up to" : "below", upper);
}

Interval Interval::because(std::string reason) const {
  Interval explained = *this;
  explained.why = std::move(reason);
  return explained;
}

Interval any_number() {
  return {};
}
Interval above(double bound) {
  Interval interval;
  interval.lower = bound;
  interval.includes_lower = false;
  return interval;
}
Interval at_least(double bound) {
  Interval interval;
  interval.lower = bound;
  return interval;
}
Interval below(double bound) {
  Interval interval;
  interval.upper = bound;
  interval.includes_upper = false;
  return interval;
}
Interval at_most(double bound) {
  Interval interval;
  interval.upper = bound;
  return interval;
}
Interval from_to(double lower, double upper) {
  return {lower, upper, true, true, {}};
}
Interval between(double lower, double upper) {
  return {lower, upper, false, false, {}};
}
Interval above_to(double lower, double upper) {
  return {lower, upper, false, true, {}};
}

std::string WholeNumbers::to_text() const {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  if (upper == largest) return fmt::format("a whole number from {}", lower);
  return fmt::format("a whole number from {} to {}", lower, upper);
}

WholeNumbers WholeNumbers::because(std::string reason) const {
  WholeNumbers explained = *this;
  explained.why = std::move(reason);
  return explained;
}

WholeNumbers whole_at_least(std::int64_t bound) {
  return {bound, std::numeric_limits<std::int64_t>::max(), {}};
}
WholeNumbers whole_from_to(std::int64_t lower, std::int64_t upper) {
  return {lower, upper, {}};
}

}  // namespace trialmill::input
