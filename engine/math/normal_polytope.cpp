#include "normal_polytope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "angle.hpp"
#include "quadrature.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"

namespace trialmill::math {
namespace {

using Normal = std::array<double, most_normal_variables>;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double turn = 2 * std::numbers::pi;
constexpr double inverse_root_turn = 0.3989422804014326779;
constexpr double far = 8;           ///< beyond it a normal variable has no more than 1e-15
constexpr double closest = 1e-9;    ///< a face through the origin is moved this far
constexpr double parallel = 1e-14;  ///< squared sine of the angle between parallel normals

/// Half-spaces with unit normals, no two of them the same.
struct Faces {
  std::array<HalfSpace, 2 * most_normal_variables> face;
  std::size_t count = 0;

  const HalfSpace& operator[](std::size_t i) const { return face[i]; }
  bool hold_origin() const {
    return std::all_of(face.begin(), face.begin() + static_cast<std::ptrdiff_t>(count),
                       [](const HalfSpace& half_space) { return half_space.bound > 0; });
  }
};

double product(const Normal& a, const Normal& b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t k = 0; k < dimension; ++k)
    sum += a[k] * b[k];
  return sum;
}

/// Turns a space so that a normal becomes a coordinate axis, and gives that coordinate up.
class Reflection {
 public:
  /// @param axis a coordinate that is not 0 in `normal`
  Reflection(const Normal& normal, std::size_t axis, std::size_t dimension)
      : mirror_(normal), axis_(axis), dimension_(dimension) {
    mirror_[axis] += std::copysign(1.0, normal[axis]);
    scale_ = 2 / product(mirror_, mirror_, dimension);
  }
  /// @param vector at right angles to the normal
  Normal operator()(const Normal& vector) const {
    const double share = scale_ * product(mirror_, vector, dimension_);
    Normal turned{};
    for (std::size_t k = 0, to = 0; k < dimension_; ++k)
      if (k != axis_) turned[to++] = vector[k] - share * mirror_[k];
    return turned;
  }

