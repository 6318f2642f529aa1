#include "trialmill/input/digest.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace trialmill::input {

std::string digest(std::string_view bytes) {
  __extension__ using Word = unsigned __int128;
  constexpr Word prime = (Word{1} << 88U) + 0x13BU;
  Word hash = (Word{0x6c62272e07bb0142U} << 64U) + 0x62b821756295c58dU;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= prime;
  }
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(hash >> 64U),
                     static_cast<std::uint64_t>(hash));
}

}  // namespace trialmill::input
