#pragma once

#include <optional>

namespace trialmill::cli {

/// Why a run shall end before its work is done.
enum class StopReason { none, interrupted, terminated, time_limit };

/// While alive, Ctrl-C and SIGTERM ask for a stop at the next clean boundary instead of ending the
/// program, as does the end of a time limit; a second Ctrl-C or SIGTERM ends it at once.
class StopConditions {
 public:
  /// @param minutes from now on
  explicit StopConditions(std::optional<double> minutes = {});
  ~StopConditions();
  StopConditions(const StopConditions&) = delete;
  StopConditions& operator=(const StopConditions&) = delete;

  /// May be asked by several threads at once.
  static bool requested();
  static StopReason reason();
};

}  // namespace trialmill::cli
