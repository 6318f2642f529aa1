#include "trialmill/input/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace trialmill::input {
namespace {

constexpr std::size_t shown_at_most = 20;

char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment distance over three rolling rows; letters that differ in case only are
// equal.
std::size_t count_edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lowered(a[i - 1]) == lowered(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lowered(a[i - 1]) == lowered(b[j - 2]) &&
                           lowered(a[i - 2]) == lowered(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string message(const Diagnostic& diagnostic) {
  std::string text = diagnostic.why;
  if (!diagnostic.found.empty()) {
    text = fmt::format("found {}, allowed is {}", diagnostic.found, diagnostic.allowed);
    if (!diagnostic.why.empty()) text += fmt::format(" ({})", diagnostic.why);
  }
  if (!diagnostic.suggestion.empty())
    text += fmt::format("; did you mean {}?", in_backquotes(diagnostic.suggestion));
  return text;
}

std::string list_of(const std::vector<Diagnostic>& diagnostics, std::size_t further) {
  std::string text;
  const std::size_t shown = std::min(diagnostics.size(), shown_at_most);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += '\n';
    text += to_text(diagnostics[i]);
  }
  const std::size_t more = diagnostics.size() - shown + further;
  if (more > 0) text += fmt::format("\nand {} more", more);
  return text;
}

}  // namespace

std::string to_text(const Position& position) {
  if (position.line == 0) return position.file;
  return fmt::format("{}:{}:{}", position.file, position.line, position.column);
}

std::string to_text(const Diagnostic& diagnostic) {
  std::string text = to_text(diagnostic.position) + ": ";
  if (!diagnostic.path.empty()) text += diagnostic.path + ": ";
  text += message(diagnostic);
  if (!diagnostic.excerpt.empty()) text += '\n' + diagnostic.excerpt;
  return text;
}

InputError::InputError(Diagnostic diagnostic)
    : InputError(std::vector<Diagnostic>{std::move(diagnostic)}) {}

InputError::InputError(std::vector<Diagnostic> diagnostics, std::size_t further) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.position.file, a.position.line, a.position.column) <
                            std::tie(b.position.file, b.position.line, b.position.column);
                   });
  std::string text = list_of(diagnostics, further);
  content_ =
      std::make_shared<const Content>(Content{std::move(diagnostics), further, std::move(text)});
}

std::optional<std::string> nearest_spelling(std::string_view word,
                                            std::span<const std::string> candidates) {
  const std::size_t edits_at_most = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> nearest;
  std::size_t fewest = edits_at_most + 1;
  for (const auto& candidate : candidates) {
    const std::size_t shorter = std::min(word.size(), candidate.size());
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - shorter >= fewest) continue;
    const std::size_t edits = count_edits(word, candidate);
    // A word of one letter is one edit from any other: nothing of it would be kept.
    if (edits >= fewest || edits >= longer) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

std::string in_backquotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string result = "`";
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (starts_character && ++characters > longest) {
      result += "...";
      break;
    }
    if (byte < 0x20 || byte == 0x7F) {
      result += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '`';
}

}  // namespace trialmill::input
