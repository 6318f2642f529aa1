#include "cli/fit_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "trialmill/survival/time_to_event.hpp"

namespace trialmill::cli {
namespace {

using input::Table;

// @param wanted rows whose labels count
Labels labels_of(const Table& table, const std::string& column,
                 const std::vector<std::uint8_t>& wanted) {
  const bool numeric = table.is_numeric(column);
  const input::TextColumn text = table.texts(column);
  const std::vector<double> number =
      numeric ? table.numbers(column).values : std::vector<double>(text.values.size(), 0);
  const auto counts = [&](std::size_t i) { return wanted[i] && !text.missing[i]; };
  // "1" and "1.0" are one group: numbers are told apart by value alone.
  const auto key = [&](std::size_t i) {
    return std::pair(number[i], numeric ? std::string() : text.values[i]);
  };
  std::map<std::pair<double, std::string>, std::string> first_spelling;
  for (std::size_t i = 0; i < text.values.size(); ++i)
    if (counts(i)) first_spelling.try_emplace(key(i), text.values[i]);
  std::map<std::pair<double, std::string>, std::int32_t> places;
  Labels labels;
  for (const auto& [place, spelling] : first_spelling) {
    places[place] = static_cast<std::int32_t>(labels.names.size());
    labels.names.push_back(spelling);
  }
  for (std::size_t i = 0; i < text.values.size(); ++i)
    labels.index.push_back(counts(i) ? places[key(i)] : -1);
  return labels;
}

// What --reference says of a column: "LEVEL" is about the groups, "COLUMN=LEVEL" about any.
std::string reference_of(const FitRequest& request, const std::string& column) {
  for (const std::string& given : request.references) {
    if (given.starts_with(column + "=")) return given.substr(column.size() + 1);
    const auto names_a_column = [&](const std::string& other) {
      return !other.empty() && given.starts_with(other + "=");
    };
    const bool of_another =
        names_a_column(request.group) || std::ranges::any_of(request.cox, names_a_column);
    if (!of_another && column == request.group) return given;
  }
  return "";
}

void put_first(const std::string& reference, const std::string& column, Labels& labels) {
  if (reference.empty()) return;
  const auto found = std::ranges::find(labels.names, reference);
  if (found == labels.names.end()) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = "--reference";
    diagnostic.found = input::in_backquotes(reference);
    diagnostic.allowed = "a level of " + input::in_backquotes(column) + ": " +
                         fmt::format("{}", fmt::join(labels.names, ", "));
    diagnostic.suggestion = input::nearest_spelling(reference, labels.names).value_or("");
    throw input::InputError(diagnostic);
  }
  const auto place = static_cast<std::int32_t>(found - labels.names.begin());
  std::rotate(labels.names.begin(), found, found + 1);
  for (std::int32_t& index : labels.index)
    if (index >= 0 && index <= place) index = index == place ? 0 : index + 1;
}

// @throws input::InputError naming the values, of those there are, that `accepts` does not
template <class Accepts>
std::vector<double> checked(const Table& table, const std::string& column,
                            const std::string& allowed, Accepts accepts) {
  input::NumberColumn numbers = table.numbers(column);
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < numbers.values.size(); ++i)
    if (!numbers.missing[i] && !accepts(numbers.values[i]))
      wrong.push_back(table.diagnose(i, column, allowed));
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
  return std::move(numbers.values);
}

// 1 or 0, or TRUE and FALSE in any of their spellings.
std::vector<std::uint8_t> read_flags(const Table& table, const std::string& column,
                                     const std::string& allowed) {
  constexpr std::array yes = {"1", "TRUE", "True", "true", "T"};
  constexpr std::array no = {"0", "FALSE", "False", "false", "F"};
  const bool numeric = table.is_numeric(column);
  const input::TextColumn text = table.texts(column);
  const std::vector<double> number =
      numeric ? table.numbers(column).values : std::vector<double>(text.values.size(), -1);
  std::vector<std::uint8_t> flags;
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < text.values.size(); ++i) {
    const bool is_yes = number[i] == 1 || std::ranges::find(yes, text.values[i]) != yes.end();
    const bool is_no = number[i] == 0 || std::ranges::find(no, text.values[i]) != no.end();
    flags.push_back(is_yes);
    if (!text.missing[i] && !is_yes && !is_no) wrong.push_back(table.diagnose(i, column, allowed));
  }
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
  return flags;
}

// The status with the value that --event names.
std::vector<std::uint8_t> read_events(const Table& table, const FitRequest& request) {
  if (request.event.empty())
    return read_flags(table, request.status,
                      "1 (event) or 0 (censored), or TRUE and FALSE; --event VALUE names another "
                      "value as the event");
  const Labels labels =
      labels_of(table, request.status, std::vector<std::uint8_t>(table.row_count(), 1));
  const auto found = std::ranges::find(labels.names, request.event);
  if (found == labels.names.end()) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = "--event";
    diagnostic.found = input::in_backquotes(request.event);
    diagnostic.allowed = fmt::format(
        "a value of {}: {}", input::in_backquotes(request.status),
        fmt::join(labels.names.begin(),
                  labels.names.begin() + std::min<std::ptrdiff_t>(10, std::ssize(labels.names)),
                  ", "));
    throw input::InputError(diagnostic);
  }
  std::vector<std::uint8_t> events;
  for (const std::int32_t index : labels.index)
    events.push_back(index == found - labels.names.begin());
  return events;
}

// Is any value a number? A slip in a column of numbers must not make levels of it.
bool has_numbers(const Table& table, const std::string& column) {
  return std::ranges::any_of(table.texts(column).values, [](const std::string& text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    return std::from_chars(text.data(), end, value).ptr == end && !text.empty();
  });
}

