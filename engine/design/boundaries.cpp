#include "trialmill/design/boundaries.hpp"

#include <cmath>
#include <string>

#include "design/boundary_solver.hpp"
#include "design/monotone_root.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::design {
namespace {

// The constant of Wang-Tsiatis bounds, for which the looks together spend alpha.
double wang_tsiatis_constant(const GroupSequentialDesign& design, double delta) {
  const auto excess = [&](double constant) {
    StoppedWalk walk;
    double total = 0;
    for (const double t : design.information) {
      const double score = constant * math::power(t, delta);  // Z sqrt(t)
      walk.look_at(t);
      total += design.sided * walk.above(score);
      walk.keep(design.sided == 2 ? -score : -HUGE_VAL, score);
    }
    return total - design.alpha;
  };
  const double single_look = -math::normal_quantile(design.alpha / design.sided);
  double highest = single_look + 1;
  while (excess(highest) > 0)
    highest += 1;
  return root_of_falling(excess, single_look, highest);
}

NextLook planned_look(const GroupSequentialDesign& design, std::size_t k) {
  const bool last = k + 1 == design.information.size();
  const std::vector<double>& time =
      design.spending_time.empty() ? design.information : design.spending_time;
  return {k, design.information[k], time[k], last, last, design.information[k]};
}

std::vector<LookBounds> run_looks(const GroupSequentialDesign& design, BoundarySolver& solver) {
  std::vector<LookBounds> looks;
  solver.restart();
  for (std::size_t k = 0; k < design.information.size(); ++k)
    looks.push_back(solver.next(planned_look(design, k)));
  return looks;
}

// Efficacy bounds where futility does not act on them; only its bounds are found.
std::vector<LookBounds> run_looks(const GroupSequentialDesign& design, BoundarySolver& solver,
                                  const std::vector<LookBounds>& efficacy) {
  std::vector<LookBounds> looks;
  solver.restart();
  for (std::size_t k = 0; k < design.information.size(); ++k)
    looks.push_back(solver.next_futility(planned_look(design, k), efficacy[k]));
  return looks;
}

std::vector<LookBounds> efficacy_alone(GroupSequentialDesign design, double constant) {
  design.futility.reset();
  BoundarySolver solver(design, constant, 0);
  return run_looks(design, solver);
}

// The bounds at the drift for which futility, spending beta, meets efficacy at the last look.
void find_futility(Boundaries& boundaries) {
  const GroupSequentialDesign& design = boundaries.design;
  const FutilitySpending& futility = *design.futility;
  const std::vector<LookBounds> efficacy =
      futility.binding ? std::vector<LookBounds>() : efficacy_alone(design, boundaries.constant);
  const auto excess = [&](double drift) {
    BoundarySolver solver(design, boundaries.constant, drift);
    boundaries.looks =
        futility.binding ? run_looks(design, solver) : run_looks(design, solver, efficacy);
    return solver.type_two_error(boundaries.looks.back()) - futility.beta;
  };
  const double fixed = -math::normal_quantile(design.alpha) - math::normal_quantile(futility.beta);
  double highest = fixed + 1;
  while (excess(highest) > 0) {
    if (highest > fixed + 40)
      throw DesignError("beta", "no drift reaches the power 1 - beta with these bounds");
    highest += 1;
  }
  // Binding bounds may gain more than the looks cost, so the drift may lie below that of one look.
  boundaries.drift = root_of_falling(excess, 0.5 * fixed, highest);
  excess(boundaries.drift);
}

void require_alpha_left(const std::vector<LookBounds>& looks) {
  if (looks.size() > 1 && !std::isfinite(looks.back().efficacy_z))
    throw DesignError("spending",
                      "the interim looks spend all of alpha and leave nothing to the "
                      "last look");
}

void require_room_between(const std::vector<LookBounds>& looks) {
  constexpr double room = 1e-6;
  for (std::size_t k = 0; k + 1 < looks.size(); ++k)
    if (looks[k].futility_z > looks[k].efficacy_z - room)
      throw DesignError("beta-spending", "the futility bound reaches the efficacy bound at look " +
                                             std::to_string(k + 1) +
                                             ", before the last one: beta is spent too early");
}

}  // namespace

Boundaries compute_boundaries(const GroupSequentialDesign& design) {
  require_design(design);
  Boundaries boundaries;
  boundaries.design = design;
  if (const auto* family = std::get_if<WangTsiatis>(&design.efficacy))
    boundaries.constant = wang_tsiatis_constant(design, family->delta);
  if (design.futility)
    find_futility(boundaries);
  else
    boundaries.looks = efficacy_alone(design, boundaries.constant);
  if (!is_spending_function(design.efficacy)) require_alpha_left(boundaries.looks);
  if (design.futility) require_room_between(boundaries.looks);
  return boundaries;
}

}  // namespace trialmill::design
