#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

namespace trialmill::design {

/// Keeps the largest deviation of many comparisons, and writes it into the test's report.
class Deviation {
 public:
  explicit Deviation(std::string name) : name_(std::move(name)) {}
  ~Deviation() { testing::Test::RecordProperty("largest_deviation_of_" + name_, text()); }
  Deviation(const Deviation&) = delete;
  Deviation& operator=(const Deviation&) = delete;

  void compare(double found, double expected) {
    ++count_;
    largest_ = std::isnan(found) ? HUGE_VAL : std::max(largest_, std::abs(found - expected));
  }
  double largest() const { return largest_; }
  int count() const { return count_; }

 private:
  std::string text() const {
    std::ostringstream out;
    out << largest_ << " in " << count_;
    return out.str();
  }
  std::string name_;
  double largest_ = 0;
  int count_ = 0;
};

}  // namespace trialmill::design
