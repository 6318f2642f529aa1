#include "cli/check_survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cli/audited_figures.hpp"
#include "cli/progress.hpp"
#include "cli/verbs.hpp"
#include "trialmill/simulation/survey.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;
using simulation::SurveyFigure;
using simulation::SurveyReproduction;
using simulation::SurveyRow;
using simulation::SurveyStanding;
using simulation::SurveyVerdict;

const char* in_words(SurveyFigure figure) {
  using enum SurveyFigure;
  switch (figure) {
    case share:
      return "share";
    case survival:
      return "survival";
    case months:
    case median:
      return "months";
    case patients:
      return "patients";
    case p_value:
      return "p";
    case hazard_ratio:
      return "hazard ratio";
  }
  return "";
}

const char* average_in_words(SurveyFigure figure) {
  if (figure == SurveyFigure::hazard_ratio) return "geometric mean";
  const bool median = figure == SurveyFigure::median || figure == SurveyFigure::p_value;
  return median ? "median" : "mean";
}

const char* in_words(SurveyVerdict verdict) {
  using enum SurveyVerdict;
  switch (verdict) {
    case not_published:
      return "-";
    case not_reproduced:
      return "not reproduced";
    case inside:
      return "inside";
    case outside:
      return "outside";
  }
  return "";
}

const char* in_words(SurveyStanding standing) {
  using enum SurveyStanding;
  switch (standing) {
    case input:
      return "input";
    case tuned:
      return "tuned to";
    case predicted:
      return "predicted";
  }
  return "";
}

// Rows with a verdict, of one standing.
struct Counts {
  std::ptrdiff_t inside = 0, outside = 0, not_reproduced = 0;
};

Counts count_rows(const SurveyReproduction& survey, std::optional<SurveyStanding> standing) {
  const auto count = [&](SurveyVerdict verdict) {
    return std::ranges::count_if(survey.rows, [&](const SurveyRow& row) {
      return row.verdict == verdict && (!standing || row.standing == *standing);
    });
  };
  return {count(SurveyVerdict::inside), count(SurveyVerdict::outside),
          count(SurveyVerdict::not_reproduced)};
}

constexpr std::array standings = {
    std::pair{SurveyStanding::input, "inputs"}, std::pair{SurveyStanding::tuned, "tuned to"},
    std::pair{SurveyStanding::predicted, "predicted (fitted to nothing)"}};

// ---- JSON ----

// JSON has no infinity: a median that is not reached, or a ratio without limit, is null.
Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json to_document(const SurveyRow& row) {
  Json published = row.published ? Json{{"value", *row.published}} : Json(nullptr);
  if (row.figure == SurveyFigure::hazard_ratio) {
    published["lower"] = row.published_lower;
    published["upper"] = row.published_upper;
  }
  return {{"name", row.name},
          {"label", row.label},
          {"figure", in_words(row.figure)},
          {"published", published},
          {"source", row.source},
          {"reproduced",
           {{"average", average_in_words(row.figure)},
            {"value", number(row.average)},
            {"lower", number(row.lower)},
            {"upper", number(row.upper)},
            {"average_lower", number(row.average_lower)},
            {"average_upper", number(row.average_upper)},
            {"surveys", row.surveys}}},
          {"verdict", row.published ? Json(in_words(row.verdict)) : Json(nullptr)},
          {"standing", in_words(row.standing)}};
}

Json to_document(const Counts& counts) {
  return {{"inside", counts.inside},
          {"outside", counts.outside},
          {"not_reproduced", counts.not_reproduced}};
}

Json to_document(const scenario::Study& study, const SurveyReproduction& survey) {
  Json rows = Json::array(), unmodelled = Json::array(), by_standing = Json::object();
  for (const auto& [standing, words] : standings)
    by_standing[in_words(standing)] = to_document(count_rows(survey, standing));
  for (const SurveyRow& row : survey.rows)
    rows.push_back(to_document(row));
  for (const simulation::UnmodelledFigure& figure : survey.unmodelled)
    unmodelled.push_back(
        {{"name", figure.name}, {"label", figure.label}, {"source", figure.source}});
  return {{"scenario", {{"title", study.title}, {"file", study.file}, {"digest", study.digest}}},
          {"patients", survey.patients},
          {"replicates", survey.surveys},
          {"seed", survey.seed},
          {"verdicts", to_document(count_rows(survey, std::nullopt))},
          {"verdicts_by_standing", by_standing},
          {"rows", rows},
          {"not_modelled", unmodelled},
          {"figures", to_document(audited_figures(study.points.front().scenario))}};
}

// ---- a table ----

std::string written(double x, SurveyFigure figure) {
  using enum SurveyFigure;
  if (std::isnan(x)) return "-";
  if (figure == median && std::isinf(x)) return "not reached";
  if (std::isinf(x)) return "no limit";
  switch (figure) {
    case share:
      return fmt::format("{:.1f} %", 100 * x);
    case survival:
    case hazard_ratio:
      return fmt::format("{:.3f}", x);
    case months:
    case median:
    case patients:
      return fmt::format("{:.1f}", x);
    case p_value:
      return x < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", x);
  }
  return "";
}

