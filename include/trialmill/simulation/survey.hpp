#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/scenario/scenario.hpp"

/// A publication, reproduced: its survey drawn again and again from the scenario's model, each
/// synthetic survey analysed as the publication analysed its own, and every published figure held
/// against the distribution of its reproductions.
namespace trialmill::simulation {

/// What a figure is, which says how it is written and averaged.
enum class SurveyFigure {
  share,         ///< of patients; average: mean
  survival,      ///< Kaplan-Meier estimate at a time; mean
  months,        ///< of follow-up; mean
  median,        ///< of a curve, in months, infinite where it is not reached; median of the surveys
  patients,      ///< at risk; mean
  p_value,       ///< median of the surveys
  hazard_ratio,  ///< geometric mean
};

/// What the scenario made of a published figure before it was compared.
enum class SurveyStanding {
  input,      ///< one of the numbers that the scenario states, or what follows from these alone
  tuned,      ///< a curve that was calibrated to, an effect solved for, or `survey.tuned_to`
  predicted,  ///< fitted to nothing
};

/// A figure that was tuned to must come out on average: the range of single surveys, which is wider
/// by the root of their number, would pass a calibration that misses it by far.
enum class SurveyVerdict {
  not_published,   ///< there is nothing to compare with
  not_reproduced,  ///< the figure exists in less than half of the surveys, or has no finite value
  inside,          ///< lower <= published <= upper; tuned to: average_lower to average_upper
  outside,
};

/// One published figure beside its reproductions.
struct SurveyRow {
  std::string name;   ///< "proportions.men_type_1", "factors.os.r2.univariable"
  std::string label;  ///< in words
  SurveyFigure figure = SurveyFigure::share;
  std::optional<double> published;  ///< absent: the publication does not print it
  double published_lower = 0;       ///< 95 % interval of a published hazard ratio
  double published_upper = 0;
  std::string source;
  double average = 0;  ///< of the reproductions in which the figure exists
  /// 2.5 and 97.5 percentiles: order statistics ceil(n p), a figure without limit the largest.
  /// Not a number for a share of surveys.
  double lower = 0;
  double upper = 0;
  /// The average 3.5 of its standard errors down and up; of a median the order statistics.
  double average_lower = 0;
  double average_upper = 0;
  std::size_t surveys = 0;  ///< in which the figure exists
  SurveyVerdict verdict = SurveyVerdict::not_published;
  SurveyStanding standing = SurveyStanding::predicted;
  /// A ratio of what patients acquire at surgery, such as radicality.
  bool acquired = false;
};

/// A published figure that the scenario says nothing of.
struct UnmodelledFigure {
  std::string name;
  std::string label;
  std::string source;
};

struct SurveyReproduction {
  std::size_t patients = 0;
  std::uint64_t surveys = 0;
  std::uint64_t seed = 0;
  std::vector<SurveyRow> rows;  ///< in the order of the evidence
  std::vector<UnmodelledFigure> unmodelled;
};

struct SurveyOptions {
  int threads = 0;  ///< 0: as many as the machine has
  /// Told the share done, 0 to 1, from one thread at a time.
  std::function<void(double)> progress;
};

/// Draws `study.replicates` synthetic surveys from the first point of a study that is a survey, and
/// compares them with the evidence:
/// - every covariate and proportion that the scenario's `counts` resolve, among the patients that
///   make up its denominator;
/// - the curves to which recurrence and death with disease are calibrated, at every published time,
///   with their medians (quantity CURVE_median);
/// - follow-up observed in all patients, dead or alive (quantities follow_up_median, _mean,
///   _shortest, _longest; the last two in completed months);
/// - log-rank P of the scenario's comparisons, between patients of whom the characteristic is
///   known, survival of both groups at the published times of the curve (but for its median), and
///   numbers at risk of each group and of all together;
/// - every factor of these curves by Cox regression (Efron): alone, and in the model of all that
///   have a multivariable entry for the curve; patients in whom a covariate of the model is not
///   recorded are left out.
/// The result is the same to the last bit for any number of threads.
SurveyReproduction reproduce_survey(const scenario::Study& study,
                                    const SurveyOptions& options = {});

/// Observed times of one curve, one per patient.
struct SurveyTimes {
  std::string curve;
  std::vector<double> time_months;  ///< not a number for a patient who is not of the curve
  std::vector<std::uint8_t> event;
};

/// A published count that the survey's tests and models use: who belongs to it.
struct SurveyMembers {
  std::string name;
  std::vector<std::int8_t> member;  ///< by patient: 1, 0, or -1 where it is not recorded
};

/// One synthetic survey, patient by patient.
struct DrawnSurvey {
  cohort::Cohort patients;
  std::vector<cohort::Covariate> columns;  ///< of `patients`: covariates, then attributes
  std::vector<SurveyTimes> curves;
  std::vector<SurveyMembers> members;  ///< without those that are a binary covariate themselves
};

/// The survey that `reproduce_survey` draws as its number `number`, from 1.
DrawnSurvey draw_survey(const scenario::Study& study, std::uint64_t number);

}  // namespace trialmill::simulation
