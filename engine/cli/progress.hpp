#pragma once

#include <chrono>
#include <string>

namespace trialmill::cli {

/// A line on the terminal with the share done and the time left. Silent when standard error is not
/// a terminal, and for the first two seconds; redrawn at most five times a second.
class Progress {
 public:
  explicit Progress(std::string task);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// @param share done, 0 to 1
  void update(double share);

 private:
  using Clock = std::chrono::steady_clock;

  std::string task_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_, last_draw_;
};

/// "45 s", "12 min", "3 h 20 min".
std::string duration_in_words(double seconds);

}  // namespace trialmill::cli
