#include "trialmill/report/analytic_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/text.hpp"
#include "report/text_table.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr std::size_t widest_name = 20;

/// One analysis, or one of its looks.
struct Row {
  const result::PointResult* point = nullptr;
  const result::AnalysisResult* analysis = nullptr;
  const result::AnalyticLook* look = nullptr;
  const result::AnalyticTwin& twin() const { return *analysis->analytic; }
};

bool has_twin(const result::AnalysisResult& analysis) {
  return analysis.analytic && analysis.analytic->absent_because.empty();
}

std::vector<Row> rows_of(const result::Result& result) {
  std::vector<Row> rows;
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses) {
      if (!has_twin(analysis)) continue;
      for (const result::AnalyticLook& look : analysis.analytic->by_look)
        rows.push_back({&point, &analysis, &look});
      rows.push_back({&point, &analysis});
    }
  return rows;
}

class Table {
 public:
  explicit Table(std::vector<Row> rows) : rows_(std::move(rows)) {}

  template <class CellOf>
  void add(std::vector<std::string> heading, bool right, CellOf cell_of) {
    Column column{std::move(heading), right, {}};
    for (const Row& row : rows_)
      column.cells.push_back(wrap_cells(cell_of(row), widest_name));
    columns_.push_back(std::move(column));
  }

  template <class Matches>
  bool any(Matches matches) const {
    return std::ranges::any_of(rows_, matches);
  }

  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  std::vector<Row> rows_;
  std::vector<Column> columns_;
};

void add_what_varies(const result::Result& result, Table& table) {
  const auto keys = swept_keys(result);
  const Row& first = table.rows().front();
  for (const std::string& key : keys)
    if (table.any(
            [&](const Row& row) { return setting(*row.point, key) != setting(*first.point, key); }))
      table.add(setting_heading(key, keys), true,
                [&](const Row& row) { return number_words(setting(*row.point, key)); });
  if (first.point->analyses.size() > 1)
    table.add({"Analysis"}, false, [](const Row& row) { return spaced(row.analysis->name); });
  if (table.any([](const Row& row) { return row.look != nullptr; }))
    table.add({"Look"}, false, [](const Row& row) {
      if (row.look) return std::to_string(row.look->look);
      return std::string(row.twin().by_look.empty() ? "" : "all");
    });
}

double formula_events(const result::AnalyticTwin& twin, const std::string& formula) {
  const auto& events = twin.formula_events.events;
  const auto found = std::ranges::find(events, formula, &result::FormulaEvents::formula);
  return found == events.end() ? result::not_a_number : found->events;
}

std::string by_arm_words(const result::ArmEvents& events) {
  return fixed(events.reference, 1) + " + " + fixed(events.compared, 1);
}

void add_figures(Table& table) {
  table.add({"Power"}, true, [](const Row& row) {
    return fixed(row.look ? row.look->rejection : row.twin().power, 4);
  });
  table.add({"First", "order"}, true, [](const Row& row) {
    return fixed(row.look ? row.look->rejection_first_order : row.twin().power_first_order, 4);
  });
  if (table.any([](const Row& row) { return row.look && row.look->futility > 0; }))
    table.add({"Futile"}, true, [](const Row& row) {
      return fixed(row.look ? row.look->futility : result::not_a_number, 4);
    });
  if (table.any([](const Row& row) { return row.look != nullptr; }))
    table.add({"Corr."}, true, [](const Row& row) {
      return fixed(row.look ? row.look->correlation : result::not_a_number, 3);
    });
  table.add({"Events"}, true, [](const Row& row) {
    return fixed(row.look ? row.look->events : row.twin().events_mean, 1);
  });
  table.add({"By arm"}, true, [](const Row& row) {
    return by_arm_words(row.look ? row.look->by_arm : row.twin().events_by_arm);
  });
  table.add({"Months"}, true, [](const Row& row) {
    return fixed(row.look ? row.look->time : row.twin().time_mean, 1);
  });
  std::vector<std::string> formulae;
  for (const Row& row : table.rows())
    for (const result::FormulaEvents& needed : row.twin().formula_events.events)
      if (std::ranges::find(formulae, needed.formula) == formulae.end())
        formulae.push_back(needed.formula);
  for (const std::string& formula : formulae)
    table.add(formula_heading(formula), true, [&](const Row& row) {
      return fixed(row.look ? result::not_a_number : formula_events(row.twin(), formula), 1);
    });
}

}  // namespace

std::string missing_twins_words(const result::Result& result) {
  std::vector<std::string> reasons;
  for (const result::PointResult& point : result.points)
    for (const result::AnalysisResult& analysis : point.analyses)
      if (analysis.analytic && !has_twin(analysis) &&
          std::ranges::find(reasons, analysis.analytic->absent_because) == reasons.end())
        reasons.push_back(analysis.analytic->absent_because);
  return reasons.empty() ? "" : "None for " + joined(reasons, ", ") + ".";
}

std::string analytic_table(const result::Result& result, bool colour) {
  const Emphasis style =
      colour ? Emphasis{"\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"} : Emphasis{};
  Table table(rows_of(result));
  if (table.rows().empty()) return "";
  add_what_varies(result, table);
  add_figures(table);
  std::string out = table_text(table.columns(), style) + "\n";
  std::vector<std::string> methods;
  for (const Row& row : table.rows())
    if (std::ranges::find(methods, row.twin().method) == methods.end())
      methods.push_back(row.twin().method);
  append_paragraph(out,
                   fmt::format("Power by numerical integration ({}), with the variance, bias and "
                               "skewness of the statistic under the alternative; nothing is "
                               "simulated. First order: the statistic taken as normal with "
                               "variance 1, as lrstat's lrpower has it. By arm: the events, "
                               "reference arm first. {}",
                               joined(methods, ", "), missing_twins_words(result)),
                   style.note, style.end);
  if (table.any([](const Row& row) { return row.look != nullptr; }))
    append_paragraph(out,
                     "Corr.: correlation of the statistic with that of the look before, by its "
                     "expected information.",
                     style.note, style.end);
  if (table.any([](const Row& row) { return !row.twin().formula_events.events.empty(); }))
    append_paragraph(out,
                     "Schoenfeld, Freedman, Hsieh-Freedman, Lachin-Foulkes: events that one look "
                     "needs for the power of this row, by the formula of that name. For a power "
                     "that is aimed at `solve` prints them.",
                     style.note, style.end);
  return out;
}

}  // namespace trialmill::report
