#include "cox_likelihood.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cox_distinct.hpp"
#include "cox_rows.hpp"
#include "log_of_product.hpp"
#include "risk_set_sweep.hpp"
#include "trialmill/math/clones.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::survival {
namespace {

/// Up to this many covariates the loops have constant lengths.
constexpr std::size_t fixed_columns = 8;

/// Sums of one risk set: the risks, risk x covariate, risk x covariate x covariate (from the
/// diagonal's pair on, each row `stride` long).
struct Layout {
  std::size_t p;
  std::size_t stride;
  constexpr explicit Layout(std::size_t columns) : p(columns), stride(row_stride(columns)) {}
  constexpr std::size_t size() const { return 1 + stride + p * stride; }
};

inline void add_patient(Layout layout, const double* x, double risk, double* sums) {
  sums[0] += risk;
  double* const first = sums + 1;
  for (std::size_t k = 0; k < layout.stride; ++k)
    first[k] += risk * x[k];
  double* second = first + layout.stride;
  for (std::size_t j = 0; j < layout.p; ++j, second += layout.stride) {
    const double scaled = risk * x[j];
    for (std::size_t k = layout.p < 2 ? j : j / 2 * 2; k < layout.stride; ++k)
      second[k] += scaled * x[k];
  }
}

/// What the terms add up to: the sum of means (p), and of covariance matrices (p x stride).
inline void add_term(Layout layout, const RiskSetTerm& term, double* mean, double* means,
                     double* covariances) {
  const double inverse = 1 / term.sums[0];
  for (std::size_t k = 0; k < layout.stride; ++k) {
    mean[k] = term.sums[1 + k] * inverse;
    means[k] += term.events * mean[k];
  }
  const double* second = term.sums + 1 + layout.stride;
  for (std::size_t j = 0; j < layout.p;
       ++j, second += layout.stride, covariances += layout.stride) {
    const double mean_j = mean[j];
    for (std::size_t k = layout.p < 2 ? j : j / 2 * 2; k < layout.stride; ++k)
      covariances[k] += term.events * (second[k] * inverse - mean_j * mean[k]);
  }
}

/// Buffers of one evaluation in `memory`, which holds 4 x size + stride values.
template <class MakeLayout>
double evaluate(MakeLayout make_layout, Ties ties, double* memory, CoxWorkspace& workspace) {
  constexpr bool fixed = requires {
    typename MakeLayout::Constant;
  };
  const Layout layout = make_layout();
  const std::size_t size = layout.size();
  const SweepMemory sweep{memory, memory + size, memory + 2 * size, &workspace.tree};
  double* const means = memory + 3 * size;  // then covariances
  double* const mean = memory + 4 * size;
  std::fill_n(means, size, 0.0);
  const double* const rows = workspace.rows.data();
  const double* const risk = workspace.risk.data();
  LogOfProduct denominators;
  const auto add = [=](std::uint32_t i, double* sums) {
    add_patient(make_layout(), rows + i * make_layout().stride, risk[i], sums);
  };
  const auto close = [&, means, mean](const RiskSetTerm& term) {
    if (term.events == 1)
      denominators.multiply(term.sums[0]);
    else
      denominators.add(term.events * math::log(term.sums[0]));
    add_term(make_layout(), term, mean, means, means + make_layout().stride);
  };
  if constexpr (fixed)
    sweep_backwards(workspace.risk_sets, ties,
                    std::integral_constant<std::size_t, make_layout().size()>{}, sweep, add, close);
  else
    sweep_backwards(workspace.risk_sets, ties, size, sweep, add, close);
  for (std::size_t j = 0; j < layout.p; ++j) {
    workspace.score[j] = workspace.event_sum[j] - means[j];
    for (std::size_t k = j; k < layout.p; ++k)
      workspace.information[j * layout.p + k] = means[(1 + j) * layout.stride + k];
  }
  return -denominators.value();
}

template <std::size_t P>
struct FixedLayout {
  using Constant = std::integral_constant<std::size_t, P>;
  constexpr Layout operator()() const { return Layout(P); }
};

struct AnyLayout {
  std::size_t p;
  Layout operator()() const { return Layout(p); }
};

/// With a length known when compiled the sums live on the stack, where the compiler knows that
/// nothing else refers to them.
template <std::size_t P>
double evaluate_fixed(Ties ties, CoxWorkspace& workspace) {
  constexpr Layout layout(P);
  std::array<double, 4 * layout.size() + layout.stride> memory;
  return evaluate(FixedLayout<P>{}, ties, memory.data(), workspace);
}

using EvaluateFixed = double (*)(Ties, CoxWorkspace&);

template <std::size_t... P>
constexpr std::array<EvaluateFixed, sizeof...(P)> evaluators(std::index_sequence<P...>) {
  return {evaluate_fixed<P>...};
}

TRIALMILL_CLONES void add_multiple(double factor, const double* __restrict x, std::size_t n,
                                   double* __restrict sum) {
  for (std::size_t i = 0; i < n; ++i)
    sum[i] += factor * x[i];
}

}  // namespace

