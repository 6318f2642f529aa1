#include "trialmill/evidence/cox_limit.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {

namespace {

std::string name_of_column(std::size_t column) {
  return "column " + std::to_string(column + 1);
}

// The log partial likelihood per patient in the limit, with its slope and curvature.
class LimitingLikelihood {
 public:
  LimitingLikelihood(const EventCurves& curves, const CoxDesign& design);

  // Fills value, score and information (all columns).
  void evaluate(std::span<const double> beta);

  std::size_t columns() const { return columns_; }
  double events() const { return events_; }
  double largest_square(std::size_t column) const { return largest_square_[column]; }

  double value = 0;
  std::vector<double> score;
  std::vector<double> information;  // columns x columns

 private:
  void weigh_risk(std::span<const double> beta);
  void add_risk_sets();

  const EventCurves& curves_;
  std::size_t patterns_;
  std::size_t times_;
  std::size_t columns_;
  std::vector<double> covariates_;      // centred: patterns x columns
  std::vector<double> largest_square_;  // of each centred column
  std::vector<double> events_of_;       // expected events of each pattern, per patient
  std::vector<double> events_at_;       // expected events at each node
  std::vector<double> linear_, risk_;   // linear predictor; probability x exp(linear predictor)
  std::vector<double> expected_;        // of each pattern, the events the model expects
  std::vector<double> at_risk_;         // patterns at one node
  std::vector<double> mean_;            // covariates averaged over who is at risk at one node
  double events_ = 0;
};

LimitingLikelihood::LimitingLikelihood(const EventCurves& curves, const CoxDesign& design)
    : score(design.columns),
      information(design.columns * design.columns),
      curves_(curves),
      patterns_(curves.probability.size()),
      times_(curves.weight.size()),
      columns_(design.columns),
      covariates_(design.covariates),
      largest_square_(design.columns),
      events_of_(patterns_),
      events_at_(times_),
      linear_(patterns_),
      risk_(patterns_),
      expected_(patterns_),
      at_risk_(patterns_),
      mean_(design.columns) {
  assert(curves.survival.size() == times_ * patterns_ &&
         curves.density.size() == times_ * patterns_);
  assert(covariates_.size() == patterns_ * columns_);
  for (std::size_t m = 0; m < columns_; ++m) {
    double mean = 0;
    for (std::size_t j = 0; j < patterns_; ++j)
      mean += curves.probability[j] * covariates_[j * columns_ + m];
    for (std::size_t j = 0; j < patterns_; ++j) {
      double& x = covariates_[j * columns_ + m];
      x -= mean;
      if (curves.probability[j] > 0) largest_square_[m] = std::max(largest_square_[m], x * x);
    }
  }
  for (std::size_t q = 0; q < times_; ++q)
    for (std::size_t j = 0; j < patterns_; ++j) {
      const double events =
          curves.weight[q] * curves.probability[j] * curves.density[q * patterns_ + j];
      events_of_[j] += events;
      events_at_[q] += events;
      events_ += events;
    }
}

void LimitingLikelihood::weigh_risk(std::span<const double> beta) {
  for (std::size_t j = 0; j < patterns_; ++j) {
    double sum = 0;
    for (std::size_t m = 0; m < columns_; ++m)
      sum += covariates_[j * columns_ + m] * beta[m];
    linear_[j] = sum;
  }
  math::exp(linear_, risk_);
  for (std::size_t j = 0; j < patterns_; ++j)
    risk_[j] *= curves_.probability[j];
}

// What depends on who is at risk at each node: the value's second part, the events expected of each
// pattern and the part of the information that the mean covariates take off.
void LimitingLikelihood::add_risk_sets() {
  for (std::size_t q = 0; q < times_; ++q) {
    const auto survival = curves_.survival.subspan(q * patterns_, patterns_);
    for (std::size_t j = 0; j < patterns_; ++j)
      at_risk_[j] = risk_[j] * survival[j];
    double all = 0;
    std::ranges::fill(mean_, 0.0);
    for (std::size_t j = 0; j < patterns_; ++j) {
      all += at_risk_[j];
      const double* x = covariates_.data() + j * columns_;
      for (std::size_t m = 0; m < columns_; ++m)
        mean_[m] += at_risk_[j] * x[m];
    }
    if (events_at_[q] == 0 || all == 0) continue;  // nobody is at risk any more
    value -= events_at_[q] * math::log(all);
    for (double& mean : mean_)
      mean /= all;
    const double share = events_at_[q] / all;
    for (std::size_t j = 0; j < patterns_; ++j)
      expected_[j] += share * at_risk_[j];
    for (std::size_t m = 0; m < columns_; ++m)
      for (std::size_t k = m; k < columns_; ++k)
        information[m * columns_ + k] -= events_at_[q] * mean_[m] * mean_[k];
  }
}

void LimitingLikelihood::evaluate(std::span<const double> beta) {
  value = 0;
  std::ranges::fill(score, 0.0);
  std::ranges::fill(information, 0.0);
  std::ranges::fill(expected_, 0.0);
  weigh_risk(beta);
  add_risk_sets();
  for (std::size_t j = 0; j < patterns_; ++j) {
    value += events_of_[j] * linear_[j];
    const double* x = covariates_.data() + j * columns_;
    for (std::size_t m = 0; m < columns_; ++m) {
      score[m] += (events_of_[j] - expected_[j]) * x[m];
      for (std::size_t k = m; k < columns_; ++k)
        information[m * columns_ + k] += expected_[j] * x[m] * x[k];
    }
  }
  for (std::size_t m = 0; m < columns_; ++m)
    for (std::size_t k = 0; k < m; ++k)
      information[m * columns_ + k] = information[k * columns_ + m];
}

// The Newton step of the free columns, 0 in the others: score by Cholesky's factor of the
// information. @return the square of its length in standard errors
double newton_step(const LimitingLikelihood& at, std::span<const CoxTerm> terms,
                   std::vector<double>& step) {
  const std::size_t p = at.columns();
  std::vector<std::size_t> free;
  for (std::size_t m = 0; m < p; ++m)
    if (!terms[m].held) free.push_back(m);
  std::vector<double> factor(p * p);
  std::vector<double> solved(free.size());
  double length = 0;
  for (std::size_t r = 0; r < free.size(); ++r) {
    for (std::size_t c = 0; c <= r; ++c) {
      double left = at.information[free[r] * p + free[c]];
      for (std::size_t k = 0; k < c; ++k)
        left -= factor[r * p + k] * factor[c * p + k];
      if (c < r) {
        factor[r * p + c] = left / factor[c * p + c];
        continue;
      }
      const double own = at.information[free[r] * p + free[r]];
      if (!(own > 1e-13 * at.events() * at.largest_square(free[r]) && left > 1e-11 * own))
        throw CoxLimitError(free[r], name_of_column(free[r]) +
                                         " of the Cox model is constant among the patients at "
                                         "risk, or a combination of the columns before it");
      factor[r * p + r] = std::sqrt(left);
    }
    double rest = at.score[free[r]];
    for (std::size_t k = 0; k < r; ++k)
      rest -= factor[r * p + k] * solved[k];
    solved[r] = rest / factor[r * p + r];
    length += solved[r] * solved[r];
  }
  std::ranges::fill(step, 0.0);
  for (std::size_t r = free.size(); r-- > 0;) {
    double rest = solved[r];
    for (std::size_t k = r + 1; k < free.size(); ++k)
      rest -= factor[k * p + r] * step[free[k]];
    step[free[r]] = rest / factor[r * p + r];
  }
  return length;
}

// A likelihood that rises for ever takes the coefficients away step by step.
void require_finite(const LimitingLikelihood& likelihood, std::span<const double> beta,
                    std::span<const CoxTerm> terms) {
  constexpr double beyond_belief = 15;  // log hazard ratio of the value farthest from the mean
  for (std::size_t m = 0; m < beta.size(); ++m)
    if (!terms[m].held &&
        !(std::abs(beta[m]) * std::sqrt(likelihood.largest_square(m)) < beyond_belief))
      throw CoxLimitError(m, name_of_column(m) +
                                 " of the Cox model has no finite coefficient: the likelihood "
                                 "keeps rising as it grows");
}

}  // namespace

