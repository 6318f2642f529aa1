#pragma once

/// CSV files as named columns with positions.
///
/// RFC 4180: fields parted by commas, quoted where they hold commas, line ends or (doubled) quotes;
/// lines end in LF or CRLF. The first line names the columns, in any order; every other line has as
/// many fields, blank lines are skipped. Two columns may share a name that nobody asks for. A
/// byte-order mark is skipped, blanks around an unquoted field are dropped. A field is missing if
/// it is empty or reads NA, NaN or `.` (R, Python, SAS), quoted or not. Any bytes either load or
/// give an `InputError`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::input {

/// A column read as numbers; NaN where missing and nowhere else.
struct NumberColumn {
  std::vector<double> values;
  std::vector<std::uint8_t> missing;  ///< 1 where missing
};

/// A column read as text; empty where missing.
struct TextColumn {
  std::vector<std::string> values;
  std::vector<std::uint8_t> missing;
};

/// How a file parts its columns and writes its numbers.
struct CsvFormat {
  /// 0: a comma, or `;` or tabs where the first line has those and no comma.
  char delimiter = 0;
  /// 0: a point, and a comma too where columns are not parted by commas: "5,5" of a spreadsheet.
  char decimal = 0;
};

class Table {
 public:
  CsvFormat format() const;  ///< as it was read
  std::size_t row_count() const;
  /// In the order of the file. May hold empty names (as for R's row names), which cannot be asked
  /// for.
  const std::vector<std::string>& column_names() const;
  bool has_column(std::string_view name) const;
  const std::string& name() const;  ///< of the file, as in positions

  /// Throws `InputError` naming every field that is neither missing nor a decimal number (no hex,
  /// no infinity), or, for an unknown column, the nearest spelling and the columns there are.
  NumberColumn numbers(std::string_view column) const;
  TextColumn texts(std::string_view column) const;
  /// Could `numbers` read it? True also for a column with every field missing.
  bool is_numeric(std::string_view column) const;

  /// Where the field stands; rows count from 0, the header not among them.
  Position position(std::size_t row, std::string_view column) const;
  /// "found F, allowed is A (W)" at that field, for the caller to throw.
  Diagnostic diagnose(std::size_t row, std::string_view column, std::string allowed,
                      std::string why = {}) const;

 private:
  struct Content;
  friend Table read_csv_text(std::string text, std::string name, CsvFormat format);
  explicit Table(std::shared_ptr<const Content> content);
  std::size_t column_index(std::string_view name) const;

  std::shared_ptr<const Content> content_;
};

/// Throws `InputError`, also if there is no such file or it has over 128 MiB or 10,000
/// columns.
Table read_csv_file(const std::filesystem::path& path, CsvFormat format = {});

/// The same for text in memory; `name` stands for the file in positions.
Table read_csv_text(std::string text, std::string name, CsvFormat format = {});

}  // namespace trialmill::input
