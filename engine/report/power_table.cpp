#include "trialmill/report/power_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "report/analysis_set_words.hpp"
#include "report/imbalance_words.hpp"
#include "report/looks_table.hpp"
#include "report/multiplicity_table.hpp"
#include "report/null_table.hpp"
#include "report/pathway_words.hpp"
#include "report/text.hpp"
#include "report/text_table.hpp"
#include "report/warning_words.hpp"
#include "report/wording.hpp"
#include "trialmill/report/analytic_table.hpp"

namespace trialmill::report {
namespace {

constexpr std::size_t widest_name = 16, narrow_name = 13;

struct Rounding {
  int power = 3, bias = 3;
};

struct Row {
  const result::PointResult* point = nullptr;
  const result::AnalysisResult* analysis = nullptr;
};

std::vector<Row> rows_of(const result::Result& result) {
  std::vector<Row> rows;
  for (const auto& point : result.points)
    if (point.replicates > 0)
      for (const auto& analysis : point.analyses)
        rows.push_back({&point, &analysis});
  return rows;
}

/// One decimal more where the Monte-Carlo error is that small.
Rounding rounding_for(const std::vector<Row>& rows) {
  constexpr double fine = 0.0005;
  double power = 0, bias = 0;
  for (const auto& [point, analysis] : rows) {
    power = std::max(power, analysis->power.mc_se);
    if (analysis->estimate && !std::isnan(analysis->estimate->bias_mc_se))
      bias = std::max(bias, analysis->estimate->bias_mc_se);
  }
  return {power > 0 && power < fine ? 4 : 3, bias > 0 && bias < fine ? 4 : 3};
}

/// The table under construction: settings and analyses that vary, then one column a figure.
class Table {
 public:
  explicit Table(std::vector<Row> rows) : rows_(std::move(rows)) {}

  template <typename CellOf>
  void add_column(std::vector<std::string> heading, CellOf cell_of) {
    Column column{std::move(heading), true, {}};
    for (const Row& row : rows_)
      column.cells.push_back({cell_of(row)});
    columns_.push_back(std::move(column));
  }

  /// Columns of words, as many lines a cell as they take.
  void add_words(const std::string& heading, std::size_t widest,
                 std::string (*words_of)(const Row&)) {
    Column column{{heading}, false, {}};
    for (const Row& row : rows_)
      column.cells.push_back(wrap_cells(words_of(row), widest));
    columns_.push_back(std::move(column));
  }

  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
  std::vector<Column> columns_;
};

std::vector<std::string> analyses_words(const result::Result& result,
                                        const std::vector<Row>& rows) {
  const bool endpoints = has_several_endpoints(result);
  std::vector<std::string> analyses;
  for (const Row& row : rows) {
    const std::string words = analysis_words(*row.analysis, endpoints);
    if (std::find(analyses.begin(), analyses.end(), words) == analyses.end())
      analyses.push_back(words);
  }
  return analyses;
}

// The truth has a column of its own where analyses of one trial have different ones.
bool any_course(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows, [](const Row& row) { return !row.point->pathway.empty(); });
}

/// Columns of what varies between rows; what does not is returned in words.
std::vector<std::string> add_settings(Table& table, const result::Result& result) {
  std::vector<std::string> constants;
  const auto keys = swept_keys(result);
  const auto& rows = table.rows();
  for (const std::string& key : keys) {
    const double first = setting(*rows.front().point, key);
    const bool varies = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
      return setting(*row.point, key) != first;
    });
    if (varies)
      table.add_column(setting_heading(key, keys),
                       [&](const Row& row) { return number_words(setting(*row.point, key)); });
    else
      constants.push_back(fmt::format("{}: {}", key_words(key, keys), number_words(first)));
  }
  const auto analyses = analyses_words(result, rows);
  constants.push_back((analyses.size() > 1 ? "Analyses: " : "Analysis: ") + joined(analyses, "; "));
  if (analyses.size() > 1)
    table.add_words("Analysis", any_course(rows) ? narrow_name : widest_name,
                    [](const Row& row) { return spaced(row.analysis->name); });
  return constants;
}

bool any_twin(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows, [](const Row& row) {
    return row.analysis->analytic && row.analysis->analytic->absent_because.empty();
  });
}

bool any_assurance(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->assurance.has_value(); });
}

void add_assurance(Table& table, int decimals) {
  table.add_column({"Assur-", "ance"}, [=](const Row& row) {
    const auto& assurance = row.analysis->assurance;
    return fixed(assurance ? assurance->estimate : result::not_a_number, decimals);
  });
  table.add_column({"its", "MC SE"}, [=](const Row& row) {
    const auto& assurance = row.analysis->assurance;
    return fixed(assurance ? assurance->mc_se : result::not_a_number, decimals + 1);
  });
  table.add_column({"Power of 90 %", "of draws"}, [](const Row& row) {
    const auto& assurance = row.analysis->assurance;
    if (!assurance) return std::string("-");
    return fixed(assurance->power.q05, 2) + "\u2013" + fixed(assurance->power.q95, 2);
  });
}

