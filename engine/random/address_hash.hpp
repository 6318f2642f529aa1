#pragma once

#include <array>
#include <cstdint>

#include "trialmill/random/stream.hpp"

namespace trialmill::random {

/// One step of SplitMix64 (Steele, Lea and Flood 2014): add the golden ratio, then Stafford's
/// variant 13 of the Murmur3 finaliser. A bijection of 64-bit numbers.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The 256 bits that start a stream: four chains of 64 bits, each from its own constant (the first
/// fractional digits of pi, in hexadecimal), each absorbing seed, purpose, lane and replicate one
/// after another and closed by one more step, so that the last word is mixed twice as well.
///
/// Addresses that differ in one word only differ in all four results, as every step is a bijection.
/// Four separate chains, rather than one that is stretched at the end, keep 256 bits of state
/// throughout: with a single chain of 64 bits two of a few billion streams would be the same.
constexpr std::array<std::uint64_t, 4> hash(const Address& address) {
  std::array<std::uint64_t, 4> chain = {0x243f6a8885a308d3u, 0x13198a2e03707344u,
                                        0xa4093822299f31d0u, 0x082efa98ec4e6c89u};
  for (std::uint64_t& value : chain) {
    value = mix(value ^ address.seed);
    value = mix(value ^ static_cast<std::uint64_t>(address.purpose));
    value = mix(value ^ address.lane);
    value = mix(value ^ address.replicate);
    value = mix(value);
  }
  return chain;
}

}  // namespace trialmill::random