std::string published_in_words(const SurveyRow& row) {
  if (!row.published) return "-";
  if (row.figure == SurveyFigure::hazard_ratio)
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", *row.published, row.published_lower,
                       row.published_upper);
  return written(*row.published, row.figure);
}

void print_row(const SurveyRow& row, std::size_t width) {
  const bool tuned = row.standing == SurveyStanding::tuned;
  const double lower = tuned ? row.average_lower : row.lower;
  const double upper = tuned ? row.average_upper : row.upper;
  const std::string range = std::isnan(lower) ? "-"
                                              : fmt::format("{} to {}", written(lower, row.figure),
                                                            written(upper, row.figure));
  fmt::print("  {:<{}} {:>22} {:>11} {:>21}  {:<9}  {}\n", row.label, width,
             published_in_words(row), written(row.average, row.figure), range,
             in_words(row.standing), in_words(row.verdict));
}

// The part of the evidence that a row belongs to, as a heading.
std::string heading(const SurveyRow& row) {
  const std::string group = row.name.substr(0, row.name.find('.'));
  if (group == "covariates") return "Characteristics with a hazard ratio";
  if (group == "proportions") return "Proportions: " + row.source.substr(0, row.source.find(','));
  if (group == "curves" || row.figure == SurveyFigure::median) return "Survival";
  if (row.figure == SurveyFigure::months) return "Follow-up observed";
  if (row.figure == SurveyFigure::p_value || group == "surveys" || group == "groups")
    return "Log-rank tests, and survival of the groups compared";
  if (group == "at_risk") return "Patients at risk";
  return "Hazard ratios (Cox, Efron)";
}

// Ratios of what patients acquire at surgery, which no figure was used for.
void print_predictions(const SurveyReproduction& survey) {
  for (const SurveyRow& row : survey.rows) {
    if (row.figure != SurveyFigure::hazard_ratio || !row.acquired ||
        row.standing != SurveyStanding::predicted || std::isnan(row.average))
      continue;
    const bool within = row.published_lower <= row.average && row.average <= row.published_upper;
    fmt::print(
        "The hazard ratio of {} was fitted to nothing. It follows from the course: {:.2f} on "
        "average, {} the published interval {} to {}.\n",
        row.label, row.average, within ? "inside" : "outside", row.published_lower,
        row.published_upper);
  }
}

void print_counts(const SurveyReproduction& survey) {
  const auto line = [](const char* what, const Counts& counts) {
    fmt::print("{}: {} inside, {} outside{}\n", what, counts.inside, counts.outside,
               counts.not_reproduced == 0
                   ? ""
                   : fmt::format(", {} not reproduced", counts.not_reproduced));
  };
  fmt::print("\n");
  line("Figures", count_rows(survey, std::nullopt));
  for (const auto& [standing, words] : standings)
    line(fmt::format("  {}", words).c_str(), count_rows(survey, standing));
}

void print_table(const scenario::Study& study, const SurveyReproduction& survey) {
  fmt::print("{}\n{}: {} synthetic surveys of {} patients, seed {}\n", study.title, study.file,
             survey.surveys, survey.patients, survey.seed);
  fmt::print(
      "Reproduced is the mean over surveys (of hazard ratios the geometric mean, of median\n"
      "survival and of P the median) with the range of 95 % of the surveys; of a figure that was\n"
      "tuned to, with the range of the mean itself, 3.5 of its standard errors either way.\n");
  std::size_t width = 0;
  std::vector<std::string> headings;
  for (const SurveyRow& row : survey.rows) {
    width = std::max(width, row.label.size());
    if (std::ranges::find(headings, heading(row)) == headings.end())
      headings.push_back(heading(row));
  }
  for (const std::string& part : headings) {
    fmt::print("\n{:<{}} {:>22} {:>11} {:>21}\n", part, width + 2, "published", "reproduced",
               "range");
    for (const SurveyRow& row : survey.rows)
      if (heading(row) == part) print_row(row, width);
  }
  print_counts(survey);
  print_predictions(survey);
  if (!survey.unmodelled.empty()) fmt::print("\nNot modelled\n");
  for (const simulation::UnmodelledFigure& figure : survey.unmodelled)
    fmt::print("  {} ({})\n", figure.label, figure.source);
  print_figures(audited_figures(study.points.front().scenario));
}

}  // namespace

int check_survey(const scenario::Study& study, bool json, int threads) {
  SurveyReproduction survey;
  {
    Progress progress("synthetic surveys");
    survey = simulation::reproduce_survey(
        study, {.threads = threads, .progress = [&](double share) { progress.update(share); }});
  }
  if (json)
    fmt::print("{}\n", to_document(study, survey).dump(2));
  else
    print_table(study, survey);
  return done;
}

}  // namespace trialmill::cli
