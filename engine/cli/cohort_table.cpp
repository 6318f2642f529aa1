#include "cli/cohort_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace trialmill::cli {
namespace {

using cohort::Milestone;

constexpr std::array<std::pair<Milestone, std::string_view>, cohort::milestone_count> milestones = {
    {{Milestone::progression, "progression_months"},
     {Milestone::progression_seen, "progression_seen_months"},
     {Milestone::withdrawal, "withdrawal_months"},
     {Milestone::toxicity, "toxicity_months"},
     {Milestone::planned_surgery, "planned_surgery_months"},
     {Milestone::surgery, "surgery_months"},
     {Milestone::adjuvant, "adjuvant_months"},
     {Milestone::recurrence, "recurrence_months"},
     {Milestone::recurrence_seen, "recurrence_seen_months"},
     {Milestone::death, "death_months"}}};

std::string exact(double x) {
  return std::isfinite(x) ? fmt::format("{}", x) : "NA";
}

// The covariates' columns: a categorical one has its level and, for a refit by Cox, the indicator
// of each level but the reference.
std::string covariate_heading(const cohort::Covariate& covariate) {
  std::string heading = "," + covariate.name;
  if (const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law))
    for (std::size_t level = 1; level < law->levels.size(); ++level)
      heading += "," + covariate.name + "_" + law->levels[level];
  return heading;
}

// A value that analyses leave out is an empty cell, and so are its indicators.
std::string covariate_text(const cohort::Covariate& covariate, double value) {
  const auto* law = std::get_if<cohort::CategoricalLaw>(&covariate.law);
  if (std::isnan(value)) return std::string(law ? law->levels.size() : 1, ',');
  if (!law) return "," + exact(value);
  const auto chosen = static_cast<std::size_t>(value);
  std::string text = "," + law->levels[chosen];
  for (std::size_t level = 1; level < law->levels.size(); ++level)
    text += level == chosen ? ",1" : ",0";
  return text;
}

// Where a patient stands: in which look, and in which row of it, or `none`.
constexpr std::size_t none = static_cast<std::size_t>(-1);
struct Place {
  std::size_t look, row;
};

// Looks that differ in the arms compared alone share their columns.
bool share_columns(const simulation::LookPlan& a, const simulation::LookPlan& b) {
  return a.endpoint == b.endpoint && a.cut == b.cut && a.recorded == b.recorded;
}

// The first of the looks that share the columns of a look.
std::size_t first_alike(const simulation::Design& design, std::size_t look) {
  const auto alike = std::ranges::find_if(design.looks, [&](const simulation::LookPlan& other) {
    return share_columns(other, design.looks[look]);
  });
  return static_cast<std::size_t>(alike - design.looks.begin());
}

// By patient, in the looks that share the columns of a look.
std::vector<Place> places_by_patient(const simulation::Design& design,
                                     const simulation::Workspace& workspace, std::size_t look,
                                     std::size_t enrolled) {
  std::vector<Place> places(enrolled, {look, none});
  for (std::size_t other = 0; other < design.looks.size(); ++other) {
    if (!share_columns(design.looks[other], design.looks[look])) continue;
    const cohort::LookData& data = workspace.looks[other].data;
    for (std::size_t k = 0; k < data.rows; ++k)
      places[data.in_order ? k : data.patient[k]] = {other, k};
  }
  return places;
}

// The comparisons of some arms alone, each once.
std::vector<std::vector<std::int32_t>> comparisons_of(const simulation::Design& design) {
  std::vector<std::vector<std::int32_t>> comparisons;
  for (const simulation::LookPlan& look : design.looks)
    if (!look.arms.empty() && std::ranges::find(comparisons, look.arms) == comparisons.end())
      comparisons.push_back(look.arms);
  return comparisons;
}

// "high_vs_control": 0 of the reference, 1 of the arm compared with it, empty in other arms.
std::string group_heading(const std::vector<std::int32_t>& arms, const simulation::Design& design) {
  std::vector<std::string> names;
  for (const std::int32_t arm : arms)
    names.push_back(design.arm_names[static_cast<std::size_t>(arm)]);
  return scenario::comparison_name(names);
}

std::string group_text(const std::vector<std::int32_t>& arms, std::int32_t arm) {
  const auto found = std::ranges::find(arms, arm);
  return found == arms.end() ? "," : fmt::format(",{}", found - arms.begin());
}

bool is_time_to_event(const simulation::Design& design, std::size_t look) {
  return design.endpoints[design.looks[look].endpoint].time_to_event();
}

std::string look_text(const simulation::Design& design, const simulation::Workspace& workspace,
                      const Place& place, std::size_t patient) {
  const auto [look, row] = place;
  const bool times = is_time_to_event(design, look);
  if (row == none) return times ? ",," : ",";
  const cohort::LookData& data = workspace.looks[look].data;
  if (times) return fmt::format(",{},{}", exact(data.time[row]), int{data.event[row]});
  const simulation::LookPlan& plan = design.looks[look];
  const cohort::EndpointColumns& endpoint = workspace.endpoints[plan.endpoint];
  const double known = std::min(endpoint.known_months[patient], endpoint.dropout_months[patient]);
  const bool by_then =
      endpoint.origin_months[patient] + known <= workspace.cuts[plan.cut].calendar_months;
  return by_then ? fmt::format(",{}", int{data.event[row]}) : ",";
}

}  // namespace

