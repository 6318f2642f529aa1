#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>

#include "scenario/sections.hpp"

namespace trialmill::scenario {
namespace {

using cohort::Covariate;
using input::Record;
using input::Value;

std::vector<Value> names_in(const Value& given) {
  return given.is(Value::Kind::list) ? given.list() : std::vector<Value>{given};
}

// What a table calls the levels of a parent.
std::vector<std::string> level_names(const cohort::CovariateLaw& law) {
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&law);
  return categorical ? categorical->levels : std::vector<std::string>{"absent", "present"};
}

// The place in the population of the covariate that a value names.
std::optional<std::size_t> named_covariate(const Value& value,
                                           const std::vector<Covariate>& population) {
  const std::string name = value.text();
  if (name.empty()) return std::nullopt;  // noted: there is no name
  const auto found = std::ranges::find(population, name, &Covariate::name);
  if (found != population.end()) return static_cast<std::size_t>(found - population.begin());
  value.reject("a covariate of `population`", "", names_of(population));
  return std::nullopt;
}

// The entries of `value` in the order of `names`; none unless there is exactly one of each.
std::vector<Value> entries_by_name(const Value& value, const std::vector<std::string>& names) {
  const auto entries = value.record().entries();
  std::vector<Value> ordered;
  if (!value.is(Value::Kind::record)) return ordered;
  bool all_known = true;
  for (const auto& [name, entry] : entries)
    all_known = require_known(entry, name, "level", names) && all_known;
  for (const std::string& name : names) {
    const auto found =
        std::ranges::find(entries, name, [](const auto& entry) { return entry.first; });
    if (found != entries.end())
      ordered.push_back(found->second);
    else if (all_known)
      value.reject_key("level " + input::in_backquotes(name) + " is missing");
  }
  return ordered.size() == names.size() && all_known ? ordered : std::vector<Value>{};
}

cohort::CovariateLaw read_row(const Value& value, const cohort::CovariateLaw& kind) {
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&kind);
  if (!categorical)
    return cohort::BinaryLaw{value.number(
        input::from_to(0, 1).because("the proportion of patients who have it, given the row"))};
  cohort::CategoricalLaw law{categorical->levels, {}};
  for (const Value& probability : entries_by_name(value, law.levels))
    law.probabilities.push_back(probability.number(input::from_to(0, 1)));
  const double total = std::accumulate(law.probabilities.begin(), law.probabilities.end(), 0.0);
  if (!law.probabilities.empty() && std::abs(total - 1) > 1e-9)
    value.reject_key("the probabilities of the levels must add up to 1");
  return law;
}

void read_rows(const Value& value, const std::vector<Covariate>& population, std::size_t depth,
               Covariate& covariate) {
  if (depth == covariate.parents.size()) {
    covariate.law_given_parents.push_back(read_row(value, covariate.law));
    return;
  }
  const cohort::CovariateLaw& parent = population[covariate.parents[depth]].law;
  for (const Value& row : entries_by_name(value, level_names(parent)))
    read_rows(row, population, depth + 1, covariate);
}

// A covariate on a cycle that ends the walk from `start` along parents that have no place in the
// order, and all that are on that cycle.
std::vector<std::size_t> cycle_from(std::size_t start, const std::vector<Covariate>& population,
                                    const std::vector<std::size_t>& order) {
  const auto without_place = [&](std::size_t index) {
    return std::ranges::find(order, index) == order.end();
  };
  std::vector<std::size_t> path{start};
  while (true) {
    const std::size_t next = *std::ranges::find_if(population[path.back()].parents, without_place);
    const auto before = std::ranges::find(path, next);
    if (before != path.end()) {
      path.erase(path.begin(), before);
      std::ranges::rotate(path, std::ranges::min_element(path));
      return path;
    }
    path.push_back(next);
  }
}

std::string in_words(const std::vector<std::size_t>& cycle,
                     const std::vector<Covariate>& population) {
  std::string text = "a covariate cannot depend on itself: ";
  for (std::size_t k = 0; k < cycle.size(); ++k)
    text += (k == 0 ? "" : ", ") + input::in_backquotes(population[cycle[k]].name) + " is given " +
            input::in_backquotes(population[cycle[(k + 1) % cycle.size()]].name);
  return text;
}

// The pair of one item of `correlations`; none when something is wrong with it.
std::vector<std::size_t> read_pair(const Record& item, const std::vector<Covariate>& population) {
  const Value between = item.value("between");
  const std::vector<Value> names = between.list();
  if (between.is(Value::Kind::list) && names.size() != 2)
    between.reject_because("a correlation is between two covariates");
  std::vector<std::size_t> pair;
  for (const Value& value : names) {
    const auto index = named_covariate(value, population);
    if (!index) continue;
    if (population[*index].parents.empty())
      pair.push_back(*index);
    else
      value.reject_because("the table of " + input::in_backquotes(population[*index].name) +
                           " says what it depends on; it cannot be correlated as well");
  }
  if (names.size() != 2 || pair.size() != 2) return {};
  if (pair[0] == pair[1]) {
    between.reject_because("a correlation is between two different covariates");
    return {};
  }
  return pair;
}

struct Correlation {
  std::vector<std::size_t> pair;
  double latent;
};

