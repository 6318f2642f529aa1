#include "trialmill/random/stream.hpp"

#include <array>
#include <bit>
#include <new>
#include <pcg_random.hpp>
#include <type_traits>

#include "random/address_hash.hpp"

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

// 52 bits and a half are the 53 bits of a double: with one bit more the half would be rounded away,
// and the largest uniform would become 1. The bits are put behind a 1, which is then taken off.
double uniform(std::uint64_t bits) {
  constexpr std::uint64_t one = 0x3ff0000000000000u;
  return (std::bit_cast<double>((bits >> 12) | one) - 1.0) + 0x1p-53;
}

constexpr std::size_t chains = 4;

// The sequence of a pcg64 computed by several chains that each take every fourth of its states: the
// next state of one generator waits for two long multiplications, those of four do not wait for
// each other.
class Chains {
 public:
  explicit Chains(const pcg64& generator) : opened_(generator) {
    const Wide increment = opened_.increment();
    Wide state = opened_.state();
    for (Wide& next : state_) {
      state = state * Opened::multiplier() + increment;
      next = state;
      increment_ = increment_ * Opened::multiplier() + increment;
      leap_ *= Opened::multiplier();
    }
  }

  // Writes the next numbers, one of each chain.
  void fill(double* out) {
    opened_.set_state(state_.back());
    for (std::size_t k = 0; k < chains; ++k) {
      out[k] = uniform(output(state_[k]));
      state_[k] = state_[k] * leap_ + increment_;
    }
  }

  // The generator after all that was filled.
  const pcg64& generator() const { return opened_; }

 private:
  using Wide = pcg64::state_type;

  // pcg-cpp keeps the state and the increment from the public.
  struct Opened : pcg64 {
    explicit Opened(const pcg64& generator) : pcg64(generator) {}
    Wide state() const { return state_; }
    void set_state(Wide state) { state_ = state; }
    Wide increment() const { return pcg64::increment(); }
    static Wide multiplier() { return pcg64::multiplier(); }
  };

  // XSL RR, the output function of pcg64 (O'Neill 2014).
  static std::uint64_t output(Wide state) {
    const auto folded = static_cast<std::uint64_t>(state >> 64) ^ static_cast<std::uint64_t>(state);
    return std::rotr(folded, static_cast<int>(state >> 122));
  }

  Opened opened_;
  std::array<Wide, chains> state_{};
  Wide leap_ = 1, increment_ = 0;
};

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the pcg64 fills every byte of generator_
Stream::Stream(const Address& address) {
  new (generator_.data()) pcg64(seeded(address));
}

std::uint64_t Stream::next() {
  return held_in(generator_)();
}

void Stream::fill_uniform(std::span<double> out) {
  std::size_t i = 0;
  if (out.size() >= 4 * chains) {
    Chains ahead(held_in(generator_));
    for (; i + chains <= out.size(); i += chains)
      ahead.fill(out.data() + i);
    held_in(generator_) = ahead.generator();
  }
  pcg64 generator = held_in(generator_);
  for (; i < out.size(); ++i)
    out[i] = uniform(generator());
  held_in(generator_) = generator;
}

}  // namespace trialmill::random
