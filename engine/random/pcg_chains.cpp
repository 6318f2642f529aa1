#include "random/pcg_chains.hpp"

#include <array>
#include <cassert>
#include <cstring>

#include "trialmill/math/clones.hpp"

#if TRIALMILL_HAS_CLONES
#include <immintrin.h>
#endif

namespace trialmill::random {
namespace {

using Wide = pcg64::state_type;

// pcg-cpp keeps its state and increment from the public.
struct Opened : pcg64 {
  explicit Opened(const pcg64& generator) : pcg64(generator) {}
  Wide state() const { return state_; }
  void set_state(Wide state) { state_ = state; }
  Wide increment() const { return pcg64::increment(); }
  static constexpr Wide multiplier() { return pcg64::multiplier(); }
};

// k steps of the generator at once: state x multiplier[k] + increment x sum[k].
template <std::size_t most>
struct Leaps {
  std::array<Wide, most + 1> multiplier{1}, sum{0};

  constexpr Leaps() {
    for (std::size_t k = 0; k < most; ++k) {
      multiplier[k + 1] = multiplier[k] * Opened::multiplier();
      sum[k + 1] = sum[k] * Opened::multiplier() + 1;
    }
  }
};

// The next states of a generator, one per chain, and how a chain leaps over the others'.
template <std::size_t chains>
struct Start {
  static constexpr Leaps<chains> leaps{};
  static constexpr Wide multiplier = leaps.multiplier[chains];
  std::array<Wide, chains> state;
  Wide increment;

  explicit Start(const Opened& generator) : increment(generator.increment() * leaps.sum[chains]) {
    for (std::size_t k = 0; k < chains; ++k)
      state[k] =
          generator.state() * leaps.multiplier[k + 1] + generator.increment() * leaps.sum[k + 1];
  }
};

// XSL RR, the output function of pcg64 (O'Neill 2014).
std::uint64_t output_of(Wide state) {
  const auto folded = static_cast<std::uint64_t>(state >> 64) ^ static_cast<std::uint64_t>(state);
  return std::rotr(folded, static_cast<int>(state >> 122));
}

// The numbers that make no whole round of chains.
void fill_one_by_one(pcg64& generator, double* out, std::size_t count) {
  pcg64 in_registers = generator;
  for (std::size_t i = 0; i < count; ++i)
    out[i] = uniform_of(in_registers());
  generator = in_registers;
}

// Whole rounds of the chains, or none where starting them would cost more than they save.
std::size_t in_rounds(std::size_t count, std::size_t chains) {
  return count < 4 * chains ? 0 : count / chains * chains;
}

// @param count a multiple of four
void fill_rounds_of_four(pcg64& generator, double* out, std::size_t count) {
  constexpr std::size_t chains = 4;
  assert(count % chains == 0);
  if (count == 0) return;
  Opened opened(generator);
  Start<chains> start(opened);
  auto& state = start.state;
  for (std::size_t i = 0;; i += chains) {
    for (std::size_t k = 0; k < chains; ++k)
      out[i + k] = uniform_of(output_of(state[k]));
    if (i + chains == count) break;
    for (std::size_t k = 0; k < chains; ++k)
      state[k] = state[k] * start.multiplier + start.increment;
  }
  opened.set_state(state.back());
  generator = opened;
}

#if TRIALMILL_HAS_CLONES

using Words [[gnu::vector_size(64)]] = std::uint64_t;
using Doubles [[gnu::vector_size(64)]] = double;

constexpr __mmask8 all = 0xff;

// The products of the lower halves of words, 32 x 32 bits: an instruction to which the compiler
// knows no other way.
[[gnu::always_inline]] TRIALMILL_FOR_X86_64_V4 inline void multiply_halves(const Words& a,
                                                                           const Words& b,
                                                                           Words& product) {
  product = reinterpret_cast<Words>(
      _mm512_maskz_mul_epu32(all, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}

// Words rotated to the right, each by as many bits as `turn` says.
[[gnu::always_inline]] TRIALMILL_FOR_X86_64_V4 inline void rotate(const Words& word,
                                                                  const Words& turn, Words& out) {
  out = reinterpret_cast<Words>(_mm512_maskz_rorv_epi64(all, reinterpret_cast<__m512i>(word),
                                                        reinterpret_cast<__m512i>(turn)));
}

// @param count a multiple of eight
TRIALMILL_FOR_X86_64_V4 void fill_rounds_of_eight(pcg64& generator, double* out,
                                                  std::size_t count) {
  constexpr std::size_t chains = 8;
  assert(count % chains == 0);
  if (count == 0) return;
  Opened opened(generator);
  const Start<chains> start(opened);
  Words low, high;
  for (std::size_t k = 0; k < chains; ++k) {
    low[k] = static_cast<std::uint64_t>(start.state[k]);
    high[k] = static_cast<std::uint64_t>(start.state[k] >> 64);
  }
  const Words factor = Words{} + static_cast<std::uint64_t>(start.multiplier);
  const Words factor_top = factor >> 32;
  const Words factor_high = Words{} + static_cast<std::uint64_t>(start.multiplier >> 64);
  const Words addend = Words{} + static_cast<std::uint64_t>(start.increment);
  const Words addend_high = Words{} + static_cast<std::uint64_t>(start.increment >> 64);
  for (std::size_t i = 0;; i += chains) {
    Words bits;
    rotate(low ^ high, high >> 58, bits);
    const Doubles above_one = reinterpret_cast<Doubles>((bits >> 12) | 0x3ff0000000000000u);
    const Doubles uniform = (above_one - 1.0) + 0x1p-53;  // as uniform_of
    std::memcpy(out + i, &uniform, sizeof uniform);
    if (i + chains == count) break;

    const Words top = low >> 32;
    Words bottoms, crossed, crossed_too, tops;
    multiply_halves(low, factor, bottoms);
    multiply_halves(low, factor_top, crossed);
    multiply_halves(top, factor, crossed_too);
    multiply_halves(top, factor_top, tops);
    const Words middle = (bottoms >> 32) + crossed_too + (crossed & 0xffffffffu);
    const Words product_high = tops + (crossed >> 32) + (middle >> 32);
    high = product_high + high * factor + low * factor_high + addend_high;
    low = bottoms + ((crossed + crossed_too) << 32) + addend;
    high -= reinterpret_cast<Words>(low < addend);  // the carry: true is -1
  }
  opened.set_state((Wide{high[chains - 1]} << 64) | low[chains - 1]);
  generator = opened;
}

#endif

}  // namespace

void fill_by_four_chains(pcg64& generator, double* out, std::size_t count) {
  const std::size_t rounds = in_rounds(count, 4);
  fill_rounds_of_four(generator, out, rounds);
  fill_one_by_one(generator, out + rounds, count - rounds);
}

void fill_by_chains(pcg64& generator, double* out, std::size_t count) {
#if TRIALMILL_HAS_CLONES
  static const bool has_vectors = __builtin_cpu_supports("x86-64-v4");
  if (has_vectors) {
    const std::size_t rounds = in_rounds(count, 8);
    fill_rounds_of_eight(generator, out, rounds);
    return fill_one_by_one(generator, out + rounds, count - rounds);
  }
#endif
  fill_by_four_chains(generator, out, count);
}

}  // namespace trialmill::random
