#include "scenario/latent_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::scenario {
namespace {

// Generating vector of an embedded lattice for 2^1 to 2^20 points, order-2 weights (Cools, Kuo and
// Nuyens 2006): its first elements, one per dimension.
constexpr std::array<std::uint64_t, 20> generator = {
    1,      182667, 469891, 498753, 110745, 446247, 250185, 118627, 245333, 283199,
    408519, 391023, 246327, 126539, 399185, 461527, 300343, 69681,  516695, 436179};

constexpr std::uint64_t most_points = std::uint64_t{1} << 14;
constexpr std::uint64_t fewest_points = std::uint64_t{1} << 10;
constexpr std::uint64_t most_patterns = 1'000'000;
// Points x combinations of levels: where the latter are merged, and where every one is a pattern.
constexpr std::uint64_t most_merged_nodes = std::uint64_t{1} << 20;
constexpr std::uint64_t most_single_nodes = std::uint64_t{1} << 18;

// Probabilities as far out as a stream of uniforms goes: none turns into an infinite score.
double inside(double probability) {
  return std::clamp(probability, 0x1p-53, 1 - 0x1p-53);
}

// The coordinate of a point, inside (0, 1). The lattice is shifted by multiples of the golden
// ratio, so that no coordinate is near an end, and folded once at 1/2, which makes the integrand
// periodic (Hickernell 2002).
double coordinate(std::uint64_t point, std::size_t dimension, std::uint64_t points) {
  const std::uint64_t cell = point * generator[dimension] % points;
  const double turns = static_cast<double>(cell) / static_cast<double>(points) +
                       static_cast<double>(dimension + 1) * (std::numbers::phi - 1);
  return inside(std::abs(2 * (turns - std::floor(turns)) - 1));
}

// The levels of a law in the order in which rising uniforms meet them; none for a continuous one.
struct Levels {
  std::vector<double> value;
  std::vector<double> upper_score;  // the latent score at which each ends
};

Levels levels_of(const cohort::CovariateLaw& law) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (const auto* binary = std::get_if<cohort::BinaryLaw>(&law))
    return {{1, 0}, {math::normal_quantile(binary->prevalence), infinite}};
  Levels levels;
  if (const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law)) {
    double below = 0;
    for (std::size_t level = 0; level < categorical->levels.size(); ++level) {
      below += categorical->probabilities[level];
      levels.value.push_back(static_cast<double>(level));
      // Rounding can carry the sum past 1, where the quantile is not a number.
      levels.upper_score.push_back(math::normal_quantile(std::min(below, 1.0)));
    }
    levels.upper_score.back() = infinite;
  }
  return levels;
}

// One pass over the points of the lattice. At each, covariate after covariate: a continuous one
// takes the value of its coordinate, a binary or categorical one all its levels, each with its
// probability given the scores before it, and the coordinate says where within the level the score
// lies.
class LatentScores {
 public:
  LatentScores(std::span<const cohort::Covariate> population, const cohort::Copula& copula)
      : population_(population), copula_(copula) {
    bool continuous = false;
    std::uint64_t combinations = 1;
    for (const std::size_t index : copula.covariates) {
      levels_.push_back(levels_of(population[index].law));
      const std::size_t count = levels_.back().value.size();
      continuous = continuous || count == 0;
      combinations *= std::max<std::size_t>(count, 1);
      if (combinations * fewest_points > most_patterns || levels_.size() > generator.size())
        throw std::length_error(
            "the correlated covariates combine to too many patterns; correlate fewer of them");
    }
    merged_ = !continuous;
    const std::uint64_t most_nodes = merged_ ? most_merged_nodes : most_single_nodes;
    points_ = most_points;
    while (points_ > fewest_points && points_ * combinations > most_nodes)
      points_ /= 2;
    if (merged_) patterns_.resize(combinations, CovariatePattern{0, {}});
    score_.resize(levels_.size());
    value_.resize(levels_.size());
  }

  std::vector<CovariatePattern> patterns() {
    for (point_ = 0; point_ < points_; ++point_)
      split(0, 1 / static_cast<double>(points_), 0);
    std::erase_if(patterns_,
                  [](const CovariatePattern& pattern) { return pattern.probability == 0; });
    return std::move(patterns_);
  }

 private:
  void split(std::size_t row, double probability, std::size_t combination) {
    if (row == levels_.size()) return keep(probability, combination);
    double known = 0;
    for (std::size_t column = 0; column < row; ++column)
      known += copula_.factor_at(row, column) * score_[column];
    const double open = copula_.factor_at(row, row);
    const double u = coordinate(point_, row, points_);
    const Levels& levels = levels_[row];
    if (levels.value.empty()) {
      score_[row] = math::normal_quantile(u);
      value_[row] = value_at(row, known + open * score_[row]);
      return split(row + 1, probability, combination);
    }
    double below = 0;
    for (std::size_t level = 0; level < levels.value.size(); ++level) {
      const double upper = math::normal_probability((levels.upper_score[level] - known) / open);
      const double share = upper - below;
      if (share > 0) {
        score_[row] = math::normal_quantile(inside(below + share * u));
        value_[row] = levels.value[level];
        split(row + 1, probability * share, combination * levels.value.size() + level);
      }
      below = upper;
    }
  }

  double value_at(std::size_t row, double score) const {
    const double u = inside(math::normal_probability(score));
    double value = 0;
    cohort::draw_values(population_[copula_.covariates[row]].law, std::span(&u, 1),
                        std::span(&value, 1));
    return value;
  }

  void keep(double probability, std::size_t combination) {
    if (!merged_) {
      patterns_.push_back({probability, value_});
      return;
    }
    patterns_[combination].value = value_;
    patterns_[combination].probability += probability;
  }

  std::span<const cohort::Covariate> population_;
  const cohort::Copula& copula_;
  std::vector<Levels> levels_;
  std::uint64_t points_ = 0;
  std::uint64_t point_ = 0;
  bool merged_ = false;  // levels alone: one pattern per combination, whatever the number of points
  std::vector<double> score_, value_;
  std::vector<CovariatePattern> patterns_;
};

}  // namespace

std::vector<CovariatePattern> correlated_patterns(std::span<const cohort::Covariate> population,
                                                  const cohort::Copula& copula) {
  return LatentScores(population, copula).patterns();
}

}  // namespace trialmill::scenario
