#include "report/looks_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "report/setting_columns.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

constexpr std::size_t widest_name = 12;

struct LookRow {
  const result::PointResult* point;
  const result::AnalysisResult* analysis;
  const result::LookResult* look;
};

std::vector<LookRow> look_rows(const result::Result& result) {
  std::vector<LookRow> rows;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses)
      for (const auto& look : analysis.by_look)
        if (look.sequential) rows.push_back({&point, &analysis, &look});
  return rows;
}

bool any_futility(const std::vector<LookRow>& rows) {
  return std::ranges::any_of(rows, [](const LookRow& row) {
    return !row.analysis->stopping->spending.futility_spending.empty();
  });
}

void add_names(const std::vector<LookRow>& rows, std::vector<Column>& columns) {
  const std::string& first = rows.front().analysis->name;
  if (std::ranges::all_of(rows, [&](const LookRow& row) { return row.analysis->name == first; }))
    return;
  Column column{{"Analysis"}, false, {}};
  for (const LookRow& row : rows)
    column.cells.push_back(row.look->look == 1 ? wrap_cells(spaced(row.analysis->name), widest_name)
                                               : std::vector<std::string>{""});
  columns.push_back(std::move(column));
}

// Decimals of a probability: one more where the Monte-Carlo error is that small.
int decimals_for(const std::vector<LookRow>& rows) {
  double error = 0;
  for (const LookRow& row : rows)
    error = std::max(error, row.look->sequential->cumulative_rejection.mc_se);
  return error > 0 && error < 0.0005 ? 4 : 3;
}

std::vector<Column> look_columns(const std::vector<LookRow>& rows, const result::Result& result) {
  using result::SequentialLook;
  std::vector<Column> columns;
  add_settings(rows, result, columns);
  add_names(rows, columns);
  const bool futility = any_futility(rows);
  const int decimals = decimals_for(rows);
  const auto add = [&](std::vector<std::string> heading, auto cell_of) {
    columns.push_back(column_of(std::move(heading), rows, cell_of));
  };
  const auto figure = [](double SequentialLook::*which, int places) {
    return [=](const LookRow& row) { return fixed((*row.look->sequential).*which, places); };
  };
  const auto share = [=](result::SimulatedProportion SequentialLook::*which) {
    return [=](const LookRow& row) {
      return fixed(((*row.look->sequential).*which).estimate, decimals);
    };
  };
  add({"Look"}, [](const LookRow& row) { return fmt::format("{}", row.look->look); });
  add({"Info."}, figure(&SequentialLook::information_mean, 3));
  add({"Corr."}, figure(&SequentialLook::correlation_mean, 3));
  add({"Reject", "at Z"}, figure(&SequentialLook::efficacy_z_mean, 3));
  if (futility) add({"Futile", "below"}, figure(&SequentialLook::futility_z_mean, 3));
  add({"Months"}, [](const LookRow& row) { return fixed(row.look->time_mean, 1); });
  add({"Events"}, [](const LookRow& row) { return fixed(row.look->events_mean, 1); });
  add({"En-", "rolled"}, figure(&SequentialLook::enrolled_mean, 1));
  add({"Reject"}, share(&SequentialLook::rejection));
  add({"so far"}, share(&SequentialLook::cumulative_rejection));
  add({"MC SE"}, [=](const LookRow& row) {
    return fixed(row.look->sequential->cumulative_rejection.mc_se, decimals + 1);
  });
  if (futility) add({"Futile"}, share(&SequentialLook::futility));
  if (futility) add({"so far"}, share(&SequentialLook::cumulative_futility));
  return columns;
}

std::string bounds_words(const result::AnalysisResult& analysis) {
  const result::SpendingLabel& spending = analysis.stopping->spending;
  std::string words =
      fmt::format("{}: alpha spent by {}", spaced(analysis.name), spending.spending);
  if (!spending.futility_spending.empty())
    words += fmt::format(", beta by {}, {}{}", spending.futility_spending,
                         spending.binding ? "binding" : "non-binding",
                         spending.obeyed ? "" : " and not obeyed");
  for (const result::AnalysisOption& option : analysis.options)
    if (option.key == "final_analysis")
      words += ", the last look by " + std::get<std::string>(option.value);
  return words + ", looks correlated by " + spending.correlation;
}

