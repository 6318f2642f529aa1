#pragma once

#include "report/power_chart.hpp"
#include "report/svg.hpp"

namespace trialmill::report {

/// The figure of a result without a sweep: one row per analysis, with its power, its interval and
/// both in numbers. @param top where it may begin @return the height of the whole figure
double draw_interval_rows(Svg& svg, const PowerChart& chart, double top, double width);

}  // namespace trialmill::report
