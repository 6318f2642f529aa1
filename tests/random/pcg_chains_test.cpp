#include "random/pcg_chains.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace trialmill::random {
namespace {

// The library's own generator, one number after another, and the definition of a uniform.
std::vector<double> naive_uniforms(pcg64& generator, std::size_t count) {
  std::vector<double> out(count);
  for (double& u : out)
    u = (static_cast<double>(generator() >> 12) + 0.5) * 0x1p-52;
  return out;
}

using Fill = void (*)(pcg64&, double*, std::size_t);

void expect_the_library_sequence(Fill fill) {
  for (const std::size_t count : {0u, 1u, 7u, 15u, 16u, 31u, 32u, 33u, 40u, 301u, 4000u, 4007u}) {
    pcg64 by_chains(42 + count, 54), one_by_one(42 + count, 54);
    std::vector<double> filled(count);
    fill(by_chains, filled.data(), filled.size());
    EXPECT_EQ(filled, naive_uniforms(one_by_one, filled.size())) << count;
    EXPECT_TRUE(by_chains == one_by_one) << "the generator goes on where the chains ended";
  }
}

TEST(PcgChains, DoubleProgrammedFourChains) {
  expect_the_library_sequence(fill_by_four_chains);
}

TEST(PcgChains, DoubleProgrammedTheChainsOfThisCpu) {
  expect_the_library_sequence(fill_by_chains);
}

TEST(PcgChains, UniformsAreCentresOfCells) {
  for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1} << 12, ~std::uint64_t{0}})
    EXPECT_EQ(uniform_of(bits), (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
}

}  // namespace
}  // namespace trialmill::random
