#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trialmill/survival/log_rank.hpp"

namespace trialmill::survival {

/// A weight as users write it: "fh(0,1)", or "mwlr(6)" for the modest weight with t* = 6. Blanks
/// are allowed. Nothing when the text is no weight, an exponent is not in [0, 10] or t* not in [0,
/// 1e9].
std::optional<LogRankWeight> parse_weight(std::string_view text);

/// The inverse: "fh(0,0.5)", "mwlr(6)".
std::string name(const LogRankWeight& weight);

}  // namespace trialmill::survival
