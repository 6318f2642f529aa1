#include "trialmill/design/hypothesis_graph.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <string>

#include "design/figure.hpp"

namespace trialmill::design {
namespace {

std::string number(std::size_t hypothesis) {
  return "hypothesis " + std::to_string(hypothesis + 1);
}

void require_share(double share, const std::string& part, const std::string& whose) {
  if (!(share >= 0 && share <= 1))
    throw DesignError(part, "found " + figure(share) + whose + ", allowed are numbers from 0 to 1");
}

void require_sum(std::span<const double> shares, const std::string& part,
                 const std::string& which) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (sum > 1 + rounding_of_weights)
    throw DesignError(part, which + " add up to " + figure(sum) + ", more than 1");
}

}  // namespace

void require_graph(const HypothesisGraph& graph) {
  const std::size_t n = graph.size();
  if (n == 0) throw DesignError("weights", "a graph needs at least one hypothesis");
  if (graph.transition.size() != n * n)
    throw DesignError("transitions", "found " + std::to_string(graph.transition.size()) +
                                         " transitions for " + std::to_string(n) +
                                         " hypotheses, which need a square of them");
  for (std::size_t h = 0; h < n; ++h)
    require_share(graph.weight[h], "weights", " for " + number(h));
  require_sum(graph.weight, "weights", "the weights");
  for (std::size_t from = 0; from < n; ++from) {
    const std::string what = "transitions";
    for (std::size_t to = 0; to < n; ++to)
      require_share(graph.passes(from, to), what, " from " + number(from) + " to " + number(to));
    if (graph.passes(from, from) != 0)
      throw DesignError(what, number(from) + " cannot pass its level on to itself");
    require_sum(std::span(graph.transition).subspan(from * n, n), what,
                "the transitions from " + number(from));
  }
}

HypothesisGraph fixed_sequence(std::size_t hypotheses) {
  assert(hypotheses > 0);
  HypothesisGraph graph{std::vector<double>(hypotheses, 0),
                        std::vector<double>(hypotheses * hypotheses, 0)};
  graph.weight.front() = 1;
  for (std::size_t h = 0; h + 1 < hypotheses; ++h)
    graph.transition[h * hypotheses + h + 1] = 1;
  return graph;
}

HypothesisGraph bonferroni(std::vector<double> weight) {
  const std::size_t n = weight.size();
  return {std::move(weight), std::vector<double>(n * n, 0)};
}

HypothesisGraph holm(std::vector<double> weight) {
  HypothesisGraph graph = bonferroni(std::move(weight));
  const std::size_t n = graph.size();
  for (std::size_t from = 0; from < n; ++from) {
    double others = 0;
    for (std::size_t to = 0; to < n; ++to)
      if (to != from) others += graph.weight[to];
    for (std::size_t to = 0; to < n; ++to)
      if (to != from) graph.transition[from * n + to] = graph.weight[to] / others;
  }
  return graph;
}

void take_out(HypothesisGraph& graph, std::size_t rejected) {
  const std::size_t n = graph.size();
  const std::vector<double> before = graph.transition;
  const auto passes = [&](std::size_t from, std::size_t to) { return before[from * n + to]; };
  for (std::size_t h = 0; h < n; ++h) {
    if (h == rejected) continue;
    graph.weight[h] += graph.weight[rejected] * passes(rejected, h);
    const double round_trip = passes(h, rejected) * passes(rejected, h);
    for (std::size_t to = 0; to < n; ++to) {
      double& transition = graph.transition[h * n + to];
      if (to == h || to == rejected || round_trip >= 1)
        transition = 0;
      else
        transition =
            (passes(h, to) + passes(h, rejected) * passes(rejected, to)) / (1 - round_trip);
    }
  }
  graph.weight[rejected] = 0;
  for (std::size_t to = 0; to < n; ++to)
    graph.transition[rejected * n + to] = 0;
}

std::vector<bool> rejected_by_graph(const HypothesisGraph& graph, double alpha,
                                    std::span<const double> p) {
  require_graph(graph);
  assert(p.size() == graph.size());
  HypothesisGraph left = graph;
  std::vector<bool> rejected(graph.size(), false);
  for (bool any = true; any;) {
    any = false;
    for (std::size_t h = 0; h < graph.size(); ++h) {
      // A hypothesis without weight is not tested, not even if its p-value is 0.
      if (rejected[h] || left.weight[h] == 0 || !(p[h] <= left.weight[h] * alpha)) continue;
      take_out(left, h);
      rejected[h] = any = true;
    }
  }
  return rejected;
}

void reject_by_hochberg(double alpha, std::span<const double> p, std::span<bool> rejected) {
  assert(p.size() == rejected.size());
  std::ranges::fill(rejected, false);
  for (std::size_t k = p.size(); k > 0; --k) {
    const double level = alpha / static_cast<double>(p.size() - k + 1);
    const auto below = std::ranges::count_if(p, [&](double one) { return one <= level; });
    if (static_cast<std::size_t>(below) < k) continue;
    for (std::size_t h = 0; h < p.size(); ++h)
      rejected[h] = p[h] <= level;
    return;
  }
}

}  // namespace trialmill::design
