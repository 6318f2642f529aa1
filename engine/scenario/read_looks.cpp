#include <algorithm>
#include <cmath>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using cohort::AnalysisTime;
using input::Record;
using input::Value;

design::Spending read_spending(const Value& value, bool spends_beta) {
  const std::string text = value.text();
  if (text.empty()) return {};  // noted
  if (const auto spending = design::parse_spending(text)) return *spending;
  std::vector<std::string> names = {"obf", "pocock"};
  std::string allowed = "obf, pocock, hsd(GAMMA), power(RHO), \"custom(a1,a2,...)\"";
  if (!spends_beta) {
    names.insert(names.end(), {"classical-obf", "classical-pocock"});
    allowed += ", haybittle-peto(Z), classical-obf, classical-pocock, wang-tsiatis(DELTA)";
  }
  value.reject(allowed, "", names);
  return {};
}

void read_futility(const Record& record, Looks& looks) {
  const auto futility = record.optional_record("futility");
  if (!futility) return;
  design::FutilitySpending& out = looks.futility.emplace();
  out.spending = read_spending(futility->value("spending"), true);
  out.beta = futility->number("beta", input::between(0, 1).because("the type II error spent"));
  out.binding = futility->boolean_or("binding", false);
  looks.futility_obeyed = futility->boolean_or("obeyed", true);
  if (out.binding && !looks.futility_obeyed)
    futility->value("obeyed").reject_because(
        "binding futility must be obeyed: its efficacy bounds hold the level for nobody else");
}

// Reads the looks of one analysis of an endpoint that is known.
class LooksReader {
 public:
  LooksReader(const Value& value, const NamedEndpoint& endpoint, const Scenario& scenario,
              Analysis& analysis)
      : value_(value),
        record_(value.record()),
        endpoint_(endpoint),
        index_(static_cast<std::size_t>(&endpoint - scenario.endpoints.data())),
        arms_(set_of_compared_arms(scenario, analysis)),
        scenario_(scenario),
        analysis_(analysis),
        looks_(analysis.looks.emplace()) {}

  void read() {
    looks_.spending = read_spending(record_.value("spending"), false);
    read_futility(record_, looks_);
    using enum design::SpendingClock;
    looks_.clock = record_.one_of_or<design::SpendingClock>(
        "spending_time", actual, {{"observed", actual}, {"planned", planned}, {"lesser", lesser}});
    looks_.last_look =
        record_.one_of_or<design::LastLook>("last_look", design::LastLook::spends_all,
                                            {{"spends_all", design::LastLook::spends_all},
                                             {"by_spending_time", design::LastLook::as_its_clock}});
    read_final_analysis();
    read_planned();
    read_times();
    if (look_correlation(analysis_) == LookCorrelation::joint_scores) require_joint_bounds();
  }

 private:
  // Another test at the last look.
  void read_final_analysis() {
    using enum Analysis::Test;
    const auto record = record_.optional_record("final_analysis");
    if (!record) return;
    if (analysis_.test != log_rank && analysis_.test != max_combo) {
      record_.value("final_analysis")
          .reject_key(
              "belongs to looks by `log-rank` or `max-combo`, whose correlation with it is "
              "known");
      record->forgive_unread();
      return;
    }
    const auto test =
        record->one_of<Analysis::Test>("test", {{"log-rank", log_rank}, {"max-combo", max_combo}});
    reject_other_keys(*record, test);
    looks_.final_weights = read_weights(*record, test);
  }

  // The largest of several statistics is held against one bound for all of them.
  void require_joint_bounds() const {
    if (looks_.futility)
      record_.value("futility")
          .reject_key("spends beta at the drift of one statistic, and these looks have several");
    if (!design::is_spending_function(looks_.spending))
      record_.value("spending")
          .reject_because(
              "bounds of a given shape are those of one statistic, and these looks have several: "
              "alpha "
              "is spent by obf, pocock, hsd(GAMMA), power(RHO) or \"custom(a1,a2,...)\"");
    const std::size_t interim = std::max<std::size_t>(analysis_.weights.size(), 1);
    const std::size_t last = looks_.final_weights.empty() ? interim : looks_.final_weights.size();
    if (interim * looks_.interim.size() + last > design::most_joint_statistics)
      value_.reject_key("has more than " + std::to_string(design::most_joint_statistics) +
                        " statistics in all looks together");
  }

  bool time_to_event() const { return endpoint_.definition.time_to_event(); }

  const AnalysisTime& final_look() const {
    return analysis_.at ? *analysis_.at : scenario_.analysis_time;
  }

  void read_planned() {
    const auto planned = record_.optional_value("planned");
    if (!planned) return;
    if (!time_to_event()) {
      planned->reject_key("the information of a proportion is known: all patients' outcomes");
      return;
    }
    looks_.planned = read_analysis_time(*planned, scenario_, index_, arms_);
    if (!counts_own_events(*looks_.planned) || !looks_.planned->of.empty())
      planned->reject_key("planned are `events` or an `event_fraction` of the analysis's endpoint" +
                          in_arms());
  }

  bool counts_own_events(const AnalysisTime& when) const {
    using enum AnalysisTime::Condition;
    if (!when.of.empty())
      return std::ranges::any_of(when.of,
                                 [this](const auto& one) { return counts_own_events(one); });
    return (when.condition == events || when.condition == event_fraction) &&
           when.endpoint == index_ && when.arms == arms_ && time_to_event();
  }

  // Of a trial with more arms than the analysis compares.
  std::string in_arms() const { return arms_.empty() ? "" : " in the arms compared"; }

