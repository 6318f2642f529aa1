#pragma once

/// What is wrong with the user's input, told so that it can be mended: where it stands, what was
/// found there, what would be allowed, and what was probably meant.

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trialmill::input {

/// A place in a file. Lines and columns count from 1, columns in characters rather than bytes.
/// Line 0 says that `file` names the whole place, as for `--set key=value`.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

/// "file:line:column", or just the file for line 0.
std::string to_text(const Position& position);

/// One mistake. With `found` the message reads "found F, allowed is A (W)", without it just W.
struct Diagnostic {
  Position position;
  std::string path;        ///< "disease.rfs.hazard_ratios.grade_g3"; empty for the file as a whole
  std::string found;       ///< as written
  std::string allowed;     ///< "a number above 0"
  std::string why;         ///< "a ratio, not its logarithm"
  std::string suggestion;  ///< nearest known spelling, empty if none is near
  std::string excerpt;  ///< the source line, at most 100 columns of it, and a caret on a line below
};

/// "file:line:column: path: found ..., allowed is ...; did you mean `x`?", and the excerpt below.
std::string to_text(const Diagnostic& diagnostic);

/// Everything found wrong with the input, sorted by position. `what()` shows the first twenty and
/// says how many more there are.
class InputError : public std::exception {
 public:
  explicit InputError(Diagnostic diagnostic);
  /// `further` counts mistakes that were seen but are not listed.
  explicit InputError(std::vector<Diagnostic> diagnostics, std::size_t further = 0);

  const std::vector<Diagnostic>& diagnostics() const noexcept { return content_->diagnostics; }
  std::size_t further() const noexcept { return content_->further; }
  const char* what() const noexcept override { return content_->text.c_str(); }

 private:
  struct Content {
    std::vector<Diagnostic> diagnostics;
    std::size_t further;
    std::string text;
  };
  std::shared_ptr<const Content> content_;  // shared, so that copying the exception cannot throw
};

/// The candidate with the fewest edits (insert, delete, replace, swap of neighbours; case counts
/// little) from `word`, if few enough to be a slip: one edit per three letters, at least one.
/// The first of equally near candidates wins.
std::optional<std::string> nearest_spelling(std::string_view word,
                                            std::span<const std::string> candidates);

/// User text for a message: in backquotes, control characters escaped, at most 60 characters.
std::string in_backquotes(std::string_view text);

}  // namespace trialmill::input
