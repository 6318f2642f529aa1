#include "cli/fit_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "trialmill/survival/p_value.hpp"
#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

using survival::FitStatus;

std::size_t widest_name(const FitReport& report) {
  std::size_t width = 8;
  for (const GroupCurve& group : report.curves)
    width = std::max(width, group.name.size());
  return width;
}

// "14 rows with a missing value left out (wt.loss 14)"
std::string rows_in_words(const RowsLeftOut& left_out) {
  std::string columns;
  for (const auto& [column, rows] : left_out.by_column)
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", column, rows);
  return fmt::format("{} row{} with a missing value left out ({})", left_out.rows,
                     left_out.rows == 1 ? "" : "s", columns);
}

std::string in_words(const std::vector<std::string>& analyses) {
  std::string out;
  for (std::size_t k = 0; k < analyses.size(); ++k)
    out += (k == 0 ? "" : k + 1 == analyses.size() ? " and " : ", ") + analyses[k];
  return out;
}

std::string header(const FitRequest& request, const FitReport& report) {
  std::string out = fmt::format("{} patients", report.n);
  if (!request.time.empty())
    out += fmt::format(", {} events{}", report.events, request.competing ? " of any cause" : "");
  const RowsLeftOut& first = report.left_out.front().left_out;
  if (first.rows > 0) out += "; " + rows_in_words(first);
  out += "\n";
  for (const LeftOutOf& analysis : report.left_out)
    if (analysis.left_out.rows > 0 && analysis.left_out.by_column != first.by_column)
      out += fmt::format("For {}: {}\n", analysis.analyses, rows_in_words(analysis.left_out));
  if (report.format.delimiter != ',')
    out +=
        fmt::format("Read with {} between the columns{}.\n",
                    report.format.delimiter == '\t' ? std::string("tabs")
                                                    : fmt::format("`{}`", report.format.delimiter),
                    report.format.decimal == '.' ? "" : " and `5,5` as a number");
  if (report.groups.size() == 1)
    out += fmt::format("The file has one group only, {}: there is nothing to compare.\n",
                       report.groups.front());
  if (report.groups.size() > 1) out += fmt::format("Reference: {}\n", report.groups.front());
  if (!report.strata.within.empty())
    out += fmt::format("Within strata: {}\n", in_words(report.strata.within));
  if (!report.strata.pooled.empty())
    out += fmt::format("Of all strata together: {}\n", in_words(report.strata.pooled));
  if (report.merged_times > 0)
    out += fmt::format(
        "{} time{} differed from another by rounding only and {} merged with it, as R's survival "
        "does\n(timefix); --exact-times keeps them apart.\n",
        report.merged_times, report.merged_times == 1 ? "" : "s",
        report.merged_times == 1 ? "was" : "were");
  return out;
}

std::string survival_section(const FitReport& report) {
  const std::size_t width = widest_name(report);
  std::string out = fmt::format("\nKaplan-Meier\n  {:<{}} {:>7} {:>7} {:>9} {:>20} {:>10}", "group",
                                width, "n", "events", "median", "95 % interval", "follow-up");
  const bool rmst = report.curves.front().rmst.has_value();
  if (rmst)
    out += fmt::format("   RMST to {} (SE)", significant(report.curves.front().rmst->horizon));
  out += "\n";
  for (const GroupCurve& group : report.curves) {
    out += fmt::format(
        "  {:<{}} {:>7} {:>7} {:>9} {:>20} {:>10}", group.name, width, group.curve.n,
        group.curve.events, significant(group.median.estimate),
        fmt::format("{} to {}", significant(group.median.lower), significant(group.median.upper)),
        significant(group.median_follow_up));
    if (rmst && group.rmst->status == FitStatus::follow_up_too_short)
      out += "   follow-up too short";
    else if (rmst)
      out += fmt::format("   {} ({})", significant(group.rmst->estimate, 6),
                         significant(group.rmst->std_error));
    out += "\n";
  }
  return out + "  follow-up: median by reverse Kaplan-Meier\n";
}

// Six round times that cover the follow-up.
std::vector<double> at_risk_times(const FitReport& report) {
  double last = 0;
  for (const GroupCurve& group : report.curves)
    if (!group.curve.time.empty()) last = std::max(last, group.curve.time.back());
  if (!(last > 0)) return {0.0};
  const double magnitude = std::pow(10.0, std::floor(std::log10(last / 5)));
  double step = magnitude;
  for (const double nice : {1.0, 2.0, 2.5, 5.0, 10.0})
    if (5 * nice * magnitude <= last) step = nice * magnitude;
  std::vector<double> times;
  for (int k = 0; k <= 5; ++k)
    times.push_back(k * step);
  return times;
}

