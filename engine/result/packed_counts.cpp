#include "result/packed_counts.hpp"

#include <algorithm>
#include <limits>

#include "trialmill/result/shard.hpp"

namespace trialmill::result {
namespace {

// A quotient as long as this is a sign that all 64 bits follow.
constexpr unsigned longest_quotient = 32;
constexpr unsigned most_low_bits = 40;
constexpr char is_dense = 0, is_sparse = 1;

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

void append_rice(std::string& bytes, std::span<const std::uint64_t> values) {
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

unsigned take_byte(std::string_view& bytes, unsigned largest) {
  if (bytes.empty() || static_cast<unsigned char>(bytes.front()) > largest)
    throw ShardError("its tallies cannot be read");
  const unsigned byte = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

std::vector<std::uint64_t> take_rice(std::string_view& bytes, std::size_t size) {
  const unsigned low_bits = take_byte(bytes, most_low_bits);
  BitReader reader(bytes);
  std::vector<std::uint64_t> values;
  while (values.size() < size) {
    std::uint64_t quotient = 0;
    while (quotient < longest_quotient && reader.get())
      ++quotient;
    values.push_back(quotient == longest_quotient ? reader.get(64)
                                                  : (quotient << low_bits) | reader.get(low_bits));
  }
  bytes.remove_prefix(reader.whole_bytes());
  return values;
}

// Differences from one bin to the next.
std::string dense(std::span<const std::uint64_t> counts) {
  std::vector<std::uint64_t> values;
  std::uint64_t before = 0;
  for (const std::uint64_t count : counts) {
    values.push_back(unsigned_of(count - before));
    before = count;
  }
  std::string bytes(1, is_dense);
  append_rice(bytes, values);
  return bytes;
}

// How many empty bins come before each that is not, and its count less one; the end counts as one
// that is not empty.
std::string sparse(std::span<const std::uint64_t> counts) {
  std::vector<std::uint64_t> gaps(1, 0), values;
  for (const std::uint64_t count : counts) {
    if (count == 0) {
      ++gaps.back();
    } else {
      values.push_back(count - 1);
      gaps.push_back(0);
    }
  }
  std::string bytes(1, is_sparse);
  std::vector<std::uint64_t> bins(1, values.size());
  append_rice(bytes, bins);
  append_rice(bytes, gaps);
  append_rice(bytes, values);
  return bytes;
}

std::vector<std::uint64_t> take_sparse(std::string_view& bytes, std::size_t size) {
  const std::uint64_t bins = take_rice(bytes, 1).front();
  if (bins > size) throw ShardError("its tallies cannot be read");
  const std::vector<std::uint64_t> gaps = take_rice(bytes, static_cast<std::size_t>(bins) + 1);
  const std::vector<std::uint64_t> values = take_rice(bytes, static_cast<std::size_t>(bins));
  std::vector<std::uint64_t> counts;
  for (std::size_t k = 0; k < gaps.size(); ++k) {
    if (gaps[k] > size - counts.size() || (k < bins && gaps[k] == size - counts.size()))
      throw ShardError("its tallies cannot be read");
    counts.resize(counts.size() + static_cast<std::size_t>(gaps[k]));
    if (k < bins) counts.push_back(values[k] + 1);
  }
  if (counts.size() != size) throw ShardError("its tallies cannot be read");
  return counts;
}

}  // namespace

void append_packed(std::string& bytes, std::span<const std::uint64_t> counts) {
  const std::string differences = dense(counts), gaps = sparse(counts);
  bytes += differences.size() < gaps.size() ? differences : gaps;
}

std::vector<std::uint64_t> take_packed(std::string_view& bytes, std::size_t size) {
  if (take_byte(bytes, is_sparse) == is_sparse) return take_sparse(bytes, size);
  std::vector<std::uint64_t> counts = take_rice(bytes, size);
  std::uint64_t before = 0;
  for (std::uint64_t& count : counts)
    count = before += difference_of(count);
  return counts;
}

}  // namespace trialmill::result
