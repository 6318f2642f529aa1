#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "trialmill/design/design_error.hpp"

/// Several null hypotheses tested at one familywise level.
namespace trialmill::design {

/// A graph of hypotheses (Bretz, Maurer, Brannath and Posch 2009, Statistics in Medicine 28:
/// 586-604; R packages gMCP and graphicalMCP). Each is tested at its weight's share of alpha; one
/// that is rejected passes its share on along its transitions. That is the closed test of weighted
/// Bonferroni tests, so that the familywise error rate is at most alpha whatever the tests'
/// dependence.
struct HypothesisGraph {
  std::vector<double> weight;      ///< from 0 to 1, together at most 1
  std::vector<double> transition;  ///< row by row: `transition[from * size + to]`, from 0 to 1;
                                   ///< a row together at most 1, none to itself

  std::size_t size() const { return weight.size(); }
  double passes(std::size_t from, std::size_t to) const { return transition[from * size() + to]; }
};

/// Sums of weights may exceed 1 by this much, which rounding can.
constexpr double rounding_of_weights = 1e-9;

/// @throws DesignError "weights" or "transitions"
void require_graph(const HypothesisGraph& graph);

/// Each is tested at all of alpha once those before it are rejected. @param hypotheses at least 1
HypothesisGraph fixed_sequence(std::size_t hypotheses);

/// No share is passed on.
HypothesisGraph bonferroni(std::vector<double> weight);

/// Holm (1979): what is passed on is shared by the others in proportion to their weights.
/// @param weight positive
HypothesisGraph holm(std::vector<double> weight);

/// Takes a rejected hypothesis out of the graph (algorithm 1 of the paper): weight and transitions
/// of the others are updated, its own become 0. The order of rejections does not matter.
void take_out(HypothesisGraph& graph, std::size_t rejected);

/// Which hypotheses the graph rejects. @param alpha in (0, 1) @param p one-sided, one per
/// hypothesis; one that is not a number is not rejected
/// @throws DesignError as `require_graph`
std::vector<bool> rejected_by_graph(const HypothesisGraph& graph, double alpha,
                                    std::span<const double> p);

/// Hochberg (1988, Biometrika 75: 800-802), a step-up test: with the p-values in increasing order,
/// the largest k whose p is at most alpha / (m - k + 1), and all before it, are rejected. Keeps
/// alpha when the statistics are independent or positively dependent (Sarkar 1998).
/// @param rejected one per hypothesis, overwritten @param p as in `rejected_by_graph`
void reject_by_hochberg(double alpha, std::span<const double> p, std::span<bool> rejected);

}  // namespace trialmill::design
