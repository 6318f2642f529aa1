#pragma once
namespace trialmill::survival {
enum class CourseClock { forward, reset };
}
