#pragma once

#include <vector>

#include "trialmill/evidence/audit.hpp"

/// The three parts of an audit, one file each.
namespace trialmill::evidence {

std::vector<RatioAudit> audit_ratios(const Evidence& evidence);
std::vector<CountAudit> audit_counts(const Evidence& evidence);
std::vector<CurveAudit> audit_curves(const Evidence& evidence);

}  // namespace trialmill::evidence
