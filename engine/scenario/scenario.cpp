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
    case max_combo:
      return "max-combo";
    case rmst:
      return "rmst";
    case milestone:
      return "milestone";
    case win_ratio:
      return "win-ratio";
  }
  return "";
}

std::string_view name(Analysis::CoxStatistic statistic) {
  using enum Analysis::CoxStatistic;
  switch (statistic) {
    case wald:
      return "wald";
    case score:
      return "score";
    case likelihood_ratio:
      return "likelihood-ratio";
  }
  return "";
}

bool compares_proportions(Analysis::Test test) {
  using enum Analysis::Test;
  return test == score || test == fisher || test == mantel_haenszel;
}

}  // namespace trialmill::scenario