std::vector<std::string> look_notes(const std::vector<LookRow>& rows) {
  std::vector<std::string> names, bounds;
  for (const LookRow& row : rows)
    if (std::ranges::find(names, row.analysis->name) == names.end()) {
      names.push_back(row.analysis->name);
      bounds.push_back(bounds_words(*row.analysis));
    }
  std::vector<std::string> notes{
      "Bounds of " + joined(bounds, "; ") + ".",
      "Info.: events analysed (outcomes known, for a proportion) over those planned at most, at "
      "which error is spent; like Corr., Events and Enrolled a mean over the replicates that come "
      "to "
      "the look without stopping.",
      "Corr.: correlation of Z with that of the look before, under no effect, by which the bounds "
      "are "
      "found: the root of the ratio of what looks are correlated by.",
      "Reject at Z: mean bound from which on the look rejects.",
      "Months: mean time at which the look falls due, also where the analysis has stopped before.",
      "Reject: share of all replicates that reject at this look; so far: at this look or before, "
      "with its Monte-Carlo standard error (MC SE)."};
  if (!any_futility(rows)) return notes;
  notes.insert(notes.begin() + 4, "Futile below: mean bound below which the look is futile.");
  notes.push_back(
      "Futile: share of all replicates that stop for futility at this look; so far: or before.");
  return notes;
}

// What is known when an analysis, or at last the trial, stops.
struct StopRow {
  const result::PointResult* point;
  std::string who;
  const char* name;
  const result::Summary* summary;
};

std::vector<StopRow> stop_rows(const result::Result& result) {
  std::vector<StopRow> rows;
  for (const auto& point : result.points) {
    std::size_t stopping = 0;
    for (const auto& analysis : point.analyses) {
      if (!analysis.stopping) continue;
      rows.push_back({&point, spaced(analysis.name), "Months", &analysis.stopping->time});
      rows.push_back({&point, "", "Events", &analysis.stopping->events});
      rows.push_back({&point, "", "Enrolled", &analysis.stopping->enrolled});
      ++stopping;
    }
    // Of one analysis with looks, the trial mostly says the same.
    if (stopping < 2 || !point.duration.quantiles) continue;
    rows.push_back({&point, "whole trial", "Months", &point.duration});
    rows.push_back({&point, "", "Enrolled", &point.enrolled});
  }
  return rows;
}

std::vector<Column> stop_columns(const std::vector<StopRow>& rows, const result::Result& result) {
  std::vector<Column> columns;
  add_settings(rows, result, columns);
  columns.push_back(
      column_of({"At stopping of"}, rows, [](const StopRow& row) { return row.who; }));
  columns.back().right = false;
  columns.push_back(
      column_of({""}, rows, [](const StopRow& row) { return std::string(row.name); }));
  columns.back().right = false;
  const auto add = [&](const char* heading, int places, auto figure) {
    columns.push_back(column_of(
        {heading}, rows, [=](const StopRow& row) { return fixed(figure(*row.summary), places); }));
  };
  add("Mean", 1, [](const result::Summary& of) { return of.mean; });
  add("MC SE", 2, [](const result::Summary& of) { return of.mc_se; });
  add("SD", 1, [](const result::Summary& of) { return of.sd; });
  add("5 %", 1, [](const result::Summary& of) { return of.quantiles->q05; });
  add("25 %", 1, [](const result::Summary& of) { return of.quantiles->q25; });
  add("50 %", 1, [](const result::Summary& of) { return of.quantiles->q50; });
  add("75 %", 1, [](const result::Summary& of) { return of.quantiles->q75; });
  add("95 %", 1, [](const result::Summary& of) { return of.quantiles->q95; });
  return columns;
}

}  // namespace

std::string looks_tables(const result::Result& result, const Emphasis& style) {
  const std::vector<LookRow> looks = look_rows(result);
  if (looks.empty()) return "";
  std::string out = "\n" + table_text(look_columns(looks, result), style) + "\n";
  for (const std::string& note : look_notes(looks))
    append_paragraph(out, note, style.note, style.end);
  out += "\n" + table_text(stop_columns(stop_rows(result), result), style) + "\n";
  append_paragraph(
      out,
      "At stopping: calendar time, events analysed and patients enrolled when an analysis "
      "stops; whole trial: when its last analysis is made. Mean over all replicates with "
      "its Monte-Carlo standard error, standard deviation and quantiles between "
      "replicates, these rounded down to eleven binary digits (less than 0.1 %).",
      style.note, style.end);
  return out;
}

}  // namespace trialmill::report
