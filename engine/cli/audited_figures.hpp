#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/evidence/audit.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// A number that a scenario's model uses, and what the audit of its publication says of it.
struct AuditedFigure {
  std::string figure;  ///< in words: "hazard ratio of grade_g3 for rfs, multivariable"
  double value = 0;
  std::string source;  ///< where the publication prints it; "scenario" when the scenario states it
  /// Empty: sound. Absent: the scenario's own figure, of which no publication says anything.
  std::optional<std::vector<evidence::Flag>> flags;
};

/// The laws of the covariates (prevalences, shares, tables, correlations), hazard ratios and points
/// of survival curves of a scenario: those of the trial's population, then those of its event or
/// course. All other numbers follow.
std::vector<AuditedFigure> audited_figures(const scenario::Scenario& scenario);

/// As a table on standard output; nothing for no figures.
void print_figures(const std::vector<AuditedFigure>& figures);

nlohmann::ordered_json to_document(const std::vector<AuditedFigure>& figures);
nlohmann::ordered_json to_document(const std::vector<evidence::Flag>& flags);

}  // namespace trialmill::cli
