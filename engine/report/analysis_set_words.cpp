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

}  // namespace trialmill::report
