#include "report/warning_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

// The warnings of one analysis at its worst design point.
struct Worst {
  std::string name;
  std::vector<std::string> warnings;
  double undefined = -1;            // share of its replicates
  std::size_t warned = 0, all = 0;  // design points
};

void consider(const result::PointResult& point, const result::AnalysisResult& analysis,
              std::vector<Worst>& list) {
  auto known = std::ranges::find(list, analysis.name, &Worst::name);
  if (known == list.end()) known = list.insert(list.end(), Worst{analysis.name, {}});
  ++known->all;
  std::vector<std::string> warnings = result::warnings(analysis, point.replicates);
  if (warnings.empty()) return;
  ++known->warned;
  const double undefined =
      static_cast<double>(analysis.undefined) / static_cast<double>(point.replicates);
  if (undefined <= known->undefined) return;
  known->undefined = undefined;
  known->warnings = std::move(warnings);
}

}  // namespace

std::vector<std::string> warning_words(const result::Result& result) {
  std::vector<Worst> list;
  for (const result::PointResult& point : result.points)
    if (point.replicates > 0)
      for (const result::AnalysisResult& analysis : point.analyses)
        consider(point, analysis, list);
  std::vector<std::string> words;
  for (const Worst& one : list)
    if (one.warned > 0)
      words.push_back(fmt::format(
          "Warning, {}{}: {}.", one.name,
          one.all == 1
              ? ""
              : fmt::format(" (at {} of {} design points; the worst)", one.warned, one.all),
          joined(one.warnings, "; ")));
  return words;
}

std::vector<std::string> left_out_words(const result::Result& result) {
  std::vector<std::string> words;
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      for (const result::AnalysisOption& option : analysis.options) {
        if (option.key != "left_out") continue;
        const std::string sentence =
            fmt::format("{} leaves out {}: none of its patients can have that.", analysis.name,
                        std::get<std::string>(option.value));
        if (std::ranges::find(words, sentence) == words.end()) words.push_back(sentence);
      }
  return words;
}

}  // namespace trialmill::report
