#include <fmt/format.h>

#include "trialmill/result/result.hpp"

namespace trialmill::result {
namespace {

bool is_too_many(std::uint64_t missing, std::uint64_t all) {
  return static_cast<double>(missing) > most_undefined * static_cast<double>(all);
}

std::string percent(std::uint64_t part, std::uint64_t all) {
  const double share = 100 * static_cast<double>(part) / static_cast<double>(all);
  if (share >= 99.95) return "100 %";
  return share < 10 ? fmt::format("{:.2g} %", share) : fmt::format("{:.1f} %", share);
}

// " (no_information, follow_up_too_short)"
std::string reasons(const AnalysisResult& analysis) {
  std::string out;
  for (const auto& [status, count] : analysis.flags)
    out += (out.empty() ? "" : ", ") + status;
  return out.empty() ? out : " (" + out + ")";
}

// Replicates with an estimate; all where the analysis makes none.
std::uint64_t estimates(const AnalysisResult& analysis, std::uint64_t replicates) {
  if (analysis.estimate) return analysis.estimate->estimates;
  if (analysis.proportion) return analysis.proportion->estimates;
  return analysis.difference ? analysis.difference->estimates : replicates;
}

}  // namespace

std::vector<std::string> warnings(const AnalysisResult& analysis, std::uint64_t replicates) {
  std::vector<std::string> out;
  if (is_too_many(analysis.undefined, replicates))
    out.push_back(
        fmt::format("the test of {} of replicates cannot be computed{}: they count as no "
                    "rejection",
                    percent(analysis.undefined, replicates), reasons(analysis)));
  // What is said of all replicates need not be said of every look.
  const bool said = !out.empty();
  for (const LookResult& look : analysis.by_look)
    if (!said && look.sequential && is_too_many(look.sequential->undefined, look.sequential->held))
      out.push_back(
          fmt::format("at look {} the test of {} of replicates cannot be computed: they "
                      "do not stop there",
                      look.look, percent(look.sequential->undefined, look.sequential->held)));
  const std::uint64_t missing = replicates - estimates(analysis, replicates);
  if (is_too_many(missing, replicates))
    out.push_back(
        fmt::format("{} of replicates have no estimate: those that have one are a "
                    "selection, without bias and coverage",
                    percent(missing, replicates)));
  for (std::string& warning : warnings(analysis.set, analysis.endpoint))
    out.push_back(std::move(warning));
  return out;
}

std::vector<std::string> warnings(const AnalysisSet& set, const std::string& endpoint) {
  std::vector<std::string> out;
  if (set.before_known)
    out.push_back(
        fmt::format("{} counts what is known only at the operation, and patients are analysed "
                    "before that is due in every arm: where arms are operated on at different "
                    "times, or patients are lost, the test does not hold its level; "
                    "`analysed_from: surgery_due` does",
                    endpoint));
  if (set.unequal_losses)
    out.push_back(
        fmt::format("arms lose their patients at different rates, and of {} those lost early are "
                    "left out while the dead stay: the arm that loses more seems to die more, and "
                    "the test does not hold its level; R2 on a day that all arms share, `{{r2: "
                    "{{at_months: N}}}}`, does",
                    endpoint));
  return out;
}

}  // namespace trialmill::result
