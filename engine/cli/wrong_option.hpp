#pragma once

#include <string>

namespace trialmill::cli {

/// Ends the verb because of what an option says, with exit status 2.
/// @param found what was given, as the message shall show it @param allowed what may be given
/// @throws input::InputError always
[[noreturn]] void refuse(const std::string& option, const std::string& found,
                         const std::string& allowed, const std::string& suggestion = {});

/// The same, with a reason. @throws input::InputError always
[[noreturn]] void refuse(const std::string& option, const std::string& why);

}  // namespace trialmill::cli
