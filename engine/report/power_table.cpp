#include "trialmill/report/power_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "report/pathway_words.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr std::size_t terminal_columns = 100;
constexpr std::size_t widest_name = 16, narrow_name = 13;

struct Column {
  std::vector<std::string> heading;             ///< its lines
  bool right = true;                            ///< which side its cells keep to
  std::vector<std::vector<std::string>> cells;  ///< the lines of each
};

struct Rounding {
  int power = 3, bias = 3;
};

struct Row {
  const result::PointResult* point = nullptr;
  const result::AnalysisResult* analysis = nullptr;
};

std::vector<Row> rows_of(const result::Result& result) {
  std::vector<Row> rows;
  for (const auto& point : result.points)
    if (point.replicates > 0)
      for (const auto& analysis : point.analyses)
        rows.push_back({&point, &analysis});
  return rows;
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  const std::string words = fmt::format("{:.{}f}", value, decimals);
  const bool zero = words.find_first_of("123456789") == std::string::npos;
  return zero && words[0] == '-' ? words.substr(1) : words;
}

/// One decimal more where the Monte-Carlo error is that small.
Rounding rounding_for(const std::vector<Row>& rows) {
  constexpr double fine = 0.0005;
  double power = 0, bias = 0;
  for (const auto& [point, analysis] : rows) {
    power = std::max(power, analysis->power.mc_se);
    if (analysis->estimate && !std::isnan(analysis->estimate->bias_mc_se))
      bias = std::max(bias, analysis->estimate->bias_mc_se);
  }
  return {power > 0 && power < fine ? 4 : 3, bias > 0 && bias < fine ? 4 : 3};
}

/// The table under construction: settings and analyses that vary, then one column a figure.
class Table {
 public:
  explicit Table(std::vector<Row> rows) : rows_(std::move(rows)) {}

  template <typename CellOf>
  void add_column(std::vector<std::string> heading, CellOf cell_of) {
    Column column{std::move(heading), true, {}};
    for (const Row& row : rows_)
      column.cells.push_back({cell_of(row)});
    columns_.push_back(std::move(column));
  }

  /// Columns of words, as many lines a cell as they take.
  void add_words(const std::string& heading, std::size_t widest,
                 std::string (*words_of)(const Row&)) {
    Column column{{heading}, false, {}};
    for (const Row& row : rows_)
      column.cells.push_back(wrap_cells(words_of(row), widest));
    columns_.push_back(std::move(column));
  }

  /// Lines of headings first. The count of heading lines goes to `heading_lines`.
  std::vector<std::string> lines(std::size_t& heading_lines) const;

  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
  std::vector<Column> columns_;
};

std::size_t width_of(const Column& column) {
  std::size_t width = 0;
  for (const auto& line : column.heading)
    width = std::max(width, terminal_width(line));
  for (const auto& cell : column.cells)
    for (const auto& line : cell)
      width = std::max(width, terminal_width(line));
  return width;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - terminal_width(text), ' ');
  return right ? blanks + text : text + blanks;
}

/// Appends one row: lines of cells beside each other, each line with its blanks.
void append_row(std::vector<std::string>& out, const std::vector<std::vector<std::string>>& cells,
                const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                std::string_view gap, bool from_below) {
  std::size_t height = 0;
  for (const auto& cell : cells)
    height = std::max(height, cell.size());
  for (std::size_t i = 0; i < height; ++i) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::size_t skip = from_below ? height - cells[c].size() : 0;
      const bool blank = i < skip || i - skip >= cells[c].size();
      line += std::string(c == 0 ? "" : gap) +
              padded(blank ? "" : cells[c][i - skip], widths[c], columns[c].right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.push_back(std::move(line));
  }
}

std::vector<std::string> Table::lines(std::size_t& heading_lines) const {
  std::vector<std::string> out;
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  std::size_t width = 0;
  for (const Column& column : columns_) {
    cells.push_back(column.heading);
    widths.push_back(width_of(column));
    width += widths.back() + 2;
  }
  const std::string_view gap = width - 2 <= terminal_columns ? "  " : " ";
  append_row(out, cells, columns_, widths, gap, true);
  heading_lines = out.size();
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t c = 0; c < cells.size(); ++c)
      cells[c] = columns_[c].cells[row];
    append_row(out, cells, columns_, widths, gap, false);
  }
  return out;
}

std::size_t longest_word(const std::string& words) {
  std::size_t longest = 0, from = 0;
  while (from <= words.size()) {
    const std::size_t end = std::min(words.find(' ', from), words.size());
    longest = std::max(longest, terminal_width(words.substr(from, end - from)));
    from = end + 1;
  }
  return longest;
}

/// Heading of a setting in short lines.
std::vector<std::string> setting_heading(const std::string& key,
                                         const std::vector<std::string>& keys) {
  if (key == "sample_size") return {"Patients"};
  const std::string words = capitalised(short_key_words(key, keys));
  constexpr std::size_t narrow = 9, widest = 14;
  return wrap_cells(words, std::clamp(longest_word(words), narrow, widest));
}

