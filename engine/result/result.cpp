#include "trialmill/result/result.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace trialmill::result {
namespace {

constexpr double z_95 = 1.959963984540054;

double mc_se(const Moments& moments) {
  return moments.sd() / std::sqrt(static_cast<double>(moments.count));
}

double mean_of(const Moments& moments) {
  return moments.count == 0 ? not_a_number : moments.mean;
}

Summary summary(const Moments& moments) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  return {moments.count == 0 ? none : moments.mean, moments.sd(), mc_se(moments)};
}

// Of a trial with looks.
Summary summary(const Moments& moments, const Distribution& distribution) {
  Summary out = summary(moments);
  if (distribution.count() > 0)
    out.quantiles = {distribution.quantile(0.05), distribution.quantile(0.25),
                     distribution.quantile(0.5), distribution.quantile(0.75),
                     distribution.quantile(0.95)};
  return out;
}

struct AgainstTruth {
  double bias, bias_mc_se, coverage, coverage_mc_se;
};

// Replicates of which too few have an estimate for the rest to be none.
bool is_selection(std::uint64_t estimates, std::uint64_t replicates) {
  return static_cast<double>(replicates - estimates) >
         most_undefined * static_cast<double>(replicates);
}

// How estimates lie about a truth, NaN where it is not known, or some replicates alone have one.
// @param covered intervals that hold it
AgainstTruth against_truth(const Moments& estimate, double truth, double truth_mc_se,
                           std::uint64_t covered, std::uint64_t replicates) {
  if (estimate.count == 0 || std::isnan(truth) || is_selection(estimate.count, replicates))
    return {not_a_number, not_a_number, not_a_number, not_a_number};
  const SimulatedProportion coverage = simulated_proportion(covered, estimate.count);
  const double of_mean = estimate.sd() / std::sqrt(static_cast<double>(estimate.count));
  return {estimate.mean - truth, std::sqrt(of_mean * of_mean + truth_mc_se * truth_mc_se),
          coverage.estimate, coverage.mc_se};
}

double mean_or_none(const Moments& moments, std::uint64_t estimates) {
  return estimates > 0 ? moments.mean : not_a_number;
}

EstimatePerformance performance(const AnalysisTally& tally, const AnalysisTruth& truth,
                                std::uint64_t replicates) {
  const Moments& estimate = tally.log_hazard_ratio;
  const AgainstTruth against =
      against_truth(estimate, truth.log_hazard_ratio, truth.mc_se, tally.covered, replicates);
  EstimatePerformance out;
  out.estimates = estimate.count;
  out.log_hr_mean = mean_or_none(estimate, estimate.count);
  out.log_hr_sd = estimate.sd();
  out.model_se_mean = mean_or_none(tally.standard_error, estimate.count);
  out.true_log_hr = truth.log_hazard_ratio;
  out.true_log_hr_mc_se = std::isnan(out.true_log_hr) ? not_a_number : truth.mc_se;
  out.bias = against.bias;
  out.bias_mc_se = against.bias_mc_se;
  out.coverage = against.coverage;
  out.coverage_mc_se = against.coverage_mc_se;
  return out;
}

ProportionPerformance proportions(const AnalysisTally& tally, const AnalysisTruth& truth,
                                  std::uint64_t replicates) {
  const Moments& difference = tally.risk_difference;
  const AgainstTruth against =
      against_truth(difference, truth.risk_difference, truth.mc_se, tally.covered, replicates);
  ProportionPerformance out;
  out.estimates = difference.count;
  out.control_mean = mean_or_none(tally.control_proportion, difference.count);
  out.experimental_mean = mean_or_none(tally.experimental_proportion, difference.count);
  out.risk_difference_mean = mean_or_none(difference, difference.count);
  out.risk_difference_sd = difference.sd();
  out.true_risk_difference = truth.risk_difference;
  out.true_risk_difference_mc_se = truth.mc_se;
  out.bias = against.bias;
  out.bias_mc_se = against.bias_mc_se;
  out.coverage = against.coverage;
  out.coverage_mc_se = against.coverage_mc_se;
  return out;
}

