#include "result/packed_counts.hpp"

#include <algorithm>
#include <limits>

#include "trialmill/result/shard.hpp"

namespace trialmill::result {
namespace {

// A quotient as long as this is a sign that all 64 bits follow.
constexpr unsigned longest_quotient = 32;
constexpr unsigned most_low_bits = 40;

class BitWriter {
 public:
  explicit BitWriter(std::string& bytes) : bytes_(bytes) {}

  void put(bool bit) {
    if (used_ == 8) {
      bytes_ += '\0';
      used_ = 0;
    }
    if (bit)
      bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | (1U << used_));
    ++used_;
  }
  void put(std::uint64_t value, unsigned bits) {
    for (unsigned k = 0; k < bits; ++k)
      put(((value >> k) & 1U) != 0);
  }

 private:
  std::string& bytes_;
  unsigned used_ = 8;  // bits of the last byte
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  bool get() {
    if (at_ / 8 >= bytes_.size()) throw ShardError("its tallies cannot be read");
    const bool bit = ((static_cast<unsigned char>(bytes_[at_ / 8]) >> (at_ % 8)) & 1U) != 0;
    ++at_;
    return bit;
  }
  std::uint64_t get(unsigned bits) {
    std::uint64_t value = 0;
    for (unsigned k = 0; k < bits; ++k)
      value |= std::uint64_t{get()} << k;
    return value;
  }
  std::size_t whole_bytes() const { return (at_ + 7) / 8; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
std::uint64_t unsigned_of(std::uint64_t difference) {
  return (difference << 1U) ^ (std::uint64_t{0} - (difference >> 63U));
}
std::uint64_t difference_of(std::uint64_t value) {
  return (value >> 1U) ^ (std::uint64_t{0} - (value & 1U));
}

std::uint64_t length_in_bits(std::span<const std::uint64_t> values, unsigned low_bits) {
  std::uint64_t bits = 0;
  for (const std::uint64_t value : values) {
    const std::uint64_t quotient = value >> low_bits;
    bits += quotient < longest_quotient ? quotient + 1 + low_bits : longest_quotient + 64;
  }
  return bits;
}

unsigned best_low_bits(std::span<const std::uint64_t> values) {
  unsigned best = 0;
  std::uint64_t shortest = std::numeric_limits<std::uint64_t>::max();
  for (unsigned low_bits = 0; low_bits <= most_low_bits; ++low_bits) {
    const std::uint64_t length = length_in_bits(values, low_bits);
    if (length > shortest) break;
    best = low_bits;
    shortest = length;
  }
  return best;
}

}  // namespace

void append_packed(std::string& bytes, std::span<const std::uint64_t> counts) {
  std::vector<std::uint64_t> values;
  std::uint64_t before = 0;
  for (const std::uint64_t count : counts) {
    values.push_back(unsigned_of(count - before));
    before = count;
  }
  const unsigned low_bits = best_low_bits(values);
  bytes += static_cast<char>(low_bits);
  BitWriter writer(bytes);
  for (const std::uint64_t value : values) {
    const std::uint64_t quotient = std::min<std::uint64_t>(value >> low_bits, longest_quotient);
    for (std::uint64_t k = 0; k < quotient; ++k)
      writer.put(true);
    if (quotient == longest_quotient) {
      writer.put(value, 64);
      continue;
    }
    writer.put(false);
    writer.put(value, low_bits);
  }
}

std::vector<std::uint64_t> take_packed(std::string_view& bytes, std::size_t size) {
  if (bytes.empty()) throw ShardError("its tallies cannot be read");
  const auto low_bits = static_cast<unsigned char>(bytes.front());
  if (low_bits > most_low_bits) throw ShardError("its tallies cannot be read");
  BitReader reader(bytes.substr(1));
  std::vector<std::uint64_t> counts;
  std::uint64_t before = 0;
  while (counts.size() < size) {
    std::uint64_t quotient = 0;
    while (quotient < longest_quotient && reader.get())
      ++quotient;
    const std::uint64_t value = quotient == longest_quotient
                                    ? reader.get(64)
                                    : (quotient << low_bits) | reader.get(low_bits);
    before += difference_of(value);
    counts.push_back(before);
  }
  bytes.remove_prefix(1 + reader.whole_bytes());
  return counts;
}

}  // namespace trialmill::result