void add_powers(Table& table, const Rounding& rounding) {
  const int decimals = rounding.power;
  table.add_column({"Power"},
                   [&](const Row& row) { return fixed(row.analysis->power.estimate, decimals); });
  table.add_column({"MC SE"},
                   [&](const Row& row) { return fixed(row.analysis->power.mc_se, decimals + 1); });
  table.add_column({"95 %", "interval"}, [&](const Row& row) {
    const auto& power = row.analysis->power;
    return fixed(power.ci_lower, decimals) + "\u2013" + fixed(power.ci_upper, decimals);
  });
  if (any_twin(table.rows()))
    table.add_column({"Analytic", "power"}, [&](const Row& row) {
      const auto& twin = row.analysis->analytic;
      return fixed(twin ? twin->power : result::not_a_number, decimals);
    });
  if (any_assurance(table.rows())) add_assurance(table, decimals);
  // Of the analysis's own look: several endpoints of a trial have their own.
  const auto of_look = [](auto of_stopping, auto of_single) {
    return [=](const Row& row) {
      const auto& looks = row.analysis->by_look;
      if (row.analysis->stopping) return fixed(((*row.analysis->stopping).*of_stopping).mean, 1);
      return looks.empty() ? std::string("-") : fixed(looks.back().*of_single, 1);
    };
  };
  table.add_column({"Events"},
                   of_look(&result::Stopping::events, &result::LookResult::events_mean));
  table.add_column({"Months"}, of_look(&result::Stopping::time, &result::LookResult::time_mean));
}

/// The estimate of an analysis as the table shows it: a hazard ratio, or a difference.
struct Shown {
  double value, truth, bias, coverage;
};

std::optional<Shown> shown(const Row& row) {
  if (const auto& estimate = row.analysis->estimate)
    return Shown{std::exp(estimate->log_hr_mean), std::exp(estimate->true_log_hr), estimate->bias,
                 estimate->coverage};
  if (const auto& proportion = row.analysis->proportion)
    return Shown{proportion->risk_difference_mean, proportion->true_risk_difference,
                 proportion->bias, proportion->coverage};
  if (const auto& difference = row.analysis->difference)
    return Shown{difference->mean, difference->truth, difference->bias, difference->coverage};
  return std::nullopt;
}

bool any_hazard_ratio(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->estimate.has_value(); });
}

bool any_proportion(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->proportion.has_value(); });
}

bool any_difference(const std::vector<Row>& rows) {
  return std::ranges::any_of(rows,
                             [](const Row& row) { return row.analysis->difference.has_value(); });
}

void add_estimates(Table& table, const Rounding& rounding) {
  const auto add = [&](std::vector<std::string> heading, double Shown::*figure, int decimals) {
    table.add_column(std::move(heading), [=](const Row& row) {
      const auto estimate = shown(row);
      return estimate ? fixed((*estimate).*figure, decimals) : std::string("-");
    });
  };
  const bool ratios = any_hazard_ratio(table.rows());
  const bool differences = any_proportion(table.rows()) || any_difference(table.rows());
  add(ratios && differences ? std::vector<std::string>{"HR or", "diff."}
      : differences         ? std::vector<std::string>{"Diff."}
                            : std::vector<std::string>{"HR"},
      &Shown::value, 3);
  if (any_course(table.rows())) add({"Truth"}, &Shown::truth, 3);
  add({"Bias"}, &Shown::bias, rounding.bias);
  add({"Coverage"}, &Shown::coverage, 3);
}

