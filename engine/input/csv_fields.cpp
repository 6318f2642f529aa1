#include "input/csv_fields.hpp"

namespace trialmill::input {
namespace {

CsvField make_field(std::size_t begin, std::size_t end, bool has_doubled_quotes) {
  CsvField field;
  field.begin = static_cast<std::uint32_t>(begin);
  field.length = static_cast<std::uint32_t>(end - begin) & 0x7FFFFFFFU;
  field.has_doubled_quotes = has_doubled_quotes ? 1U : 0U;
  return field;
}

}  // namespace

std::string CsvField::text(std::string_view source) const {
  std::string text(raw(source));
  if (has_doubled_quotes == 0) return text;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[kept++] = text[i];
    if (text[i] == '"') ++i;  // the scanner has seen to it that a second quote follows
  }
  text.resize(kept);
  return text;
}

void CsvScanner::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_]))
    ++at_;
}

std::size_t CsvScanner::next_row(std::vector<CsvField>& row, std::size_t kept) {
  row.clear();
  for (skip_blanks(); at_ < text_.size() && text_[at_] == '\n'; skip_blanks())
    ++at_;
  if (at_ == text_.size()) return 0;
  std::size_t count = 0;
  while (true) {
    const CsvField field = scan_field();
    if (++count <= kept) row.push_back(field);
    if (at_line_end()) break;
    ++at_;  // the delimiter
  }
  if (at_ < text_.size()) ++at_;
  return count;
}

CsvField CsvScanner::scan_field() {
  skip_blanks();
  if (at_ < text_.size() && text_[at_] == '"') return scan_quoted_field();
  const std::size_t begin = at_;
  for (; !at_line_end() && text_[at_] != delimiter_; ++at_) {
    if (text_[at_] == '"')
      throw InputError(source_.diagnose(
          at_, "a quote inside a field that does not begin with one; quote the whole field"));
  }
  std::size_t end = at_;
  while (end > begin && is_blank(text_[end - 1]))
    --end;
  return make_field(begin, end, false);
}

CsvField CsvScanner::scan_quoted_field() {
  const std::size_t opening = at_++;
  bool has_doubled_quotes = false;
  while (true) {
    at_ = text_.find('"', at_);
    if (at_ == std::string_view::npos)
      throw InputError(source_.diagnose(opening, "this quote is never closed"));
    if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
    has_doubled_quotes = true;
    at_ += 2;
  }
  const std::size_t closing = at_++;
  skip_blanks();
  if (!at_line_end() && text_[at_] != delimiter_)
    throw InputError(source_.diagnose(
        at_, "text after the closing quote; a quote inside a field is written twice"));
  return make_field(opening + 1, closing, has_doubled_quotes);
}

}  // namespace trialmill::input
