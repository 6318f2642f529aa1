#include "scenario/latent_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
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
constexpr std::uint64_t most_patterns_of_lattice = std::uint64_t{1} << 13;
// Points x combinations of levels, and the same at every node of continuous scores together.
constexpr std::uint64_t most_nodes = std::uint64_t{1} << 20;
constexpr std::uint64_t most_nodes_by_score = std::uint64_t{1} << 18;
// What is left of the points at a node of continuous scores.
constexpr std::uint64_t fewest_points_by_score = std::uint64_t{1} << 7;

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

// The levels of a law in the order in which rising scores meet them; none for a continuous one.
struct Levels {
  std::vector<double> value;
  std::vector<double> upper_score;  // the latent score at which each ends
};

Levels levels_of(const cohort::CovariateLaw& law) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (const auto* binary = std::get_if<cohort::BinaryLaw>(&law))
    return {{0, 1}, {-math::normal_quantile(binary->prevalence), infinite}};
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

// Independent standard normal scores, and the weight of each.
struct ScoreNodes {
  std::vector<double> weight;
  std::vector<double> score;  // nodes x dimensions
};

// One to three scores on an even grid around 0: the trapezoidal rule of a normal density. Its error
// falls like exp(-2 pi^2 w^2 / step^2), w being the width of the steepest change of what is
// averaged (1 for the density itself, sqrt(1 - r^2) for a level correlated by r).
ScoreNodes even_grid(std::size_t dimensions) {
  constexpr double outermost = 5.5;  // 4e-8 of one score, 3e-7 of two, 1e-6 of three lie beyond
  constexpr std::array step = {0.25, 0.5, 0.9};
  const double h = step[dimensions - 1];
  const int half = static_cast<int>(outermost / h);
  const int half2 = dimensions > 1 ? half : 0, half3 = dimensions > 2 ? half : 0;
  ScoreNodes nodes;
  double total = 0;
  for (int i = -half; i <= half; ++i)
    for (int j = -half2; j <= half2; ++j)
      for (int k = -half3; k <= half3; ++k) {
        const std::array score = {i * h, j * h, k * h};
        const double squared = score[0] * score[0] + score[1] * score[1] + score[2] * score[2];
        if (squared > outermost * outermost) continue;
        nodes.weight.push_back(math::exp(-0.5 * squared));
        total += nodes.weight.back();
        nodes.score.insert(nodes.score.end(), score.begin(),
                           score.begin() + static_cast<std::ptrdiff_t>(dimensions));
      }
  for (double& weight : nodes.weight)
    weight /= total;
  return nodes;
}

// Four and more scores at the points of a lattice.
ScoreNodes lattice(std::size_t dimensions, std::uint64_t combinations) {
  std::uint64_t points = most_points;
  while (points > fewest_points && points * combinations > most_patterns_of_lattice)
    points /= 2;
  ScoreNodes nodes{std::vector<double>(points, 1.0 / static_cast<double>(points)), {}};
  for (std::uint64_t point = 0; point < points; ++point)
    for (std::size_t k = 0; k < dimensions; ++k)
      nodes.score.push_back(math::normal_quantile(coordinate(point, k, points)));
  return nodes;
}

// Without a continuous covariate there is one node of no scores.
ScoreNodes score_nodes(std::size_t dimensions, std::uint64_t combinations) {
  if (dimensions == 0) return {{1.0}, {}};
  return dimensions <= 3 ? even_grid(dimensions) : lattice(dimensions, combinations);
}