std::vector<std::string> analyses_words(const result::Result& result,
                                        const std::vector<Row>& rows) {
  const bool endpoints = has_several_endpoints(result);
  std::vector<std::string> analyses;
  for (const Row& row : rows) {
    const std::string words = analysis_words(*row.analysis, endpoints);
    if (std::find(analyses.begin(), analyses.end(), words) == analyses.end())
      analyses.push_back(words);
  }
  return analyses;
}

// The truth has a column of its own where analyses of one trial have different ones.
bool any_course(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows, [](const Row& row) { return !row.point->pathway.empty(); });
}

/// Columns of what varies between rows; what does not is returned in words.
std::vector<std::string> add_settings(Table& table, const result::Result& result) {
  std::vector<std::string> constants;
  const auto keys = swept_keys(result);
  const auto& rows = table.rows();
  for (const std::string& key : keys) {
    const double first = setting(*rows.front().point, key);
    const bool varies = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
      return setting(*row.point, key) != first;
    });
    if (varies)
      table.add_column(setting_heading(key, keys),
                       [&](const Row& row) { return number_words(setting(*row.point, key)); });
    else
      constants.push_back(fmt::format("{}: {}", key_words(key, keys), number_words(first)));
  }
  const auto analyses = analyses_words(result, rows);
  constants.push_back((analyses.size() > 1 ? "Analyses: " : "Analysis: ") + joined(analyses, "; "));
  if (analyses.size() > 1)
    table.add_words("Analysis", any_course(rows) ? narrow_name : widest_name,
                    [](const Row& row) { return spaced(row.analysis->name); });
  return constants;
}

void add_powers(Table& table, const Rounding& rounding) {
  const int decimals = rounding.power;
  table.add_column({"Power"},
                   [&](const Row& row) { return fixed(row.analysis->power.estimate, decimals); });
  table.add_column({"MC SE"},
                   [&](const Row& row) { return fixed(row.analysis->power.mc_se, decimals + 1); });
  table.add_column({"95 %", "interval"}, [&](const Row& row) {
    const auto& power = row.analysis->power;
    return fixed(power.ci_lower, decimals) + "\u2013" + fixed(power.ci_upper, decimals);
  });
  // Of the analysis's own look: several endpoints of a trial have their own.
  const auto of_look = [](auto figure) {
    return [figure](const Row& row) {
      const auto& looks = row.analysis->by_look;
      return looks.empty() ? std::string("-") : fixed(figure(looks.back()), 1);
    };
  };
  table.add_column({"Events"},
                   of_look([](const result::LookResult& look) { return look.events_mean; }));
  table.add_column({"Months"},
                   of_look([](const result::LookResult& look) { return look.time_mean; }));
}

/// The estimate of an analysis as the table shows it: a hazard ratio, or a difference.
struct Shown {
  double value, truth, bias, coverage;
};

std::optional<Shown> shown(const Row& row) {
  if (const auto& estimate = row.analysis->estimate)
    return Shown{std::exp(estimate->log_hr_mean), std::exp(estimate->true_log_hr), estimate->bias,
                 estimate->coverage};
  if (const auto& proportion = row.analysis->proportion)
    return Shown{proportion->risk_difference_mean, proportion->true_risk_difference,
                 proportion->bias, proportion->coverage};
  if (const auto& difference = row.analysis->difference)
    return Shown{difference->mean, difference->truth, difference->bias, difference->coverage};
  return std::nullopt;
}

bool any_hazard_ratio(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->estimate.has_value(); });
}

bool any_proportion(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->proportion.has_value(); });
}

bool any_difference(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->difference.has_value(); });
}

void add_estimates(Table& table, const Rounding& rounding) {
  const auto add = [&](std::vector<std::string> heading, double Shown::*figure, int decimals) {
    table.add_column(std::move(heading), [=](const Row& row) {
      const auto estimate = shown(row);
      return estimate ? fixed((*estimate).*figure, decimals) : std::string("-");
    });
  };
  const bool ratios = any_hazard_ratio(table.rows());
  const bool differences = any_proportion(table.rows()) || any_difference(table.rows());
  add(ratios && differences ? std::vector<std::string>{"HR or", "diff."}
      : differences         ? std::vector<std::string>{"Diff."}
                            : std::vector<std::string>{"HR"},
      &Shown::value, 3);
  if (any_course(table.rows())) add({"Truth"}, &Shown::truth, 3);
  add({"Bias"}, &Shown::bias, rounding.bias);
  add({"Coverage"}, &Shown::coverage, 3);
}