void predict(std::span<const double> beta, CoxWorkspace& workspace) {
  const std::size_t n = workspace.linear.size();
  std::ranges::fill(workspace.linear, 0.0);
  for (std::size_t j = 0; j < beta.size(); ++j)
    add_multiple(beta[j], workspace.columns.data() + j * n, n, workspace.linear.data());
}

void find_risks(std::span<const double> beta, CoxWorkspace& workspace) {
  predict(beta, workspace);
  if (std::ranges::all_of(beta, [](double x) { return x == 0; }))
    std::ranges::fill(workspace.risk, 1.0);
  else
    math::exp(workspace.linear, workspace.risk);
}

double evaluate_likelihood(Ties ties, std::span<const double> beta, CoxWorkspace& workspace) {
  static constexpr auto fixed = evaluators(std::make_index_sequence<fixed_columns + 1>{});
  const std::size_t p = beta.size();
  find_risks(beta, workspace);
  if (workspace.distinct) return evaluate_distinct(beta, workspace);
  double log_likelihood = 0;
  for (std::size_t j = 0; j < p; ++j)
    log_likelihood += beta[j] * workspace.event_sum[j];
  if (p <= fixed_columns) return log_likelihood + fixed[p](ties, workspace);
  const Layout layout(p);
  workspace.sums.resize(4 * layout.size() + layout.stride);
  return log_likelihood + evaluate(AnyLayout{p}, ties, workspace.sums.data(), workspace);
}

bool holds_information(std::size_t p, CoxWorkspace& workspace) {
  const std::size_t stride = row_stride(p), size = 1 + 2 * p;
  const double* const rows = workspace.rows.data();
  const double largest = workspace.largest * workspace.largest;
  workspace.sums.resize(3 * size);
  const SweepMemory memory{workspace.sums.data(), workspace.sums.data() + size,
                           workspace.sums.data() + 2 * size, &workspace.tree};
  bool found = false;
  sweep_backwards(
      workspace.risk_sets, Ties::breslow, size, memory,
      [=](std::uint32_t i, double* sums) {
        sums[0] += 1;
        for (std::size_t j = 0; j < p; ++j) {
          const double x = rows[i * stride + j];
          sums[1 + 2 * j] += x;
          sums[2 + 2 * j] += x * x;
        }
      },
      [&](const RiskSetTerm& term) {
        const double n = term.sums[0];
        if (term.events == n) return;
        for (std::size_t j = 0; j < p; ++j) {
          const double mean = term.sums[1 + 2 * j] / n;
          found = found || term.sums[2 + 2 * j] / n - mean * mean > 1e-13 * largest;
        }
      });
  return found;
}

}  // namespace trialmill::survival
