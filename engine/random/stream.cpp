#include "trialmill/random/stream.hpp"

#include <new>
#include <pcg_random.hpp>
#include <type_traits>

#include "random/address_hash.hpp"
#include "random/pcg_chains.hpp"

namespace trialmill::random {
namespace {

// A Stream may be copied as bytes and never needs to destroy what it holds.
static_assert(std::is_trivially_copyable_v<pcg64> && std::is_trivially_destructible_v<pcg64>);
static_assert(sizeof(pcg64) == sizeof(Stream) && alignof(pcg64) <= alignof(Stream));

pcg64& held_in(std::array<std::byte, sizeof(pcg64)>& storage) {
  return *std::launder(reinterpret_cast<pcg64*>(storage.data()));
}

pcg64 seeded(const Address& address) {
  const std::array<std::uint64_t, 4> word = hash(address);
  const auto joined = [](std::uint64_t high, std::uint64_t low) {
    return (pcg64::state_type{high} << 64) | low;
  };
  // pcg64 drops the top bit of the stream number: 127 bits make the odd increment.
  return pcg64(joined(word[0], word[1]), joined(word[2], word[3]));
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the pcg64 fills every byte of generator_
Stream::Stream(const Address& address) {
  new (generator_.data()) pcg64(seeded(address));
}

std::uint64_t Stream::next() {
  return held_in(generator_)();
}

void Stream::fill_uniform(std::span<double> out) {
  fill_by_chains(held_in(generator_), out.data(), out.size());
}

}  // namespace trialmill::random
