#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string_view>

namespace trialmill::cli {
namespace {

bool can_redraw() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && terminal && std::string_view(terminal) != "dumb";
}

}  // namespace

std::string duration_in_words(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 100) return fmt::format("{} s", whole);
  const long minutes = (whole + 30) / 60;
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

Progress::Progress(std::string task)
    : task_(std::move(task)), terminal_(can_redraw()), start_(Clock::now()), last_draw_(start_) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(double share) {
  if (!terminal_ || share <= 0) return;
  const Clock::time_point now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double since_draw = std::chrono::duration<double>(now - last_draw_).count();
  if (elapsed < 2 || since_draw < 0.2) return;
  fmt::print(stderr, "\r\033[K{}: {:.0f} %, {} left", task_, std::floor(100 * share),
             duration_in_words(elapsed / share - elapsed));
  std::fflush(stderr);
  last_draw_ = now;
  drawn_ = true;
}

}  // namespace trialmill::cli
