#include "report/analysis_set_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/wording.hpp"

namespace trialmill::report {
namespace {

void add_once(std::vector<std::string>& lines, std::string line) {
  if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
}

}  // namespace

std::vector<std::string> analysis_set_words(const result::Result& result) {
  std::vector<std::string> lines;
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      if (analysis.set.from_months > 0)
        add_once(lines,
                 fmt::format("Analysis set of {}: patients for whom the longest planned "
                             "operation of any arm is due, month {} after randomisation, "
                             "whichever arm they are in, and who were not lost before. "
                             "Events count from then on.",
                             spaced(analysis.endpoint), number_words(analysis.set.from_months)));
  return lines;
}

std::string analysed_before_known_words(const result::Result& result) {
  std::vector<std::string> endpoints;
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      if (analysis.set.before_known) add_once(endpoints, spaced(analysis.endpoint));
  if (endpoints.empty()) return "";
  return fmt::format(
      "Warning: {} counts what is known only at the operation, and patients are analysed before "
      "that is due in every arm. Where arms are operated on at different times, or patients are "
      "lost, such a test does not hold its level; `analysed_from: surgery_due` does.",
      joined(endpoints, ", "));
}

}  // namespace trialmill::report
