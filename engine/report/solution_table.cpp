#include "trialmill/report/solution_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/text_table.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

using result::Solution;
using result::Solutions;
using result::TrialSize;

std::size_t count_of(const TrialSize& size, bool events) {
  return events ? size.events.value_or(0) : size.patients;
}

std::string words(const std::optional<TrialSize>& size, bool events) {
  return size ? count_words(count_of(*size, events)) : "-";
}

std::string answer_words(const Solution& solution, bool events) {
  const std::string number = count_words(count_of(solution.size, events));
  if (solution.status == result::SolutionStatus::not_reached) return "> " + number;
  if (solution.status == result::SolutionStatus::already_reached) return "\u2264 " + number;
  return number;
}

// "0.8", "0.8 or 0.9": the targets in the order they were asked for.
std::string power_words(const Solutions& solutions) {
  std::vector<std::string> powers;
  for (const Solution& point : solutions.points)
    if (const std::string power = number_words(point.target_power);
        std::ranges::find(powers, power) == powers.end())
      powers.push_back(power);
  return joined(powers, " or ");
}

class Table {
 public:
  explicit Table(const std::vector<Solution>& rows) : rows_(rows) {}

  template <class CellOf>
  void add(std::vector<std::string> heading, CellOf cell_of) {
    Column column{std::move(heading), true, {}};
    for (const Solution& row : rows_)
      column.cells.push_back({cell_of(row)});
    columns_.push_back(std::move(column));
  }

  template <class Matches>
  bool any(Matches matches) const {
    return std::ranges::any_of(rows_, matches);
  }

  const std::vector<Solution>& rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  const std::vector<Solution>& rows_;
  std::vector<Column> columns_;
};

void add_settings(const Solutions& solutions, Table& table) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : solutions.points.front().set)
    keys.push_back(key);
  for (std::size_t k = 0; k < keys.size(); ++k)
    table.add(setting_heading(keys[k], keys),
              [k](const Solution& row) { return number_words(row.set[k].second); });
  const double first = solutions.points.front().target_power;
  if (table.any([=](const Solution& row) { return row.target_power != first; }))
    table.add({"Target"}, [](const Solution& row) { return number_words(row.target_power); });
}

void add_answer(const Solutions& solutions, Table& table) {
  const bool events = solutions.for_events;
  table.add({events ? "Events" : "Patients"},
            [=](const Solution& row) { return answer_words(row, events); });
  if (solutions.conservative)
    table.add({"Esti-", "mate"}, [=](const Solution& row) { return words(row.estimate, events); });
  table.add({number_words(100 * solutions.confidence) + " %", "interval"},
            [=](const Solution& row) {
              return words(row.lower, events) + "\u2013" + words(row.upper, events);
            });
  table.add({"Analytic"}, [=](const Solution& row) { return words(row.analytic, events); });
  if (events)
    table.add({"Patients"}, [](const Solution& row) { return count_words(row.size.patients); });
  table.add({"Power"}, [](const Solution& row) { return fixed(row.power.estimate, 4); });
  table.add({"MC SE"}, [](const Solution& row) { return fixed(row.power.mc_se, 4); });
  table.add({"95 %", "interval"}, [](const Solution& row) {
    return fixed(row.power.ci_lower, 4) + "\u2013" + fixed(row.power.ci_upper, 4);
  });
  table.add({"Mean", "events"}, [](const Solution& row) { return fixed(row.events_mean, 1); });
  table.add({"Months"}, [](const Solution& row) { return fixed(row.time_mean, 1); });
  table.add({"Runs"}, [](const Solution& row) { return fixed(row.runs_at_answer, 1); });
}

// The events by formula for the targets, in a table of their own; empty where none applies.
std::string formula_table(const Solutions& solutions, const Emphasis& style) {
  Table table(solutions.points);
  add_settings(solutions, table);
  std::vector<std::string> formulae;
  for (const Solution& row : table.rows())
    for (const result::FormulaEvents& needed : row.formula_events.events)
      if (std::ranges::find(formulae, needed.formula) == formulae.end())
        formulae.push_back(needed.formula);
  if (formulae.empty()) return "";
  for (const std::string& formula : formulae)
    table.add(formula_heading(formula), [&](const Solution& row) {
      const auto& events = row.formula_events.events;
      const auto found = std::ranges::find(events, formula, &result::FormulaEvents::formula);
      return fixed(found == events.end() ? result::not_a_number : found->events, 1);
    });
  std::string out = table_text(table.columns(), style) + "\n";
  append_paragraph(out,
                   fmt::format("Events that one look needs for {} by the formula of that name: "
                               "Schoenfeld's are what rpact and gsDesign's nEvents print, Lachin "
                               "and Foulkes' what its nSurv does.",
                               power_words(solutions)),
                   style.note, style.end);
  return out;
}

std::vector<std::string> footnotes(const Solutions& solutions) {
  const char* what = solutions.for_events ? "Events" : "Patients";
  const std::string estimated = fmt::format(
      "the fewest whose power reaches {}, as estimated; the interval holds them with "
      "probability {}, as Monte-Carlo error goes",
      power_words(solutions), solutions.confidence);
  std::vector<std::string> notes = {
      solutions.conservative
          ? fmt::format(
                "{}: the upper end of the interval. Estimate: {}. Analytic: by the analytic "
                "twin.",
                what, estimated)
          : fmt::format("{}: {}. Analytic: by the analytic twin.", what, estimated),
      fmt::format("Power, Mean events, Months: of a run of {} replicates at that size, none of "
                  "which the search used.{}",
                  count_words(solutions.replicates),
                  solutions.conservative
                      ? ""
                      : " That power may lie on either side of the target; --conservative takes "
                        "the upper end of the interval."),
      "Runs: patients analysed by the search and that run, over those of one run at the answer."};
  const auto any = [&](result::SolutionStatus status) {
    return std::ranges::any_of(solutions.points,
                               [=](const Solution& point) { return point.status == status; });
  };
  if (any(result::SolutionStatus::not_reached))
    notes.push_back(">: no size up to the largest one allowed reaches the power (--at-most).");
  if (any(result::SolutionStatus::already_reached))
    notes.push_back("\u2264: the smallest size allowed has more power already (--at-least).");
  std::vector<std::string> reasons;
  for (const Solution& point : solutions.points)
    if (const std::string& reason = point.analytic_absent_because;
        !reason.empty() && std::ranges::find(reasons, reason) == reasons.end())
      reasons.push_back(reason);
  if (!reasons.empty()) notes.push_back("No analytic twin: " + joined(reasons, ", ") + ".");
  return notes;
}

}  // namespace

std::string solution_table(const Solutions& solutions, bool colour) {
  const Emphasis style =
      colour ? Emphasis{"\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"} : Emphasis{};
  std::string out;
  append_paragraph(out, solutions.title, style.heading, style.end);
  append_paragraph(
      out,
      fmt::format("Power {} of {} ({}), {}-sided level {}; {} replicates, seed {}",
                  power_words(solutions), spaced(solutions.analysis.name), solutions.analysis.test,
                  solutions.analysis.sided == 1 ? "one" : "two", solutions.analysis.alpha,
                  count_words(solutions.replicates), solutions.seed),
      "", "");
  Table table(solutions.points);
  add_settings(solutions, table);
  add_answer(solutions, table);
  out += "\n" + table_text(table.columns(), style) + "\n";
  for (const std::string& note : footnotes(solutions))
    append_paragraph(out, note, style.note, style.end);
  if (const std::string formulae = formula_table(solutions, style); !formulae.empty())
    out += "\n" + formulae;
  return out;
}

}  // namespace trialmill::report
