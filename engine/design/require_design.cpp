#include <cmath>
#include <string>

#include "design/figure.hpp"
#include "design/shortest_step.hpp"
#include "trialmill/design/boundaries.hpp"

namespace trialmill::design {
namespace {

std::string at_look(std::size_t look) {
  return " at look " + std::to_string(look + 1);
}

void require_information(std::span<const double> information) {
  const std::string part = "information";
  if (information.empty()) throw DesignError(part, "a design needs at least one look");
  double before = 0;
  for (std::size_t k = 0; k < information.size(); ++k) {
    const double now = information[k];
    if (!(now > 0 && now <= 1))
      throw DesignError(part, "found " + figure(now) + at_look(k) +
                                  ", allowed are fractions above 0 and up to 1");
    if (!(now >= before + shortest_step))
      throw DesignError(part, "found " + figure(now) + at_look(k) + " after " + figure(before) +
                                  "; fractions must increase from look to look, by 1e-5 or more");
    before = now;
  }
  if (before != 1)
    throw DesignError(
        part, "the last look must be at 1, the maximum information, not at " + figure(before));
}

void require_spending_time(const GroupSequentialDesign& design) {
  const std::string part = "spending-time";
  const std::vector<double>& time = design.spending_time;
  if (time.empty()) return;
  if (time.size() != design.information.size())
    throw DesignError(part, "found " + std::to_string(time.size()) + " fractions for " +
                                std::to_string(design.information.size()) + " looks");
  double before = 0;
  for (std::size_t k = 0; k < time.size(); ++k) {
    if (!(time[k] >= before && time[k] <= 1))
      throw DesignError(part, "found " + figure(time[k]) + at_look(k) +
                                  ", allowed are fractions up to 1 that do not decrease");
    before = time[k];
  }
  if (before != 1)
    throw DesignError(
        part, "everything is spent at 1, so the last fraction must be 1, not " + figure(before));
}

struct RequireSpending {
  std::string part;
  double level;
  std::string level_name;
  std::size_t looks;

  void within(const char* parameter, double value, double lower, double upper, bool open) const {
    if (!(std::isfinite(value) && value <= upper && (open ? value > lower : value >= lower)))
      throw DesignError(part, std::string(parameter) + " is " + figure(value) +
                                  ", allowed is a number " + (open ? "above " : "from ") +
                                  figure(lower) + " to " + figure(upper));
  }
  void operator()(const LanDeMetsObrienFleming&) const {}
  void operator()(const LanDeMetsPocock&) const {}
  void operator()(const HwangShihDeCani& family) const {
    within("gamma", family.gamma, -40, 40, false);
  }
  void operator()(const PowerFamily& family) const { within("rho", family.rho, 0, 50, true); }
  void operator()(const HaybittlePeto& family) const { within("Z", family.z, 0, 10, true); }
  void operator()(const WangTsiatis& family) const {
    within("delta", family.delta, -0.5, 1, false);
  }
  void operator()(const CustomSpending& family) const {
    const std::vector<double>& cumulative = family.cumulative;
    if (cumulative.size() != looks)
      throw DesignError(part, "found " + std::to_string(cumulative.size()) +
                                  " cumulative values for " + std::to_string(looks) + " looks");
    double before = 0;
    for (std::size_t k = 0; k < looks; ++k) {
      if (!(cumulative[k] >= before))
        throw DesignError(part, "found " + figure(cumulative[k]) + at_look(k) +
                                    "; cumulative values must not be negative or decrease");
      if (cumulative[k] > level)
        throw DesignError(part, "found " + figure(cumulative[k]) + at_look(k) + ", more than " +
                                    level_name + ", which is " + figure(level));
      before = cumulative[k];
    }
    if (before != level)
      throw DesignError(part, "the last cumulative value must be " + level_name + ", which is " +
                                  figure(level) + ", not " + figure(before));
  }
};

void require_futility(const GroupSequentialDesign& design) {
  if (!design.futility) return;
  const FutilitySpending& futility = *design.futility;
  if (design.sided == 2)
    throw DesignError("beta-spending", "futility bounds are for one-sided designs");
  if (!(futility.beta > 0 && futility.beta < 1 - design.alpha))
    throw DesignError("beta", "found " + figure(futility.beta) +
                                  ", allowed is a type II error above 0 and below 1 - alpha");
  if (!is_spending_function(futility.spending))
    throw DesignError("beta-spending",
                      name(futility.spending) +
                          " gives bounds, not a function that spends beta; "
                          "allowed are obf, pocock, hsd(GAMMA), power(RHO), custom(b1,b2,...)");
  std::visit(RequireSpending{"beta-spending", futility.beta, "beta", design.information.size()},
             futility.spending);
  if (futility.binding && std::holds_alternative<WangTsiatis>(design.efficacy))
    throw DesignError("spending", name(design.efficacy) +
                                      " bounds have no binding futility; spend alpha, or let "
                                      "futility be non-binding");
}

}  // namespace

void require_design(const GroupSequentialDesign& design) {
  require_information(design.information);
  require_spending_time(design);
  if (!(design.alpha > 0 && design.alpha <= 0.5))
    throw DesignError(
        "alpha", "found " + figure(design.alpha) + ", allowed is a level above 0 and up to 0.5");
  if (design.sided != 1 && design.sided != 2)
    throw DesignError("sided", "found " + std::to_string(design.sided) + ", allowed are 1 and 2");
  std::visit(RequireSpending{"spending", design.alpha, "alpha", design.information.size()},
             design.efficacy);
  require_futility(design);
}

}  // namespace trialmill::design