  void read_times() {
    const auto fractions = record_.optional_value("information_fraction");
    const auto interim = record_.optional_value("interim");
    std::vector<double> fraction;
    if (fractions) fraction = read_fractions(*fractions);
    if (interim)
      read_interim(*interim, fractions, fraction);
    else if (fractions)
      wait_for_fractions(*fractions, fraction);
    else if (value_.is(Value::Kind::record))
      value_.reject_key(
          "says neither by `information_fraction` nor by `interim` when the looks are held");
  }

  std::vector<double> read_fractions(const Value& value) const {
    const std::vector<double> fraction =
        value.numbers(input::above_to(0, 1).because("fractions of the planned information"), 2);
    for (std::size_t k = 1; k < fraction.size(); ++k)
      if (fraction[k] <= fraction[k - 1]) {
        value.list()[k].reject_because("information fractions must increase from look to look");
        return {};
      }
    if (!fraction.empty() && fraction.back() < 1) {
      value.list().back().reject_because("the last information fraction must be 1, the final look");
      return {};
    }
    return fraction;
  }

  void read_interim(const Value& interim, const std::optional<Value>& fractions,
                    const std::vector<double>& fraction) {
    for (const Value& item : interim.list(1))
      looks_.interim.push_back(read_analysis_time(item, scenario_, own_or_first()));
    const bool follow_from_events = (looks_.planned || counts_own_events(final_look())) &&
                                    std::ranges::all_of(looks_.interim, [this](const auto& when) {
                                      return counts_own_events(when);
                                    });
    if (!fractions && !follow_from_events) {
      interim.reject_key(time_to_event()
                             ? "not all looks, the final one among them, wait for events of this "
                               "endpoint" +
                                   in_arms() + ": state their planned `information_fraction`"
                             : "state the planned `information_fraction` of the looks, the final "
                               "one among them");
    } else if (fractions && follow_from_events) {
      fractions->reject_key("follows from the events that `interim` waits for; leave one out");
    } else if (fractions && !fraction.empty() && fraction.size() != looks_.interim.size() + 1) {
      fractions->reject_because("there are " + std::to_string(looks_.interim.size() + 1) +
                                " looks, the final one among them, and " +
                                std::to_string(fraction.size()) + " information fractions");
    }
    looks_.information_fraction = fraction;
    require_planned();
  }

  std::optional<std::size_t> own_or_first() const {
    return time_to_event() ? std::optional(index_) : first_time_to_event(scenario_);
  }

  // The number of events that is information 1.
  void require_planned() const {
    if (time_to_event() && !looks_.planned && !counts_own_events(final_look()))
      value_.reject_key(
          "the final look waits for no events of this endpoint" + in_arms() +
          (arms_.empty() ? "" : " alone") +
          ": state those expected by `planned: {events: ...}`, against which information is "
          "measured");
  }

  // Without `interim`, looks wait for shares of the planned events.
  void wait_for_fractions(const Value& value, const std::vector<double>& fraction) {
    if (!time_to_event()) {
      value.reject_key(
          "looks at a proportion are held at other times than fractions: state them by `interim`");
      return;
    }
    require_planned();
    const AnalysisTime* planned = own_events(looks_.planned ? *looks_.planned : final_look());
    if (!planned) return;  // noted
    for (std::size_t k = 0; k + 1 < fraction.size(); ++k) {
      AnalysisTime look = *planned;
      look.value *= fraction[k];
      if (look.condition == AnalysisTime::Condition::events)
        look.value = std::ceil(look.value * (1 - 1e-12));
      looks_.interim.push_back(look);
    }
  }

  // The condition that waits for the most events of the endpoint.
  const AnalysisTime* own_events(const AnalysisTime& when) const {
    if (when.of.empty()) return counts_own_events(when) ? &when : nullptr;
    const AnalysisTime* most = nullptr;
    const auto target = [&](const AnalysisTime* one) {
      return one ? cohort::target_events(*one, scenario_.sample_size) : 0;
    };
    for (const AnalysisTime& one : when.of) {
      const AnalysisTime* found = own_events(one);
      if (!most || target(found) > target(most)) most = found;
    }
    return most;
  }

  Value value_;
  Record record_;
  const NamedEndpoint& endpoint_;
  std::size_t index_;
  std::vector<std::int32_t> arms_;  // compared; empty: all
  const Scenario& scenario_;
  Analysis& analysis_;
  Looks& looks_;
};

// Why the test of an analysis cannot be held against bounds; null when it can.
const char* why_no_looks(const Analysis& analysis) {
  using enum Analysis::Test;
  switch (analysis.test) {
    case fisher:
      return "bounds are on the scale of Z, which an exact test has not; use `score`";
    case win_ratio:
      return "the correlation of looks is not known of this test; use `log-rank`, `max-combo`, "
             "`cox`, "
             "`rmst` or `milestone`";
    case cox:
      if (analysis.statistic != Analysis::CoxStatistic::wald ||
          analysis.penalty != Analysis::CoxPenalty::none)
        return "with looks `cox` is tested by `statistic: wald` without a penalty";
      return nullptr;
    case log_rank:
    case max_combo:
    case rmst:
    case milestone:
    case score:
    case mantel_haenszel:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

void read_looks(const Record& analysis_record, const NamedEndpoint* endpoint,
                const Scenario& scenario, Analysis& analysis) {
  const auto value = analysis_record.optional_value("looks");
  if (!value) return;
  if (const char* why = why_no_looks(analysis)) value->reject_key(why);
  if (!endpoint) {
    value->record().forgive_unread();
    return;
  }
  LooksReader(*value, *endpoint, scenario, analysis).read();
}

}  // namespace trialmill::scenario
