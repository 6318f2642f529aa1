#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <pcg_random.hpp>

/// The sequence of a pcg64 computed by several chains that take its states in turn. The next state
/// of one generator waits for long multiplications; those of several do not wait for each other,
/// and eight of them fill the registers of AVX-512.
namespace trialmill::random {

/// 52 bits and a half are the 53 bits of a double: with one bit more the half would be rounded
/// away, and the largest uniform would become 1. The bits are put behind a 1, which is taken off.
inline double uniform_of(std::uint64_t bits) {
  constexpr std::uint64_t one = 0x3ff0000000000000u;
  return (std::bit_cast<double>((bits >> 12) | one) - 1.0) + 0x1p-53;
}

/// Fills with the uniforms of the generator's next numbers, by four chains. Any count.
void fill_by_four_chains(pcg64& generator, double* out, std::size_t count);

/// The same, by eight chains in vectors where this CPU and this build have those of x86-64-v4.
void fill_by_chains(pcg64& generator, double* out, std::size_t count);

}  // namespace trialmill::random