DifferencePerformance difference_of(const AnalysisTally& tally, const AnalysisTruth& truth,
                                    std::uint64_t replicates) {
  const Moments& difference = tally.difference;
  const AgainstTruth against =
      against_truth(difference, truth.difference, truth.mc_se, tally.covered, replicates);
  DifferencePerformance out;
  out.estimates = difference.count;
  out.mean = mean_or_none(difference, difference.count);
  out.sd = difference.sd();
  out.model_se_mean = mean_or_none(tally.difference_standard_error, difference.count);
  out.truth = truth.difference;
  out.truth_mc_se = std::isnan(out.truth) ? not_a_number : truth.mc_se;
  out.bias = against.bias;
  out.bias_mc_se = against.bias_mc_se;
  out.coverage = against.coverage;
  out.coverage_mc_se = against.coverage_mc_se;
  return out;
}

PathwayShare share_of(const std::string& arm, const PathwayCounts& counts) {
  PathwayShare out{arm, counts.patients, {}};
  for (std::size_t step = 0; step < pathway_step_count; ++step)
    if (counts.counts(static_cast<PathwayStep>(step)))
      out.steps.emplace_back(
          name(static_cast<PathwayStep>(step)),
          static_cast<double>(counts.took[step]) / static_cast<double>(counts.patients));
  return out;
}

// The looks of an analysis with several.
std::vector<LookResult> looks_of(const std::vector<LookTally>& looks, std::uint64_t replicates) {
  std::vector<LookResult> out;
  std::uint64_t rejected = 0, futile = 0;
  for (const LookTally& tally : looks) {
    rejected += tally.rejections;
    futile += tally.futility_stops;
    LookResult look{static_cast<int>(out.size()) + 1, tally.rejections, mean_of(tally.events),
                    mean_of(tally.due_months), mean_of(tally.patients)};
    SequentialLook& more = look.sequential.emplace();
    more.held = tally.held;
    more.futility_stops = tally.futility_stops;
    more.undefined = tally.undefined;
    more.rejection = simulated_proportion(tally.rejections, replicates);
    more.cumulative_rejection = simulated_proportion(rejected, replicates);
    more.futility = simulated_proportion(tally.futility_stops, replicates);
    more.cumulative_futility = simulated_proportion(futile, replicates);
    more.time_mc_se = mc_se(tally.due_months);
    more.events_mc_se = mc_se(tally.events);
    more.time_held_mean = mean_of(tally.months);
    more.enrolled_mean = mean_of(tally.enrolled);
    more.information_mean = mean_of(tally.information);
    more.correlation_mean = mean_of(tally.correlation);
    more.efficacy_z_mean = mean_of(tally.efficacy_z);
    more.futility_z_mean = mean_of(tally.futility_z);
    out.push_back(std::move(look));
  }
  return out;
}

AnalysisResult summarise_analysis(const AnalysisLabel& label, const AnalysisTally& tally,
                                  const AnalysisTruth& truth, const Tally& point) {
  AnalysisResult out;
  out.name = label.name;
  out.test = label.test;
  out.weight = label.weight;
  out.options = label.options;
  out.endpoint = label.endpoint;
  out.arms = label.arms;
  out.set = label.set;
  out.alpha = label.alpha;
  out.sided = label.sided;
  out.power = simulated_proportion(tally.rejections, point.replicates);
  out.rejections = tally.rejections;
  out.undefined = tally.undefined;
  for (std::size_t status = 1; status < tally.by_status.size(); ++status)
    if (tally.by_status[status] > 0)
      out.flags.emplace_back(name(static_cast<survival::FitStatus>(status)),
                             tally.by_status[status]);
  if (label.spending) {
    out.by_look = looks_of(tally.looks, point.replicates);
    const StoppingTally& stop = tally.stopping;
    out.stopping = {*label.spending,
                    out.by_look.back().sequential->cumulative_futility,
                    summary(stop.months, stop.months_distribution),
                    summary(stop.events, stop.events_distribution),
                    summary(stop.enrolled, stop.enrolled_distribution),
                    tally.patients.mean};
  } else {
    out.by_look.push_back(
        {1, tally.rejections, tally.events.mean, tally.analysis_months.mean, tally.patients.mean});
  }
  if (label.estimates_hazard_ratio) out.estimate = performance(tally, truth, point.replicates);
  if (label.compares_proportions) out.proportion = proportions(tally, truth, point.replicates);
  if (label.estimates_difference) out.difference = difference_of(tally, truth, point.replicates);
  return out;
}