std::vector<std::size_t> correlated_covariates(const std::vector<Correlation>& correlations) {
  std::set<std::size_t> members;
  for (const Correlation& correlation : correlations)
    members.insert(correlation.pair.begin(), correlation.pair.end());
  return {members.begin(), members.end()};
}

std::vector<double> correlation_matrix(const std::vector<Correlation>& correlations,
                                       const std::vector<std::size_t>& members) {
  const std::size_t count = members.size();
  std::vector<double> matrix(count * count, 0.0);
  for (std::size_t k = 0; k < count; ++k)
    matrix[k * count + k] = 1;
  const auto place = [&](std::size_t index) {
    return static_cast<std::size_t>(std::ranges::find(members, index) - members.begin());
  };
  for (const auto& [pair, latent] : correlations) {
    const std::size_t a = place(pair[0]), b = place(pair[1]);
    matrix[a * count + b] = matrix[b * count + a] = latent;
  }
  return matrix;
}

}  // namespace

cohort::CovariateLaw kind_of_table(const Value& given, const Value& table) {
  Value row = table;
  std::size_t depth = names_in(given).size();
  if (depth == 0) return cohort::BinaryLaw{};
  for (; depth > 0; --depth) {
    if (!row.is(Value::Kind::record)) return cohort::BinaryLaw{};
    const auto entries = row.record().entries();
    if (entries.empty()) return cohort::BinaryLaw{};
    row = entries.front().second;
  }
  if (!row.is(Value::Kind::record)) return cohort::BinaryLaw{};
  cohort::CategoricalLaw law;
  for (const auto& [level, probability] : row.record().entries()) {
    require_name(probability, level);
    law.levels.push_back(level);
  }
  law.probabilities.assign(law.levels.size(), 1 / static_cast<double>(law.levels.size()));
  return law;
}

void read_table(const Value& value, const std::vector<Covariate>& population,
                Covariate& covariate) {
  const Record record = value.record();
  const auto given = record.optional_value("given");
  if (!given) return;
  const std::vector<Value> names = names_in(*given);
  std::vector<std::size_t> parents;
  for (const Value& item : names) {
    const auto parent = named_covariate(item, population);
    if (!parent) continue;
    const std::string& name = population[*parent].name;
    if (cohort::level_count(population[*parent].law) == 0)
      item.reject_because("a table is over levels, and a continuous covariate has none");
    else if (std::ranges::find(parents, *parent) != parents.end())
      item.reject_because(input::in_backquotes(name) + " is listed twice");
    else if (name == covariate.name)
      item.reject_because("a covariate cannot depend on itself");
    else
      parents.push_back(*parent);
  }
  if (names.empty()) given->reject_because("name the covariates it depends on");
  if (names.empty() || parents.size() < names.size()) return;
  const Value table = record.value("table");
  const auto* categorical = std::get_if<cohort::CategoricalLaw>(&covariate.law);
  if (categorical && categorical->levels.size() < 2) {
    table.reject_key("a categorical covariate has two levels or more");
    return;
  }
  covariate.parents = std::move(parents);
  read_rows(table, population, 0, covariate);
}

void reject_cycles(const Record& section, std::vector<Covariate>& population) {
  std::vector<std::size_t> order;
  cohort::dependency_order(population, order);
  if (order.size() == population.size()) return;
  std::set<std::vector<std::size_t>> cycles;
  for (std::size_t c = 0; c < population.size(); ++c)
    if (std::ranges::find(order, c) == order.end()) cycles.insert(cycle_from(c, population, order));
  for (const std::vector<std::size_t>& cycle : cycles) {
    // The first whose table stands in this section: of the published cohort not all do.
    const auto here = std::ranges::find_if(cycle, [&](std::size_t index) {
      const auto record = section.optional_record(population[index].name);
      return record && record->has("given");
    });
    section.record(population[*here].name)
        .value("given")
        .reject_because(in_words(cycle, population));
  }
  for (Covariate& covariate : population)
    covariate.parents.clear();
}

cohort::Copula read_correlations(const Record& file, const std::vector<Covariate>& population) {
  const auto section = file.optional_value("correlations");
  if (!section) return {};
  std::vector<Correlation> correlations;
  bool complete = true;
  for (const Record& item : section->records()) {
    std::vector<std::size_t> pair = read_pair(item, population);
    const double latent = item.number(
        "latent", input::between(-1, 1).because("the correlation of the normal scores"));
    std::ranges::sort(pair);
    const bool twice =
        std::ranges::find(correlations, pair, &Correlation::pair) != correlations.end();
    if (twice && !pair.empty()) item.value("between").reject_because("this pair is listed twice");
    complete = complete && !pair.empty() && !twice && std::isfinite(latent);
    correlations.push_back({pair, latent});
  }
  if (!complete || correlations.empty()) return {};
  const std::vector<std::size_t> members = correlated_covariates(correlations);
  try {
    return cohort::gaussian_copula(members, correlation_matrix(correlations, members));
  } catch (const std::domain_error&) {
    std::string names;
    for (const std::size_t index : members)
      names += (names.empty() ? "" : ", ") + input::in_backquotes(population[index].name);
    section->reject_key("no patients can have these correlations: the matrix of " + names +
                        " is not positive definite (pairs that are not listed have 0)");
    return {};
  }
}

}  // namespace trialmill::scenario
