#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

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

std::size_t longest_word(const std::string& words) {
  std::size_t longest = 0, from = 0;
  while (from <= words.size()) {
    const std::size_t end = std::min(words.find(' ', from), words.size());
    longest = std::max(longest, terminal_width(words.substr(from, end - from)));
    from = end + 1;
  }
  return longest;
}

}  // namespace

std::string table_text(const std::vector<Column>& columns, const Emphasis& style) {
  std::vector<std::string> lines;
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  std::size_t width = 0;
  for (const Column& column : columns) {
    cells.push_back(column.heading);
    widths.push_back(width_of(column));
    width += widths.back() + 2;
  }
  const std::string_view gap = width - 2 <= terminal_columns ? "  " : " ";
  append_row(lines, cells, columns, widths, gap, true);
  const std::size_t heading_lines = lines.size();
  const std::size_t rows = columns.empty() ? 0 : columns.front().cells.size();
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t c = 0; c < cells.size(); ++c)
      cells[c] = columns[c].cells[row];
    append_row(lines, cells, columns, widths, gap, false);
  }
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i)
    out += i < heading_lines ? fmt::format("{}{}{}\n", style.heading, lines[i], style.end)
                             : lines[i] + "\n";
  return out;
}

void append_paragraph(std::string& out, const std::string& text, std::string_view begin,
                      std::string_view end) {
  for (const std::string& line : wrap_cells(text, terminal_columns))
    out += fmt::format("{}{}{}\n", begin, line, end);
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  const std::string words = fmt::format("{:.{}f}", value, decimals);
  const bool zero = words.find_first_of("123456789") == std::string::npos;
  return zero && words[0] == '-' ? words.substr(1) : words;
}

std::vector<std::string> setting_heading(const std::string& key,
                                         const std::vector<std::string>& keys) {
  if (key == "sample_size") return {"Patients"};
  const std::string words = capitalised(short_key_words(key, keys));
  constexpr std::size_t narrow = 9, widest = 14;
  return wrap_cells(words, std::clamp(longest_word(words), narrow, widest));
}

std::vector<std::string> formula_heading(const std::string& formula) {
  const std::size_t hyphen = formula.find('-');
  if (hyphen == std::string::npos) return {formula};
  return {formula.substr(0, hyphen + 1), formula.substr(hyphen + 1)};
}

}  // namespace trialmill::report
