#include "cli/wrong_option.hpp"

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::cli {

void refuse(const std::string& option, const std::string& found, const std::string& allowed,
            const std::string& suggestion) {
  input::Diagnostic diagnostic;
  diagnostic.position.file = option;
  diagnostic.found = found;
  diagnostic.allowed = allowed;
  diagnostic.suggestion = suggestion;
  throw input::InputError(diagnostic);
}

void refuse(const std::string& option, const std::string& why) {
  input::Diagnostic diagnostic;
  diagnostic.position.file = option;
  diagnostic.why = why;
  throw input::InputError(diagnostic);
}

}  // namespace trialmill::cli
