#pragma once

namespace trialmill::cli {

/// While alive, Ctrl-C and SIGTERM ask for a stop at the next clean boundary instead of ending the
/// program; a second Ctrl-C ends it at once.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  static bool requested();
};

}  // namespace trialmill::cli