// The continuous covariates come first and take the values of a node. At every node one pass over
// the points of a lattice: a binary or categorical covariate takes all its levels, each with its
// probability given the scores before it, and the coordinate says where within the level the score
// lies. There is one pattern per node and combination of levels, whatever the number of points.
class LatentScores {
 public:
  LatentScores(std::span<const cohort::Covariate> population, const cohort::Copula& copula)
      : population_(population), copula_(copula) {
    for (const std::size_t index : copula.covariates) {
      levels_.push_back(levels_of(population[index].law));
      const std::size_t count = levels_.back().value.size();
      continuous_ += count == 0;
      combinations_ *= std::max<std::size_t>(count, 1);
      if (combinations_ * fewest_points > most_patterns || levels_.size() > generator.size())
        throw std::length_error(
            "the covariates combine to too many patterns; tie fewer of them together");
    }
    nodes_ = score_nodes(continuous_, combinations_);
    if (nodes_.weight.size() * combinations_ > most_patterns)
      throw std::length_error(
          "the covariates combine to too many patterns; tie fewer of them together");
    points_ = points_at_node();
    score_.resize(levels_.size());
    value_.resize(levels_.size());
  }

  std::vector<CovariatePattern> patterns() {
    for (std::size_t node = 0; node < nodes_.weight.size(); ++node) {
      set_continuous(node);
      at_node_.assign(combinations_, CovariatePattern{0, {}});
      for (point_ = 0; point_ < points_; ++point_)
        split(continuous_, nodes_.weight[node] / static_cast<double>(points_), 0);
      std::ranges::copy_if(at_node_, std::back_inserter(patterns_),
                           [](const CovariatePattern& one) { return one.probability > 0; });
    }
    return std::move(patterns_);
  }

 private:
  // The score of the last covariate is not needed, nor is that of a continuous one drawn: with one
  // covariate of levels a single point is exact.
  std::uint64_t points_at_node() const {
    const std::size_t of_levels = levels_.size() - continuous_;
    if (continuous_ > 0 && of_levels <= 1) return 1;
    const std::uint64_t nodes = nodes_.weight.size() * combinations_;
    const std::uint64_t most = continuous_ == 0 ? most_nodes : most_nodes_by_score;
    const std::uint64_t fewest = continuous_ == 0 ? fewest_points : fewest_points_by_score;
    std::uint64_t points = most_points;
    while (points > fewest && points * nodes > most)
      points /= 2;
    return points;
  }

  double known_from_before(std::size_t row) const {
    double known = 0;
    for (std::size_t column = 0; column < row; ++column)
      known += copula_.factor_at(row, column) * score_[column];
    return known;
  }

  void set_continuous(std::size_t node) {
    for (std::size_t row = 0; row < continuous_; ++row) {
      score_[row] = nodes_.score[node * continuous_ + row];
      value_[row] =
          value_at(row, known_from_before(row) + copula_.factor_at(row, row) * score_[row]);
    }
  }

  void split(std::size_t row, double probability, std::size_t combination) {
    if (row == levels_.size()) return keep(probability, combination);
    const double known = known_from_before(row);
    const double open = copula_.factor_at(row, row);
    const double u = coordinate(point_, row - continuous_, points_);
    const Levels& levels = levels_[row];
    const bool is_last = row + 1 == levels_.size();
    double below = 0;
    for (std::size_t level = 0; level < levels.value.size(); ++level) {
      const double upper = math::normal_probability((levels.upper_score[level] - known) / open);
      const double share = upper - below;
      if (share > 0) {
        if (!is_last) score_[row] = math::normal_quantile(inside(below + share * u));
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
    at_node_[combination].value = value_;
    at_node_[combination].probability += probability;
  }

  std::span<const cohort::Covariate> population_;
  const cohort::Copula& copula_;
  std::vector<Levels> levels_;
  std::size_t continuous_ = 0;
  std::uint64_t combinations_ = 1;
  ScoreNodes nodes_;
  std::uint64_t points_ = 0;
  std::uint64_t point_ = 0;
  std::vector<double> score_, value_;
  std::vector<CovariatePattern> at_node_, patterns_;
};

}  // namespace

std::vector<CovariatePattern> correlated_patterns(std::span<const cohort::Covariate> population,
                                                  const cohort::Copula& copula) {
  return LatentScores(population, copula).patterns();
}

}  // namespace trialmill::scenario
