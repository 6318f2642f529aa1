#include "cli/stop.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace trialmill::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int> signal_seen{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only store lock-free");
std::atomic<bool> limited{false};
std::atomic<Clock::rep> deadline{0};

extern "C" void request_stop(int signal) {
  signal_seen.store(signal);
  std::signal(signal, SIG_DFL);
}

bool is_late() {
  return limited.load(std::memory_order_relaxed) &&
         Clock::now().time_since_epoch().count() >= deadline.load(std::memory_order_relaxed);
}

}  // namespace

StopConditions::StopConditions(std::optional<double> minutes) {
  signal_seen.store(0);
  if (minutes) {
    const std::chrono::duration<double, std::ratio<60>> limit(*minutes);
    deadline.store((Clock::now() + std::chrono::duration_cast<Clock::duration>(limit))
                       .time_since_epoch()
                       .count());
  }
  limited.store(minutes.has_value());
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large for `ulimit -f` is an error like a full disk
}

StopConditions::~StopConditions() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool StopConditions::requested() {
  return signal_seen.load(std::memory_order_relaxed) != 0 || is_late();
}

StopReason StopConditions::reason() {
  const int signal = signal_seen.load();
  if (signal == SIGINT) return StopReason::interrupted;
  if (signal == SIGTERM) return StopReason::terminated;
  return is_late() ? StopReason::time_limit : StopReason::none;
}

}  // namespace trialmill::cli
