#include "trialmill/random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <pcg_random.hpp>
#include <span>
#include <string>
#include <vector>

#include "random/address_hash.hpp"

namespace trialmill::random {
namespace {

std::vector<double> uniforms(const Address& address, std::size_t count) {
  std::vector<double> values(count);
  Stream(address).fill_uniform(values);
  return values;
}

TEST(Pcg64, IndependentGivesThePublishedSequence) {
  // pcg-cpp 0.98.1, test-high/expected/check-pcg64.out: pcg64(42u, 54u), round 1.
  pcg64 generator(42u, 54u);
  for (std::uint64_t expected : {0x86b1da1d72062b68u, 0x1304aa46c9853d39u, 0xa3670e9e0dd50358u,
                                 0xf9090e529a7dae00u, 0xc85b9fd837996f2cu, 0x606121f8e3919196u}) {
    EXPECT_EQ(generator(), expected);
  }
}

TEST(Stream, DoubleProgrammedIsPcg64OnTheHashOfItsAddress) {
  // The recurrence and the output function (XSL RR) of O'Neill (2014) written out; no pcg-cpp.
  __extension__ using Wide = unsigned __int128;
  const Address address{2026, Purpose::event_time, 3, 48213};
  const auto word = hash(address);
  constexpr Wide multiplier = (Wide{2549297995355413924u} << 64) | 4865540595714422341u;
  const Wide increment = (((Wide{word[2]} << 64) | word[3]) << 1) | 1;
  Wide state = (((Wide{word[0]} << 64) | word[1]) + increment) * multiplier + increment;
  Stream stream(address);
  for (int i = 0; i < 1000; ++i) {
    state = state * multiplier + increment;
    const auto folded = static_cast<std::uint64_t>(state >> 64) ^ static_cast<std::uint64_t>(state);
    ASSERT_EQ(stream.next(), std::rotr(folded, static_cast<int>(state >> 122))) << i;
  }
}

TEST(Stream, GivesTheRecordedUniforms) {
  // Results depend on these: a change is a new file format, not a new expected value.
  const auto expect = [](const Address& address, const std::vector<double>& expected) {
    EXPECT_EQ(uniforms(address, expected.size()), expected);
  };
  expect({0, Purpose::enrolment, 0, 0},
         {0x1.52b6a81fbe24dp-1, 0x1.3c098506ad3aep-2, 0x1.5c8b420a2ce58p-4, 0x1.53c8068b06c94p-3});
  expect({20260301, Purpose::event_time, 2, 48213},
         {0x1.7fdc63ca0a481p-1, 0x1.d84bc3391532ep-2, 0x1.33f37021f25bep-2, 0x1.0562c956c92c4p-3});
  expect({~std::uint64_t{0}, Purpose::dropout, 1, 999999},
         {0x1.73cdad1e6a849p-1, 0x1.e7ba894030819p-1, 0x1.1b198c4ab1bfp-5, 0x1.866ea12ef1493p-1});
}

TEST(Stream, UniformsAreCentresOfCellsStrictlyInsideTheUnitInterval) {
  for (double u : uniforms({5, Purpose::covariate, 0, 0}, 1'000'000)) {
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    const double cells = u * 0x1p52;
    ASSERT_EQ(cells - std::floor(cells), 0.5);
    ASSERT_EQ(1.0 - (1.0 - u), u);
  }
}

TEST(Stream, UniformsAreTheTopBitsOfTheDraws) {
  const Address address{6, Purpose::covariate, 1, 7};
  const std::vector<double> values = uniforms(address, 1000);
  Stream stream(address);
  for (double u : values) {
    ASSERT_EQ(static_cast<std::uint64_t>(u * 0x1p52), stream.next() >> 12);
  }
}

TEST(Stream, FillsInPiecesAsAtOnce) {
  const Address address{7, Purpose::dropout, 0, 3};
  const std::vector<double> whole = uniforms(address, 1000);
  std::vector<double> pieces(whole.size());
  Stream stream(address);
  std::size_t begin = 0;
  for (std::size_t length = 0; begin < pieces.size(); ++length) {
    const std::size_t count = std::min(length, pieces.size() - begin);
    stream.fill_uniform(std::span(pieces).subspan(begin, count));
    begin += count;
  }
  EXPECT_EQ(pieces, whole);
}

TEST(Stream, ACopyContinuesOnItsOwn) {
  Stream original({8, Purpose::randomisation, 0, 1});
  original.next();
  Stream copy = original;
  const std::uint64_t expected = original.next();
  original.next();
  EXPECT_EQ(copy.next(), expected);
}

TEST(Stream, SwappingFieldsOfTheAddressGivesAnotherStream) {
  const auto first = [](std::uint64_t seed, std::uint64_t lane, std::uint64_t replicate) {
    return uniforms({seed, Purpose::covariate, lane, replicate}, 4);
  };
  EXPECT_NE(first(1, 2, 3), first(1, 3, 2));
  EXPECT_NE(first(1, 2, 3), first(2, 1, 3));
  EXPECT_NE(first(1, 2, 3), first(3, 2, 1));
  EXPECT_NE(uniforms({1, Purpose::enrolment, 2, 0}, 4), uniforms({1, Purpose::covariate, 1, 0}, 4));
}

/// First draws of a hundred thousand streams that differ in one field only.
struct Neighbours {
  const char* name;
  std::function<Address(std::uint64_t)> address;
};

class NeighbouringStreams : public testing::TestWithParam<Neighbours> {};

constexpr std::size_t stream_count = 100'000;

/// Draw number `index` of every stream.
std::vector<double> draws(const Neighbours& neighbours, std::size_t index) {
  std::vector<double> values(stream_count);
  for (std::size_t i = 0; i < stream_count; ++i) {
    values[i] = uniforms(neighbours.address(i), index + 1).back();
  }
  return values;
}

/// Bounds for |z| <= 6: two-sided probability 2.0e-9 per comparison.
constexpr double z_bound = 6.0;

double correlation_z(const std::vector<double>& a, const std::vector<double>& b,
                     std::size_t shift) {
  // (u - 1/2)(v - 1/2) has mean 0 and variance 1/144 for independent uniforms.
  double sum = 0.0;
  const std::size_t count = a.size() - shift;
  for (std::size_t i = 0; i < count; ++i)
    sum += (a[i] - 0.5) * (b[i + shift] - 0.5);
  return sum * 12.0 / std::sqrt(static_cast<double>(count));
}

double chi_square(const std::vector<int>& counts, double expected) {
  double sum = 0.0;
  for (int count : counts)
    sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST_P(NeighbouringStreams, FirstDrawsAreUniform) {
  // Chi-square with 255 degrees of freedom: mean 255, standard deviation 22.6. Its quantiles at
  // 1 - 1e-8 and 1e-8 are 399 and 149 (Wilson and Hilferty); five families, two draws: 2e-7 in all.
  for (std::size_t index : {0u, 1u}) {
    std::vector<int> counts(256);
    for (double u : draws(GetParam(), index))
      ++counts[static_cast<std::size_t>(u * 256.0)];
    const double statistic = chi_square(counts, stream_count / 256.0);
    EXPECT_LT(statistic, 399.0) << index;
    EXPECT_GT(statistic, 149.0) << index;
  }
}

TEST_P(NeighbouringStreams, LowBitsOfFirstDrawsAreUniform) {
  // As above, for the lowest 8 of the 64 bits: false alarm 1e-7 over the five families.
  std::vector<int> counts(256);
  for (std::size_t i = 0; i < stream_count; ++i) {
    ++counts[Stream(GetParam().address(i)).next() & 0xffu];
  }
  const double statistic = chi_square(counts, stream_count / 256.0);
  EXPECT_LT(statistic, 399.0);
  EXPECT_GT(statistic, 149.0);
}

TEST_P(NeighbouringStreams, AreUncorrelated) {
  // Nine comparisons in each of five families at 2.0e-9: false alarm below 1e-7.
  const std::vector<double> first = draws(GetParam(), 0);
  const std::vector<double> second = draws(GetParam(), 1);
  for (std::size_t shift : {1u, 2u, 256u}) {
    EXPECT_LT(std::abs(correlation_z(first, first, shift)), z_bound) << shift;
    EXPECT_LT(std::abs(correlation_z(first, second, shift)), z_bound) << shift;
  }
  EXPECT_LT(std::abs(correlation_z(first, second, 0)), z_bound);
  double mean = 0.0;
  double square = 0.0;
  for (double u : first) {
    mean += u - 0.5;
    square += (u - 0.5) * (u - 0.5) - 1.0 / 12.0;
  }
  const double root = std::sqrt(static_cast<double>(stream_count));
  EXPECT_LT(std::abs(mean / root * std::sqrt(12.0)), z_bound);
  EXPECT_LT(std::abs(square / root * std::sqrt(180.0)), z_bound);
}

TEST_P(NeighbouringStreams, PairsOfNeighboursFillTheUnitSquare) {
  // Streams 2i and 2i + 1 on a 16 x 16 grid, 50,000 pairs: chi-square as above, 1e-7 over five.
  const std::vector<double> first = draws(GetParam(), 0);
  std::vector<int> counts(256);
  for (std::size_t i = 0; i + 1 < first.size(); i += 2) {
    ++counts[static_cast<std::size_t>(first[i] * 16.0) * 16 +
             static_cast<std::size_t>(first[i + 1] * 16.0)];
  }
  const double statistic = chi_square(counts, stream_count / 512.0);
  EXPECT_LT(statistic, 399.0);
  EXPECT_GT(statistic, 149.0);
}

INSTANTIATE_TEST_SUITE_P(Families, NeighbouringStreams,
                         testing::Values(Neighbours{"Seed",
                                                    [](std::uint64_t i) {
                                                      return Address{i, Purpose::event_time, 0, 0};
                                                    }},
                                         Neighbours{
                                             "Purpose",
                                             [](std::uint64_t i) {
                                               return Address{1, static_cast<Purpose>(i), 0, 0};
                                             }},
                                         Neighbours{"Lane",
                                                    [](std::uint64_t i) {
                                                      return Address{1, Purpose::event_time, i, 0};
                                                    }},
                                         Neighbours{"Replicate",
                                                    [](std::uint64_t i) {
                                                      return Address{1, Purpose::event_time, 0, i};
                                                    }},
                                         Neighbours{"SeedAndReplicate",
                                                    [](std::uint64_t i) {
                                                      return Address{i, Purpose::event_time, 0, i};
                                                    }}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace trialmill::random