 private:
  Normal mirror_;
  std::size_t axis_;
  std::size_t dimension_;
  double scale_;
};

/// The stretch of a line on which a coordinate along it is feasible.
struct Stretch {
  double from = -infinite;
  double to = infinite;
  bool empty() const { return !(from < to); }
  /// Keeps where rate x s < room.
  void clip(double rate, double room) {
    if (std::abs(rate) < 1e-12) {
      if (!(room > 0)) to = -infinite;
    } else if (rate > 0) {
      to = std::min(to, room / rate);
    } else {
      from = std::max(from, room / rate);
    }
  }
};

/// The integral over `stretch`, within `far` of 0, of a function that changes on the scale `width`
/// near 0 and on the scale of s further out, no faster than a normal density.
template <class Function>
double integrate_along(Stretch stretch, double width, Function f) {
  const double from = std::max(stretch.from, -far), to = std::min(stretch.to, far);
  double inner = std::min(4 * width, far);
  const double low = std::max(from, -inner), high = std::min(to, inner);
  double sum = 0;
  if (low < high) {
    // The tangent of half the angle under which a point is seen from a distance `width`.
    sum = integrate(half_tangent(low / width), half_tangent(high / width), [&](double u) {
      const double rest = 1 - u * u;
      return f(width * 2 * u / rest) * width * 2 * (1 + u * u) / (rest * rest);
    });
  }
  while (inner < far) {
    const double outer = std::min(3 * inner, far);
    const auto panel = [&](double left, double right) {
      if (left < right) sum += integrate(left, right, f);
    };
    panel(std::max(from, inner), std::min(to, outer));
    panel(std::max(from, -outer), std::min(to, -inner));
    inner = outer;
  }
  return sum;
}

double outside_on_line(const Faces& faces) {
  Stretch inside;
  for (std::size_t i = 0; i < faces.count; ++i)
    inside.clip(faces[i].normal[0], faces[i].bound);
  return inside.empty() ? 1 : normal_probability(inside.from) + normal_probability(-inside.to);
}

/// Beyond one edge of a polygon, seen from the origin: between the rays through its ends.
double beyond_edge(double distance, Stretch edge) {
  const double d = distance;
  return integrate_along(edge, d,
                         [d](double s) {
                           const double square = d * d + s * s;
                           return exp(-0.5 * square) * d / square;
                         }) /
         turn;
}

double outside_in_plane(const Faces& faces) {
  double outside = faces.hold_origin() ? 0 : 1;
  for (std::size_t i = 0; i < faces.count; ++i) {
    const auto& [normal, bound] = faces[i];
    Stretch edge;
    for (std::size_t k = 0; k < faces.count; ++k) {
      const Normal& other = faces[k].normal;
      if (k != i)
        edge.clip(other[1] * normal[0] - other[0] * normal[1],
                  faces[k].bound - bound * product(other, normal, 2));
    }
    if (!edge.empty()) outside += std::copysign(beyond_edge(std::abs(bound), edge), bound);
  }
  return outside;
}

/// The line in which two faces meet.
struct Edge {
  double distance = 0;       ///< of the line from the origin
  double from_first = 0;     ///< signed, from the nearest point of the first face
  double from_second = 0;    ///< likewise for the second
  Normal first_to_second{};  ///< unit vector within the first face, towards the line
  Normal second_to_first{};
  Stretch stretch;  ///< where the line is an edge of the polytope
};

Edge edge_between(const Faces& faces, std::size_t i, std::size_t j, double cosine, double sine) {
  const auto& [n, first] = faces[i];
  const auto& [m, second] = faces[j];
  Edge edge;
  edge.from_first = (second - cosine * first) / sine;
  edge.from_second = (first - cosine * second) / sine;
  edge.distance = std::sqrt(first * first + edge.from_first * edge.from_first);
  const Normal along = {(n[1] * m[2] - n[2] * m[1]) / sine, (n[2] * m[0] - n[0] * m[2]) / sine,
                        (n[0] * m[1] - n[1] * m[0]) / sine};
  Normal foot{};
  for (std::size_t k = 0; k < 3; ++k) {
    edge.first_to_second[k] = (m[k] - cosine * n[k]) / sine;
    edge.second_to_first[k] = (n[k] - cosine * m[k]) / sine;
    foot[k] = first * n[k] + edge.from_first * edge.first_to_second[k];
  }
  for (std::size_t k = 0; k < faces.count; ++k) {
    if (k == i || k == j) continue;
    const Normal& other = faces[k].normal;
    edge.stretch.clip(product(other, along, 3), faces[k].bound - product(other, foot, 3));
    if (edge.stretch.empty()) break;
  }
  return edge;
}

/// The angle under which the parts of a stretch beyond `far` are seen from a point `offset` away.
double far_angle(Stretch stretch, double offset) {
  const auto seen = [offset](double from, double to) {
    return from < to ? arctangent(to / offset) - arctangent(from / offset) : 0.0;
  };
  if (offset == 0) return 0;
  return seen(std::max(stretch.from, far), stretch.to) +
         seen(stretch.from, std::min(stretch.to, -far));
}

/// What lies beyond a face, between its nearest point and an edge: per angle about that point
/// P(beyond the face) - height / r x P(beyond a face at r), r the distance of the edge's point from
/// the origin. @param height of the face above the origin @param offset of the edge from its
/// nearest point, signed
double beyond_wedge(const Edge& edge, double height, double offset) {
  const double tail = normal_probability(-height);
  const double near = integrate_along(edge.stretch, edge.distance, [&](double s) {
    const double r = std::sqrt(edge.distance * edge.distance + s * s);
    return (tail - height / r * normal_probability(-r)) * offset / (offset * offset + s * s);
  });
  return (near + tail * far_angle(edge.stretch, offset)) / turn;
}

/// The angle that directions of outward normals in a plane leave open: how much of infinity belongs
/// to the polygon that they bound.
class Opening {
 public:
  void add(double angle) { angle_[count_++] = angle; }
  double angle() {
    if (count_ == 0) return turn;
    const auto end = angle_.begin() + static_cast<std::ptrdiff_t>(count_);
    std::sort(angle_.begin(), end);
    double widest = angle_[0] + turn - angle_[count_ - 1];
    for (std::size_t k = 1; k < count_; ++k)
      widest = std::max(widest, angle_[k] - angle_[k - 1]);
    return std::max(0.0, widest - turn / 2);
  }

 private:
  std::array<double, 2 * most_normal_variables> angle_{};
  std::size_t count_ = 0;
};

/// One face of the polytope in space.
struct Facet {
  Normal right{};  ///< unit vectors that span the face
  Normal up{};
  Opening opening;
  bool bounds = false;  ///< the polytope reaches it
  double beyond = 0;

