#include "survival/order_keys.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace trialmill::survival {
namespace {

constexpr std::size_t few = 24;  // keys that an insertion sort handles best

// The time behind the ordered bits of a key.
double time_of(const SortKey& key) {
  constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
  const std::uint64_t bits =
      (key.time_bits & sign_bit) != 0 ? key.time_bits & ~sign_bit : ~key.time_bits;
  return std::bit_cast<double>(bits);
}

void insertion_sort(SortKey* first, SortKey* last) {
  for (SortKey* next = first + 1; next < last; ++next) {
    const SortKey key = *next;
    SortKey* hole = next;
    for (; hole != first && precedes(key, hole[-1]); --hole)
      *hole = hole[-1];
    *hole = key;
  }
}

void sort_few_or_many(SortKey* first, SortKey* last) {
  if (static_cast<std::size_t>(last - first) <= few)
    insertion_sort(first, last);
  else
    std::sort(first, last, precedes);
}

}  // namespace

void order_keys(SortedTimes& sorted, std::size_t first, std::size_t last) {
  const std::size_t n = last - first;
  SortKey* const keys = sorted.key.data() + first;
  if (n < 2) return;
  const auto [lowest, highest] = std::minmax_element(
      keys, keys + n, [](const SortKey& a, const SortKey& b) { return a.time_bits < b.time_bits; });
  const double low = time_of(*lowest);
  // Subtracting and multiplying by a positive number keep the order, also when they round.
  const double scale = static_cast<double>(n) / (time_of(*highest) - low);
  if (n <= few || !std::isfinite(scale) || scale == 0) {
    sort_few_or_many(keys, keys + n);
    return;
  }
  sorted.interval_of.resize(n);
  sorted.interval_end.assign(n + 2, 0);
  for (std::size_t i = 0; i < n; ++i) {
    sorted.interval_of[i] = static_cast<std::uint32_t>((time_of(keys[i]) - low) * scale);
    ++sorted.interval_end[sorted.interval_of[i] + 1];
  }
  for (std::size_t k = 0; k <= n; ++k)
    sorted.interval_end[k + 1] += sorted.interval_end[k];
  // Each entry is its interval's next free place, and its end once all keys are dealt.
  sorted.dealt.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    sorted.dealt[sorted.interval_end[sorted.interval_of[i]]++] = keys[i];
  std::size_t begin = 0;
  for (std::size_t k = 0; k <= n; ++k) {
    const std::size_t end = sorted.interval_end[k];
    if (end - begin > 1) sort_few_or_many(sorted.dealt.data() + begin, sorted.dealt.data() + end);
    begin = end;
  }
  std::copy_n(sorted.dealt.data(), n, keys);
}

}  // namespace trialmill::survival
