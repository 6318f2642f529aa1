#pragma once

#include <string>
#include <string_view>

namespace trialmill::input {

/// 128-bit FNV-1a of the bytes, as 32 hexadecimal digits: tells two scenarios apart by accident,
/// not against an adversary. Algorithm of Fowler, Noll and Vo.
std::string digest(std::string_view bytes);

}  // namespace trialmill::input