MultiplicityResult summarise_multiplicity(const MultiplicityLabel& label,
                                          const MultiplicityTally& tally,
                                          const std::vector<AnalysisLabel>& labels,
                                          const std::vector<AnalysisTruth>& truths,
                                          std::uint64_t replicates) {
  MultiplicityResult out;
  out.label = label;
  for (const HypothesisLabel& hypothesis : label.hypotheses) {
    const auto analysis = std::ranges::find(labels, hypothesis.name, &AnalysisLabel::name);
    out.null_holds.push_back(
        truths[static_cast<std::size_t>(analysis - labels.begin())].null_holds);
  }
  out.any = simulated_proportion(tally.any, replicates);
  out.all = simulated_proportion(tally.all, replicates);
  out.rejections = summary(tally.rejections);
  const bool known = std::ranges::all_of(
      out.null_holds, [](const std::optional<bool>& holds) { return holds.has_value(); });
  const bool any_true = std::ranges::any_of(
      out.null_holds, [](const std::optional<bool>& holds) { return holds.value_or(false); });
  if (known && any_true) out.familywise_error = simulated_proportion(tally.true_ones, replicates);
  return out;
}

}  // namespace

bool has_multiplicity(const Result& result) {
  return std::ranges::any_of(
      result.points, [](const PointResult& point) { return point.multiplicity.has_value(); });
}

NullTwinRejections null_twin_rejections(const AnalysisResult& analysis, std::uint64_t replicates) {
  NullTwinRejections out;
  out.replicates = replicates;
  out.rejection = analysis.power;
  out.rejections = analysis.rejections;
  out.undefined = analysis.undefined;
  out.by_look = analysis.by_look;
  return out;
}

bool above_level(const SimulatedProportion& rejection, std::uint64_t replicates, double alpha) {
  constexpr double errors = 3;
  const double standard_error = std::sqrt(alpha * (1 - alpha) / static_cast<double>(replicates));
  return rejection.estimate > alpha + errors * standard_error;
}

bool has_null_twins(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.null_twin || analysis.schedule_twin;
    });
  });
}

bool has_looks(const Result& result) {
  return std::ranges::any_of(result.points, [](const PointResult& point) {
    return std::ranges::any_of(point.analyses, [](const AnalysisResult& analysis) {
      return analysis.stopping.has_value();
    });
  });
}

SimulatedProportion simulated_proportion(std::uint64_t successes, std::uint64_t trials) {
  assert(trials > 0 && successes <= trials);
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double shrink = 1 + z_95 * z_95 / n;
  const double centre = (p + z_95 * z_95 / (2 * n)) / shrink;
  const double half = z_95 * std::sqrt(p * (1 - p) / n + z_95 * z_95 / (4 * n * n)) / shrink;
  // At 0 and n successes the Wilson limits are exactly 0 and 1, which rounding can miss.
  return {p, std::sqrt(p * (1 - p) / n), successes == 0 ? 0.0 : std::max(0.0, centre - half),
          successes == trials ? 1.0 : std::min(1.0, centre + half)};
}

PointResult summarise(const std::vector<std::pair<std::string, double>>& set, const Tally& tally,
                      const std::vector<AnalysisLabel>& labels,
                      const std::vector<AnalysisTruth>& truths,
                      const std::vector<std::string>& arms,
                      const std::optional<MultiplicityLabel>& multiplicity) {
  PointResult out;
  out.set = set;
  out.replicates = tally.replicates;
  out.events = summary(tally.events, tally.events_distribution);
  out.duration = summary(tally.analysis_months, tally.months_distribution);
  out.last_patient_in = summary(tally.last_patient_in_months);
  out.enrolled = summary(tally.enrolled, tally.enrolled_distribution);
  out.dropouts = summary(tally.dropouts);
  out.events_not_reached = tally.events_not_reached;
  for (std::size_t a = 0; a < labels.size() && tally.replicates > 0; ++a)
    out.analyses.push_back(summarise_analysis(labels[a], tally.analyses[a], truths[a], tally));
  for (std::size_t arm = 0; arm < tally.pathway.size(); ++arm)
    out.pathway.push_back(share_of(arms[arm], tally.pathway[arm]));
  if (multiplicity && tally.replicates > 0)
    out.multiplicity =
        summarise_multiplicity(*multiplicity, tally.multiplicity, labels, truths, tally.replicates);
  return out;
}

}  // namespace trialmill::result