std::vector<std::string> footnotes(const result::Result& result, const std::vector<Row>& rows) {
  const bool hazard_ratios = any_hazard_ratio(rows), proportions = any_proportion(rows);
  const bool differences = any_difference(rows);
  const bool arms =
      std::ranges::any_of(rows, [](const Row& row) { return !row.analysis->arms.empty(); });
  std::vector<std::string> notes{
      fmt::format("Power: share of replicates whose test rejects, {}.", level_words(result)),
      "MC SE, 95 % interval: Monte-Carlo standard error of the power, and its Wilson interval.",
      fmt::format("Events, Months: means at the analysis{}; months are calendar time from the "
                  "opening of enrolment.",
                  result::has_looks(result) ? ", with looks where it stops" : "")};
  if (result.twin == "identical-arms")
    notes.push_back(
        "Null twin: every arm has the effects, pathway, visits and losses of the control, so that "
        "Power is the type I error; of a test of non-inferiority it is a power.");
  if (result.twin == "at-margin")
    notes.push_back(
        "Null twin: the hazard ratio is the margin, so that Power is the type I error.");
  if (any_twin(rows))
    notes.push_back(
        "Analytic power: by numerical integration, nothing simulated; `check` shows more. " +
        missing_twins_words(result));
  if (any_assurance(rows))
    notes.push_back(
        "Assurance: power averaged over draws of the uncertain numbers, its Monte-Carlo error that "
        "of draws and replicates together. Power of 90 % of draws: from the 5th to the 95th "
        "percentile of the power between draws, binomial noise within draws taken out.");
  if (hazard_ratios)
    notes.push_back(
        "HR: exp of the mean estimated log hazard ratio. Bias: that mean less the true log hazard "
        "ratio.");
  const std::string less =
      arms ? "the first arm named less the other" : "experimental less control";
  if (arms)
    notes.push_back(
        "Events, estimates and truths are those of the arms compared; the HR is that of the first "
        "arm named over the other.");
  if (proportions)
    notes.push_back("Diff.: mean difference of proportions, " + less +
                    ". Bias: that mean less the true difference.");
  if (differences)
    notes.push_back(
        "Diff., " + less +
        ": of restricted means in months, of survival "
        "probabilities, or the net benefit of a win ratio. Bias: its mean less the true "
        "difference.");
  if (any_course(rows) && (hazard_ratios || proportions || differences))
    notes.push_back(
        "Truth: of the same patients followed in both arms without dropout, among those who belong "
        "to the endpoint's population either way; of patients chosen by their operation, from "
        "surgery. Its own Monte-Carlo error is part of that of the bias.");
  if (hazard_ratios || proportions || differences) {
    notes.push_back(
        "Coverage: share of confidence intervals at the test's level that hold the true value.");
    notes.push_back(
        "-: no such figure, as of a test that estimates no hazard ratio or of one that changes "
        "with time.");
  }
  for (std::string& line : analysis_set_words(result))
    notes.push_back(std::move(line));
  notes.push_back("Undef.: replicates whose test could not be computed; no rejection.");
  return notes;
}

std::string undefined_words(const std::vector<Row>& rows) {
  std::uint64_t undefined = 0, tests = 0;
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& [point, analysis] : rows) {
    undefined += analysis->undefined;
    tests += point->replicates;
    for (const auto& [flag, count] : analysis->flags)
      reasons[flag] += count;
  }
  if (undefined == 0) return "";
  std::string words;
  for (const auto& [flag, count] : reasons)
    words += fmt::format("{}{} {}", words.empty() ? " (fits by status: " : ", ", flag,
                         count_words(count));
  return fmt::format("Note: {} of {} tests could not be computed{}{}.", count_words(undefined),
                     count_words(tests), words, words.empty() ? "" : ")");
}

std::string events_words(const result::Result& result) {
  std::uint64_t missed = 0, replicates = 0;
  double worst = 0;
  for (const auto& point : result.points) {
    if (point.replicates == 0) continue;
    missed += point.events_not_reached;
    replicates += point.replicates;
    worst = std::max(worst, static_cast<double>(point.events_not_reached) /
                                static_cast<double>(point.replicates));
  }
  if (missed == 0) return "";
  return fmt::format(
      "Note: in {} of {} replicates follow-up ended before the awaited events had occurred; at "
      "worst in {} % of a point's replicates.",
      count_words(missed), count_words(replicates),
      worst > 0.1 ? fmt::format("{:.0f}", 100 * worst) : fmt::format("{:.2g}", 100 * worst));
}

}  // namespace

std::string power_table(const result::Result& result, bool colour) {
  const Emphasis style =
      colour ? Emphasis{"\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"} : Emphasis{};
  std::string out;
  append_paragraph(out, result.title, style.heading, style.end);
  Table table(rows_of(result));
  if (table.rows().empty()) return out + "No replicate was finished.\n";
  append_paragraph(out, fmt::format("{}, seed {}", replicates_words(result), result.seed), "", "");
  if (!result.complete) append_paragraph(out, incomplete_words(result), style.warning, style.end);
  append_paragraph(out, schedule_words(result), style.warning, style.end);
  for (const std::string& words : warning_words(result))
    append_paragraph(out, words, style.warning, style.end);
  const Rounding rounding = rounding_for(table.rows());
  for (const std::string& constant : add_settings(table, result))
    append_paragraph(out, constant, "", "");
  for (const std::string& words : left_out_words(result))
    append_paragraph(out, words, "", "");
  add_powers(table, rounding);
  if (any_hazard_ratio(table.rows()) || any_proportion(table.rows()) ||
      any_difference(table.rows()))
    add_estimates(table, rounding);
  table.add_column({"Undef."}, [](const Row& row) { return count_words(row.analysis->undefined); });
  out += "\n";
  out += table_text(table.columns(), style) + "\n";
  for (const std::string& note : footnotes(result, table.rows()))
    append_paragraph(out, note, style.note, style.end);
  out += null_table(result, style);
  out += multiplicity_table(result, style);
  out += looks_tables(result, style);
  for (const std::string& line : pathway_words(result))
    append_paragraph(out, line, style.note, style.end);
  for (const std::string& line : imbalance_words(result))
    append_paragraph(out, line, style.note, style.end);
  append_paragraph(out, undefined_words(table.rows()), style.warning, style.end);
  append_paragraph(out, events_words(result), style.warning, style.end);
  return out;
}

}  // namespace trialmill::report
