#include "report/multiplicity_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/setting_columns.hpp"
#include "report/text.hpp"
#include "report/wording.hpp"

namespace trialmill::report {
namespace {

struct PointRow {
  const result::PointResult* point;

  const result::MultiplicityResult& multiplicity() const { return *point->multiplicity; }
};

std::vector<PointRow> point_rows(const result::Result& result) {
  std::vector<PointRow> rows;
  for (const auto& point : result.points)
    if (point.multiplicity) rows.push_back({&point});
  return rows;
}

// Decimals of a probability: one more where the Monte-Carlo error is that small.
int decimals_for(const std::vector<PointRow>& rows) {
  double error = 0;
  for (const PointRow& row : rows)
    error = std::max({error, row.multiplicity().any.mc_se, row.multiplicity().all.mc_se});
  return error > 0 && error < 0.0005 ? 4 : 3;
}

std::vector<Column> columns_of(const std::vector<PointRow>& rows, const result::Result& result) {
  std::vector<Column> columns;
  add_settings(rows, result, columns);
  const int decimals = decimals_for(rows);
  const auto add = [&](std::vector<std::string> heading, auto cell_of) {
    columns.push_back(column_of(std::move(heading), rows, cell_of));
  };
  using result::MultiplicityResult;
  for (const auto& [heading, which] :
       {std::pair{"Any", &MultiplicityResult::any}, std::pair{"All", &MultiplicityResult::all}}) {
    add({heading},
        [=](const PointRow& row) { return fixed((row.multiplicity().*which).estimate, decimals); });
    add({"MC SE"}, [=](const PointRow& row) {
      return fixed((row.multiplicity().*which).mc_se, decimals + 1);
    });
  }
  add({"Rejected", "mean"},
      [=](const PointRow& row) { return fixed(row.multiplicity().rejections.mean, decimals); });
  add({"MC SE"}, [=](const PointRow& row) {
    return fixed(row.multiplicity().rejections.mc_se, decimals + 1);
  });
  const auto error = [=](double result::SimulatedProportion::*figure, int places) {
    return [=](const PointRow& row) {
      const auto& familywise = row.multiplicity().familywise_error;
      return familywise ? fixed((*familywise).*figure, places) : std::string("-");
    };
  };
  add({"Familywise", "error"}, error(&result::SimulatedProportion::estimate, decimals + 1));
  add({"MC SE"}, error(&result::SimulatedProportion::mc_se, decimals + 2));
  return columns;
}

// "os" of the points at which its null hypothesis is true, "os (at 2 of 3 design points)".
std::string true_words(const std::vector<PointRow>& rows) {
  const auto& hypotheses = rows.front().multiplicity().label.hypotheses;
  std::vector<std::string> words;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    const auto count = std::ranges::count_if(rows, [&](const PointRow& row) {
      return row.multiplicity().null_holds[h].value_or(false);
    });
    if (count == 0) continue;
    words.push_back(spaced(hypotheses[h].name));
    if (static_cast<std::size_t>(count) < rows.size())
      words.back() += fmt::format(" (at {} of {} design points)", count, rows.size());
  }
  return words.empty() ? "none" : joined(words, ", ");
}

std::vector<std::string> notes_on(const std::vector<PointRow>& rows) {
  return {
      "Any, All: share of replicates that reject at least one of these hypotheses, and all of "
      "them; Rejected: how many of them on average. Their power above is within the procedure.",
      "Familywise error: share of replicates that reject at least one true null hypothesis; -: "
      "none is known to be true, or not known of all. Known to be true: " +
          true_words(rows) + "."};
}

}  // namespace

std::string multiplicity_table(const result::Result& result, const Emphasis& style) {
  const std::vector<PointRow> rows = point_rows(result);
  if (rows.empty()) return "";
  std::string out = "\n";
  append_paragraph(out, multiplicity_words(result), "", "");
  out += "\n" + table_text(columns_of(rows, result), style) + "\n";
  for (const std::string& note : notes_on(rows))
    append_paragraph(out, note, style.note, style.end);
  return out;
}

}  // namespace trialmill::report
