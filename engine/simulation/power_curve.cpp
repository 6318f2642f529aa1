#include "simulation/power_curve.hpp"

#include <algorithm>
#include <cmath>

#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::simulation {
namespace {

// A symmetric matrix of the intercept and the slope.
struct Matrix {
  double aa = 0, ab = 0, bb = 0;

  void add(double weight, double x, double y) {  // weight times (1, x) (1, y)', made symmetric
    aa += weight;
    ab += weight * 0.5 * (x + y);
    bb += weight * x * y;
  }

  Matrix inverse() const {
    const double determinant = aa * bb - ab * ab;
    return {bb / determinant, -ab / determinant, aa / determinant};
  }
};

// left x middle x left, all symmetric.
Matrix sandwich(const Matrix& left, const Matrix& middle) {
  const double aa = left.aa * middle.aa + left.ab * middle.ab;
  const double ab = left.aa * middle.ab + left.ab * middle.bb;
  const double ba = left.ab * middle.aa + left.bb * middle.ab;
  const double bb = left.ab * middle.ab + left.bb * middle.bb;
  return {aa * left.aa + ab * left.ab, aa * left.ab + ab * left.bb, ba * left.ab + bb * left.bb};
}

constexpr double prior_precision = 1;  // of the intercept

// The curve at one size.
struct Point {
  double root = 0, power = 0;
  double per_residual = 0;  // density / (power (1 - power)): score of a residual of 1
  double information = 0;   // of one replicate
};

Point point_of(const PowerCurve& curve, std::size_t size) {
  Point point;
  point.root = std::sqrt(static_cast<double>(size));
  const double score = std::clamp(curve.intercept + curve.slope * point.root, -8.0, 8.0);
  point.power = math::normal_probability(score);
  const double spread = point.power * math::normal_probability(-score);
  constexpr double inverse_root_two_pi = 3.9894228040143267794e-1;
  const double density = inverse_root_two_pi * math::exp(-0.5 * score * score);
  point.per_residual = density / spread;
  point.information = density * density / spread;
  return point;
}

// Rejections, half a replicate away from none and all, where a probit is infinite.
double rejections(const SizedRejections& batch, std::size_t i) {
  const auto all = static_cast<double>(batch.replicates);
  return std::clamp(static_cast<double>(batch.at(i, i)), 0.5, all - 0.5);
}

double starting_slope(std::span<const SizedRejections> batches, double critical_z) {
  double sum = 0, weight = 0;
  for (const SizedRejections& batch : batches)
    for (std::size_t i = 0; i < batch.sizes.size(); ++i) {
      const auto all = static_cast<double>(batch.replicates);
      const double share = rejections(batch, i) / all;
      const double each = all * share * (1 - share);
      sum += each * (math::normal_quantile(share) + critical_z) /
             std::sqrt(static_cast<double>(batch.sizes[i]));
      weight += each;
    }
  return sum / weight;
}

// The variance of the score: of one batch, sums over pairs of sizes within replicates.
void add_score_variance(const SizedRejections& batch, const PowerCurve& curve, Matrix& variance) {
  std::vector<Point> points;
  for (const std::size_t size : batch.sizes)
    points.push_back(point_of(curve, size));
  const auto all = static_cast<double>(batch.replicates);
  for (std::size_t i = 0; i < points.size(); ++i)
    for (std::size_t j = 0; j < points.size(); ++j) {
      const double products = static_cast<double>(batch.at(i, j)) -
                              points[i].power * static_cast<double>(batch.at(j, j)) -
                              points[j].power * static_cast<double>(batch.at(i, i)) +
                              all * points[i].power * points[j].power;
      variance.add(points[i].per_residual * points[j].per_residual * products, points[i].root,
                   points[j].root);
    }
}

}  // namespace

PowerCurve fit_power_curve(std::span<const SizedRejections> batches, double critical_z) {
  PowerCurve curve;
  curve.intercept = -critical_z;
  curve.slope = starting_slope(batches, critical_z);
  Matrix information;
  constexpr int most_steps = 60;
  for (int step = 0; step < most_steps; ++step) {
    information = {prior_precision, 0, 0};
    double score_a = -prior_precision * (curve.intercept + critical_z), score_b = 0;
    for (const SizedRejections& batch : batches)
      for (std::size_t i = 0; i < batch.sizes.size(); ++i) {
        const Point point = point_of(curve, batch.sizes[i]);
        const auto all = static_cast<double>(batch.replicates);
        const double score = point.per_residual * (rejections(batch, i) - all * point.power);
        score_a += score;
        score_b += score * point.root;
        information.add(all * point.information, point.root, point.root);
      }
    const Matrix inverse = information.inverse();
    const double move_a = inverse.aa * score_a + inverse.ab * score_b;
    const double move_b = inverse.ab * score_a + inverse.bb * score_b;
    curve.intercept += move_a;
    curve.slope += move_b;
    if (std::abs(move_a) < 1e-10 && std::abs(move_b) < 1e-12) break;
  }
  Matrix variance{prior_precision, 0, 0};
  for (const SizedRejections& batch : batches)
    add_score_variance(batch, curve, variance);
  const Matrix covariance = sandwich(information.inverse(), variance);
  curve.variance_of_intercept = covariance.aa;
  curve.covariance = covariance.ab;
  curve.variance_of_slope = covariance.bb;
  return curve;
}

SizeForPower size_for_power(const PowerCurve& curve, double power, double confidence) {
  const double target = math::normal_quantile(power);
  const double above = curve.intercept - target;
  const auto squared = [](double root) { return root > 0 ? root * root : 0; };
  SizeForPower found{HUGE_VAL, 0, HUGE_VAL};
  if (!(curve.slope > 0)) return found;
  found.size = squared(-above / curve.slope);
  const double z = math::normal_quantile(0.5 + 0.5 * confidence), z2 = z * z;
  // Roots at which the curve is z standard errors from the target.
  const double a = curve.slope * curve.slope - z2 * curve.variance_of_slope;
  const double b = curve.slope * above - z2 * curve.covariance;
  const double c = above * above - z2 * curve.variance_of_intercept;
  if (!(a > 0)) return found;
  const double spread = std::sqrt(std::max(0.0, b * b - a * c));
  found.lower = squared((-b - spread) / a);
  found.upper = squared((-b + spread) / a);
  return found;
}

}  // namespace trialmill::simulation
