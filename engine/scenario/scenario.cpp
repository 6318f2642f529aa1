#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {

std::string_view name(Analysis::Test test) {
  using enum Analysis::Test;
  switch (test) {
    case log_rank:
      return "log-rank";
    case cox:
      return "cox";
    case score:
      return "score";
    case fisher:
      return "fisher";
    case mantel_haenszel:
      return "mantel-haenszel";
  }
  return "";
}

}  // namespace trialmill::scenario