std::string at_risk_section(const FitReport& report) {
  const std::vector<double> times = at_risk_times(report);
  const std::size_t width = widest_name(report);
  std::string out = fmt::format("\nAt risk, and survival\n  {:<{}}", "time", width);
  for (const double t : times)
    out += fmt::format(" {:>13}", significant(t));
  for (const GroupCurve& group : report.curves) {
    out += fmt::format("\n  {:<{}}", group.name, width);
    for (const survival::CurvePoint& point : survival::survival_at(group.curve, times))
      out += fmt::format(" {:>13}", survival::covers(group.curve, point.time)
                                        ? fmt::format("{} {:.3f}", point.n_risk, point.survival)
                                        : std::string("-"));
  }
  return out + "\n";
}

std::string incidence_section(const FitReport& report) {
  const std::vector<double> times = at_risk_times(report);
  const std::size_t width = widest_name(report);
  std::string out = fmt::format("\nCumulative incidence (SE)\n  {:<{}} {:>6} {:>7}", "group", width,
                                "cause", "events");
  for (const double t : times)
    out += fmt::format(" {:>14}", significant(t));
  for (std::size_t g = 0; g < report.incidence.size(); ++g) {
    for (std::size_t c = 0; c < report.cause_code.size(); ++c) {
      const GroupIncidence& group = report.incidence[g];
      out += fmt::format("\n  {:<{}} {:>6} {:>7}", group.name, width, report.cause_code[c],
                         group.curve.events[c]);
      for (const double t : times) {
        const survival::IncidencePoint point =
            survival::incidence_at(group.curve, static_cast<std::int32_t>(c + 1), t);
        out += fmt::format(" {:>14}",
                           survival::covers(report.curves[g].curve, t)
                               ? fmt::format("{:.3f} ({:.3f})", point.estimate, point.std_error)
                               : std::string("-"));
      }
    }
  }
  return out + "\n  Everything else about times counts an event of any cause.\n";
}

std::string log_rank_section(const FitRequest& request, const FitReport& report) {
  const survival::LogRank& test = *report.log_rank;
  std::string out = fmt::format("\n{}og-rank test", request.strata.empty() ? "L" : "Stratified l");
  if (report.groups.size() == 1) return out + ": the file has one group only\n";
  if (test.status != FitStatus::ok)
    return out + fmt::format(": {}\n", survival::explanation(test.status));
  out += fmt::format(": chi-square {} on {} df, p {}", significant(test.chi_square),
                     test.degrees_of_freedom, p_text(test.p_value));
  if (report.two_group) out += fmt::format(", Z {}", significant(report.two_group->z));
  out += "\n";
  for (std::size_t g = 0; g < report.curves.size(); ++g)
    out += fmt::format("  {:<{}} observed {:>8}, expected {:>9}\n", report.curves[g].name,
                       widest_name(report), significant(test.observed[g], 6),
                       significant(test.expected[g], 6));
  return out;
}

std::string weighted_section(const FitReport& report) {
  std::string out;
  for (const WeightedTest& weighted : report.weighted) {
    out += fmt::format("Weighted log-rank {}: ", survival::name(weighted.weight));
    out += weighted.test.status == FitStatus::ok
               ? fmt::format("Z {}, two-sided p {}\n", significant(weighted.test.z),
                             p_text(survival::two_sided_p(weighted.test.z)))
               : fmt::format("{}\n", survival::explanation(weighted.test.status));
  }
  return out;
}

std::string max_combo_section(const FitRequest& request, const FitReport& report) {
  if (!report.max_combo) return "";
  const survival::MaxCombo& test = *report.max_combo;
  std::string out = "MaxCombo of";
  for (const survival::LogRankWeight& weight : request.max_combo)
    out += " " + survival::name(weight);
  return out + (test.status == FitStatus::ok
                    ? fmt::format(": largest Z {}, one-sided p {}, two-sided p {}\n",
                                  significant(test.z_max), p_text(test.p_one_sided),
                                  p_text(survival::two_sided_p(test)))
                    : fmt::format(": {}\n", survival::explanation(test.status)));
}

// Whether both curves reach as far as they are compared; nothing else of the comparison is shown
// otherwise.
template <class Comparison>
bool is_known(const Comparison& comparison) {
  return comparison.status != FitStatus::follow_up_too_short;
}

