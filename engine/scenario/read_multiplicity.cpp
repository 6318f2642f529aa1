#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;
using Procedure = Multiplicity::Procedure;

// Reads the section, whose analyses are known.
class MultiplicityReader {
 public:
  MultiplicityReader(const Record& record, const Scenario& scenario, Multiplicity& multiplicity)
      : record_(record), scenario_(scenario), read_(multiplicity) {}

  void read() {
    read_.procedure =
        record_.one_of<Procedure>("procedure", {{"fixed-sequence", Procedure::fixed_sequence},
                                                {"bonferroni", Procedure::bonferroni},
                                                {"holm", Procedure::holm},
                                                {"hochberg", Procedure::hochberg},
                                                {"graphical", Procedure::graphical}});
    read_.alpha = record_.number_or(
        "alpha", 0.025,
        input::Interval{1e-10, 0.5, true, false, "the familywise level, one-sided"});
    const Value hypotheses = record_.value("hypotheses");
    read_hypotheses(hypotheses);
    require_several(hypotheses);
    make_graph();
    read_transitions();
    if (read_.procedure == Procedure::graphical && complete_) require_reachable(hypotheses);
    read_past_looks();
  }

 private:
  std::size_t size() const { return read_.hypotheses.size(); }

  // One hypothesis by its name. @return whether it is known, and new
  bool add(const Value& value, const std::string& name) {
    std::vector<std::string> names;
    for (const Analysis& analysis : scenario_.analyses)
      names.push_back(analysis.name);
    const bool known = require_known(value, name, "analysis", names);
    const bool twice = known && read_.place_of(name);
    if (twice) value.reject_because(input::in_backquotes(name) + " is listed twice");
    if (!known || twice) {
      complete_ = false;
      return false;
    }
    read_.hypotheses.push_back(name);
    return true;
  }

  void read_hypotheses(const Value& value) {
    if (value.is(Value::Kind::record))
      read_weights(value);
    else
      read_list(value);
  }

  void read_list(const Value& value) {
    for (const Value& item : value.list(1))
      add(item, item.text());
    weights_.assign(size(), 1.0 / static_cast<double>(std::max<std::size_t>(size(), 1)));
    if (read_.procedure == Procedure::graphical && value.is(Value::Kind::list))
      value.reject_key("a graph needs the weight of each hypothesis: `hypotheses: {NAME: WEIGHT}`");
  }

  void read_weights(const Value& value) {
    if (read_.procedure == Procedure::fixed_sequence)
      value.reject_key("a fixed sequence is the list of its hypotheses in order");
    if (read_.procedure == Procedure::hochberg)
      value.reject_key("Hochberg's procedure has no weights; list its hypotheses");
    const input::Interval allowed =
        read_.procedure == Procedure::graphical
            ? input::from_to(0, 1).because("the share of alpha it starts with")
            : input::above_to(0, 1).because("its share of alpha");
    for (const auto& [name, weight] : value.record().entries()) {
      const double share = weight.number(allowed);
      if (add(weight, name)) weights_.push_back(share);
    }
    require_sum(value, weights_, "the weights");
  }

  static void require_sum(const Value& value, const std::vector<double>& shares,
                          const std::string& which) {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (sum > 1 + design::rounding_of_weights)
      value.reject_key(fmt::format("{} add up to {:.6g}, more than 1", which, sum));
  }

  void require_several(const Value& value) const {
    if (size() == 1 && complete_)
      value.reject_key("one hypothesis alone needs no procedure: leave the section out");
    if (size() > design::max_hypotheses)
      value.reject_key("found " + std::to_string(size()) + " hypotheses, more than " +
                       std::to_string(design::max_hypotheses));
  }

  void make_graph() {
    if (size() == 0) return;  // noted
    if (read_.procedure == Procedure::fixed_sequence)
      read_.graph = design::fixed_sequence(size());
    else if (read_.procedure == Procedure::holm && size() > 1)
      read_.graph = design::holm(weights_);
    else
      read_.graph = design::bonferroni(weights_);
  }

  void read_transitions() {
    const auto value = read_.procedure == Procedure::graphical
                           ? std::optional(record_.value("transitions"))
                           : record_.optional_value("transitions");
    if (!value) return;
    if (read_.procedure != Procedure::graphical) {
      value->reject_key("belongs to `procedure: graphical`; what " +
                        std::string(name(read_.procedure)) + " passes on follows from it");
      return;
    }
    const Record transitions = value->record();
    if (!complete_) {
      transitions.forgive_unread();
      return;
    }
    for (const auto& [from, row] : transitions.entries())
      if (require_known(row, from, "hypothesis", read_.hypotheses)) read_row(from, row);
  }