std::vector<std::string> footnotes(const result::Result& result, const std::vector<Row>& rows) {
  const bool hazard_ratios = any_hazard_ratio(rows), proportions = any_proportion(rows);
  const bool differences = any_difference(rows);
  std::vector<std::string> notes{
      fmt::format("Power: share of replicates whose test rejects, {}.", level_words(result)),
      "MC SE, 95 % interval: Monte-Carlo standard error of the power, and its Wilson interval.",
      "Events, Months: means at the analysis; months are calendar time from the opening of "
      "enrolment."};
  if (hazard_ratios)
    notes.push_back(
        "HR: exp of the mean estimated log hazard ratio. Bias: that mean less the true log hazard "
        "ratio.");
  if (proportions)
    notes.push_back(
        "Diff.: mean difference of proportions, experimental less control. Bias: that mean less "
        "the true difference.");
  if (differences)
    notes.push_back(
        "Diff., experimental less control: of restricted means in months, of survival "
        "probabilities, or the net benefit of a win ratio. Bias: its mean less the true "
        "difference.");
  if (any_course(rows) && (hazard_ratios || proportions || differences))
    notes.push_back(
        "Truth: of the same patients followed in both arms without dropout, among those who belong "
        "to the endpoint's population either way; of patients chosen by their operation, from "
        "surgery.");
  if (hazard_ratios || proportions || differences) {
    notes.push_back(
        "Coverage: share of confidence intervals at the test's level that hold the true value.");
    notes.push_back(
        "-: no such figure, as of a test that estimates no hazard ratio or of one that changes "
        "with time.");
  }
  notes.push_back("Undef.: replicates whose test could not be computed; no rejection.");
  return notes;
}

std::string undefined_words(const std::vector<Row>& rows) {
  std::uint64_t undefined = 0, tests = 0;
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& [point, analysis] : rows) {
    undefined += analysis->undefined;
    tests += point->replicates;
    for (const auto& [flag, count] : analysis->flags)
      reasons[flag] += count;
  }
  if (undefined == 0) return "";
  std::string words;
  for (const auto& [flag, count] : reasons)
    words += fmt::format("{}{} {}", words.empty() ? " (fits by status: " : ", ", flag,
                         count_words(count));
  return fmt::format("Note: {} of {} tests could not be computed{}{}.", count_words(undefined),
                     count_words(tests), words, words.empty() ? "" : ")");
}

std::string events_words(const result::Result& result) {
  std::uint64_t missed = 0, replicates = 0;
  double worst = 0;
  for (const auto& point : result.points) {
    if (point.replicates == 0) continue;
    missed += point.events_not_reached;
    replicates += point.replicates;
    worst = std::max(worst, static_cast<double>(point.events_not_reached) /
                                static_cast<double>(point.replicates));
  }
  if (missed == 0) return "";
  return fmt::format(
      "Note: in {} of {} replicates follow-up ended before the awaited events had occurred; at "
      "worst in {} % of a point's replicates.",
      count_words(missed), count_words(replicates),
      worst > 0.1 ? fmt::format("{:.0f}", 100 * worst) : fmt::format("{:.2g}", 100 * worst));
}

/// How the parts of the table are set off on a terminal with colour.
struct Emphasis {
  std::string_view heading, note, warning, end;
};

Emphasis emphasis(bool colour) {
  if (!colour) return {};
  return {"\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"};
}

void append_paragraph(std::string& out, const std::string& text, std::string_view begin,
                      std::string_view end) {
  for (const std::string& line : wrap_cells(text, terminal_columns))
    out += fmt::format("{}{}{}\n", begin, line, end);
}

}  // namespace

std::string power_table(const result::Result& result, bool colour) {
  const Emphasis style = emphasis(colour);
  std::string out;
  append_paragraph(out, result.title, style.heading, style.end);
  Table table(rows_of(result));
  if (table.rows().empty()) return out + "No replicate was finished.\n";
  append_paragraph(out, fmt::format("{}, seed {}", replicates_words(result), result.seed), "", "");
  if (!result.complete) append_paragraph(out, incomplete_words(result), style.warning, style.end);
  const Rounding rounding = rounding_for(table.rows());
  for (const std::string& constant : add_settings(table, result))
    append_paragraph(out, constant, "", "");
  add_powers(table, rounding);
  if (any_hazard_ratio(table.rows()) || any_proportion(table.rows()) ||
      any_difference(table.rows()))
    add_estimates(table, rounding);
  table.add_column({"Undef."}, [](const Row& row) { return count_words(row.analysis->undefined); });
  out += "\n";
  std::size_t heading_lines = 0;
  const auto lines = table.lines(heading_lines);
  for (std::size_t i = 0; i < lines.size(); ++i)
    out += i < heading_lines ? fmt::format("{}{}{}\n", style.heading, lines[i], style.end)
                             : lines[i] + "\n";
  out += "\n";
  for (const std::string& note : footnotes(result, table.rows()))
    append_paragraph(out, note, style.note, style.end);
  for (const std::string& line : pathway_words(result))
    append_paragraph(out, line, style.note, style.end);
  append_paragraph(out, undefined_words(table.rows()), style.warning, style.end);
  append_paragraph(out, events_words(result), style.warning, style.end);
  return out;
}

}  // namespace trialmill::report
