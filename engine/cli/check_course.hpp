#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "cli/check_level.hpp"
#include "cli/course_check.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::cli {

/// Checks a study whose patients have a whole course, and prints what its first design point makes
/// of the paper: a table, or JSON. @param level of its null twins, when that was tried
/// @return the program's exit status
int check_course(const scenario::Study& study, const std::optional<LevelCheck>& level, bool json);

/// The check as JSON. @param scenario the one that was checked
nlohmann::ordered_json to_document(const CourseCheck& check, const scenario::Scenario& scenario);

}  // namespace trialmill::cli
