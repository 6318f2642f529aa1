#pragma once

#include <string>

#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// "from surgery, in patients resected R0 or R1, to the first of recurrence (seen), death".
std::string in_words(const cohort::Endpoint& endpoint);

/// "every 3 months, from month 24 every 6, counted from randomisation".
std::string in_words(const cohort::VisitSchedule& schedule);

/// "200 events of efs", "24 months after the last patient", "the first of ... and ...".
std::string in_words(const cohort::AnalysisTime& when, const scenario::Scenario& scenario);

/// "log-rank FH(0, 1), stratified by grade", "Cox, adjusted for age, high against control".
std::string test_in_words(const scenario::Analysis& analysis, const scenario::Scenario& scenario);

}  // namespace trialmill::cli
