#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Tables for a terminal.
namespace trialmill::report {

constexpr std::size_t terminal_columns = 100;

struct Column {
  std::vector<std::string> heading;             ///< its lines
  bool right = true;                            ///< which side its cells keep to
  std::vector<std::vector<std::string>> cells;  ///< the lines of each
};

/// How the parts of a table are set off on a terminal with colour; empty without.
struct Emphasis {
  std::string_view heading, note, warning, end;
};

/// Headings, then rows, a line each or as many as their cells have.
std::string table_text(const std::vector<Column>& columns, const Emphasis& style);

/// Text in lines that fit the terminal.
void append_paragraph(std::string& out, const std::string& text, std::string_view begin,
                      std::string_view end);

/// A number with so many decimals, never a negative zero; "-" when there is none.
std::string fixed(double value, int decimals);

/// Heading of a swept setting in short lines.
std::vector<std::string> setting_heading(const std::string& key,
                                         const std::vector<std::string>& keys);

/// The name of a formula for events; two names stand in two lines.
std::vector<std::string> formula_heading(const std::string& formula);

}  // namespace trialmill::report