// @param without_variance why a difference without a standard error has none
template <class Comparison>
std::string difference_line(const std::string& what, const Comparison& difference,
                            const char* without_variance) {
  if (!is_known(difference))
    return fmt::format("{}: {}\n", what, survival::explanation(difference.status));
  const std::string estimate = fmt::format("{}: {}", what, significant(difference.difference));
  if (difference.status == FitStatus::no_information)
    return fmt::format("{}; no standard error and no test: {}\n", estimate, without_variance);
  if (difference.status != FitStatus::ok)
    return fmt::format("{}; {}\n", estimate, survival::explanation(difference.status));
  return fmt::format("{} ({} to {}), p {}\n", estimate, significant(difference.lower),
                     significant(difference.upper), p_text(difference.p_two_sided));
}

std::string rmst_lines(const FitReport& report) {
  const survival::RestrictedMeanComparison& rmst = *report.rmst_difference;
  std::string out =
      difference_line(fmt::format("RMST difference to {}", significant(rmst.reference.horizon)),
                      rmst, "within each group nobody's time differs from another's up to there");
  if (!is_known(rmst)) return out;
  out += fmt::format("  ratio {} ({} to {}), ratio of time lost {} ({} to {})\n",
                     significant(rmst.ratio), significant(rmst.ratio_lower),
                     significant(rmst.ratio_upper), significant(rmst.ratio_of_time_lost),
                     significant(rmst.ratio_of_time_lost_lower),
                     significant(rmst.ratio_of_time_lost_upper));
  if (report.rmst_non_inferiority) out += margin_line("loss of RMST", *report.rmst_non_inferiority);
  return out;
}

std::string milestone_lines(const FitReport& report) {
  const survival::MilestoneComparison& milestone = *report.milestone_difference;
  std::string out =
      difference_line(fmt::format("Survival difference at {}", significant(milestone.time)),
                      milestone, "each curve is 0 or 1 there");
  if (!is_known(milestone)) return out;
  if (milestone.log_log_status == FitStatus::ok)
    out += fmt::format("  on the scale of log(-log S): Z {}, p {}\n",
                       significant(milestone.log_log_z), p_text(milestone.log_log_p_two_sided));
  else if (milestone.status == FitStatus::ok)
    out += "  on the scale of log(-log S): no test, a curve is 0 or 1 there\n";
  if (report.milestone_non_inferiority)
    out += margin_line("loss of survival", *report.milestone_non_inferiority);
  return out;
}

std::string difference_section(const FitReport& report) {
  std::string out;
  if (report.rmst_difference) out += rmst_lines(report);
  if (report.milestone_difference) out += milestone_lines(report);
  return out.empty() ? out : "\n" + out;
}

// "Score test: Z 2.7, p 0.0062, one-sided 0.0031", or why there is none.
std::string success_test(const char* label, FitStatus status, double z) {
  if (status == FitStatus::ok)
    return fmt::format("  {}: Z {}, p {}, one-sided {}\n", label, significant(z),
                       p_text(survival::two_sided_p(z)), p_text(survival::upper_tail_p(z)));
  // The general sentence speaks of risk sets.
  return fmt::format("  {}: {}\n", label,
                     status == FitStatus::no_information
                         ? "Nothing varies within the groups to be compared."
                         : survival::explanation(status));
}

std::string win_ratio_section(const FitRequest& request, const survival::WinRatio& result) {
  std::string out = "\nWin ratio by";
  for (const OutcomeColumns& outcome : request.win_ratio)
    out += " " + outcome.time;
  out += "\n";
  if (result.status == FitStatus::one_group_empty)
    return out + fmt::format("  {}\n", survival::explanation(result.status));
  for (std::size_t o = 0; o < request.win_ratio.size(); ++o)
    out += fmt::format("  {}: {} pairs won, {} lost\n", request.win_ratio[o].time,
                       result.by_outcome[o].wins, result.by_outcome[o].losses);
  out += fmt::format("  undecided: {} pairs\n", result.ties);
  const auto text = [](double x) {
    return std::isinf(x) ? std::string("infinite") : significant(x);
  };
  const auto line = [&](const char* what, double estimate, double lower, double upper) {
    out += fmt::format("  {} {} ({} to {})\n", what, text(estimate), text(lower), text(upper));
  };
  if (result.wins > 0 && result.losses == 0)
    out +=
        "  No pair is lost: the win ratio is infinite, with a lower limit by Newcombe's method.\n";
  if (result.losses > 0 && result.wins == 0)
    out += "  No pair is won: the win ratio is 0, with an upper limit by Newcombe's method.\n";
  line("Win ratio", result.win_ratio, result.win_ratio_lower, result.win_ratio_upper);
  line("Win odds", result.win_odds, result.win_odds_lower, result.win_odds_upper);
  line("Net benefit", result.net_benefit, result.net_benefit_lower, result.net_benefit_upper);
  return out + (result.status == FitStatus::ok
                    ? fmt::format("  Finkelstein-Schoenfeld test: Z {}, p {}\n",
                                  significant(result.z), p_text(result.p_two_sided))
                    : fmt::format("  {}\n", survival::explanation(result.status)));
}

