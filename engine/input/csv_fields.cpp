#include "input/csv_fields.hpp"

namespace trialmill::input {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

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
  while (x_at < x_text.size() && is_blank(x_text[x_at]))
    ++x_at;
}

std::size_t CsvScanner::next_row(std::vector<CsvField>& row, std::size_t kept) {
  row.clear();
  for (skip_blanks(); x_at < x_text.size() && x_text[x_at] == '\n'; skip_blanks())
    ++x_at;
  if (x_at == x_text.size()) return 0;
  std::size_t count = 0;
  while (true) {
    const CsvField field = scan_field();
    if (++count <= kept) row.push_back(field);
    if (at_line_end()) break;
    ++x_at;  // the comma
  }
  if (x_at < x_text.size()) ++x_at;
  return count;
}

CsvField CsvScanner::scan_field() {
  skip_blanks();
  if (x_at < x_text.size() && x_text[x_at] == '"') return scan_quoted_field();
  const std::size_t begin = x_at;
  for (; !at_line_end() && x_text[x_at] != ','; ++x_at) {
    if (x_text[x_at] == '"')
      throw InputError(x_source.diagnose(
          x_at, "a quote inside a field that does not begin with one; quote the whole field"));
  }
  std::size_t end = x_at;
  while (end > begin && is_blank(x_text[end - 1]))
    --end;
  return make_field(begin, end, false);
}

CsvField CsvScanner::scan_quoted_field() {
  const std::size_t opening = x_at++;
  bool has_doubled_quotes = false;
  while (true) {
    x_at = x_text.find('"', x_at);
    if (x_at == std::string_view::npos)
      throw InputError(x_source.diagnose(opening, "this quote is never closed"));
    if (x_at + 1 == x_text.size() || x_text[x_at + 1] != '"') break;
    has_doubled_quotes = true;
    x_at += 2;
  }
  const std::size_t closing = x_at++;
  skip_blanks();
  if (!at_line_end() && x_text[x_at] != ',')
    throw InputError(x_source.diagnose(
        x_at, "text after the closing quote; a quote inside a field is written twice"));
  return make_field(opening + 1, closing, has_doubled_quotes);
}

}  // namespace trialmill::input
