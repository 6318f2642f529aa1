#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "cli/fit_report.hpp"
#include "trialmill/input/table.hpp"
#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::cli {
namespace {

using input::Table;

// Which rows have a value in every column asked for.
std::vector<std::uint8_t> complete_rows(const Table& table, const FitRequest& request) {
  std::vector<std::string> columns;
  for (const std::string* column :
       {&request.time, &request.status, &request.entry, &request.group, &request.proportion})
    if (!column->empty()) columns.push_back(*column);
  for (const OutcomeColumns& outcome : request.win_ratio)
    columns.insert(columns.end(), {outcome.time, outcome.status});
  columns.insert(columns.end(), request.strata.begin(), request.strata.end());
  columns.insert(columns.end(), request.cox.begin(), request.cox.end());
  std::vector<std::uint8_t> complete(table.row_count(), 1);
  for (const std::string& column : columns) {
    const auto missing = table.texts(column).missing;
    for (std::size_t i = 0; i < complete.size(); ++i)
      if (missing[i]) complete[i] = 0;
  }
  return complete;
}

template <class T>
std::vector<T> kept(const std::vector<T>& values, const std::vector<std::uint8_t>& complete) {
  std::vector<T> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (complete[i]) out.push_back(values[i]);
  return out;
}

[[noreturn]] void refuse_without_rows(const Table& table) {
  input::Diagnostic diagnostic;
  diagnostic.position.file = table.name();
  diagnostic.why = table.row_count() == 0
                       ? "there is a header but no row below it"
                       : "every row has a missing value in a column asked for: nothing to analyse";
  throw input::InputError(diagnostic);
}

// Labels in increasing order, numbers as numbers, and each row's place among them.
struct Labels {
  std::vector<std::string> names;
  std::vector<std::int32_t> index;
};

Labels labels_of(const Table& table, const std::string& column,
                 const std::vector<std::uint8_t>& complete) {
  const bool numeric = table.is_numeric(column);
  const std::vector<std::string> text = kept(table.texts(column).values, complete);
  const std::vector<double> number =
      numeric ? kept(table.numbers(column).values, complete) : std::vector<double>(text.size(), 0);
  std::map<std::pair<double, std::string>, std::int32_t> places;
  // "1" and "1.0" are one group: numbers are told apart by value alone.
  const auto key = [&](std::size_t i) {
    return std::pair(number[i], numeric ? std::string() : text[i]);
  };
  std::map<std::pair<double, std::string>, std::string> first_spelling;
  for (std::size_t i = 0; i < text.size(); ++i)
    first_spelling.try_emplace(key(i), text[i]);
  Labels labels;
  for (const auto& [place, spelling] : first_spelling) {
    places[place] = static_cast<std::int32_t>(labels.names.size());
    labels.names.push_back(spelling);
  }
  for (std::size_t i = 0; i < text.size(); ++i)
    labels.index.push_back(places[key(i)]);
  return labels;
}

// The column in its complete rows. @throws input::InputError naming the others that `accepts` not
template <class Accepts>
std::vector<double> checked(const Table& table, const std::string& column,
                            const std::vector<std::uint8_t>& complete, const std::string& allowed,
                            Accepts accepts) {
  const std::vector<double> values = table.numbers(column).values;
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (complete[i] && !accepts(values[i])) wrong.push_back(table.diagnose(i, column, allowed));
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
  return kept(values, complete);
}

std::vector<std::uint8_t> read_flags(const Table& table, const std::string& column,
                                     const std::vector<std::uint8_t>& complete,
                                     const std::string& allowed) {
  const std::vector<double> values = checked(table, column, complete, allowed,
                                             [](double value) { return value == 0 || value == 1; });
  return {values.begin(), values.end()};
}

// Causes are numbered by their place among the codes that occur.
void read_causes(const Table& table, const FitRequest& request,
                 const std::vector<std::uint8_t>& complete, FitData& data) {
  constexpr std::size_t most_causes = 100;  // more are another column, taken for the causes
  const std::vector<double> codes =
      checked(table, request.status, complete, "0 (censored) or the number of a cause: 1, 2, ...",
              [](double code) { return code >= 0 && code <= 1e9 && code == std::floor(code); });
  std::map<std::int64_t, std::int32_t> places{{0, 0}};
  for (const double code : codes)
    places.try_emplace(static_cast<std::int64_t>(code), 0);
  if (places.size() > most_causes + 1) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = table.name();
    diagnostic.found = fmt::format("{} causes in column {}", places.size() - 1,
                                   input::in_backquotes(request.status));
    diagnostic.allowed = fmt::format("at most {}", most_causes);
    throw input::InputError(diagnostic);
  }
  for (auto& [code, place] : places) {
    if (code == 0) continue;
    data.cause_code.push_back(code);
    place = static_cast<std::int32_t>(data.cause_code.size());
  }
  for (const double code : codes) {
    data.cause.push_back(places[static_cast<std::int64_t>(code)]);
    data.status.push_back(code != 0);
  }
}

