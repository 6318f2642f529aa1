#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace trialmill::result {

/// Counts of many non-negative values, from which quantiles can be read: memory depends on their
/// range, not on their number, and the order of adding and merging does not matter.
///
/// Values are rounded down to eleven binary digits, which keeps whole numbers up to 2048 as they
/// are and takes less than 0.1 % off any other; values below 2^-10 count as 0.
class Distribution {
 public:
  /// @param value finite, not negative
  void add(double value);
  void merge(const Distribution& other);
  /// Adds values by the number of their bin, as `first_bin` and `counts` tell it.
  /// @param values positive
  void add_count(std::size_t bin, std::uint64_t values);

  /// How many values are in `first_bin()` and the bins after it; the first and the last have some.
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  std::size_t first_bin() const { return first_; }

  std::uint64_t count() const { return total_; }

  /// The smallest value that at least this share of all values does not exceed; NaN without values.
  /// @param share in (0, 1]
  double quantile(double share) const;

 private:
  void make_room(std::size_t first, std::size_t end);

  std::uint64_t total_ = 0;
  std::size_t first_ = 0;  // number of the first bin that has a place in `counts_`
  std::vector<std::uint64_t> counts_;
};

}  // namespace trialmill::result
