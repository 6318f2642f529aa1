#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "reference_data.hpp"
#include "survival/six_patients.hpp"

namespace trialmill::survival {

/// Relative agreement asked of everything without iteration, as tests/reference states it. Numbers
/// there have 15 digits.
inline constexpr double reference_tolerance = 1e-10;

/// Compares values with a reference file and counts them.
class ReferenceCheck {
 public:
  void near(double actual, const nlohmann::json& expected, const std::string& what,
            double absolute = 0) {
    const double value = reference::number(expected);
    EXPECT_TRUE(comparison_.close(actual, value, reference_tolerance, absolute))
        << what << ": " << actual << ", expected " << value;
  }
  void near(const std::vector<double>& actual, const nlohmann::json& expected,
            const std::string& what, double absolute = 0) {
    const std::vector<double> values = reference::numbers(expected);
    ASSERT_EQ(actual.size(), values.size()) << what;
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(comparison_.close(actual[i], values[i], reference_tolerance, absolute))
          << what << "[" << i << "]: " << actual[i] << ", expected " << values[i];
    }
  }
  std::size_t count() const { return comparison_.count(); }

 private:
  reference::Comparison comparison_;
};

/// Numbers each label by its place in the sorted order of labels: numerically if all are numbers.
inline std::vector<std::string> sorted_labels(std::vector<std::string> labels) {
  const auto is_number = [](const std::string& text) {
    std::size_t used = 0;
    try {
      std::stod(text, &used);
    } catch (const std::exception&) {
      return false;
    }
    return used == text.size();
  };
  const bool numeric = std::all_of(labels.begin(), labels.end(), is_number);
  std::sort(labels.begin(), labels.end(), [&](const std::string& a, const std::string& b) {
    return numeric ? std::stod(a) < std::stod(b) : a < b;
  });
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

inline std::vector<std::int32_t> codes(const std::vector<std::string>& labels,
                                       const std::vector<std::string>& levels) {
  std::map<std::string, std::int32_t> code;
  for (const std::string& level : levels)
    code.emplace(level, static_cast<std::int32_t>(code.size()));
  std::vector<std::int32_t> result;
  for (const std::string& label : labels)
    result.push_back(code.at(label));
  return result;
}

/// The columns of an analysis. `group` may be empty; several `strata` form their interaction.
struct ColumnNames {
  std::string time;
  std::string status;
  std::string group;
  std::vector<std::string> strata;
};

/// Rows complete in the columns of the analysis (and in `required`), times merged as R does.
struct ReferenceCase {
  PatientColumns patients;
  std::vector<std::string> levels;  ///< labels of the groups 0, 1, ...
};

/// @param levels the order of the groups; empty means sorted
inline ReferenceCase reference_case(const reference::Csv& csv, const ColumnNames& names,
                                    const std::vector<std::string>& required = {},
                                    const std::vector<std::string>& levels = {}) {
  std::vector<std::string> needed = required;
  needed.insert(needed.end(), {names.time, names.status});
  if (!names.group.empty()) needed.push_back(names.group);
  needed.insert(needed.end(), names.strata.begin(), names.strata.end());
  const std::vector<std::size_t> rows = reference::complete_rows(csv, needed);
  ReferenceCase result;
  PatientColumns& patients = result.patients;
  patients.time = reference::values(csv, names.time, rows);
  for (const double status : reference::values(csv, names.status, rows)) {
    patients.event.push_back(status != 0);
  }
  if (!names.group.empty()) {
    const std::vector<std::string> labels = reference::texts(csv, names.group, rows);
    result.levels = levels.empty() ? sorted_labels(labels) : levels;
    patients.group = codes(labels, result.levels);
    patients.groups = static_cast<std::int32_t>(result.levels.size());
  }
  if (!names.strata.empty()) {
    std::vector<std::string> labels(rows.size());
    for (const std::string& name : names.strata) {
      const std::vector<std::string> part = reference::texts(csv, name, rows);
      for (std::size_t i = 0; i < rows.size(); ++i)
        labels[i] += "/" + part[i];
    }
    const std::vector<std::string> strata = sorted_labels(labels);
    patients.stratum = codes(labels, strata);
    patients.strata = static_cast<std::int32_t>(strata.size());
  }
  const std::vector<std::span<double>> columns{patients.time};
  merge_near_ties(columns);
  return result;
}

/// The 100,000 rows of numerics-*.json, by the formula that the file gives.
/// @param months whether times are rounded up to whole months
inline PatientColumns formula_case(std::size_t rows, bool months, bool stratified) {
  PatientColumns patients;
  for (std::size_t i = 1; i <= rows; ++i) {
    const auto phi = [i](std::size_t base) { return reference::radical_inverse(i, base); };
    const auto group = static_cast<std::int32_t>(i % 2);
    const double x1 = 2 * phi(3) - 1;
    const double x2 = phi(5) < 0.3 ? 1 : 0;
    const double hazard = 0.05 * std::exp(-0.35 * group + 0.4 * x1 + 0.25 * x2);
    const double to_event = -std::log(phi(11)) / hazard;
    const double to_censoring = 12 + 36 * phi(13);
    const double time = std::min(to_event, to_censoring);
    patients.time.push_back(months ? std::ceil(time) : time);
    patients.event.push_back(to_event <= to_censoring);
    patients.group.push_back(group);
    if (stratified) patients.stratum.push_back(static_cast<std::int32_t>(std::floor(4 * phi(7))));
  }
  patients.groups = 2;
  patients.strata = stratified ? 4 : 1;
  return patients;
}

}  // namespace trialmill::survival