void read_times(const Table& table, const FitRequest& request,
                const std::vector<std::uint8_t>& complete, FitData& data) {
  const std::vector<double> time = table.numbers(request.time).values;
  const std::vector<double> entry =
      request.entry.empty() ? std::vector<double>() : table.numbers(request.entry).values;
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (!complete[i]) continue;
    if (time[i] < 0) wrong.push_back(table.diagnose(i, request.time, "a time from 0"));
    if (!entry.empty() && !(entry[i] < time[i]))
      wrong.push_back(table.diagnose(i, request.entry, "an entry before the time of that row"));
  }
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
  data.time = kept(time, complete);
  data.entry = kept(entry, complete);
  if (request.exact_times) return;
  std::vector<std::span<double>> columns{data.time};
  if (!data.entry.empty()) columns.push_back(data.entry);
  data.merged_times = survival::merge_near_ties(columns);
}

// All outcomes share one clock, so near-ties merge over all their times.
void read_outcomes(const Table& table, const FitRequest& request,
                   const std::vector<std::uint8_t>& complete, FitData& data) {
  std::vector<std::span<double>> columns;
  for (const OutcomeColumns& outcome : request.win_ratio) {
    data.outcome_time.push_back(checked(table, outcome.time, complete, "a time from 0",
                                        [](double time) { return time >= 0; }));
    data.outcome_event.push_back(
        read_flags(table, outcome.status, complete, "1 (event) or 0 (censored)"));
  }
  for (std::vector<double>& times : data.outcome_time)
    columns.emplace_back(times);
  if (!request.exact_times && !columns.empty())
    data.merged_times += survival::merge_near_ties(columns);
}

void read_strata(const Table& table, const FitRequest& request,
                 const std::vector<std::uint8_t>& complete, FitData& data) {
  if (request.strata.empty()) return;
  // Strata are the combinations that occur, in increasing order.
  std::vector<std::vector<std::int32_t>> digits(data.group.size());
  std::vector<std::vector<std::string>> values;  // by column
  for (const std::string& column : request.strata) {
    const Labels labels = labels_of(table, column, complete);
    values.push_back(labels.names);
    for (std::size_t i = 0; i < digits.size(); ++i)
      digits[i].push_back(labels.index[i]);
  }
  std::map<std::vector<std::int32_t>, std::int32_t> number;
  for (const auto& combination : digits)
    number.try_emplace(combination, 0);
  std::int32_t next = 0;
  for (auto& [combination, place] : number) {
    place = next++;
    auto& names = data.stratum_values.emplace_back();
    for (std::size_t c = 0; c < values.size(); ++c)
      names.push_back(values[c][static_cast<std::size_t>(combination[c])]);
  }
  for (const auto& combination : digits)
    data.stratum.push_back(number[combination]);
  data.strata = std::max(next, 1);
}

}  // namespace

FitData read_fit_data(const FitRequest& request) {
  const Table table = input::read_csv_file(request.file);
  const std::vector<std::uint8_t> complete = complete_rows(table, request);
  FitData data;
  data.dropped = static_cast<std::size_t>(std::ranges::count(complete, 0));
  if (data.dropped == complete.size()) refuse_without_rows(table);
  if (request.competing) {
    read_causes(table, request, complete, data);
  } else if (!request.status.empty()) {
    data.status = read_flags(table, request.status, complete, "1 (event) or 0 (censored)");
  }
  if (!request.time.empty()) read_times(table, request, complete, data);
  read_outcomes(table, request, complete, data);
  if (!request.proportion.empty())
    data.success = read_flags(table, request.proportion, complete, "1 (success) or 0");
  if (!request.group.empty()) {
    Labels labels = labels_of(table, request.group, complete);
    data.group = std::move(labels.index);
    data.group_names = std::move(labels.names);
  } else {
    data.group.assign(complete.size() - data.dropped, 0);
    data.group_names = {"all"};
  }
  read_strata(table, request, complete, data);
  for (const std::string& column : request.cox)
    data.covariates.push_back(kept(table.numbers(column).values, complete));
  return data;
}

}  // namespace trialmill::cli
