#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trialmill/result/tally.hpp"

namespace trialmill::result {

/// Appends a whole number, seven bits a byte, the lowest first (LEB128).
void append_number(std::string& bytes, std::uint64_t number);

/// Appends every field of a tally: whole numbers as above, those of distributions packed, others as
/// the eight bytes of a double, the lowest first. What reads them back is the same tally to the
/// last bit.
void append_tally(std::string& bytes, const Tally& tally);

/// Reads what was appended, from the front. @throws ShardError when the bytes cannot be that
class TallyReader {
 public:
  explicit TallyReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number();
  double real();
  Tally tally();
  std::vector<std::uint64_t> packed(std::size_t size);
  bool at_end() const { return bytes_.empty(); }
  /// A number of items that take a byte each at least.
  std::size_t count();

 private:
  std::string_view bytes_;
};

}  // namespace trialmill::result
