#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input/source.hpp"

namespace trialmill::input {

/// One field as a stretch of the source text, without its quotes and outer blanks. Eight bytes, as
/// a file has millions of them.
struct CsvField {
  std::uint32_t begin = 0;
  std::uint32_t length : 31 = 0;
  std::uint32_t has_doubled_quotes : 1 = 0;

  std::string_view raw(std::string_view source) const { return source.substr(begin, length); }
  std::string text(std::string_view source) const;
};

/// Cuts a source into rows of fields. Throws `InputError` where a quote is out of place.
class CsvScanner {
 public:
  CsvScanner(const Source& source, char delimiter)
      : source_(source), text_(source.text), delimiter_(delimiter) {}

  /// The fields of the next line that is not blank, but at most the first `kept` of them; returns
  /// how many it has, 0 at the end.
  std::size_t next_row(std::vector<CsvField>& row, std::size_t kept);

 private:
  CsvField scan_field();
  CsvField scan_quoted_field();
  void skip_blanks();
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n'; }
  bool is_blank(char c) const { return (c == ' ' || c == '\t' || c == '\r') && c != delimiter_; }

  const Source& source_;
  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
};

}  // namespace trialmill::input
