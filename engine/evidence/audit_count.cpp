#include <cmath>

#include "evidence/audit_parts.hpp"
#include "evidence/figure.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::evidence {
namespace {

// A binary fraction is not the decimal that was typed.
constexpr double rounding = 1e-9;

// Rounded to the decimals printed, or cut off there.
bool agrees(double printed, double percent) {
  const double unit = math::power(10, -decimals(printed));
  return percent >= printed - unit / 2 - rounding && percent < printed + unit - rounding;
}

void check_possible(CountAudit& row, double patients, bool of_patients) {
  const bool possible =
      row.count >= 0 && row.of > 0 && row.count <= row.of && (!of_patients || row.of <= patients);
  if (possible) return;
  row.flags.push_back({Finding::impossible_count,
                       figure(row.count) + " of " + figure(row.of) + " is no proportion of " +
                           figure(patients) + " patients",
                       {}});
}

// Looks for the denominator whose percentage is the printed one, and keeps it.
void check_percentage(CountAudit& row, const std::vector<double>& denominators) {
  if (!row.percent || !row.flags.empty()) return;
  std::string tried;
  for (const double of : denominators) {
    if (!(of > 0)) continue;
    const double percent = 100 * row.count / of;
    if (agrees(*row.percent, percent)) {
      row.of = of;
      row.implied_percent = percent;
      return;
    }
    const std::string sentence = figure(row.count) + " of " + figure(of) + " is " +
                                 rounded(percent, std::max(1, decimals(*row.percent))) + " %";
    if (tried.find(sentence) == std::string::npos) tried += sentence + ", ";
  }
  row.flags.push_back(
      {Finding::percentage_disagrees, tried + "printed is " + figure(*row.percent) + " %", {}});
}

CountAudit audit_proportion(const std::string& group, const Proportion& proportion,
                            const Evidence& evidence) {
  CountAudit row{group,
                 proportion.name,
                 proportion.count,
                 proportion.of,
                 proportion.percent,
                 100 * proportion.count / proportion.of,
                 proportion.source,
                 {}};
  check_possible(row, evidence.patients, group == "covariates");
  if (proportion.percent_of)
    check_percentage(row, {*proportion.percent_of});
  else
    check_percentage(row, {proportion.of, evidence.patients});
  return row;
}

CountAudit audit_factor(const PrognosticFactor& factor, const Evidence& evidence) {
  CountAudit row{"factors." + factor.curve,
                 factor.covariate,
                 factor.count,
                 evidence.patients,
                 factor.percent,
                 100 * factor.count / evidence.patients,
                 factor.source,
                 {}};
  check_possible(row, evidence.patients, true);
  std::vector<double> denominators{evidence.patients};
  if (const Proportion* covariate = evidence.find_covariate(factor.covariate))
    denominators.push_back(covariate->of);
  check_percentage(row, denominators);
  return row;
}

}  // namespace

std::vector<CountAudit> audit_counts(const Evidence& evidence) {
  std::vector<CountAudit> rows;
  for (const Proportion& covariate : evidence.covariates)
    rows.push_back(audit_proportion("covariates", covariate, evidence));
  for (const PrognosticFactor& factor : evidence.factors)
    rows.push_back(audit_factor(factor, evidence));
  for (const Proportion& proportion : evidence.proportions)
    rows.push_back(audit_proportion("proportions", proportion, evidence));
  return rows;
}

}  // namespace trialmill::evidence
