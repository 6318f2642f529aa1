#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "report/text.hpp"
#include "trialmill/result/result.hpp"

/// Results made up for the tests of figures and tables: no simulation has run. Powers follow
/// Schoenfeld (1981) with events for 60 % of the patients; figures of estimates are simple numbers.
namespace trialmill::report::example {

inline double schoenfeld_power(double hazard_ratio, double patients, double alpha = 0.025) {
  const double z = alpha == 0.025 ? 1.959963984540054 : 2.241402727604947;  // 0.025, else 0.0125
  const double drift = -std::log(hazard_ratio) * std::sqrt(0.6 * patients / 4);
  return 0.5 * std::erfc((z - drift) / std::sqrt(2.0));
}

inline result::SimulatedProportion proportion(double power, std::uint64_t replicates) {
  const auto n = static_cast<double>(replicates);
  const double z = 1.959963984540054, p = std::round(power * n) / n, shrink = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / shrink;
  const double half = z / shrink * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, std::sqrt(p * (1 - p) / n), centre - half, centre + half};
}

inline result::AnalysisResult analysis(const std::string& name, const std::string& test,
                                       double power, std::uint64_t replicates) {
  result::AnalysisResult out;
  out.name = name;
  out.test = test;
  out.endpoint = "rfs";
  out.power = proportion(power, replicates);
  out.rejections =
      static_cast<std::uint64_t>(std::round(out.power.estimate * static_cast<double>(replicates)));
  return out;
}

inline result::AnalysisResult cox(const std::string& name, double hazard_ratio, double power,
                                  std::uint64_t replicates) {
  result::AnalysisResult out = analysis(name, "cox", power, replicates);
  result::EstimatePerformance estimate;
  estimate.estimates = replicates;
  estimate.log_hr_mean = std::log(hazard_ratio) - 0.004;
  estimate.log_hr_sd = 0.17;
  estimate.model_se_mean = 0.169;
  estimate.true_log_hr = std::log(hazard_ratio);
  estimate.bias = -0.004;
  estimate.bias_mc_se = 0.17 / std::sqrt(static_cast<double>(replicates));
  estimate.coverage = 0.951;
  estimate.coverage_mc_se = 0.002;
  out.estimate = estimate;
  return out;
}

/// What to make up.
struct Study {
  std::string title = "Perioperative therapy after resection of colorectal liver metastases";
  std::vector<double> sample_sizes{100, 150, 200, 250, 300, 350, 400, 450, 500};
  std::vector<double> hazard_ratios{0.7};
  std::vector<std::string> cox_analyses;  ///< beside the log-rank test, "adjusted" and so on
  std::uint64_t replicates = 10000;
};

inline result::Result make(const Study& study) {
  result::Result out;
  out.version = "0.1.0";
  out.title = study.title;
  out.file = "rfs.yaml";
  out.digest = "c0ffee";
  out.seed = 20210728;
  out.replicates = study.replicates;
  for (const double hazard_ratio : study.hazard_ratios)
    for (const double patients : study.sample_sizes) {
      result::PointResult point;
      point.set = {{"sample_size", patients},
                   {"arms.perioperative.effect.hazard_ratio", hazard_ratio}};
      point.replicates = study.replicates;
      const double power = schoenfeld_power(hazard_ratio, patients);
      // Noise of a fixed pattern, one standard error at most.
      const double noise = std::sin(patients + 10 * hazard_ratio) *
                           std::sqrt(power * (1 - power) / static_cast<double>(study.replicates));
      point.analyses.push_back(analysis("primary", "log-rank", power + noise, study.replicates));
      double gain = 0;
      for (const std::string& name : study.cox_analyses)
        point.analyses.push_back(
            cox(name, hazard_ratio,
                schoenfeld_power(hazard_ratio, patients * (1 + (gain += 0.12))) - noise / 2,
                study.replicates));
      point.events = {0.6 * patients, 6.1};
      point.duration = {24 + patients / 25, 1.4};
      point.enrolled = {patients, 0};
      out.points.push_back(point);
    }
  return out;
}

/// Columns on a terminal.
inline std::size_t widest_line(const std::string& table) {
  std::istringstream lines(table);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);)
    widest = std::max(widest, terminal_width(line));
  return widest;
}

}  // namespace trialmill::report::example
