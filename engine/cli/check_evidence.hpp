#pragma once

#include <string>

namespace trialmill::cli {

/// Is it an evidence file, to go by its first key? @throws input::InputError when it is no YAML
bool is_evidence(const std::string& file);

/// Reads an evidence file and prints its audit, as a table or as JSON. What the audit finds is a
/// finding, not a failure: the exit status is that of success.
/// @throws input::InputError with everything that is wrong with the file
int check_evidence(const std::string& file, bool json);

}  // namespace trialmill::cli
