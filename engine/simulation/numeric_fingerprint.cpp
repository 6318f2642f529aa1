#include "trialmill/simulation/numeric_fingerprint.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "trialmill/design/boundaries.hpp"
#include "trialmill/input/digest.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/math/normal_probability.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

class Bits {
 public:
  void add(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes_ += static_cast<char>(static_cast<unsigned char>(bits >> shift));
  }
  std::string digest() const { return input::digest(bytes_); }

 private:
  std::string bytes_;
};

void add_library_functions(Bits& bits) {
  using Function = double (*)(double);
  constexpr Function functions[] = {
      [](double x) { return std::exp(-x); },
      [](double x) { return std::log(x); },
      [](double x) { return std::pow(x, 1.37); },
      [](double x) { return std::log1p(x); },
      [](double x) { return std::expm1(-x); },
      [](double x) { return std::erfc(x); },
      [](double x) { return std::lgamma(x); },
      [](double x) { return std::tgamma(x); },
      [](double x) { return std::sin(x); },
      [](double x) { return std::atan(x); },
      [](double x) { return math::log(x); },
      [](double x) { return math::exp(-x); },
      [](double x) { return math::power(x, 0.7); },
      [](double x) { return math::normal_quantile(math::normal_probability(x - 4)); }};
  for (const Function function : functions)
    for (int k = 1; k <= 40; ++k)
      bits.add(function(0.171 * k));
}

void add_bounds(Bits& bits) {
  design::GroupSequentialDesign design;
  design.information = {0.37, 0.71, 1};
  design.futility = design::FutilitySpending{0.1, design::HwangShihDeCani{-2}, false};
  for (const design::LookBounds& look : design::compute_boundaries(design).looks)
    for (const double x : {look.efficacy_z, look.futility_z})
      bits.add(x);
}

void add_outcome(Bits& bits, const result::Outcome& outcome) {
  bits.add(outcome.analysis_months);
  bits.add(outcome.last_patient_in_months);
  bits.add(static_cast<double>(outcome.events));
  for (const result::AnalysisOutcome& analysis : outcome.analyses)
    for (const double x :
         {analysis.z, analysis.analysis_months, analysis.log_hazard_ratio, analysis.standard_error,
          analysis.p_value, analysis.proportion.lower, analysis.difference.estimate})
      bits.add(std::isnan(x) ? 0 : x);  // a NaN has no agreed sign
}

void add_plan(Bits& bits, const Plan& plan) {
  constexpr std::size_t most_replicates = 16;
  for (const Design& design : plan.designs)
    for (const DesignSize& size : design.sizes)
      for (const result::AnalysisTruth& truth : size.truths)
        for (const double x :
             {truth.log_hazard_ratio, truth.interval_z, truth.risk_difference, truth.difference})
          bits.add(std::isnan(x) ? 0 : x);
  Workspace workspace;
  const std::size_t simulated = std::min(plan.designs.size(), most_replicates);
  for (std::size_t k = 0; k < simulated; ++k)
    for (const result::Outcome& outcome : simulate_replicate(
             plan.designs[k * plan.designs.size() / simulated], plan.seed, 1, workspace))
      add_outcome(bits, outcome);
}

}  // namespace

std::string numeric_fingerprint(const Plan& plan) {
  Bits bits;
  add_library_functions(bits);
  add_bounds(bits);
  add_plan(bits, plan);
  return bits.digest();
}

}  // namespace trialmill::simulation
