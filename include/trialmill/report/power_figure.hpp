#pragma once

#include <string>

#include "trialmill/result/result.hpp"

/// What people read: figures and tables, made from a result document alone.
namespace trialmill::report {

/// A power curve as a stand-alone SVG 1.1 document with real text; the same result gives the same
/// bytes everywhere.
///
/// The horizontal axis is the sample size when the result holds several, otherwise the first swept
/// key with several values. Each combination of the other swept settings and the analysis is a line
/// with its Wilson 95 % band, told apart by colour (Okabe and Ito 2008), marker and dashes, so that
/// it survives grey printing; more than eight lines become small multiples. A result of one point
/// is drawn as intervals, one row per analysis.
///
/// The vertical axis is power from 0 to 1 with reference lines at 0.8 and 0.9. When every power is
/// below 0.1 (a null twin) it is the rejection rate, drawn close up, with the nominal level as
/// reference. Points without a replicate are left out, and an incomplete run says so in the figure.
///
/// @param twins null twins beside the powers are drawn as thin lines, solid for identical arms (or
/// a margin), dotted for the schedule alone
std::string power_figure_svg(const result::Result& result, bool twins = false);

}  // namespace trialmill::report