std::string proportion_section(const std::string& outcome, const ProportionReport& report) {
  const survival::ProportionComparison& comparison = report.comparison;
  std::size_t width = 8;
  for (const std::string& group : report.groups)
    width = std::max(width, group.size());
  std::string out = fmt::format("\nProportion with {}\n  {:<{}} {:>7} {:>9} {:>9} {:>20}\n",
                                outcome, "group", width, "n", "successes", "rate", "95 % interval");
  const auto line = [&](const std::string& group, std::int64_t successes, std::int64_t patients) {
    const survival::ProportionInterval interval = survival::wilson_interval(successes, patients);
    const double rate = static_cast<double>(successes) / static_cast<double>(patients);
    out += fmt::format(
        "  {:<{}} {:>7} {:>9} {:>9} {:>20}\n", group, width, patients, successes, significant(rate),
        fmt::format("{} to {}", significant(interval.lower), significant(interval.upper)));
  };
  line(report.groups[0], report.table.control_successes, report.table.control_patients);
  line(report.groups[1], report.table.experimental_successes, report.table.experimental_patients);
  out += fmt::format("  Difference {} ({} to {}, Newcombe), risk ratio {}, odds ratio {}\n",
                     significant(comparison.difference), significant(comparison.lower),
                     significant(comparison.upper), significant(comparison.risk_ratio),
                     significant(comparison.odds_ratio));
  out += success_test("Score test", comparison.status, comparison.z);
  out += success_test("Unpooled test", comparison.unpooled_status, comparison.unpooled_z);
  if (report.fisher.status == FitStatus::ok)
    out += fmt::format("  Fisher's exact test: p {}, one-sided {}\n",
                       p_text(report.fisher.p_two_sided), p_text(report.fisher.p_more));
  if (report.non_inferiority)
    out += margin_line("loss of successes (Farrington-Manning)", *report.non_inferiority);
  if (report.stratified) {
    const survival::MantelHaenszel& stratified = *report.stratified;
    out += success_test("Mantel-Haenszel test within strata", stratified.status, stratified.z);
    out += fmt::format("  Mantel-Haenszel difference {} ({} to {}), SE {}\n",
                       significant(stratified.difference), significant(stratified.lower),
                       significant(stratified.upper), significant(stratified.std_error));
  }
  return out +
         fmt::format("  Z above 0, and the one-sided p: more successes in {}\n", report.groups[1]);
}

}  // namespace

std::string significant(double x, int digits) {
  return std::isfinite(x) ? fmt::format("{:.{}g}", x, digits) : std::string("-");
}

std::string p_text(double p) {
  if (!std::isfinite(p)) return "-";
  return p < 1e-4 ? fmt::format("{:.1e}", p) : fmt::format("{:.4f}", p);
}

std::string margin_line(const std::string& what, const survival::NonInferiority& test) {
  std::string out = fmt::format("  Margin {}, {}: ", significant(test.margin), what);
  return out +
         (test.status == FitStatus::ok
              ? fmt::format("Z {}, one-sided p {}\n", significant(test.z), p_text(test.p_one_sided))
              : fmt::format("{}\n", survival::explanation(test.status)));
}

std::string to_table(const FitRequest& request, const FitReport& report) {
  std::string out = header(request, report);
  if (!report.curves.empty()) out += survival_section(report) + at_risk_section(report);
  if (request.competing) out += incidence_section(report);
  if (report.log_rank) out += log_rank_section(request, report);
  out += weighted_section(report) + max_combo_section(request, report) + difference_section(report);
  if (report.cox) out += cox_section(request, *report.cox);
  if (report.win_ratio) out += win_ratio_section(request, *report.win_ratio);
  if (report.proportion) out += proportion_section(request.proportion, *report.proportion);
  return out;
}

}  // namespace trialmill::cli
