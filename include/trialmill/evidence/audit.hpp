#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trialmill/evidence/published.hpp"
#include "trialmill/survival/piecewise_hazard.hpp"

/// Do the figures of a publication agree with each other?
///
/// Every rule needs nothing but the figures, and allows for what is no mistake: numbers are printed
/// rounded (by half a unit of their last digit; the ratio and its limits have as many decimals as
/// the one with most), intervals may be of profile-likelihood kind, p-values of the
/// likelihood-ratio, score or Wald kind. A flag says "look it up", not "wrong".
///
/// Ratios. On the log scale an interval (L, U) of level 95 % implies SE = (ln U - ln L) / (2 z),
/// z = 1.96, and p = P(|Z| > |ln HR| / SE).
/// - off centre: the ratio stands outside the middle third of its interval. A Wald interval has it
///   in the middle, and even a profile-likelihood interval that rests on one event has it at 0.66.
/// - inverted: off centre, and the reciprocal is not.
/// - outside its interval: below the lower or above the upper limit, and not inverted.
/// - p-value: the printed one is neither that of the whole interval nor that of its half towards 1
///   (at whose end a likelihood ratio has its p of 5 %) nor between them, by more than 1/4 on the
///   scale of z or a fifth of z, whichever is more. Likelihood-ratio and score tests differ from
///   Wald's by less where 10 events or more fall on either side of the factor and z is below 4. Of
///   a printed p of 0.001 or less only that it is small is used ("< 0.001").
/// - too narrow: the SE is below 2 / sqrt(patients). The information on a binary factor is at most
///   a quarter of the number of events, whatever else is in the model.
///
/// Counts. The percentage is that of the count and `percent_of`; if this is not given, of `of` or
/// of all patients; in a row of factors, of all patients or of those in whom the covariate is
/// known. A percentage cut off instead of rounded passes.
///
/// Curves. Survival lies in [0, 1] and never rises; nor does the number at risk of a group. The
/// median is a knot of survival 0.5 or a
/// quantity in months named after the curve with "_median" behind it.
/// - median at odds: survival is below 0.5 before it or above 0.5 after it; or the hazard from the
///   median to the next knot and that from the knot before to the median differ by a factor of more
///   than 2 and more than chance explains: |log ratio| > 1.96 sqrt(1/d1 + 1/d2), d1 and d2 the
///   events of these times had nobody been censored. Then either the hazard changes just there, or
///   so few are at risk that the points mean little.
namespace trialmill::evidence {

enum class Finding {
  impossible_interval,  ///< limits or ratio not positive, or the lower limit not below the upper
  inverted_ratio,
  ratio_outside_interval,
  off_centre_ratio,
  interval_too_narrow,
  p_value_disagrees,
  impossible_count,  ///< negative, or more than its denominator or the patients
  percentage_disagrees,
  impossible_curve,  ///< survival outside [0, 1], or times not increasing from 0
  survival_rises,
  number_at_risk_rises,
  median_at_odds,
};

/// "inverted ratio", "median at odds with the curve".
std::string_view in_words(Finding finding);

struct Flag {
  Finding finding = Finding::percentage_disagrees;
  std::string sentence = {};            ///< with the figures
  std::vector<std::size_t> knots = {};  ///< of a curve: the knots concerned
};

/// One hazard ratio. The implied figures are not numbers for an impossible interval.
struct RatioAudit {
  std::string curve, covariate;
  std::string analysis;  ///< "univariable" or "multivariable"
  PublishedRatio printed;
  double position = 0;        ///< (ln HR - ln L) / (ln U - ln L): 0.5 in the middle
  double standard_error = 0;  ///< of the log hazard ratio
  double wald_p = 1;
  /// d of SE^2 = 1 / (d q (1 - q)), q the prevalence of the covariate (Schoenfeld 1983). Exact for
  /// a ratio of 1; for a strong effect on few patients too high.
  double events = 0;
  std::string source;
  std::vector<Flag> flags;
};

/// One count with its denominator and percentage.
struct CountAudit {
  std::string group;  ///< "covariates", "proportions" or "factors.CURVE"
  std::string name;
  double count = 0;
  double of = 0;                  ///< denominator with which `percent` agrees, else the first tried
  std::optional<double> percent;  ///< as printed
  double implied_percent = 0;     ///< 100 count / of
  std::string source;
  std::vector<Flag> flags;
};

/// One survival curve.
struct CurveAudit {
  std::string name;
  survival::PiecewiseHazard hazard;  ///< from knot to knot, per month; empty for impossible curves
  std::string source;
  std::vector<Flag> flags;
};

/// Every figure that can be audited, in the order of the evidence.
struct EvidenceAudit {
  std::vector<RatioAudit> ratios;
  std::vector<CountAudit> counts;
  std::vector<CurveAudit> curves;
};

/// Never throws for figures, however wrong they are.
EvidenceAudit audit(const Evidence& evidence);

}  // namespace trialmill::evidence
