#include "input/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <system_error>
#include <utility>

namespace trialmill::input {
namespace {

constexpr std::size_t excerpt_width = 100;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// The part of a line from character `first` on, at most `count` characters.
std::string_view characters(std::string_view line, std::size_t first, std::size_t count) {
  std::size_t begin = 0;
  const auto advance = [&](std::size_t from, std::size_t steps) {
    while (from < line.size() && steps > 0) {
      ++from;
      while (from < line.size() && !starts_character(line[from]))
        ++from;
      --steps;
    }
    return from;
  };
  begin = advance(0, first);
  return line.substr(begin, advance(begin, count) - begin);
}

// Bytes of the UTF-8 character at the start of the text, 0 if there is no valid one.
// Table 3-7 of the Unicode standard, by ranges of the code point.
std::size_t length_of_character(std::string_view text, std::uint32_t& code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xF0 ? 4
                             : lead >= 0xE0 ? 3
                             : lead >= 0xC2 ? 2
                                            : 0;
  if (length == 0 || length > text.size() || lead > 0xF4) return 0;
  code_point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code_point = code_point << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point < smallest[length] || code_point > 0x10FFFF || surrogate ? 0 : length;
}

bool is_control(std::uint32_t code_point) {
  if (code_point == '\t' || code_point == '\n' || code_point == '\r') return false;
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

void demand_text(const Source& source) {
  const std::string_view text = source.text;
  std::size_t offset = 0;
  while (offset < text.size()) {
    std::uint32_t code_point = 0;
    const std::size_t length = length_of_character(text.substr(offset), code_point);
    std::string why;
    if (length == 0) {
      why = fmt::format("byte 0x{:02x} is not UTF-8 text; save the file as UTF-8",
                        static_cast<unsigned char>(text[offset]));
    } else if (is_control(code_point)) {
      why = fmt::format("this is not a text file (control character 0x{:02x})", code_point);
    } else if (code_point == '\r' && (offset + 1 == text.size() || text[offset + 1] != '\n')) {
      why = "a carriage return without a line feed; let lines end in LF or CRLF";
    }
    if (!why.empty()) {
      auto diagnostic = source.diagnose(offset, why);
      diagnostic.excerpt.clear();  // would send the bytes themselves to a terminal
      throw InputError(std::move(diagnostic));
    }
    offset += length;
  }
}

}  // namespace

Position Source::position(std::size_t offset) const {
  if (standing_at) return *standing_at;
  const auto before = std::string_view(text).substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is the start of the text
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = count_characters(before.substr(line_start)) + 1;
  return {name, static_cast<int>(line), static_cast<int>(column)};
}

std::string Source::excerpt(const Position& position) const {
  if (standing_at) return excerpt_there;
  std::size_t start = 0;
  for (int line = 1; line < position.line; ++line) {
    start = text.find('\n', start);
    if (start == std::string::npos) return {};
    ++start;
  }
  const std::size_t end = std::min(text.find('\n', start), text.size());
  std::string_view line = std::string_view(text).substr(start, end - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return {};

  // A place far to the right is shown in the second half of a window.
  const auto column = static_cast<std::size_t>(std::max(position.column, 1)) - 1;
  const std::size_t first = column < excerpt_width ? 0 : column - excerpt_width / 2;
  std::string shown(characters(line, first, excerpt_width));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  return fmt::format("  {}\n  {:>{}}", shown, '^', column - first + 1);
}

Diagnostic Source::diagnose(std::size_t offset, std::string why, std::string path) const {
  Diagnostic diagnostic;
  diagnostic.position = position(offset);
  diagnostic.path = std::move(path);
  diagnostic.why = std::move(why);
  diagnostic.excerpt = excerpt(diagnostic.position);
  return diagnostic;
}

std::string read_whole_file(const std::filesystem::path& path, std::size_t largest_size) {
  const auto fail = [&](const std::string& why) {
    Diagnostic diagnostic;
    diagnostic.position.file = path.string();
    diagnostic.why = why;
    throw InputError(std::move(diagnostic));
  };
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (is_directory(status)) fail("cannot be read: it is a directory");
  // A pipe or a device may wait or go on for ever.
  if (exists(status) && !is_regular_file(status)) fail("cannot be read: it is not a regular file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const auto reason = [] { return std::generic_category().message(errno); };
  if (!file) fail(fmt::format("cannot be opened: {}", reason()));

  std::string text;
  constexpr std::size_t chunk = 1U << 16U;
  while (file && text.size() <= largest_size) {
    const std::size_t before = text.size();
    text.resize(before + chunk);
    file.read(text.data() + before, static_cast<std::streamsize>(chunk));
    text.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) fail(fmt::format("cannot be read: {}", reason()));
  return text;
}

std::shared_ptr<const Source> make_source(std::string text, std::string name,
                                          std::size_t largest_size) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  Source source{std::move(name), std::move(text)};
  if (source.text.size() > largest_size) {
    auto diagnostic = source.diagnose(
        0, fmt::format("too large to be read: more than {} MiB", largest_size >> 20U));
    diagnostic.excerpt.clear();
    throw InputError(std::move(diagnostic));
  }
  demand_text(source);
  return std::make_shared<const Source>(std::move(source));
}

}  // namespace trialmill::input