  explicit Facet(const Normal& n) {
    // Of the axes the one least along the normal makes the better cross product.
    std::size_t axis = 0;
    for (std::size_t k = 1; k < 3; ++k)
      if (std::abs(n[k]) < std::abs(n[axis])) axis = k;
    right[axis] = 1;
    for (std::size_t k = 0; k < 3; ++k)
      right[k] -= n[axis] * n[k];
    const double length = std::sqrt(product(right, right, 3));
    for (std::size_t k = 0; k < 3; ++k)
      right[k] /= length;
    up = {n[1] * right[2] - n[2] * right[1], n[2] * right[0] - n[0] * right[2],
          n[0] * right[1] - n[1] * right[0]};
  }
  void add_outward(const Normal& direction) {
    opening.add(angle_of(product(direction, right, 3), product(direction, up, 3)));
  }
  Facet() = default;
};

double outside_in_space(const Faces& faces) {
  std::array<Facet, 2 * most_normal_variables> facet;
  for (std::size_t i = 0; i < faces.count; ++i)
    facet[i] = Facet(faces[i].normal);
  for (std::size_t i = 0; i < faces.count; ++i) {
    bool alone = true;  // meets no other face
    for (std::size_t j = 0; j < faces.count; ++j) {
      if (j == i) continue;
      const double cosine = product(faces[i].normal, faces[j].normal, 3);
      const double squared_sine = 1 - cosine * cosine;
      if (squared_sine < parallel) continue;
      alone = false;
      if (j < i) continue;
      const Edge edge = edge_between(faces, i, j, cosine, std::sqrt(squared_sine));
      facet[i].add_outward(edge.first_to_second);
      facet[j].add_outward(edge.second_to_first);
      if (edge.stretch.empty()) continue;
      const double first = std::abs(faces[i].bound), second = std::abs(faces[j].bound);
      facet[i].bounds = facet[j].bounds = true;
      const double beyond = beyond_wedge(edge, first, edge.from_first);
      facet[i].beyond += beyond;
      facet[j].beyond += first == second && edge.from_first == edge.from_second
                             ? beyond
                             : beyond_wedge(edge, second, edge.from_second);
    }
    facet[i].bounds = facet[i].bounds || alone;
  }
  double outside = faces.hold_origin() ? 0 : 1;
  for (std::size_t i = 0; i < faces.count; ++i) {
    if (!facet[i].bounds) continue;
    const double bound = faces[i].bound;
    const double at_infinity =
        normal_probability(-std::abs(bound)) * facet[i].opening.angle() / turn;
    outside += std::copysign(facet[i].beyond + at_infinity, bound);
  }
  return outside;
}

/// Unit normals in the coordinates left, without half-spaces that others contain.
/// @return false when no point lies in all half-spaces
bool gather(std::span<const HalfSpace> half_spaces, std::size_t dimension, Faces& faces) {
  for (const HalfSpace& given : half_spaces) {
    const double length = std::sqrt(product(given.normal, given.normal, dimension));
    if (length < 1e-9) {
      if (!(given.bound > 0)) return false;
      continue;
    }
    HalfSpace face;
    for (std::size_t k = 0; k < dimension; ++k)
      face.normal[k] = given.normal[k] / length;
    face.bound = given.bound / length;
    if (std::abs(face.bound) < closest) face.bound = std::copysign(closest, face.bound);
    bool known = false;
    for (std::size_t i = 0; i < faces.count && !known; ++i) {
      HalfSpace& other = faces.face[i];
      const double cosine = product(face.normal, other.normal, dimension);
      if (1 - cosine * cosine >= parallel) continue;
      if (cosine < 0 && !(face.bound + other.bound > 0)) return false;
      known = cosine > 0;
      if (known) other.bound = std::min(other.bound, face.bound);
    }
    if (!known) faces.face[faces.count++] = face;
  }
  return true;
}

/// P(beyond face i of the polytope, on rays that pass through it): at the distance x from the
/// origin along its normal the rays fill the face x / height times as large, the height being that
/// of the face itself.
double beyond_face(const Faces& faces, std::size_t i, std::size_t dimension) {
  const HalfSpace& face = faces[i];
  const double height = std::abs(face.bound);
  std::size_t axis = 0;  // of the coordinates the one most along the normal is given up
  for (std::size_t k = 1; k < dimension; ++k)
    if (std::abs(face.normal[k]) > std::abs(face.normal[axis])) axis = k;
  const Reflection within(face.normal, axis, dimension);
  std::array<HalfSpace, 2 * most_normal_variables> neighbour;
  std::size_t count = 0;
  for (std::size_t j = 0; j < faces.count; ++j) {
    const double cosine = product(face.normal, faces[j].normal, dimension);
    const double squared_sine = 1 - cosine * cosine;
    if (j == i || squared_sine < parallel) continue;
    const double sine = std::sqrt(squared_sine);
    Normal outward{};
    for (std::size_t k = 0; k < dimension; ++k)
      outward[k] = (faces[j].normal[k] - cosine * face.normal[k]) / sine;
    neighbour[count].normal = within(outward);
    neighbour[count++].bound = (faces[j].bound - cosine * face.bound) / sine;
  }
  const auto density = [&](double x) {
    std::array<HalfSpace, 2 * most_normal_variables> scaled = neighbour;
    for (std::size_t j = 0; j < count; ++j)
      scaled[j].bound *= x / height;
    return inverse_root_turn * exp(-0.5 * x * x) *
           (1 - probability_outside(std::span(scaled).first(count), dimension - 1));
  };
  double sum = 0;
  const double end = height + far;
  for (double from = height; from < end;) {
    const double to = std::min(from < 1 ? 3 * from : end, end);
    sum += integrate(from, to, density);
    from = to;
  }
  return sum;
}

double outside_beyond_space(const Faces& faces, std::size_t dimension) {
  double outside = faces.hold_origin() ? 0 : 1;
  for (std::size_t i = 0; i < faces.count; ++i)
    outside += std::copysign(beyond_face(faces, i, dimension), faces[i].bound);
  return outside;
}

}  // namespace

double probability_outside(std::span<const HalfSpace> half_spaces, std::size_t dimension) {
  Faces faces;
  if (!gather(half_spaces, dimension, faces)) return 1;
  if (faces.count == 0) return 0;
  switch (dimension) {
    case 1:
      return outside_on_line(faces);
    case 2:
      return outside_in_plane(faces);
    case 3:
      return outside_in_space(faces);
    default:
      return outside_beyond_space(faces, dimension);
  }
}

}  // namespace trialmill::math
