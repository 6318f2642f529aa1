#include "trialmill/evidence/published.hpp"

#include <algorithm>

namespace trialmill::evidence {

std::string_view word(TimeOrigin origin) {
  switch (origin) {
    case TimeOrigin::surgery:
      return "surgery";
    case TimeOrigin::randomisation:
      return "randomisation";
    case TimeOrigin::diagnosis:
      return "diagnosis";
    case TimeOrigin::recurrence:
      return "recurrence";
    case TimeOrigin::treatment:
      return "treatment";
  }
  return "";
}

std::string_view word(CurvePopulation population) {
  switch (population) {
    case CurvePopulation::all:
      return "all";
    case CurvePopulation::resected:
      return "resected";
    case CurvePopulation::r0_r1:
      return "r0_r1";
  }
  return "";
}

const SurvivalCurve* Evidence::find_curve(const std::string& name) const {
  const auto found = std::ranges::find(curves, name, &SurvivalCurve::name);
  return found == curves.end() ? nullptr : &*found;
}

const Proportion* Evidence::find_covariate(const std::string& name) const {
  const auto found = std::ranges::find(covariates, name, &Proportion::name);
  return found == covariates.end() ? nullptr : &*found;
}

const PrognosticFactor* Evidence::find_factor(const std::string& curve,
                                              const std::string& covariate) const {
  const auto found = std::ranges::find_if(factors, [&](const PrognosticFactor& factor) {
    return factor.curve == curve && factor.covariate == covariate;
  });
  return found == factors.end() ? nullptr : &*found;
}

}  // namespace trialmill::evidence
