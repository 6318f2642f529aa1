#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trialmill/survival/log_rank.hpp"

namespace trialmill::survival {

/// A weight as users write it: "fh(0,1)". Blanks are allowed. Nothing when the text is no weight or
/// an exponent is not in [0, 10].
std::optional<FlemingHarrington> parse_weight(std::string_view text);

/// The inverse: "fh(0,0.5)".
std::string name(const FlemingHarrington& weight);

}  // namespace trialmill::survival
