#include <algorithm>
#include <cmath>
#include <numeric>

#include "scenario/sections.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::scenario {
namespace {

using input::Record;
using input::Value;

// The hazard behind a probability of loss within a year.
survival::PiecewiseHazard read_loss(const Record& record) {
  if (const auto per_year = record.optional_number(
          "per_year", input::Interval{0, 1, true, false, "the share lost within a year"}))
    return {{0.0}, {-math::log1p(-*per_year) / 12}};
  if (record.size() > 0 && !record.has("hazard_per_month")) {
    record.reject_because("loss is stated as `per_year` or `hazard_per_month`");
    record.forgive_unread();
    return {{0.0}, {0.0}};
  }
  const Pieces pieces = read_pieces(record.value("hazard_per_month"), "hazard", input::at_least(0));
  return {pieces.from_months, pieces.value};
}

// The sum of the allocations, 0 when there is no such sum to divide block sizes by.
std::int32_t allocation_total(const Value& where, const Scenario& scenario) {
  if (scenario.arms.size() < 2) return 0;
  double total = 0;
  for (const Arm& arm : scenario.arms) {
    if (arm.allocation != std::floor(arm.allocation)) {
      where.reject_key(
          "blocks need whole-number allocations; write 2 and 1 rather than 1 and 0.5, "
          "or use `method: simple`");
      return 0;
    }
    total += arm.allocation;
  }
  return static_cast<std::int32_t>(total);
}

// Who is allotted an arm needs a stratum: nobody can be left out of a randomisation.
void require_recorded_strata(const Record& randomisation, const Scenario& scenario) {
  const auto strata = randomisation.optional_value("strata");
  for (const Value& item : strata ? strata->list() : std::vector<Value>{}) {
    const auto found =
        std::ranges::find(scenario.population, item.text(), &cohort::Covariate::name);
    if (found != scenario.population.end()) require_always_recorded(item, *found);
  }
}

void read_blocks(const Record& file, const Record& randomisation, Scenario& scenario) {
  scenario.randomisation_strata =
      read_strata(randomisation, scenario.population,
                  "is known only after randomisation, so it cannot form its strata");
  require_recorded_strata(randomisation, scenario);
  const std::int32_t total = allocation_total(file.value("arms"), scenario);
  const auto sizes = randomisation.optional_value("block_sizes");
  if (!sizes) {
    scenario.block_sizes = {2 * total};
    return;
  }
  for (const Value& item : sizes->list(1)) {
    const std::int64_t size = item.integer(input::whole_from_to(1, 10000));
    if (total > 0 && size % total != 0)
      item.reject_because("a block size must be a multiple of " + std::to_string(total) +
                          ", the sum of the allocations");
    scenario.block_sizes.push_back(static_cast<std::int32_t>(size));
  }
}

}  // namespace

void read_enrolment(const Record& file, Scenario& scenario) {
  const Record record = file.record("enrolment");
  using enum cohort::Enrolment::Process;
  scenario.enrolment.process = record.one_of_or<cohort::Enrolment::Process>(
      "process", poisson, {{"poisson", poisson}, {"even", even}});
  const Value rate = record.value("rate");
  const Pieces pieces = read_pieces(rate, "per_month", input::at_least(0));
  scenario.enrolment.from_months = pieces.from_months;
  scenario.enrolment.rate_per_month = pieces.value;
  constexpr double one_patient_in_80000_years = 1e-6;
  if (!pieces.value.empty() && pieces.value.back() < one_patient_in_80000_years)
    rate.reject_because("the last rate continues until the trial is full, so it must be above 0");
}

void read_dropout(const Record& file, Scenario& scenario) {
  const auto dropout = file.optional_record("dropout");
  if (!dropout) return;
  if (dropout->has("per_year") || dropout->has("hazard_per_month")) {
    const survival::PiecewiseHazard loss = read_loss(*dropout);
    for (Arm& arm : scenario.arms)
      arm.dropout = loss;
    return;
  }
  std::vector<std::string> names{"per_year", "hazard_per_month"};
  for (const Arm& arm : scenario.arms)
    names.push_back(arm.name);
  bool known = true;
  for (const auto& [name, value] : dropout->entries())
    if (std::ranges::find(names, name) == names.end()) {
      value.reject_key("there is no arm " + input::in_backquotes(name) +
                           "; loss in all arms is `per_year` or `hazard_per_month`",
                       names);
      known = false;
    }
  // A slip in one name must not also be a loss that is missing.
  if (!known) return;
  for (Arm& arm : scenario.arms)
    arm.dropout = read_loss(dropout->record(arm.name));
}

void read_randomisation(const Record& file, Scenario& scenario) {
  using enum cohort::Randomisation::Method;
  const auto record = file.optional_record("randomisation");
  if (!record) {
    scenario.block_sizes = {2 * allocation_total(file.value("arms"), scenario)};
    return;
  }
  scenario.randomisation = record->one_of_or<cohort::Randomisation::Method>(
      "method", permuted_blocks,
      {{"permuted-blocks", permuted_blocks}, {"simple", simple}, {"minimisation", minimisation}});
  if (scenario.randomisation == permuted_blocks) {
    read_blocks(file, *record, scenario);
  } else {
    for (const char* key : {"block_sizes", "strata"})
      if (const auto value = record->optional_value(key))
        value->reject_key(scenario.randomisation == simple
                              ? "simple randomisation has no blocks and no strata"
                              : "minimisation has no blocks and no strata, but `factors`");
  }
  read_minimisation(*record, scenario);
  read_report_imbalance(*record, scenario);
}

Pieces read_pieces(const Value& value, std::string_view key, const input::Interval& allowed) {
  if (!value.is(Value::Kind::list)) return {{0.0}, {value.number(allowed)}};
  Pieces pieces;
  for (const Record& piece : value.records(1)) {
    const Value from = piece.value("from_months");
    const double start = from.number(input::at_least(0));
    if (pieces.from_months.empty() ? start > 0 : start <= pieces.from_months.back())
      from.reject_because(pieces.from_months.empty() ? "the first piece starts from month 0"
                                                     : "pieces are listed in order of time");
    pieces.from_months.push_back(start);
    pieces.value.push_back(piece.number(key, allowed));
  }
  return pieces;
}

}  // namespace trialmill::scenario