  void read_row(const std::string& from, const Value& row) {
    std::vector<double> shares;
    for (const auto& [to, share] : row.record().entries()) {
      shares.push_back(
          share.number(input::from_to(0, 1).because("the share of its level that is passed on")));
      if (!require_known(share, to, "hypothesis", read_.hypotheses)) continue;
      if (to == from)
        share.reject_key("a rejected hypothesis cannot pass its level on to itself");
      else
        read_.graph.transition[*read_.place_of(from) * size() + *read_.place_of(to)] =
            shares.back();
    }
    require_sum(row, shares, "the transitions");
  }

  // Whatever is rejected, some hypotheses may never have a level.
  void require_reachable(const Value& hypotheses) const {
    // What could not be read may be anything.
    const auto some = [](double share) { return !(share <= 0); };
    std::vector<bool> reached;
    for (const double weight : read_.graph.weight)
      reached.push_back(some(weight));
    for (std::size_t step = 0; step < size(); ++step)
      for (std::size_t from = 0; from < size(); ++from)
        for (std::size_t to = 0; to < size(); ++to)
          if (reached[from] && some(read_.graph.passes(from, to))) reached[to] = true;
    if (!hypotheses.is(Value::Kind::record)) return;
    for (const auto& [name, weight] : hypotheses.record().entries())
      if (const auto h = read_.place_of(name); h && !reached[*h])
        weight.reject_because("starts without a share of alpha, and none is passed on to it: " +
                              input::in_backquotes(name) + " would never be tested");
  }

  void read_past_looks() {
    using enum design::PastLooks;
    const auto value = record_.optional_value("past_looks");
    if (!value) return;
    read_.past_looks =
        value->one_of<design::PastLooks>({{"none", none}, {"last", last}, {"all", all}});
    if (!passes_on(read_.procedure))
      value->reject_key(std::string(name(read_.procedure)) +
                        " passes no level on, so that none grows after a look");
    else if (size() > 0 && tested_at_once())
      value->reject_key("all hypotheses are tested at one time, none of them earlier");
  }

  bool tested_at_once() const {
    const auto analysis = [&](const std::string& name) -> const Analysis& {
      return *std::ranges::find(scenario_.analyses, name, &Analysis::name);
    };
    const auto time = [&](const std::string& name) {
      return analysis(name).at.value_or(scenario_.analysis_time);
    };
    return std::ranges::all_of(read_.hypotheses, [&](const std::string& name) {
      return !analysis(name).looks && time(name) == time(read_.hypotheses.front());
    });
  }

  const Record& record_;
  const Scenario& scenario_;
  Multiplicity& read_;
  std::vector<double> weights_;
  bool complete_ = true;  // every hypothesis is known
};

// What an analysis may not say that shares the level of a procedure.
void require_hypothesis(const Record& record, const Multiplicity& multiplicity,
                        Analysis& analysis) {
  const char* of = "belongs to `multiplicity`, in which this analysis is a hypothesis";
  if (const auto alpha = record.optional_value("alpha"))
    alpha->reject_key(std::string("its level ") + of);
  // The test of more than two arms has no side.
  if (analysis.sided == 2 && analysis.arms.size() == 2)
    record.value("sided").reject_because(std::string("two-sided; the procedure that it ") + of +
                                         ", is of one-sided tests");
  analysis.alpha = multiplicity.alpha;
  if (!analysis.looks) return;
  if (multiplicity.procedure == Procedure::hochberg)
    record.value("looks").reject_key(
        "Hochberg's procedure holds the p-values of all hypotheses against each other at the end; "
        "with looks use `holm` or `graphical`");
  if (analysis.looks->futility && analysis.looks->futility->binding)
    record.record("looks")
        .record("futility")
        .value("binding")
        .reject_because(
            "binding futility lowers the bounds of one level, and a procedure has several: leave "
            "it "
            "non-binding");
}

}  // namespace

void read_multiplicity(const Record& file, Scenario& scenario) {
  const auto record = file.optional_record("multiplicity");
  if (!record) return;
  Multiplicity& multiplicity = scenario.multiplicity.emplace();
  MultiplicityReader(*record, scenario, multiplicity).read();
  const std::vector<Record> records = file.records("analyses");
  for (std::size_t a = 0; a < scenario.analyses.size(); ++a)
    if (multiplicity.place_of(scenario.analyses[a].name))
      require_hypothesis(records[a], multiplicity, scenario.analyses[a]);
}

}  // namespace trialmill::scenario
