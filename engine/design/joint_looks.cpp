#include "design/joint_looks.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::design {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t points = 256;

// Of a rank-1 lattice rule, found component by component (Nuyens and Cools 2006) for product
// weights 0.5 x 0.8^j in the criterion P2.
constexpr std::array<std::size_t, most_joint_statistics> generator = {
    1,  75, 47,  111, 125, 43, 17, 53,  9,  13, 99, 113, 21, 39, 61, 11,
    79, 41, 109, 115, 117, 15, 87, 101, 95, 7,  81, 23,  55, 27, 63, 31};

using Lattice = std::array<std::array<double, points>, most_joint_statistics>;

// The coordinates of its points, shifted and folded (Hickernell 2002), in (0, 1).
Lattice folded_lattice() {
  constexpr double golden = 0.6180339887498949;
  Lattice out{};
  for (std::size_t d = 0; d < generator.size(); ++d)
    for (std::size_t p = 0; p < points; ++p) {
      const double lattice =
          static_cast<double>(p * generator[d] % points) / static_cast<double>(points);
      const double shifted = lattice + golden * static_cast<double>(d + 1);
      const double within = shifted - std::floor(shifted);
      out[d][p] = std::clamp(1 - std::abs(2 * within - 1), 1e-9, 1 - 1e-9);
    }
  return out;
}

double coordinate(std::size_t point, std::size_t dimension) {
  static const Lattice lattice = folded_lattice();
  return lattice[dimension][point];
}

// Where a normal variable may lie.
struct Stretch {
  double from = -infinity, to = infinity;

  // Keeps where part x y < room.
  void clip(double part, double room) {
    if (part > 0)
      to = std::min(to, room / part);
    else
      from = std::max(from, room / part);
  }
  void clip(double part, double mean, double bound, bool two_sided) {
    clip(part, bound - mean);
    if (two_sided) clip(-part, bound + mean);
  }
};

// Statistics in the order in which they are drawn, Z = L Y.
class Order {
 public:
  std::size_t size() const { return size_; }

  void add(std::span<const double> correlation, double bound) {
    constexpr double no_variance = 1e-10;
    constexpr double no_part = 1e-7;
    Row& row = row_[size_];
    row.bound = bound;
    double length = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      double rest = correlation[j];
      for (std::size_t k = 0; k < j; ++k)
        rest -= row.root[k] * row_[j].root[k];
      row.root[j] = row_[j].root[j] > 0 ? rest / row_[j].root[j] : 0;
      length += row.root[j] * row.root[j];
    }
    row.last = size_;
    row.root[size_] = 1 - length > no_variance ? std::sqrt(1 - length) : 0;
    if (row.root[size_] == 0)
      for (std::size_t j = 0; j < size_; ++j) {
        row.root[j] /= std::sqrt(length);
        if (std::abs(row.root[j]) > no_part) row.last = j;
      }
    ++size_;
  }

  // P(the first is beyond its bound, the others are not).
  double first_alone(bool two_sided) const {
    Stretch first{row_[0].bound, infinity};
    for (std::size_t i = 1; i < size_; ++i)
      if (row_[i].last == 0) first.clip(row_[i].root[0], 0, row_[i].bound, two_sided);
    if (!(first.from < first.to)) return 0;
    const double beyond = math::normal_probability(-first.to);
    const double share = math::normal_probability(-first.from) - beyond;
    Draws y{};
    double sum = 0;
    for (std::size_t p = 0; p < points; ++p) {
      y[0] = -math::normal_quantile(beyond + coordinate(p, 0) * share);
      sum += others_within(p, two_sided, y);
    }
    return share * sum / static_cast<double>(points);
  }

 private:
  using Draws = std::array<double, most_joint_statistics>;
  struct Row {
    Draws root;  // of L
    double bound = 0;
    std::size_t last = 0;  // Y that has a part in it
  };

  // Given the first; `y` is overwritten from the second on.
  double others_within(std::size_t point, bool two_sided, Draws& y) const {
    double within = 1;
    for (std::size_t c = 1; c < size_; ++c) {
      if (row_[c].last != c) continue;
      Stretch stretch;
      for (std::size_t i = c; i < size_; ++i) {
        const Row& row = row_[i];
        if (row.last != c) continue;
        double mean = 0;
        for (std::size_t j = 0; j < c; ++j)
          mean += row.root[j] * y[j];
        stretch.clip(row.root[c], mean, row.bound, two_sided);
      }
      if (!(stretch.from < stretch.to)) return 0;
      const double below = math::normal_probability(stretch.from);
      const double share = math::normal_probability(stretch.to) - below;
      within *= share;
      if (c + 1 < size_)
        y[c] = math::normal_quantile(
            std::clamp(below + coordinate(point, c) * share, 1e-300, 1 - 1e-16));
    }
    return within;
  }

  std::array<Row, most_joint_statistics> row_;
  std::size_t size_ = 0;
};

}  // namespace

