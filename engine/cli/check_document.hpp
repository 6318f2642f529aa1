#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/model_check.hpp"
#include "trialmill/evidence/published.hpp"
#include "trialmill/scenario/scenario.hpp"

/// What the checks of all kinds of scenarios print alike.
namespace trialmill::cli {

/// Title, file, design points and which of them is shown.
void print_heading(const scenario::Study& study);

/// As a table; nothing for no covariates.
void print_covariates(const std::vector<CovariateCheck>& covariates);

/// "grade = g3", or the covariate alone.
std::string with_level(const std::string& covariate, const std::string& level);

/// "2.449 (1.052 to 5.040)"; "-" when there is none.
std::string in_words(const std::optional<evidence::PublishedRatio>& ratio);
std::string in_words(const std::optional<double>& ratio);

/// Null for what is not finite or not there.
nlohmann::ordered_json number(double x);
nlohmann::ordered_json number(const std::optional<double>& x);

/// Keys "scenario", "design_points", "replicates" and "seed".
nlohmann::ordered_json heading_document(const scenario::Study& study);
nlohmann::ordered_json to_document(const std::optional<evidence::PublishedRatio>& ratio);
nlohmann::ordered_json to_document(const std::vector<CovariateCheck>& covariates);
nlohmann::ordered_json to_document(const survival::PiecewiseHazard& hazard);

}  // namespace trialmill::cli
