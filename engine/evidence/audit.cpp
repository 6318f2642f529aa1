#include "trialmill/evidence/audit.hpp"

#include "evidence/audit_parts.hpp"

namespace trialmill::evidence {

std::string_view in_words(Finding finding) {
  switch (finding) {
    case Finding::impossible_interval:
      return "impossible interval";
    case Finding::inverted_ratio:
      return "inverted ratio";
    case Finding::ratio_outside_interval:
      return "ratio outside its interval";
    case Finding::off_centre_ratio:
      return "ratio off the centre of its interval";
    case Finding::interval_too_narrow:
      return "interval too narrow";
    case Finding::p_value_disagrees:
      return "p-value does not match the interval";
    case Finding::impossible_count:
      return "impossible count";
    case Finding::percentage_disagrees:
      return "percentage does not match the count";
    case Finding::impossible_curve:
      return "impossible curve";
    case Finding::survival_rises:
      return "survival rises";
    case Finding::number_at_risk_rises:
      return "number at risk rises";
    case Finding::median_at_odds:
      return "median at odds with the curve";
  }
  return "";
}

EvidenceAudit audit(const Evidence& evidence) {
  return {audit_ratios(evidence), audit_counts(evidence), audit_curves(evidence)};
}

}  // namespace trialmill::evidence
