#pragma once

/// Which numbers a key accepts, and how to say so.

#include <cstdint>
#include <limits>
#include <string>

namespace trialmill::input {

/// An interval of real numbers, with the reason it is the allowed one. Never contains an infinity.
struct Interval {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool includes_lower = true;
  bool includes_upper = true;
  std::string why;

  bool contains(double number) const;
  /// "a number above 0", "a number from 0 to 1", "a number".
  std::string to_text() const;
  /// The same interval with a reason, shown in brackets: `above(0).because("a ratio, not its
  /// logarithm")`.
  Interval because(std::string reason) const;
};

Interval any_number();
Interval above(double bound);
Interval at_least(double bound);
Interval below(double bound);
Interval at_most(double bound);
Interval from_to(double lower, double upper);   ///< both ends allowed
Interval between(double lower, double upper);   ///< neither end allowed
Interval above_to(double lower, double upper);  ///< the upper end allowed: a positive fraction

/// Whole numbers from `lower` to `upper`, both allowed.
struct WholeNumbers {
  std::int64_t lower = 0;
  std::int64_t upper = std::numeric_limits<std::int64_t>::max();
  std::string why = {};

  bool contains(std::int64_t number) const { return lower <= number && number <= upper; }
  std::string to_text() const;
  WholeNumbers because(std::string reason) const;
};

WholeNumbers whole_at_least(std::int64_t bound);
WholeNumbers whole_from_to(std::int64_t lower, std::int64_t upper);

}  // namespace trialmill::input