LookColumns columns_of_look(const simulation::Design& design, std::size_t look) {
  const std::size_t endpoint = design.looks[look].endpoint;
  const std::vector<std::int32_t>& arms = design.looks[look].arms;
  const std::string group = arms.empty() ? "arm" : group_heading(arms, design);
  const std::size_t first = first_alike(design, look);
  std::size_t earlier = 0;
  for (std::size_t other = 0; other < first; ++other)
    earlier += design.looks[other].endpoint == endpoint && first_alike(design, other) == other;
  const std::string name = design.endpoint_names[endpoint] +
                           (earlier == 0 ? std::string() : "_" + std::to_string(earlier + 1));
  if (!is_time_to_event(design, look)) return {name, "", group};
  return first == 0 ? LookColumns{"time", "status", group}
                    : LookColumns{"time_" + name, "status_" + name, group};
}

std::string cohort_table(const simulation::Design& design, const simulation::Workspace& workspace,
                         std::size_t enrolled) {
  const cohort::Cohort& cohort = workspace.cohort;
  std::vector<std::vector<Place>> places;  // by group of columns
  const auto comparisons = comparisons_of(design);
  std::string csv = "patient";
  for (std::size_t look = 0; look < design.looks.size(); ++look) {
    if (first_alike(design, look) != look) continue;
    places.push_back(places_by_patient(design, workspace, look, enrolled));
    const LookColumns names = columns_of_look(design, look);
    csv += "," + names.time_or_outcome;
    if (!names.status.empty()) csv += "," + names.status;
  }
  csv += ",arm,arm_name";
  for (const auto& arms : comparisons)
    csv += "," + group_heading(arms, design);
  csv += ",enrolment_months";
  for (const cohort::Covariate& column : design.columns)
    if (column.recorded) csv += covariate_heading(column);
  if (design.model.course)
    for (const auto& [which, heading] : milestones)
      csv += fmt::format(",{}", heading);
  else
    csv += ",event_months";
  if (!cohort.switching_months.empty()) csv += ",switching_months";
  csv += ",dropout_months\n";
  for (std::size_t i = 0; i < enrolled; ++i) {
    const auto arm = static_cast<std::size_t>(cohort.arm[i]);
    csv += fmt::format("{}", i + 1);
    for (const std::vector<Place>& place : places)
      csv += look_text(design, workspace, place[i], i);
    csv += fmt::format(",{},{}", arm, design.arm_names[arm]);
    for (const auto& arms : comparisons)
      csv += group_text(arms, cohort.arm[i]);
    csv += "," + exact(cohort.enrolment_months[i]);
    for (std::size_t c = 0; c < design.columns.size(); ++c)
      if (design.columns[c].recorded)
        csv += covariate_text(design.columns[c], cohort.recorded_covariate(c)[i]);
    if (design.model.course)
      for (const auto& [which, heading] : milestones)
        csv += "," + exact(cohort.milestone(which)[i]);
    else
      csv += "," + exact(cohort.event_months[i]);
    if (!cohort.switching_months.empty()) csv += "," + exact(cohort.switching_months[i]);
    csv += "," + exact(cohort.dropout_months[i]) + "\n";
  }
  return csv;
}

std::string survey_table(const simulation::DrawnSurvey& survey) {
  const cohort::Cohort& cohort = survey.patients;
  std::string csv = "patient";
  for (const simulation::SurveyTimes& curve : survey.curves)
    csv += fmt::format(",time_{0},status_{0}", curve.curve);
  for (const simulation::SurveyMembers& count : survey.members)
    csv += "," + count.name;
  for (const cohort::Covariate& column : survey.columns)
    csv += covariate_heading(column);
  csv += ",recurrence_months,death_months,follow_up_months\n";
  for (std::size_t i = 0; i < cohort.size; ++i) {
    csv += fmt::format("{}", i + 1);
    for (const simulation::SurveyTimes& curve : survey.curves)
      csv += std::isnan(curve.time_months[i])
                 ? ",,"
                 : fmt::format(",{},{}", exact(curve.time_months[i]), int{curve.event[i]});
    for (const simulation::SurveyMembers& count : survey.members)
      csv += count.member[i] < 0 ? "," : fmt::format(",{}", int{count.member[i]});
    for (std::size_t c = 0; c < survey.columns.size(); ++c)
      csv += covariate_text(survey.columns[c], cohort.recorded_covariate(c)[i]);
    csv +=
        fmt::format(",{},{},{}\n", exact(cohort.milestone(Milestone::recurrence)[i]),
                    exact(cohort.milestone(Milestone::death)[i]), exact(cohort.dropout_months[i]));
  }
  return csv;
}

}  // namespace trialmill::cli
