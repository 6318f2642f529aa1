#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/text_table.hpp"
#include "report/wording.hpp"

/// Columns of tables whose rows know the design point they belong to, by `row.point`.
namespace trialmill::report {

/// A column of figures, one cell a row.
template <typename Row, typename CellOf>
Column column_of(std::vector<std::string> heading, const std::vector<Row>& rows, CellOf cell_of) {
  Column column{std::move(heading), true, {}};
  for (const Row& row : rows)
    column.cells.push_back({cell_of(row)});
  return column;
}

/// A column for each of the settings that differ between rows.
template <typename Row>
void add_settings(const std::vector<Row>& rows, const result::Result& result,
                  std::vector<Column>& columns) {
  const auto keys = swept_keys(result);
  for (const std::string& key : keys) {
    const double first = setting(*rows.front().point, key);
    if (std::ranges::all_of(rows,
                            [&](const Row& row) { return setting(*row.point, key) == first; }))
      continue;
    columns.push_back(column_of(setting_heading(key, keys), rows, [&](const Row& row) {
      return number_words(setting(*row.point, key));
    }));
  }
}

}  // namespace trialmill::report
