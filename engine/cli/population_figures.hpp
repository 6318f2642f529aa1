#pragma once

#include <string>
#include <vector>

#include "cli/audited_figures.hpp"
#include "trialmill/cohort/dependence.hpp"
#include "trialmill/evidence/audit.hpp"

namespace trialmill::cli {

/// A publication and its audit, for figures that may come from it.
struct AuditedEvidence {
  const evidence::Evidence* evidence = nullptr;  ///< none: every figure is the scenario's
  evidence::EvidenceAudit audit;
};

/// The figures of one covariate's law: prevalence, share of each level, moments; of one with
/// parents those of its table; and how often it is not recorded. Probabilities of 0 are left out.
/// A number that the evidence has under the name of the covariate or level, to eight decimals, is
/// the evidence's figure, whether the scenario says `published` or spells it out.
/// @param population what `covariate.parents` are indices in
/// @param where behind every figure's name
std::vector<AuditedFigure> covariate_figures(const cohort::Covariate& covariate,
                                             const std::vector<cohort::Covariate>& population,
                                             const AuditedEvidence& published,
                                             const std::string& where = "");

/// The latent correlations that are not 0.
std::vector<AuditedFigure> correlation_figures(const cohort::Copula& copula,
                                               const std::vector<cohort::Covariate>& population);

}  // namespace trialmill::cli
