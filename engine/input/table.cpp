#include "trialmill/input/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "input/csv_fields.hpp"
#include "input/number_grammar.hpp"
#include "input/source.hpp"

namespace trialmill::input {
namespace {

constexpr std::size_t largest_size = std::size_t{128} << 20U;
constexpr std::size_t most_columns = 10'000;
constexpr std::size_t most_diagnostics = 20;

bool is_missing(std::string_view text) {
  return text.empty() || text == "NA" || text == "NaN" || text == ".";
}

// @param decimal 0 accepts a comma beside the point
NumberReading read_number(std::string_view text, char decimal) {
  if (decimal == '.' || text.find(',') == std::string_view::npos) return input::read_number(text);
  if (text.find('.') != std::string_view::npos) return {};
  std::string with_point(text);
  with_point[text.find(',')] = '.';
  return input::read_number(with_point);
}

bool is_number(std::string_view text, char decimal = '.') {
  return read_number(text, decimal).fault == NumberReading::Fault::none;
}

}  // namespace

struct Table::Content {
  std::shared_ptr<const Source> source;
  CsvFormat format;
  std::vector<std::string> names;
  std::vector<std::size_t> name_begin;  // where each stands
  std::vector<CsvField> fields;         // row by row

  std::string_view raw(std::size_t row, std::size_t column) const {
    return fields[row * names.size() + column].raw(source->text);
  }
  std::string text(std::size_t row, std::size_t column) const {
    return fields[row * names.size() + column].text(source->text);
  }
  std::size_t row_count() const { return fields.size() / names.size(); }

