#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/cohort/cohort.hpp"
#include "trialmill/cohort/endpoint.hpp"
#include "trialmill/simulation/survey.hpp"
#include "trialmill/survival/cox.hpp"
#include "trialmill/survival/kaplan_meier.hpp"

namespace trialmill::simulation {

/// Levels of one column of a survey.
struct LevelsOfColumn {
  std::size_t column = 0;
  std::vector<int> levels;
};

/// Patients with some characteristic, and among whom they are counted.
struct Characteristic {
  std::vector<LevelsOfColumn> are, of;
  bool among_all = true;  ///< also among those in whom `are` is not recorded
};

/// Number at risk of the patients with any of these characteristics, or, without any, of all
/// patients of the curve.
struct RiskNumber {
  std::vector<std::size_t> characteristics;
  double month = 0;
};

/// What is estimated from the times of one curve.
struct CurveMeasures {
  std::string name;
  cohort::Endpoint endpoint;
  std::vector<double> months;
  bool median = false;
  std::vector<std::size_t> tests;       ///< log-rank, by a characteristic
  std::vector<double> months_by_group;  ///< at which survival of either group is estimated
  std::vector<RiskNumber> at_risk;
  std::vector<std::size_t> univariable, multivariable;  ///< characteristics
};

/// Everything that is measured in one synthetic survey. Its figures come in the order of `rows`:
/// the counts, then curve by curve survival and median, then follow-up, then curve by curve tests
/// (P, whether it is below 0.05, survival with and without the characteristic) and numbers at risk,
/// then curve by curve hazard ratios.
struct SurveyMeasures {
  std::vector<SurveyRow> rows;
  std::vector<UnmodelledFigure> unmodelled;
  std::vector<Characteristic> characteristics;
  std::vector<std::size_t> shares;  ///< characteristics that are counted
  std::vector<CurveMeasures> curves;
  std::vector<double (*)(std::vector<double>&)> follow_up;
  std::size_t population = 0;  ///< covariates; attributes and observations follow
};

/// Resolves names. @param scenario with a survey
SurveyMeasures compile_survey(const scenario::Scenario& scenario);

/// Scratch space of one worker.
struct SurveyWorkspace {
  cohort::CohortWorkspace drawing;
  cohort::Cohort cohort;
  cohort::EndpointWorkspace endpoint;
  std::vector<std::vector<double>> observed;     ///< columns beyond those of the cohort
  std::vector<std::vector<std::int8_t>> member;  ///< characteristic x patient: 1, 0, -1 not known
  std::vector<std::uint32_t> patient;            ///< of the rows below
  std::vector<double> time;
  std::vector<std::uint8_t> event;
  std::vector<std::int32_t> group;
  survival::SortedTimes sorted;
  survival::RiskTable table;
  survival::KaplanMeier curve;
  std::vector<std::vector<double>> columns;
  survival::CoxWorkspace cox;
  survival::CoxFit fit;
};

/// Measures the cohort in the workspace. @param figures one per row, overwritten; NaN for a figure
/// that does not exist in this survey, hazard ratios as logarithms
void measure_survey(const SurveyMeasures& measures, SurveyWorkspace& workspace,
                    std::span<double> figures);

/// Observes the cohort in the workspace and tells who belongs to what (`workspace.member`).
/// @return the times of every curve
std::vector<SurveyTimes> observe_survey(const SurveyMeasures& measures, SurveyWorkspace& workspace);

}  // namespace trialmill::simulation