void JointLooks::restart() {
  before_ = all_ = 0;
  correlation_.clear();
  bound_.clear();
}

void JointLooks::look_at(std::size_t statistics, std::span<const double> correlation) {
  before_ = all_;
  all_ += statistics;
  assert(statistics >= 1 && all_ <= most_joint_statistics);
  assert(correlation.size() == statistics * all_);
  for (std::size_t i = 0; i < statistics; ++i) {
    auto& row = correlation_.emplace_back();
    std::copy_n(correlation.begin() + static_cast<std::ptrdiff_t>(i * all_), all_, row.begin());
  }
}

double JointLooks::first_to_reach(std::size_t statistic, double z, bool two_sided) const {
  std::array<std::size_t, most_joint_statistics> drawn{};
  std::array<double, most_joint_statistics> with_drawn{};
  Order order;
  const auto draw = [&](std::size_t i, double bound) {
    for (std::size_t j = 0; j < order.size(); ++j)
      with_drawn[j] = correlation_[std::max(i, drawn[j])][std::min(i, drawn[j])];
    drawn[order.size()] = i;
    order.add(std::span(with_drawn).first(order.size()), bound);
  };
  draw(statistic, z);
  for (std::size_t i = before_; i < statistic; ++i)
    draw(i, z);
  for (std::size_t i = before_; i-- > 0;)
    if (std::isfinite(bound_[i])) draw(i, bound_[i]);
  return (two_sided ? 2 : 1) * order.first_alone(two_sided);
}

double JointLooks::reached(double z, bool two_sided) const {
  double sum = 0;
  for (std::size_t i = before_; i < all_; ++i)
    sum += first_to_reach(i, z, two_sided);
  return sum;
}

double JointLooks::bound_for(double probability, bool two_sided) const {
  constexpr double close_enough = 1e-6;  // relative, of the probability
  constexpr double farthest = 40;
  if (probability <= 0) return infinity;
  const auto excess = [&](double z) { return math::log(reached(z, two_sided) / probability); };
  // What looks before stopped can only lower the bound, and more statistics raise it.
  const double share = probability / (two_sided ? 2 : 1);
  double highest = -math::normal_quantile(share / static_cast<double>(all_ - before_));
  double lowest = two_sided ? 0 : -farthest;
  // The logarithm of the probability is nearly straight in z^2: a secant finds the root fast.
  double z = highest, at_z = excess(z), slope = -std::max(z, 0.5) - 1 / (1 + std::abs(z));
  for (int step = 0; step < 100 && std::abs(at_z) > close_enough; ++step) {
    (at_z > 0 ? lowest : highest) = z;
    double next = z - at_z / slope;
    if (!(next > lowest && next < highest)) next = 0.5 * (lowest + highest);
    if (next == z) break;
    const double at_next = excess(next);
    slope = std::min((at_next - at_z) / (next - z), -1e-3);
    z = next;
    at_z = at_next;
  }
  return at_z < -close_enough && z <= (two_sided ? 1e-9 : 1e-9 - farthest) ? -infinity : z;
}

void JointLooks::keep_below(double z) {
  bound_.resize(all_, z);
}

}  // namespace trialmill::design