  Diagnostic diagnose(std::size_t row, std::size_t column, std::string allowed,
                      std::string why) const {
    const CsvField& field = fields[row * names.size() + column];
    Diagnostic diagnostic = source->diagnose(field.begin, std::move(why), names[column]);
    const std::string found = field.text(source->text);
    diagnostic.found = found.empty()      ? "an empty field"
                       : is_number(found) ? found
                                          : in_backquotes(found);
    diagnostic.allowed = std::move(allowed);
    return diagnostic;
  }
};

Table::Table(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

CsvFormat Table::format() const {
  return content_->format;
}
std::size_t Table::row_count() const {
  return content_->row_count();
}
const std::vector<std::string>& Table::column_names() const {
  return content_->names;
}
const std::string& Table::name() const {
  return content_->source->name;
}

bool Table::has_column(std::string_view name) const {
  const auto& names = content_->names;
  return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

std::size_t Table::column_index(std::string_view name) const {
  const auto& names = content_->names;
  const auto found = std::find(names.begin(), names.end(), name);
  if (!name.empty() && found != names.end()) {
    const auto second = std::find(found + 1, names.end(), name);
    if (second != names.end())
      throw InputError(content_->source->diagnose(
          content_->name_begin[static_cast<std::size_t>(second - names.begin())],
          fmt::format("two columns have the name {}", in_backquotes(name))));
    return static_cast<std::size_t>(found - names.begin());
  }
  std::string why = fmt::format("there is no column {}; the columns are ", in_backquotes(name));
  constexpr std::size_t most_named = 30;
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i)
    why += (i > 0 ? ", " : "") + names[i];
  if (names.size() > most_named) why += fmt::format(" and {} more", names.size() - most_named);
  Diagnostic diagnostic = content_->source->diagnose(0, std::move(why));
  diagnostic.suggestion = nearest_spelling(name, names).value_or("");
  throw InputError(std::move(diagnostic));
}

NumberColumn Table::numbers(std::string_view column) const {
  const std::size_t index = column_index(column);
  const std::size_t rows = row_count();
  NumberColumn result{std::vector<double>(rows, std::numeric_limits<double>::quiet_NaN()),
                      std::vector<std::uint8_t>(rows, 0)};
  std::vector<Diagnostic> diagnostics;
  std::size_t further = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto text = content_->raw(row, index);
    if (is_missing(text)) {
      result.missing[row] = 1;
      continue;
    }
    const auto reading = read_number(text, content_->format.decimal);
    if (reading.fault == NumberReading::Fault::none) {
      result.values[row] = reading.value;
    } else if (diagnostics.size() == most_diagnostics) {
      ++further;
    } else {
      diagnostics.push_back(content_->diagnose(row, index, "a number, or NA", ""));
    }
  }
  if (!diagnostics.empty()) throw InputError(std::move(diagnostics), further);
  return result;
}

TextColumn Table::texts(std::string_view column) const {
  const std::size_t index = column_index(column);
  const std::size_t rows = row_count();
  TextColumn result{std::vector<std::string>(rows), std::vector<std::uint8_t>(rows, 0)};
  for (std::size_t row = 0; row < rows; ++row) {
    if (is_missing(content_->raw(row, index))) {
      result.missing[row] = 1;
    } else {
      result.values[row] = content_->text(row, index);
    }
  }
  return result;
}

bool Table::is_numeric(std::string_view column) const {
  const std::size_t index = column_index(column);
  for (std::size_t row = 0; row < row_count(); ++row) {
    const auto text = content_->raw(row, index);
    if (!is_missing(text) && !is_number(text, content_->format.decimal)) return false;
  }
  return true;
}

Position Table::position(std::size_t row, std::string_view column) const {
  const std::size_t field = row * content_->names.size() + column_index(column);
  return content_->source->position(content_->fields[field].begin);
}

Diagnostic Table::diagnose(std::size_t row, std::string_view column, std::string allowed,
                           std::string why) const {
  return content_->diagnose(row, column_index(column), std::move(allowed), std::move(why));
}

namespace {

// The character between the columns of the first line, quoted parts left aside.
char delimiter_of(std::string_view text) {
  bool quoted = false, semicolon = false, tab = false;
  for (const char c : text.substr(text.find_first_not_of(" \r\n") == std::string_view::npos
                                      ? 0
                                      : text.find_first_not_of(" \r\n"))) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') return ',';
    if (c == '\n') break;
    semicolon = semicolon || c == ';';
    tab = tab || c == '\t';
  }
  return semicolon ? ';' : tab ? '\t' : ',';
}

CsvFormat recognised(CsvFormat format, std::string_view text) {
  if (format.delimiter == 0) format.delimiter = delimiter_of(text);
  if (format.decimal == 0 && format.delimiter == ',') format.decimal = '.';
  return format;
}

void read_header(CsvScanner& scanner, const Source& source, std::vector<std::string>& names,
                 std::vector<std::size_t>& begin) {
  std::vector<CsvField> fields;
  const std::size_t count = scanner.next_row(fields, most_columns);
  if (count == 0) throw InputError(source.diagnose(0, "there is nothing in this file"));
  if (count > most_columns)
    throw InputError(
        source.diagnose(0, fmt::format("{} columns; allowed are at most {}", count, most_columns)));
  for (const CsvField& field : fields) {
    names.push_back(field.text(source.text));
    begin.push_back(field.begin);
  }
  if (std::ranges::all_of(names, [](const std::string& name) { return is_number(name); }))
    throw InputError(
        source.diagnose(fields[0].begin, "the first line holds numbers; it must name the columns"));
}

}  // namespace

Table read_csv_text(std::string text, std::string name, CsvFormat format) {
  Table::Content content;
  content.source = make_source(std::move(text), std::move(name), largest_size);
  const Source& source = *content.source;
  content.format = recognised(format, source.text);
  CsvScanner scanner(source, content.format.delimiter);
  read_header(scanner, source, content.names, content.name_begin);
  const std::size_t width = content.names.size();

  std::vector<Diagnostic> diagnostics;
  std::size_t further = 0;
  std::vector<CsvField> row;
  while (const std::size_t count = scanner.next_row(row, width + 1)) {
    if (count == width) {
      content.fields.insert(content.fields.end(), row.begin(), row.end());
    } else if (diagnostics.size() == most_diagnostics) {
      ++further;
    } else {
      const std::size_t place = count > width ? row[width].begin : row[0].begin;
      Diagnostic diagnostic = source.diagnose(place, "as many as the first line");
      diagnostic.found = fmt::format("{} field{}", count, count == 1 ? "" : "s");
      diagnostic.allowed = fmt::format("{} field{}", width, width == 1 ? "" : "s");
      diagnostics.push_back(std::move(diagnostic));
    }
  }
  if (!diagnostics.empty()) throw InputError(std::move(diagnostics), further);
  return Table(std::make_shared<const Table::Content>(std::move(content)));
}

Table read_csv_file(const std::filesystem::path& path, CsvFormat format) {
  return read_csv_text(read_whole_file(path, largest_size), path.string(), format);
}

}  // namespace trialmill::input
