#include "cli/endpoint_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "trialmill/survival/weight_name.hpp"

namespace trialmill::cli {
namespace {

using cohort::AnalysisTime;
using cohort::Endpoint;
using cohort::EndpointEvent;

std::string in_words(const EndpointEvent& what) {
  using enum EndpointEvent::Kind;
  switch (what.kind) {
    case event:
      return "the event";
    case progression:
      return "progression that precludes surgery (seen)";
    case withdrawal:
      return "decision against surgery";
    case unresectable:
      return "unresectable disease at surgery";
    case r2:
      return "R2 resection";
    case r2_dated:
      return what.months == 0 ? "R2 resection (dated to randomisation)"
                              : fmt::format("R2 resection (dated to month {})", what.months);
    case recurrence:
      return "recurrence (seen)";
    case death:
      return "death";
    case no_surgery_by:
      return fmt::format("no surgery by month {}", what.months);
    case no_adjuvant_by:
      return fmt::format("no adjuvant therapy by month {} after resection", what.months);
  }
  return "";
}

std::string in_words(Endpoint::Patients patients) {
  using enum Endpoint::Patients;
  switch (patients) {
    case all:
      return "all patients";
    case operated:
      return "patients operated on";
    case resected:
      return "patients resected";
    case r0_r1:
      return "patients resected R0 or R1";
  }
  return "";
}

std::string in_words(Endpoint::Outcome outcome) {
  using enum Endpoint::Outcome;
  switch (outcome) {
    case none:
      return "";
    case response:
      return "response";
    case surgery:
      return "surgery";
    case resection:
      return "resection";
    case r0:
      return "R0 resection";
    case r0_r1:
      return "R0 or R1 resection";
  }
  return "";
}

std::string origin_in_words(const Endpoint& endpoint) {
  using enum Endpoint::Origin;
  switch (endpoint.origin) {
    case randomisation:
      return "from randomisation";
    case surgery:
      return "from surgery";
    case landmark:
      return fmt::format("from month {} after randomisation, without event until then",
                         endpoint.landmark_months);
  }
  return "";
}

// Empty where everybody is analysed.
std::string analysis_set_in_words(const Endpoint& endpoint) {
  if (endpoint.analysed_from_months() == 0) return "";
  return fmt::format(
      "; analysed once the longest planned operation of any arm is due, month {}, in patients not "
      "lost before",
      endpoint.analysed_from_months());
}

std::string dating_in_words(const Endpoint& endpoint) {
  return endpoint.early_events_at_months == 0
             ? ""
             : fmt::format("; events before month {} are dated to it",
                           endpoint.early_events_at_months);
}

}  // namespace

std::string in_words(const Endpoint& endpoint) {
  if (!endpoint.time_to_event())
    return fmt::format("proportion with {}, of {}{}", in_words(endpoint.outcome),
                       in_words(endpoint.patients), analysis_set_in_words(endpoint));
  std::vector<std::string> events;
  for (const EndpointEvent& what : endpoint.events)
    events.push_back(in_words(what));
  return fmt::format("{}, in {}, to {}{}{}{}", origin_in_words(endpoint),
                     in_words(endpoint.patients), events.size() == 1 ? "" : "the first of ",
                     fmt::join(events, ", "), dating_in_words(endpoint),
                     analysis_set_in_words(endpoint));
}

std::string in_words(const cohort::VisitSchedule& schedule) {
  if (schedule.continuous()) return "at once";
  std::string text = fmt::format("every {:.6g} months", schedule.every_months.front());
  for (std::size_t k = 1; k < schedule.every_months.size(); ++k)
    text += fmt::format(", from month {:.6g} every {:.6g}", schedule.from_months[k],
                        schedule.every_months[k]);
  text += schedule.from == cohort::VisitSchedule::Start::randomisation
              ? ", counted from randomisation"
              : ", counted anew from surgery (until then from randomisation)";
  if (schedule.jitter_months > 0)
    text +=
        fmt::format("; a patient's up to {:.6g} months earlier or later", schedule.jitter_months);
  if (schedule.missed_probability > 0)
    text += fmt::format("; {:.4g} % missed", 100 * schedule.missed_probability);
  return text;
}

std::string in_words(const AnalysisTime& when, const scenario::Scenario& scenario) {
  using enum AnalysisTime::Condition;
  std::vector<std::string> arms;
  for (const std::int32_t arm : when.arms)
    arms.push_back(scenario.arms[static_cast<std::size_t>(arm)].name);
  const auto in_arms = [&] {
    return arms.empty() ? "" : fmt::format(" in {}", fmt::join(arms, " and "));
  };
  const auto endpoint = [&] { return scenario.endpoints[when.endpoint].name; };
  switch (when.condition) {
    case events:
      return fmt::format("{} events of {}{}", when.value, endpoint(), in_arms());
    case event_fraction:
      return fmt::format("{} events of {} per patient randomised{}", when.value, endpoint(),
                         in_arms());
    case calendar_months:
      return fmt::format("{} months after enrolment opened", when.value);
    case minimum_follow_up:
      return fmt::format("{} months after the last patient", when.value);
    case first_of:
    case last_of:
      break;
  }
  std::vector<std::string> conditions;
  for (const AnalysisTime& one : when.of)
    conditions.push_back(in_words(one, scenario));
  return fmt::format("the {} of ({})", when.condition == first_of ? "first" : "last",
                     fmt::join(conditions, "; "));
}

std::string test_in_words(const scenario::Analysis& analysis, const scenario::Scenario& scenario) {
  using Analysis = scenario::Analysis;
  std::string text(scenario::name(analysis.test));
  if (const auto* weight = std::get_if<survival::FlemingHarrington>(&analysis.weight)) {
    if (*weight != survival::FlemingHarrington{})
      text += fmt::format(" FH({}, {})", weight->rho, weight->gamma);
  } else {
    text += " " + survival::name(analysis.weight);
  }
  for (const survival::LogRankWeight& weight : analysis.weights)
    text += (&weight == &analysis.weights.front() ? " of " : ", ") + survival::name(weight);
  if (analysis.test == Analysis::Test::rmst) text += fmt::format(" to {} months", analysis.months);
  if (analysis.test == Analysis::Test::milestone)
    text += fmt::format(" at {} months", analysis.months);
  if (analysis.scale == Analysis::MilestoneScale::log_log) text += ", log(-log S)";
  if (!analysis.outcomes.empty()) text += fmt::format(" of {}", fmt::join(analysis.outcomes, ", "));
  if (analysis.statistic != Analysis::CoxStatistic::wald)
    text += fmt::format(", {} test", name(analysis.statistic));
  if (analysis.standard_error == Analysis::CoxStandardError::robust)
    text += ", robust standard error";
  if (analysis.penalty == Analysis::CoxPenalty::firth) text += ", Firth's penalty";
  if (analysis.margin) text += fmt::format(", margin {}", *analysis.margin);
  if (!analysis.covariates.empty())
    text += fmt::format(", adjusted for {}", fmt::join(analysis.covariates, ", "));
  if (!analysis.strata.empty())
    text += fmt::format(", stratified by {}", fmt::join(analysis.strata, ", "));
  const auto arms = scenario::names_of_compared_arms(scenario, analysis);
  if (arms.size() == 2)
    text += fmt::format(", {} against {}", arms[1], arms[0]);
  else if (!arms.empty())
    text += fmt::format(", of {}", fmt::join(arms, ", "));
  return text;
}

}  // namespace trialmill::cli
