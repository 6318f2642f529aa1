#include "trialmill/result/tally.hpp"

#include <cassert>
#include <cmath>

namespace trialmill::result {

void Moments::add(double x) {
  ++count;
  const double deviation = x - mean;
  mean += deviation / static_cast<double>(count);
  sum_of_squares += deviation * (x - mean);
}

void Moments::merge(const Moments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const auto ours = static_cast<double>(count);
  const auto theirs = static_cast<double>(other.count);
  const double deviation = other.mean - mean;
  mean += deviation * (theirs / (ours + theirs));
  sum_of_squares +=
      other.sum_of_squares + deviation * deviation * (ours * theirs / (ours + theirs));
  count += other.count;
}

double Moments::sd() const {
  return count < 2 ? std::numeric_limits<double>::quiet_NaN()
                   : std::sqrt(sum_of_squares / static_cast<double>(count - 1));
}

void LookTally::add(const LookOutcome& look) {
  if (!std::isnan(look.due_months)) due_months.add(look.due_months);
  if (!look.held) return;
  ++held;
  rejections += look.rejected;
  futility_stops += look.futile;
  undefined += std::isnan(look.z);
  months.add(look.due_months);
  patients.add(static_cast<double>(look.patients));
  events.add(static_cast<double>(look.events));
  enrolled.add(static_cast<double>(look.enrolled));
  information.add(look.information);
  if (!std::isnan(look.correlation)) correlation.add(look.correlation);
  if (std::isfinite(look.efficacy_z)) efficacy_z.add(look.efficacy_z);
  if (std::isfinite(look.futility_z)) futility_z.add(look.futility_z);
}

void LookTally::merge(const LookTally& other) {
  held += other.held;
  rejections += other.rejections;
  futility_stops += other.futility_stops;
  undefined += other.undefined;
  due_months.merge(other.due_months);
  months.merge(other.months);
  patients.merge(other.patients);
  events.merge(other.events);
  enrolled.merge(other.enrolled);
  information.merge(other.information);
  correlation.merge(other.correlation);
  efficacy_z.merge(other.efficacy_z);
  futility_z.merge(other.futility_z);
}

void ImbalanceTally::add(double imbalance) {
  moments.add(imbalance);
  distribution.add(imbalance);
}

void ImbalanceTally::merge(const ImbalanceTally& other) {
  moments.merge(other.moments);
  distribution.merge(other.distribution);
}

void StoppingTally::add(const LookOutcome& stop) {
  const auto number_of_events = static_cast<double>(stop.events);
  const auto patients = static_cast<double>(stop.enrolled);
  months.add(stop.due_months);
  events.add(number_of_events);
  enrolled.add(patients);
  months_distribution.add(stop.due_months);
  events_distribution.add(number_of_events);
  enrolled_distribution.add(patients);
}

void StoppingTally::merge(const StoppingTally& other) {
  months.merge(other.months);
  events.merge(other.events);
  enrolled.merge(other.enrolled);
  months_distribution.merge(other.months_distribution);
  events_distribution.merge(other.events_distribution);
  enrolled_distribution.merge(other.enrolled_distribution);
}

void AnalysisTally::add(const AnalysisOutcome& outcome, const AnalysisTruth& truth) {
  rejections += outcome.rejected;
  undefined += std::isnan(outcome.z);
  ++by_status[static_cast<std::size_t>(outcome.status)];
  analysis_months.add(outcome.analysis_months);
  patients.add(static_cast<double>(outcome.patients));
  events.add(static_cast<double>(outcome.events));
  if (std::isfinite(outcome.proportion.difference)) {
    control_proportion.add(outcome.proportion.control);
    experimental_proportion.add(outcome.proportion.experimental);
    risk_difference.add(outcome.proportion.difference);
    covered += outcome.proportion.lower <= truth.risk_difference &&
               truth.risk_difference <= outcome.proportion.upper;
  }
  if (std::isfinite(outcome.difference.estimate)) {
    difference.add(outcome.difference.estimate);
    difference_standard_error.add(outcome.difference.standard_error);
    covered += std::abs(outcome.difference.estimate - truth.difference) <=
               truth.interval_z * outcome.difference.standard_error;
  }
  if (!std::isfinite(outcome.log_hazard_ratio) || !std::isfinite(outcome.standard_error)) return;
  log_hazard_ratio.add(outcome.log_hazard_ratio);
  standard_error.add(outcome.standard_error);
  covered += std::abs(outcome.log_hazard_ratio - truth.log_hazard_ratio) <=
             truth.interval_z * outcome.standard_error;
}

void AnalysisTally::merge(const AnalysisTally& other) {
  rejections += other.rejections;
  undefined += other.undefined;
  for (std::size_t k = 0; k < by_status.size(); ++k)
    by_status[k] += other.by_status[k];
  analysis_months.merge(other.analysis_months);
  patients.merge(other.patients);
  events.merge(other.events);
  control_proportion.merge(other.control_proportion);
  experimental_proportion.merge(other.experimental_proportion);
  risk_difference.merge(other.risk_difference);
  difference.merge(other.difference);
  difference_standard_error.merge(other.difference_standard_error);
  log_hazard_ratio.merge(other.log_hazard_ratio);
  standard_error.merge(other.standard_error);
  covered += other.covered;
  looks.resize(other.looks.size());
  for (std::size_t k = 0; k < looks.size(); ++k)
    looks[k].merge(other.looks[k]);
  stopping.merge(other.stopping);
}

void MultiplicityTally::add(const std::vector<AnalysisOutcome>& outcomes,
                            const std::vector<AnalysisTruth>& truths) {
  std::size_t hypotheses = 0, rejected = 0;
  bool true_one = false;
  for (std::size_t a = 0; a < truths.size(); ++a) {
    if (!truths[a].hypothesis) continue;
    ++hypotheses;
    rejected += outcomes[a].rejected;
    true_one = true_one || (outcomes[a].rejected && truths[a].null_holds.value_or(false));
  }
  if (hypotheses == 0) return;
  any += rejected > 0;
  all += rejected == hypotheses;
  true_ones += true_one;
  rejections.add(static_cast<double>(rejected));
}

void MultiplicityTally::merge(const MultiplicityTally& other) {
  any += other.any;
  all += other.all;
  true_ones += other.true_ones;
  rejections.merge(other.rejections);
}

namespace {

// Of an analysis with looks that stopped at one of them.
void add_looks(const std::vector<LookOutcome>& looks, int stop, AnalysisTally& tally) {
  tally.looks.resize(looks.size());
  for (std::size_t k = 0; k < looks.size(); ++k)
    tally.looks[k].add(looks[k]);
  tally.stopping.add(looks[static_cast<std::size_t>(stop - 1)]);
}

}  // namespace

void Tally::add(const Outcome& outcome, const std::vector<AnalysisTruth>& truths) {
  assert(outcome.analyses.size() == truths.size());
  ++replicates;
  events_not_reached += !outcome.events_reached;
  events.add(static_cast<double>(outcome.events));
  analysis_months.add(outcome.analysis_months);
  last_patient_in_months.add(outcome.last_patient_in_months);
  enrolled.add(static_cast<double>(outcome.enrolled));
  dropouts.add(static_cast<double>(outcome.dropouts));
  analyses.resize(truths.size());
  for (std::size_t a = 0; a < truths.size(); ++a)
    analyses[a].add(outcome.analyses[a], truths[a]);
  multiplicity.add(outcome.analyses, truths);
  if (!outcome.looks.empty()) {
    events_distribution.add(static_cast<double>(outcome.events));
    months_distribution.add(outcome.analysis_months);
    enrolled_distribution.add(static_cast<double>(outcome.enrolled));
    for (std::size_t a = 0; a < truths.size(); ++a)
      if (!outcome.looks[a].empty())
        add_looks(outcome.looks[a], outcome.analyses[a].look, analyses[a]);
  }
  pathway.resize(outcome.pathway.size());
  for (std::size_t arm = 0; arm < pathway.size(); ++arm)
    pathway[arm].merge(outcome.pathway[arm]);
  imbalance.resize(outcome.imbalance.size());
  for (std::size_t k = 0; k < imbalance.size(); ++k)
    imbalance[k].add(outcome.imbalance[k]);
}

void Tally::merge(const Tally& other) {
  if (other.replicates == 0) return;
  replicates += other.replicates;
  events_not_reached += other.events_not_reached;
  events.merge(other.events);
  analysis_months.merge(other.analysis_months);
  last_patient_in_months.merge(other.last_patient_in_months);
  enrolled.merge(other.enrolled);
  dropouts.merge(other.dropouts);
  events_distribution.merge(other.events_distribution);
  months_distribution.merge(other.months_distribution);
  enrolled_distribution.merge(other.enrolled_distribution);
  analyses.resize(other.analyses.size());
  for (std::size_t a = 0; a < analyses.size(); ++a)
    analyses[a].merge(other.analyses[a]);
  multiplicity.merge(other.multiplicity);
  pathway.resize(other.pathway.size());
  for (std::size_t arm = 0; arm < pathway.size(); ++arm)
    pathway[arm].merge(other.pathway[arm]);
  imbalance.resize(other.imbalance.size());
  for (std::size_t k = 0; k < imbalance.size(); ++k)
    imbalance[k].merge(other.imbalance[k]);
}

}  // namespace trialmill::result
