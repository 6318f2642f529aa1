#include "design/trial_course.hpp"

#include <boost/math/quadrature/gauss.hpp>

namespace trialmill::design {
namespace {

constexpr std::size_t nodes_of_panel = 20;
using Matrix = std::array<std::array<double, nodes_of_panel>, nodes_of_panel>;

// Legendre's polynomials of degrees 0 to 20 at x.
std::array<double, nodes_of_panel + 1> legendre(double x) {
  std::array<double, nodes_of_panel + 1> p = {1, x};
  for (std::size_t k = 1; k < nodes_of_panel; ++k) {
    const auto degree = static_cast<double>(k);
    p[k + 1] = ((2 * degree + 1) * x * p[k] - degree * p[k - 1]) / (degree + 1);
  }
  return p;
}

// Row i integrates from -1 to node i: the interpolating polynomial in Legendre's, each of which
// integrates to a difference of its neighbours.
Matrix integration_matrix() {
  using Rule = boost::math::quadrature::gauss<double, nodes_of_panel>;
  std::array<double, nodes_of_panel> x = {}, weight = {};
  for (std::size_t i = 0; i < nodes_of_panel / 2; ++i) {
    x[nodes_of_panel / 2 + i] = Rule::abscissa()[i];
    x[nodes_of_panel / 2 - 1 - i] = -Rule::abscissa()[i];
    weight[nodes_of_panel / 2 + i] = weight[nodes_of_panel / 2 - 1 - i] = Rule::weights()[i];
  }
  Matrix out = {};
  for (std::size_t i = 0; i < nodes_of_panel; ++i) {
    const auto upper = legendre(x[i]);
    for (std::size_t j = 0; j < nodes_of_panel; ++j) {
      const auto node = legendre(x[j]);
      double sum = 0.5 * (1 + x[i]);
      for (std::size_t k = 1; k < nodes_of_panel; ++k)
        sum += 0.5 * node[k] * (upper[k + 1] - upper[k - 1]);
      out[i][j] = weight[j] * sum;
    }
  }
  return out;
}

const Matrix& within_panel() {
  static const Matrix matrix = integration_matrix();
  return matrix;
}

}  // namespace

TimeAxis::TimeAxis(const FollowUp& follow_up) {
  for (const FollowUpPanel& panel : follow_up.panels()) {
    half_.push_back(0.5 * (panel.to_months - panel.from_months));
    weight_.insert(weight_.end(), panel.weight.begin(), panel.weight.end());
  }
}

double TimeAxis::integral(const Curve& per_month) const {
  double sum = 0;
  for (std::size_t i = 0; i < weight_.size(); ++i)
    sum += weight_[i] * per_month[i];
  return sum;
}

Curve TimeAxis::since_entry(const Curve& per_month) const {
  Curve out(nodes());
  double before = 0;
  for (std::size_t p = 0; p < half_.size(); ++p) {
    const std::size_t first = p * nodes_of_panel;
    for (std::size_t i = 0; i < nodes_of_panel; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < nodes_of_panel; ++j)
        sum += within_panel()[i][j] * per_month[first + j];
      out[first + i] = before + half_[p] * sum;
    }
    for (std::size_t j = 0; j < nodes_of_panel; ++j)
      before += weight_[first + j] * per_month[first + j];
  }
  return out;
}

Curve TimeAxis::until_end(const Curve& per_month) const {
  // The rule is symmetric, so that seen from the end it is the same.
  Curve out(nodes());
  double after = 0;
  for (std::size_t p = half_.size(); p-- > 0;) {
    const std::size_t last = p * nodes_of_panel + nodes_of_panel - 1;
    for (std::size_t i = 0; i < nodes_of_panel; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < nodes_of_panel; ++j)
        sum += within_panel()[i][j] * per_month[last - j];
      out[last - i] = after + half_[p] * sum;
    }
    for (std::size_t j = 0; j < nodes_of_panel; ++j)
      after += weight_[last - j] * per_month[last - j];
  }
  return out;
}

double TrialCourse::events() const {
  double sum = 0;
  for (const auto& stratum : strata)
    for (const ArmCourse& arm : stratum)
      sum += axis.integral(arm.events);
  return sum;
}

TrialCourse expected_course(const TwoArmModel& model, double time_months,
                            FollowUp::Integrand integrand) {
  const FollowUp follow_up(model, time_months, integrand);
  TrialCourse course{TimeAxis(follow_up), {}};
  course.strata.resize(follow_up.strata());
  const double entered = model.accrual.patients(time_months);
  const std::array<double, 2> share = {1 / (1 + model.allocation),
                                       model.allocation / (1 + model.allocation)};
  for (const RiskGroup& group : model.groups)
    for (std::size_t arm = 0; arm < 2; ++arm)
      course.strata[group.stratum][arm].patients += entered * group.fraction * share[arm];
  std::vector<StratumAtRisk> at(follow_up.strata());
  for (std::size_t p = 0; p < follow_up.panels().size(); ++p)
    for (const double months : follow_up.panels()[p].months) {
      follow_up.at(months, p, at);
      for (std::size_t s = 0; s < at.size(); ++s)
        for (std::size_t arm = 0; arm < 2; ++arm) {
          course.strata[s][arm].at_risk.push_back(at[s].patients[arm]);
          course.strata[s][arm].events.push_back(at[s].events_per_month[arm]);
        }
    }
  // A stratum without patients takes no part.
  std::erase_if(course.strata, [](const auto& stratum) { return !(stratum[0].patients > 0); });
  return course;
}

}  // namespace trialmill::design