CoxLimit limiting_log_hazard_ratios(const EventCurves& curves, const CoxDesign& design,
                                    std::span<const CoxTerm> terms) {
  const std::vector<CoxTerm> all_free(terms.empty() ? design.columns : 0);
  if (terms.empty()) terms = all_free;
  assert(terms.size() == design.columns);
  LimitingLikelihood likelihood(curves, design);
  if (!(likelihood.events() > 0))
    throw CoxLimitError(0, "no event can be seen within the follow-up");
  std::vector<double> beta;
  for (const CoxTerm& term : terms)
    beta.push_back(term.log_hazard_ratio);
  std::vector<double> step(beta.size());
  std::vector<double> next(beta.size());
  likelihood.evaluate(beta);
  // Length of a step in units of the covariates' spread: after one of 1e-9 the next would be 1e-18.
  constexpr double close = 1e-18;
  for (;;) {
    require_finite(likelihood, beta, terms);
    const double length = newton_step(likelihood, terms, step);
    const double value = likelihood.value;
    for (double part = 1;; part /= 2) {
      for (std::size_t m = 0; m < beta.size(); ++m)
        next[m] = beta[m] + part * step[m];
      likelihood.evaluate(next);
      const double rounding = 1e-13 * std::abs(value);
      if (likelihood.value >= value - rounding || part < 1e-6) break;
    }
    beta = next;
    if (length <= close * likelihood.events()) break;
  }
  return {beta, likelihood.information, likelihood.events()};
}

}  // namespace trialmill::evidence
