#include "trialmill/result/distribution.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace trialmill::result {
namespace {

// A double's exponent and ten digits of its fraction, as one number that increases with the value.
constexpr int dropped_bits = 52 - 10;
constexpr double smallest = 0x1p-10;
constexpr std::uint64_t below_first = (std::bit_cast<std::uint64_t>(smallest) >> dropped_bits) - 1;

std::size_t bin_of(double value) {
  if (value < smallest) return 0;
  return static_cast<std::size_t>((std::bit_cast<std::uint64_t>(value) >> dropped_bits) -
                                  below_first);
}

double value_of(std::size_t bin) {
  return bin == 0 ? 0 : std::bit_cast<double>((bin + below_first) << dropped_bits);
}

}  // namespace

void Distribution::make_room(std::size_t first, std::size_t end) {
  if (counts_.empty()) first_ = first;
  if (first < first_) {
    counts_.insert(counts_.begin(), first_ - first, 0);
    first_ = first;
  }
  counts_.resize(std::max(counts_.size(), end - first_));
}

void Distribution::add(double value) {
  assert(value >= 0 && std::isfinite(value));
  add_count(bin_of(value), 1);
}

void Distribution::add_count(std::size_t bin, std::uint64_t values) {
  make_room(bin, bin + 1);
  counts_[bin - first_] += values;
  total_ += values;
}

void Distribution::merge(const Distribution& other) {
  if (other.total_ == 0) return;
  make_room(other.first_, other.first_ + other.counts_.size());
  for (std::size_t k = 0; k < other.counts_.size(); ++k)
    counts_[other.first_ + k - first_] += other.counts_[k];
  total_ += other.total_;
}

double Distribution::quantile(double share) const {
  if (total_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::ceil(share * static_cast<double>(total_) * (1 - 1e-12));
  std::uint64_t seen = 0;
  std::size_t bin = 0;
  while (static_cast<double>(seen += counts_[bin]) < rank)
    ++bin;
  return value_of(first_ + bin);
}

}  // namespace trialmill::result
