#include "report/text.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace trialmill::report {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&](char32_t bits) {
    out += static_cast<char>(static_cast<unsigned char>(bits));
  };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6));
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3F));
    byte(0x80 | ((c >> 6) & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

struct Decoded {
  char32_t character = replacement;
  std::size_t bytes = 1;
};

/// The code point at the front of `text`; U+FFFD and one byte when there is none.
Decoded decode_front(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t c = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    c = (c << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (c < smallest[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return {};
  return {c, length};
}

char32_t clean(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return U' ';
  if (c == 0xFFFE || c == 0xFFFF) return replacement;
  return c;
}

std::u32string decode(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const Decoded next = decode_front(text);
    out += clean(next.character);
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text)
    append_utf8(out, c);
  return out;
}

bool is_combining(char32_t c) {
  return (c >= 0x300 && c < 0x370) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c < 0xFE10);
}

bool is_wide(char32_t c) {
  return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) ||
         (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00) ||
         (c >= 0xFF00 && c < 0xFF61) || c >= 0x1F300;
}

/// Advance widths of DejaVu Sans from U+0020 to U+007E in thousandths of the font size.
constexpr std::array<std::uint16_t, 95> advance_widths{
    318,  401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,  // space to /
    636,  636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,  // 0 to ?
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,  // @ to O
    603,  787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,  // P to _
    500,  613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,  // ` to o
    635,  635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};      // p to ~

double width_em(char32_t c) {
  if (c >= 0x20 && c < 0x7F) return advance_widths[c - 0x20] / 1000.0;
  if (is_combining(c)) return 0;
  return is_wide(c) ? 1.0 : 0.75;
}

double cells(char32_t c) {
  return is_combining(c) ? 0 : is_wide(c) ? 2 : 1;
}

using Measure = double (*)(char32_t);

double width_of(std::u32string_view text, Measure measure) {
  double sum = 0;
  for (const char32_t c : text)
    sum += measure(c);
  return sum;
}

/// Takes from `word` what fits into a line, at least one character.
std::u32string take_fitting(std::u32string& word, double width, Measure measure) {
  std::size_t count = 1;
  double used = measure(word[0]);
  while (count < word.size() && (used += measure(word[count])) <= width)
    ++count;
  std::u32string head = word.substr(0, count);
  word.erase(0, count);
  return head;
}

std::vector<std::u32string> split_words(const std::u32string& text) {
  std::vector<std::u32string> words(1);
  for (const char32_t c : text) {
    if (c != U' ')
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<std::string> wrap(std::string_view text, double width, Measure measure) {
  std::vector<std::string> lines;
  std::u32string line;
  for (std::u32string word : split_words(decode(text))) {
    const std::u32string joined = line.empty() ? word : line + U' ' + word;
    if (width_of(joined, measure) <= width) {
      line = joined;
      continue;
    }
    if (!line.empty()) lines.push_back(encode(line));
    while (width_of(word, measure) > width && word.size() > 1)
      lines.push_back(encode(take_fitting(word, width, measure)));
    line = word;
  }
  if (!line.empty()) lines.push_back(encode(line));
  return lines;
}

}  // namespace

std::string clean_text(std::string_view text) {
  return encode(decode(text));
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : clean_text(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double text_width(std::string_view text, double font_size) {
  return width_of(decode(text), width_em) * font_size;
}

std::vector<std::string> wrap_text(std::string_view text, double width, double font_size) {
  return wrap(text, width / font_size, width_em);
}

std::vector<std::string> wrap_balanced(std::string_view text, double width, double font_size) {
  auto lines = wrap_text(text, width, font_size);
  while (lines.size() > 1) {
    auto narrower = wrap_text(text, width -= font_size / 2, font_size);
    if (narrower.size() > lines.size()) break;
    lines = std::move(narrower);
  }
  return lines;
}

std::size_t terminal_width(std::string_view text) {
  return static_cast<std::size_t>(width_of(decode(text), cells));
}

std::vector<std::string> wrap_cells(std::string_view text, std::size_t columns) {
  return wrap(text, static_cast<double>(columns), cells);
}

}  // namespace trialmill::report