// A column of numbers is one term; one of text alone, or one whose reference is named, has a term
// for every level but the reference.
void add_terms(const Table& table, const FitRequest& request, const std::string& column,
               const std::vector<std::uint8_t>& adjusted, FileColumns& file) {
  constexpr std::size_t most_levels = 100;
  const std::string reference = reference_of(request, column);
  if (reference.empty() && (table.is_numeric(column) || has_numbers(table, column))) {
    file.terms.push_back({{column, column}, table.numbers(column).values});
    return;
  }
  Labels labels = labels_of(table, column, adjusted);
  put_first(reference, column, labels);
  if (labels.names.size() > most_levels) {
    input::Diagnostic diagnostic;
    diagnostic.position.file = table.name();
    diagnostic.found =
        fmt::format("{} levels in column {}", labels.names.size(), input::in_backquotes(column));
    diagnostic.allowed = fmt::format("at most {} in a covariate of text", most_levels);
    throw input::InputError(diagnostic);
  }
  for (std::size_t level = 1; level < labels.names.size(); ++level) {
    TermColumn& added = file.terms.emplace_back();
    added.term = {column + "=" + labels.names[level], column, labels.names[level],
                  labels.names.front()};
    for (const std::int32_t index : labels.index)
      added.value.push_back(index == static_cast<std::int32_t>(level) ? 1.0 : 0.0);
  }
}

// Causes are numbered by their place among the codes that occur.
void read_causes(const Table& table, const FitRequest& request, FileColumns& file) {
  constexpr std::size_t most_causes = 100;  // more are another column, taken for the causes
  const std::vector<double> codes =
      checked(table, request.status, "0 (censored) or the number of a cause: 1, 2, ...",
              [](double code) { return code >= 0 && code <= 1e9 && code == std::floor(code); });
  const std::vector<std::uint8_t> missing = table.numbers(request.status).missing;
  std::map<std::int64_t, std::int32_t> places{{0, 0}};
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (!missing[i]) places.try_emplace(static_cast<std::int64_t>(codes[i]), 0);
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
    file.cause_code.push_back(code);
    place = static_cast<std::int32_t>(file.cause_code.size());
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    file.cause.push_back(missing[i] ? 0 : places[static_cast<std::int64_t>(codes[i])]);
    file.status.push_back(file.cause.back() != 0);
  }
}

// Times that differ by rounding alone count as one, which can leave an entry no time before the
// event (R: "an interval has effective length 0").
void merge_times(const Table& table, const FitRequest& request, FileColumns& file) {
  std::vector<std::span<double>> columns{file.time};
  if (!file.entry.empty()) columns.push_back(file.entry);
  file.merged_times = survival::merge_near_ties(columns);
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < file.entry.size(); ++i)
    if (file.entry[i] >= file.time[i])
      wrong.push_back(
          table.diagnose(i, request.entry, "an entry before the time of that row",
                         "the two differ by rounding alone and count as one time, as in R; "
                         "--exact-times keeps them apart"));
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
}

void read_times(const Table& table, const FitRequest& request, FileColumns& file) {
  file.time = checked(table, request.time, "a time from 0", [](double time) { return time >= 0; });
  if (!request.entry.empty()) file.entry = table.numbers(request.entry).values;
  std::vector<input::Diagnostic> wrong;
  for (std::size_t i = 0; i < file.entry.size(); ++i)
    if (file.entry[i] >= file.time[i])
      wrong.push_back(table.diagnose(i, request.entry, "an entry before the time of that row"));
  if (!wrong.empty()) throw input::InputError(std::move(wrong));
  if (!request.exact_times) merge_times(table, request, file);
}

// All outcomes share one clock, so near-ties merge over all their times.
void read_outcomes(const Table& table, const FitRequest& request, FileColumns& file) {
  std::vector<std::span<double>> columns;
  for (const OutcomeColumns& outcome : request.win_ratio) {
    file.outcome_time.push_back(
        checked(table, outcome.time, "a time from 0", [](double time) { return time >= 0; }));
    file.outcome_event.push_back(read_flags(table, outcome.status, "1 (event) or 0 (censored)"));
  }
  for (std::vector<double>& times : file.outcome_time)
    columns.emplace_back(times);
  if (!request.exact_times && !columns.empty())
    file.merged_times += survival::merge_near_ties(columns);
}

}  // namespace

FileColumns read_columns(const Table& table, const FitRequest& request,
                         const std::vector<std::uint8_t>& grouped,
                         const std::vector<std::uint8_t>& adjusted) {
  FileColumns file;
  if (request.competing)
    read_causes(table, request, file);
  else if (!request.status.empty())
    file.status = read_events(table, request);
  if (!request.time.empty()) read_times(table, request, file);
  read_outcomes(table, request, file);
  if (!request.proportion.empty())
    file.success = read_flags(table, request.proportion, "1 (success) or 0");
  if (request.group.empty())
    file.group = {{"all"}, std::vector<std::int32_t>(table.row_count(), 0)};
  else
    file.group = labels_of(table, request.group, grouped);
  if (!request.group.empty())
    put_first(reference_of(request, request.group), request.group, file.group);
  const std::vector<std::uint8_t> everybody(table.row_count(), 1);
  for (const std::string& column : request.strata)
    file.strata.push_back(labels_of(table, column, everybody));
  for (const std::string& column : request.cox)
    add_terms(table, request, column, adjusted, file);
  return file;
}

}  // namespace trialmill::cli
