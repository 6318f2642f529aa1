#include "trialmill/scenario/read_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/input/record.hpp"

namespace trialmill::scenario {

namespace {

using evidence::Evidence;
using input::Record;
using input::Value;

constexpr int format_version = 1;

// Names are keys of scenarios and parts of dotted paths.
bool is_name(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_name_character = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_name_character);
}

// A number of patients; not a number when it could not be read, so that no comparison with it
// complains a second time.
double read_count(const Record& record, std::string_view key, double lowest) {
  const Value value = record.value(key);
  const double count = value.number(input::at_least(lowest));
  if (std::isnan(count) || count == std::floor(count)) return count;
  value.reject("a whole number");
  return std::numeric_limits<double>::quiet_NaN();
}

struct NamedRecord {
  std::string name;
  Record content;
};

std::vector<NamedRecord> named_records(const Record& file, std::string_view group) {
  std::vector<NamedRecord> named;
  if (const auto present = file.optional_record(group)) {
    for (const auto& [name, value] : present->entries()) {
      if (!is_name(name))
        value.reject_key("a name is made of letters, digits and underscores, a letter first");
      named.push_back({name, value.record()});
    }
  }
  return named;
}

input::Interval percentage() {
  return input::from_to(0, 100).because("a percentage, as printed");
}

std::optional<double> read_percent_of(const Record& record) {
  if (!record.has("percent_of")) return std::nullopt;
  if (!record.has("percent"))
    record.value("percent_of").reject_key("without a `percent` there is nothing it is of");
  return read_count(record, "percent_of", 1);
}

evidence::Proportion read_proportion(const NamedRecord& entry) {
  const Record& record = entry.content;
  evidence::Proportion proportion{
      .name = entry.name,
      .label = record.text("label"),
      .count = read_count(record, "count", 0),
      .of = read_count(record, "of", 1),
      .percent = record.optional_number("percent", percentage()),
      .percent_of = read_percent_of(record),
      .source = record.text("source"),
      .note = record.text_or("note", ""),
  };
  if (proportion.count > proportion.of)
    record.value("count").reject_because("a count cannot exceed its denominator `of`");
  return proportion;
}

evidence::Quantity read_quantity(const NamedRecord& entry) {
  const Record& record = entry.content;
  return {
      .name = entry.name,
      .label = record.text("label"),
      .value = record.number("value"),
      .unit = record.text("unit"),
      .source = record.text("source"),
      .note = record.text_or("note", ""),
  };
}

evidence::TimeOrigin read_origin(const Record& curve) {
  using evidence::TimeOrigin;
  std::vector<input::Choice<TimeOrigin>> choices;
  for (const auto origin : {TimeOrigin::surgery, TimeOrigin::randomisation, TimeOrigin::diagnosis,
                            TimeOrigin::recurrence, TimeOrigin::treatment})
    choices.push_back({word(origin), origin});
  return curve.one_of("origin", choices);
}

evidence::CurvePopulation read_curve_population(const Record& curve) {
  using evidence::CurvePopulation;
  std::vector<input::Choice<CurvePopulation>> choices;
  for (const auto population :
       {CurvePopulation::all, CurvePopulation::resected, CurvePopulation::r0_r1})
    choices.push_back({word(population), population});
  return curve.one_of("population", choices);
}

std::vector<evidence::AtRisk> read_at_risk(const Record& record, const std::string& source,
                                           double patients) {
  std::vector<evidence::AtRisk> numbers;
  for (const Record& row : record.records_if_any("at_risk")) {
    const evidence::AtRisk at{
        .group = row.text_or("group", ""),
        .time_months = row.number("month", input::at_least(0)),
        .number = read_count(row, "number", 0),
        .source = row.text_or("source", source),
    };
    if (at.number > patients)
      row.value("number").reject_because("more than the publication has `patients`");
    const auto before =
        std::ranges::find(numbers.rbegin(), numbers.rend(), at.group, &evidence::AtRisk::group);
    if (before != numbers.rend() && at.time_months <= before->time_months)
      row.value("month").reject_because("the numbers of a group are listed in order of time");
    numbers.push_back(at);
  }
  return numbers;
}

evidence::SurvivalCurve read_curve(const NamedRecord& entry, double patients) {
  const Record& record = entry.content;
  evidence::SurvivalCurve curve{
      .name = entry.name,
      .origin = read_origin(record),
      .origin_note = record.text_or("origin_note", ""),
      .population = read_curve_population(record),
      .population_note = record.text_or("population_note", ""),
      .source = record.text("source"),
      .note = record.text_or("note", ""),
  };
  for (const Record& knot : record.records("knots")) {
    const evidence::SurvivalKnot at{
        .time_months = knot.number("month", input::above(0)),
        .survival =
            knot.number("survival", input::between(0, 1).because("a fraction, not a percentage")),
        .source = knot.text_or("source", curve.source),
    };
    if (!curve.knots.empty() && at.time_months <= curve.knots.back().time_months)
      knot.value("month").reject_because("the points of a curve are listed in order of time");
    curve.knots.push_back(at);
  }
  curve.at_risk = read_at_risk(record, curve.source, patients);
  return curve;
}

std::optional<evidence::PublishedRatio> read_ratio(const Record& factor,
                                                   std::string_view analysis) {
  const auto record = factor.optional_record(analysis);
  if (!record) return std::nullopt;
  const auto positive = input::above(0).because("a ratio, not its logarithm");
  return evidence::PublishedRatio{
      .hazard_ratio = record->number("hazard_ratio", positive),
      .lower = record->number("lower", positive),
      .upper = record->number("upper", positive),
      .p_value = record->number("p", input::from_to(0, 1)),
  };
}

evidence::PrognosticFactor read_factor(const std::string& curve, const NamedRecord& entry) {
  const Record& record = entry.content;
  evidence::PrognosticFactor factor{
      .curve = curve,
      .covariate = entry.name,
      .count = read_count(record, "count", 0),
      .percent = record.number("percent", percentage()),
      .univariable = read_ratio(record, "univariable"),
      .multivariable = read_ratio(record, "multivariable"),
      .source = record.text("source"),
      .note = record.text_or("note", ""),
  };
  if (!factor.univariable && !factor.multivariable)
    record.reject_because("a factor has a hazard ratio: `univariable`, `multivariable` or both");
  return factor;
}

void require_known(const Value& value, const std::string& name, std::string_view kind,
                   std::string_view group, const std::vector<std::string>& known) {
  if (std::ranges::find(known, name) != known.end()) return;
  value.reject_key("there is no " + std::string(kind) + " " + input::in_backquotes(name) +
                       " among the file's `" + std::string(group) + "`",
                   known);
}

std::vector<evidence::PrognosticFactor> read_factors(const Record& file, const Evidence& evidence) {
  std::vector<std::string> curves;
  for (const auto& curve : evidence.curves)
    curves.push_back(curve.name);
  std::vector<std::string> covariates;
  for (const auto& covariate : evidence.covariates)
    covariates.push_back(covariate.name);

  std::vector<evidence::PrognosticFactor> factors;
  const auto by_curve = file.optional_record("factors");
  if (!by_curve) return factors;
  for (const auto& [curve, rows] : by_curve->entries()) {
    require_known(rows, curve, "curve", "curves", curves);
    for (const auto& [covariate, row] : rows.record().entries()) {
      require_known(row, covariate, "covariate", "covariates", covariates);
      factors.push_back(read_factor(curve, {covariate, row.record()}));
      if (factors.back().count > evidence.patients)
        row.record().value("count").reject_because("more than the publication has `patients`");
    }
  }
  return factors;
}

Evidence read_file(const Record& file) {
  file.integer("trialmill-evidence",
               input::whole_from_to(format_version, format_version)
                   .because("the version of evidence files this program reads"));
  Evidence evidence;
  evidence.title = file.text("title");
  evidence.citation = file.text("citation");
  evidence.patients = read_count(file, "patients", 1);
  for (const auto& entry : named_records(file, "covariates")) {
    evidence.covariates.push_back(read_proportion(entry));
    if (evidence.covariates.back().of > evidence.patients)
      entry.content.value("of").reject_because("more than the publication has `patients`");
  }
  for (const auto& entry : named_records(file, "proportions"))
    evidence.proportions.push_back(read_proportion(entry));
  for (const auto& entry : named_records(file, "quantities"))
    evidence.quantities.push_back(read_quantity(entry));
  for (const auto& entry : named_records(file, "curves"))
    evidence.curves.push_back(read_curve(entry, evidence.patients));
  evidence.factors = read_factors(file, evidence);
  return evidence;
}

}  // namespace

Evidence read_evidence(const input::Document& document) {
  input::Reading reading;
  Evidence evidence = read_file(reading.open(document));
  reading.finish();
  evidence.file = document.name();
  return evidence;
}

Evidence read_evidence(const std::filesystem::path& path) {
  return read_evidence(input::read_yaml_file(path));
}

}  // namespace trialmill::scenario
