#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text of unknown origin made safe and measured: it comes from scenario files in any language.
namespace trialmill::report {

/// UTF-8 that XML and terminals take: control characters become spaces, bytes that are not UTF-8
/// become U+FFFD.
std::string clean_text(std::string_view text);

/// The text between tags or inside a quoted attribute, cleaned.
std::string xml_escape(std::string_view text);

/// Width in the unit of `font_size`, by the advance widths of DejaVu Sans: the widest of the fonts
/// a figure asks for, so that a layout made with it has room in all of them.
double text_width(std::string_view text, double font_size);

/// Lines no wider than `width`, broken at spaces, or inside a word that is wider than a line.
std::vector<std::string> wrap_text(std::string_view text, double width, double font_size);

/// As `wrap_text`, with the lines made equally long as far as their number allows.
std::vector<std::string> wrap_balanced(std::string_view text, double width, double font_size);

/// Cells of a terminal that the cleaned text takes.
std::size_t terminal_width(std::string_view text);

/// As `wrap_text`, for a terminal.
std::vector<std::string> wrap_cells(std::string_view text, std::size_t columns);

}  // namespace trialmill::report
