#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "cli/fit_columns.hpp"
#include "cli/fit_report.hpp"
#include "trialmill/input/table.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::cli {
namespace {

using input::Table;
using Names = std::vector<std::string>;

// Which rows have a value in all of some columns.
std::vector<std::uint8_t> complete_rows(const Table& table, const Names& columns) {
  std::vector<std::uint8_t> complete(table.row_count(), 1);
  for (const std::string& column : columns) {
    const auto missing = table.texts(column).missing;
    for (std::size_t i = 0; i < complete.size(); ++i)
      if (missing[i]) complete[i] = 0;
  }
  return complete;
}

RowsLeftOut rows_left_out(const Table& table, const Names& columns,
                          const std::vector<std::uint8_t>& complete) {
  RowsLeftOut out;
  out.rows = static_cast<std::size_t>(std::ranges::count(complete, 0));
  for (const std::string& column : columns) {
    const auto missing = table.texts(column).missing;
    const auto rows = static_cast<std::size_t>(std::ranges::count(missing, 1));
    const bool listed = std::ranges::find(out.by_column, column, [](const auto& one) {
                          return one.first;
                        }) != out.by_column.end();
    if (rows > 0 && !listed) out.by_column.emplace_back(column, rows);
  }
  return out;
}

[[noreturn]] void refuse_without_rows(const Table& table, const std::string& analysis) {
  input::Diagnostic diagnostic;
  diagnostic.position.file = table.name();
  diagnostic.why =
      table.row_count() == 0
          ? "there is a header but no row below it"
          : "every row has a missing value in a column asked for: nothing to analyse by " +
                analysis;
  throw input::InputError(diagnostic);
}

template <class T>
std::vector<T> kept(const std::vector<T>& values, const std::vector<std::uint8_t>& complete) {
  std::vector<T> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (complete[i]) out.push_back(values[i]);
  return out;
}

// The combinations of some rows' strata, in increasing order.
void number_strata(const FileColumns& file, const std::vector<std::uint8_t>& complete,
                   FitRows& rows) {
  std::vector<std::vector<std::int32_t>> combinations;
  for (std::size_t i = 0; i < complete.size(); ++i) {
    if (!complete[i]) continue;
    auto& combination = combinations.emplace_back();
    for (const Labels& column : file.strata)
      combination.push_back(column.index[i]);
  }
  std::map<std::vector<std::int32_t>, std::int32_t> number;
  for (const auto& combination : combinations)
    number.try_emplace(combination, 0);
  std::int32_t next = 0;
  for (auto& [combination, place] : number) {
    place = next++;
    auto& names = rows.stratum_values.emplace_back();
    for (std::size_t c = 0; c < combination.size(); ++c)
      names.push_back(file.strata[c].names[static_cast<std::size_t>(combination[c])]);
  }
  for (const auto& combination : combinations)
    rows.stratum.push_back(number[combination]);
  rows.strata = std::max(next, 1);
}

// The rows that are complete in the columns an analysis needs.
class RowsFor {
 public:
  RowsFor(const Table& table, const FitRequest& request, const FileColumns& file)
      : table_(table), request_(request), file_(file) {}

  // @param analysis as people call it
  FitRows operator()(const std::string& analysis, const Names& needed, bool stratified = false,
                     bool adjusted = false) const {
    Names columns;
    for (const std::string& column : needed)
      if (!column.empty()) columns.push_back(column);
    if (stratified) columns.insert(columns.end(), request_.strata.begin(), request_.strata.end());
    if (adjusted) columns.insert(columns.end(), request_.cox.begin(), request_.cox.end());
    const std::vector<std::uint8_t> complete = complete_rows(table_, columns);
    FitRows rows;
    rows.left_out = rows_left_out(table_, columns, complete);
    rows.size = complete.size() - rows.left_out.rows;
    // Covariates and strata that no row has leave the other analyses as they are.
    const bool narrower = stratified || adjusted;
    if (rows.size == 0 && !narrower) refuse_without_rows(table_, analysis);
    rows.time = kept(file_.time, complete);
    rows.entry = kept(file_.entry, complete);
    rows.status = kept(file_.status, complete);
    rows.cause = kept(file_.cause, complete);
    rows.success = kept(file_.success, complete);
    rows.group = kept(file_.group.index, complete);
    for (std::size_t o = 0; o < file_.outcome_time.size(); ++o) {
      rows.outcome_time.push_back(kept(file_.outcome_time[o], complete));
      rows.outcome_event.push_back(kept(file_.outcome_event[o], complete));
    }
    if (stratified && !file_.strata.empty()) number_strata(file_, complete, rows);
    if (adjusted)
      for (const TermColumn& term : file_.terms)
        rows.covariates.push_back(kept(term.value, complete));
    return rows;
  }

 private:
  const Table& table_;
  const FitRequest& request_;
  const FileColumns& file_;
};

Names outcome_columns(const FitRequest& request) {
  Names columns{request.group};
  for (const OutcomeColumns& outcome : request.win_ratio)
    columns.insert(columns.end(), {outcome.time, outcome.status});
  return columns;
}

Names cox_columns(const FitRequest& request) {
  Names columns{request.time, request.status, request.entry};
  std::erase(columns, std::string());
  columns.insert(columns.end(), request.strata.begin(), request.strata.end());
  columns.insert(columns.end(), request.cox.begin(), request.cox.end());
  return columns;
}

// The rows in which the groups that are compared have a name.
std::vector<std::uint8_t> rows_with_groups(const Table& table, const FitRequest& request) {
  std::vector<std::uint8_t> any(table.row_count(), 0);
  const auto add = [&](Names columns) {
    std::erase(columns, std::string());
    const std::vector<std::uint8_t> complete = complete_rows(table, columns);
    for (std::size_t i = 0; i < any.size(); ++i)
      any[i] |= complete[i];
  };
  if (!request.time.empty()) add({request.time, request.status, request.entry, request.group});
  if (!request.proportion.empty()) add({request.proportion, request.group});
  if (!request.win_ratio.empty()) add(outcome_columns(request));
  return any;
}

}  // namespace

FitData read_fit_data(const FitRequest& request) {
  const Table table = input::read_csv_file(request.file, request.format);
  const FileColumns file = read_columns(table, request, rows_with_groups(table, request),
                                        complete_rows(table, cox_columns(request)));
  FitData data;
  data.format = table.format();
  data.merged_times = file.merged_times;
  data.cause_code = file.cause_code;
  data.group_names = file.group.names;
  for (const TermColumn& term : file.terms)
    data.terms.push_back(term.term);
  const RowsFor rows(table, request, file);
  const Names times{request.time, request.status, request.entry};
  if (!request.time.empty()) {
    Names grouped = times;
    grouped.push_back(request.group);
    data.curves = rows("the curves", grouped);
    data.tests = rows("the log-rank tests", grouped, true);
  }
  if (!request.cox.empty()) data.cox = rows("Cox regression", times, true, true);
  if (!request.proportion.empty()) {
    data.proportion = rows("--proportion", {request.proportion, request.group});
    data.proportion_in_strata = rows("--proportion", {request.proportion, request.group}, true);
  }
  if (!request.win_ratio.empty()) data.outcomes = rows("--win-ratio", outcome_columns(request));
  return data;
}

}  // namespace trialmill::cli
