#include "report/null_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "report/setting_columns.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"
#include "trialmill/report/power_table.hpp"

namespace trialmill::report {
namespace {

using result::NullTwinRejections;
using result::SimulatedProportion;

constexpr std::size_t widest_name = 20;

/// An analysis, one look of it with those before, or a procedure.
struct NullRow {
  const result::PointResult* point;
  std::string name;  ///< of the first of its rows
  int look;          ///< 0: it has one
  std::optional<double> level;
  SimulatedProportion power;
  std::optional<SimulatedProportion> null, schedule;
};

bool there(const std::optional<NullTwinRejections>& twin) {
  return twin && twin->absent_because.empty();
}

std::optional<SimulatedProportion> at_look(const std::optional<NullTwinRejections>& twin,
                                           std::size_t look) {
  if (!there(twin)) return std::nullopt;
  return twin->by_look[look].sequential->cumulative_rejection;
}

std::optional<SimulatedProportion> in_all(const std::optional<NullTwinRejections>& twin) {
  return there(twin) ? std::optional(twin->rejection) : std::nullopt;
}

void add_rows(const result::PointResult& point, const result::AnalysisResult& analysis,
              std::vector<NullRow>& rows) {
  if (!analysis.null_twin && !analysis.schedule_twin) return;
  const std::string name = spaced(analysis.name);
  if (!analysis.stopping) {
    rows.push_back({&point, name, 0, analysis.alpha, analysis.power, in_all(analysis.null_twin),
                    in_all(analysis.schedule_twin)});
    return;
  }
  for (std::size_t k = 0; k < analysis.by_look.size(); ++k) {
    const bool last = k + 1 == analysis.by_look.size();
    rows.push_back({&point, k == 0 ? name : "", static_cast<int>(k) + 1,
                    last ? std::optional(analysis.alpha) : std::nullopt,
                    analysis.by_look[k].sequential->cumulative_rejection,
                    at_look(analysis.null_twin, k), at_look(analysis.schedule_twin, k)});
  }
}

std::vector<NullRow> rows_of(const result::Result& result) {
  std::vector<NullRow> rows;
  for (const auto& point : result.points) {
    for (const auto& analysis : point.analyses)
      add_rows(point, analysis, rows);
    const auto& procedure = point.multiplicity;
    if (procedure && procedure->null_twin)
      rows.push_back({&point, "any hypothesis", 0, procedure->label.alpha, procedure->any,
                      procedure->null_twin, procedure->schedule_twin});
  }
  return rows;
}

bool any_schedule(const std::vector<NullRow>& rows) {
  return std::ranges::any_of(rows, [](const NullRow& row) { return row.schedule.has_value(); });
}

std::vector<Column> columns_of(const std::vector<NullRow>& rows, const result::Result& result) {
  std::vector<Column> columns;
  add_settings(rows, result, columns);
  Column names{{"Analysis"}, false, {}};
  for (const NullRow& row : rows)
    names.cells.push_back(wrap_cells(row.name, widest_name));
  columns.push_back(std::move(names));
  const auto add = [&](std::vector<std::string> heading, auto cell_of) {
    columns.push_back(column_of(std::move(heading), rows, cell_of));
  };
  if (std::ranges::any_of(rows, [](const NullRow& row) { return row.look > 0; }))
    add({"Look"},
        [](const NullRow& row) { return row.look > 0 ? fmt::format("{}", row.look) : ""; });
  add({"Level"}, [](const NullRow& row) { return row.level ? number_words(*row.level) : ""; });
  add({"Power"}, [](const NullRow& row) { return fixed(row.power.estimate, 3); });
  const auto add_twin = [&](std::vector<std::string> heading, auto which) {
    add(std::move(heading), [=](const NullRow& row) {
      return (row.*which) ? fixed((row.*which)->estimate, 4) : std::string("-");
    });
    add({"MC SE"}, [=](const NullRow& row) {
      return (row.*which) ? fixed((row.*which)->mc_se, 5) : std::string("-");
    });
  };
  add_twin({"Null", "twin"}, &NullRow::null);
  if (any_schedule(rows)) add_twin({"Schedule", "alone"}, &NullRow::schedule);
  return columns;
}

/// "57.6 %", "57.6 to 60.1 %".
std::string percent_words(double least, double most) {
  const std::string low = fmt::format("{:.1f}", 100 * least);
  const std::string high = fmt::format("{:.1f}", 100 * most);
  return low == high ? low + " %" : low + " to " + high + " %";
}

/// What one analysis rejects at some of its points.
struct Range {
  std::string name;
  std::size_t points = 0;
  double least = 1, most = 0, least_power = 1, most_power = 0, alpha = 0;

