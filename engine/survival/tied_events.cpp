#include "survival/tied_events.hpp"

#include "trialmill/math/clones.hpp"

namespace trialmill::survival {
namespace {

TRIALMILL_CLONES bool any_tied(const double* time, const std::uint8_t* event, std::size_t n) {
  unsigned tied = 0;
  for (std::size_t i = 1; i < n; ++i)
    tied |= (event[i] & event[i - 1]) & static_cast<unsigned>(time[i] == time[i - 1]);
  return tied != 0;
}

}  // namespace

bool any_tied_events(const SortedTimes& sorted) {
  return any_tied(sorted.time.data(), sorted.event.data(), sorted.size());
}

}  // namespace trialmill::survival
