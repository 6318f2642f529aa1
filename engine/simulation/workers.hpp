#pragma once

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace trialmill::simulation {

/// Held by every task, from its first statement on: orders what one thread did before it with what
/// another does after it. oneTBB's own hand-over does the same, but the thread sanitizer cannot see
/// into the distribution's library. The count is the process's, because a task must not even read
/// what it captured before it has taken over.
class HandOver {
 public:
  HandOver() { step(); }
  HandOver(const HandOver&) = delete;
  HandOver& operator=(const HandOver&) = delete;
  ~HandOver() { step(); }

 private:
  static void step() { count_.fetch_add(1, std::memory_order_acq_rel); }
  static inline std::atomic<std::uint64_t> count_{0};
};

/// The threads of one parallel computation: as many as asked for, all of the machine's for 0.
class Workers {
 public:
  explicit Workers(int threads)
      : threads_(threads > 0 ? threads : tbb::info::default_concurrency()),
        limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads_)),
        arena_(threads_) {}

  int threads() const { return threads_; }

  /// Calls `work()` where oneTBB's algorithms run on these threads. What tasks call is made before,
  /// not within `work`: it is then handed over with the rest.
  template <class Work>
  void execute(const Work& work) {
    const HandOver hand_over;
    arena_.execute(work);
  }

 private:
  int threads_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace trialmill::simulation