  void add(const result::AnalysisResult& analysis, const NullTwinRejections& twin) {
    ++points;
    least = std::min(least, twin.rejection.estimate);
    most = std::max(most, twin.rejection.estimate);
    least_power = std::min(least_power, analysis.power.estimate);
    most_power = std::max(most_power, analysis.power.estimate);
    alpha = analysis.alpha;
  }
};

/// The analyses of which a twin is above the level, at the points where it is.
template <typename Chosen>
std::vector<Range> ranges(const result::Result& result,
                          std::optional<NullTwinRejections> result::AnalysisResult::*which,
                          Chosen chosen) {
  std::vector<Range> found;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses) {
      const auto& twin = analysis.*which;
      if (!there(twin) || !above_level(twin->rejection, twin->replicates, analysis.alpha)) continue;
      if (!chosen(analysis)) continue;
      auto range = std::ranges::find(found, analysis.name, &Range::name);
      if (range == found.end()) range = found.insert(range, Range{analysis.name});
      range->add(analysis, *twin);
    }
  return found;
}

bool a_third_of_the_power(const result::AnalysisResult& analysis) {
  return 3 * analysis.schedule_twin->rejection.estimate >= analysis.power.estimate;
}

std::string schedule_sentence(const std::vector<Range>& found, const result::Result& result) {
  std::vector<std::string> parts;
  for (const Range& range : found) {
    std::string words =
        percent_words(range.least, range.most) + (parts.empty() ? " of trials reject by " : " by ");
    words += fmt::format("{} (power {}", spaced(range.name),
                         percent_words(range.least_power, range.most_power));
    if (range.points < result.points.size())
      words += fmt::format(", at {} of {} design points", range.points, result.points.size());
    parts.push_back(words + ")");
  }
  return "With the schedule alone, and no effect of treatment, " + joined(parts, ", ");
}

std::vector<std::string> missing_twins(const result::Result& result) {
  std::vector<std::string> reasons;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses)
      if (analysis.null_twin && !analysis.null_twin->absent_because.empty()) {
        const std::string reason =
            spaced(analysis.name) + " (" + analysis.null_twin->absent_because + ")";
        if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
      }
  return reasons;
}

bool any_margin(const result::Result& result) {
  return std::ranges::any_of(result.points, [](const auto& point) {
    return std::ranges::any_of(point.analyses, [](const auto& analysis) {
      return there(analysis.null_twin) && analysis.null_twin->margin;
    });
  });
}

std::vector<std::string> notes_on(const std::vector<NullRow>& rows, const result::Result& result) {
  const bool looks = std::ranges::any_of(rows, [](const NullRow& row) { return row.look > 0; });
  std::vector<std::string> notes{fmt::format(
      "Null twin: share of trials of the same patients that reject when every arm has "
      "the effects, pathway, visits and losses of the control{}: the type I error. MC "
      "SE: its Monte-Carlo standard error.{}",
      any_margin(result) ? ", or in a test of non-inferiority the margin's hazard ratio" : "",
      looks ? " By look: at it or before." : "")};
  if (any_schedule(rows))
    notes.push_back(
        "Schedule alone: the same when treatment has no effect, direct or through response, while "
        "arms keep their months to surgery, what happens until then, visits and losses.");
  if (const auto reasons = missing_twins(result); !reasons.empty())
    notes.push_back("No null twin: " + joined(reasons, ", ") + ".");
  const auto lesser =
      ranges(result, &result::AnalysisResult::schedule_twin,
             [](const result::AnalysisResult& one) { return !a_third_of_the_power(one); });
  if (!lesser.empty())
    notes.push_back(schedule_sentence(lesser, result) + ": more than the level.");
  return notes;
}

std::string level_warning(const result::Result& result) {
  const auto found = ranges(result, &result::AnalysisResult::null_twin,
                            [](const result::AnalysisResult&) { return true; });
  std::vector<std::string> parts;
  for (const Range& range : found)
    parts.push_back(fmt::format("{} {} for {}", spaced(range.name),
                                percent_words(range.least, range.most),
                                number_words(100 * range.alpha)));
  if (parts.empty()) return "";
  return "Warning: null twins reject more than the level, by more than three of their standard "
         "errors: " +
         joined(parts, ", ") + ".";
}

}  // namespace

std::string schedule_words(const result::Result& result) {
  const auto found = ranges(result, &result::AnalysisResult::schedule_twin, a_third_of_the_power);
  if (found.empty()) return "";
  return schedule_sentence(found, result) +
         ": months to surgery, visits and losses of the arms make a third of the power or more.";
}

std::string null_table(const result::Result& result, const Emphasis& style) {
  const std::vector<NullRow> rows = rows_of(result);
  if (rows.empty()) return "";
  std::string out = "\n" + table_text(columns_of(rows, result), style) + "\n";
  for (const std::string& note : notes_on(rows, result))
    append_paragraph(out, note, style.note, style.end);
  append_paragraph(out, level_warning(result), style.warning, style.end);
  return out;
}

std::string level_table(const result::Result& result) {
  const std::vector<NullRow> rows = rows_of(result);
  std::string out = table_text(columns_of(rows, result), {});
  for (const std::string& note : notes_on(rows, result))
    append_paragraph(out, note, "", "");
  return out;
}

}  // namespace trialmill::report
