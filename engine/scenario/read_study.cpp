#include "trialmill/scenario/read_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "scenario/sections.hpp"
#include "trialmill/input/digest.hpp"
#include "trialmill/input/record.hpp"
#include "trialmill/scenario/null_twin.hpp"
#include "trialmill/scenario/read_evidence.hpp"

namespace trialmill::scenario {
namespace {

using input::Document;
using input::Record;
using input::Value;

struct SweepKey {
  std::string path;
  std::vector<double> values;
  std::vector<input::Position> positions;  // of each value
};

// What belongs to the file as a whole rather than to one design point.
struct FileContent {
  Scenario scenario;
  std::vector<SweepKey> sweep;
};

SweepKey read_sweep_key(const std::string& path, const Value& value) {
  SweepKey key{path, {}, {}};
  for (const char* section : {"simulation", "sweep", "trialmill"})
    if (path == section || path.starts_with(std::string(section) + "."))
      value.reject_key("this key is the same at every design point");
  for (const Value& item : value.list(1)) {
    const double number = item.number();
    if (std::ranges::find(key.values, number) != key.values.end())
      item.reject_because("this value is listed twice");
    key.values.push_back(number);
    key.positions.push_back(item.position());
  }
  return key;
}

std::vector<SweepKey> read_sweep(const Record& file) {
  std::vector<SweepKey> sweep;
  const auto record = file.optional_record("sweep");
  if (!record) return sweep;
  double points = 1;
  if (record->size() == 0) record->reject_because("an empty sweep; leave the section out");
  for (const auto& [path, value] : record->entries()) {
    sweep.push_back(read_sweep_key(path, value));
    points *= static_cast<double>(std::max<std::size_t>(sweep.back().values.size(), 1));
  }
  if (points > static_cast<double>(max_design_points))
    record->reject_because(
        fmt::format("the sweep has {:.0f} design points, more than {}", points, max_design_points));
  return sweep;
}

void read_sample_size(const Record& file, const std::vector<SweepKey>& sweep, Scenario& scenario,
                      const input::Reading& reading) {
  const auto allowed = input::whole_from_to(2, max_sample_size);
  const bool swept = std::ranges::find(sweep, "sample_size", &SweepKey::path) != sweep.end();
  const auto size = swept ? file.optional_integer("sample_size", allowed)
                          : std::optional(file.integer("sample_size", allowed));
  // A size that could not be read must not be held against the events asked for.
  scenario.sample_size = reading.failed() ? 0 : static_cast<std::size_t>(size.value_or(0));
}

void read_simulation(const Record& file, Scenario& scenario) {
  const auto record = file.optional_record("simulation");
  if (!record) return;
  const auto allowed =
      scenario.survey ? input::whole_from_to(1, max_surveys)
                            .because("every figure of every synthetic survey is held in memory")
                      : input::whole_from_to(1, 1'000'000'000);
  scenario.replicates =
      static_cast<std::uint64_t>(record->integer_or("replicates", 10000, allowed));
  scenario.seed = static_cast<std::uint64_t>(record->integer_or("seed", 1));
  if (const auto twins = record->optional_value("null_twin")) {
    scenario.null_twins = twins->one_of<NullTwins>(
        {{"true", NullTwins::beside}, {"false", NullTwins::none}, {"alone", NullTwins::alone}});
    if (scenario.survey) twins->reject_key("a survey has no arms that could be alike");
  }
  const auto precision = record->optional_record("precision");
  if (!precision) return;
  scenario.precision = precision->number(
      "power", input::from_to(0.0001, 0.1).because("a Monte-Carlo standard error"));
  if (scenario.survey) precision->reject_because("a survey has no power");
  if (scenario.uncertainty)
    precision->reject_because(
        "the draws of `uncertainty` share out a number of replicates: give `replicates` alone");
}

// Everything of a trial that a survey does not have.
void read_trial(const Record& file, Scenario& scenario, const input::Reading& reading) {
  read_arms(file, scenario);
  read_assessments(file, scenario);
  read_endpoints(file, scenario);
  read_enrolment(file, scenario);
  read_dropout(file, scenario);
  read_randomisation(file, scenario);
  read_follow_up(file, scenario);
  read_analyses(file, scenario);
  read_multiplicity(file, scenario);
  read_uncertainty(file, scenario, reading);
}

// The evidence files that a scenario names, the main one first.
struct LoadedEvidence {
  std::vector<evidence::Evidence> files;
  std::vector<CanonicalFile> texts;
};

FileContent read_file(const Document& document, const LoadedEvidence& evidence) {
  input::Reading reading;
  const Record file = reading.open(document);
  FileContent content;
  Scenario& scenario = content.scenario;
  if (!evidence.files.empty()) {
    scenario.evidence = evidence.files.front();
    scenario.further_evidence.assign(evidence.files.begin() + 1, evidence.files.end());
  }
  file.integer("trialmill", input::whole_from_to(1, 1).because(
                                "the version of scenario files this program reads"));
  scenario.title = file.text("title");
  file.has("evidence");  // read before
  const bool survey = describes_survey(file);
  if (!survey) content.sweep = read_sweep(file);
  if (!survey) read_sample_size(file, content.sweep, scenario, reading);
  read_time_zero(file, scenario);
  read_population(file, scenario);
  read_disease(file, scenario, reading);
  if (survey)
    read_survey(file, scenario);
  else
    read_trial(file, scenario, reading);
  if (!survey && !reading.failed()) require_distinct_columns(file, scenario);
  if (!survey && !reading.failed()) reject_impossible_looks(file, scenario);
  read_simulation(file, scenario);
  if (scenario.course && !reading.failed()) {
    reject_idle_effects(file, scenario);
    reject_empty_endpoints(file, scenario);
  }
  if (scenario.course && !reading.failed()) try_course(file.record("disease"), scenario);
  reading.finish();
  return content;
}

// Does the scenario use published figures here? `published` as a key names a curve or proportion;
// as a value it stands for a count, and `multivariable` or `univariable` for a hazard ratio.
bool uses_evidence(const std::string& section, const std::string& key, const Value& value) {
  if (key == "published" && section != "levels" && section != "population") return true;
  if (!value.is(Value::Kind::text)) return false;
  const std::string word = value.text();
  return (word == "published" && (key == "prevalence" || section == "radicality")) ||
         (section == "hazard_ratios" && (word == "multivariable" || word == "univariable"));
}

void collect_uses(const std::string& key, const Value& value, std::vector<Value>& uses) {
  if (value.is(Value::Kind::list))
    for (const Value& item : value.list())
      collect_uses(key, item, uses);
  if (!value.is(Value::Kind::record)) return;
  for (const auto& [below, member] : value.record().entries()) {
    if (uses_evidence(key, below, member)) uses.push_back(member);
    collect_uses(below, member, uses);
  }
}

// A file that is not named is one mistake, however often its figures are used.
void require_no_use(const Record& file, input::Reading& reading) {
  std::vector<Value> uses;
  for (const auto& [key, value] : file.entries())
    collect_uses(key, value, uses);
  if (uses.empty()) return;
  uses.front().reject_because(
      "published figures need an evidence file: name it with `evidence:`" +
      (uses.size() == 1 ? "" : fmt::format(" ({} such figures are used)", uses.size())));
  reading.finish();
}

void add_evidence(const Document& document, LoadedEvidence& loaded) {
  loaded.files.push_back(read_evidence(document));
  loaded.texts.push_back({document.name(), document.canonical_text()});
}

// Reads one evidence file, named relative to the scenario's own folder.
void load_file(const Document& document, const Value& value, input::Reading& reading,
               LoadedEvidence& loaded) {
  const std::string name = value.text();
  if (reading.failed()) reading.finish();
  const auto path = std::filesystem::path(document.name()).parent_path() / name;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    value.reject_because("there is no file " + input::in_backquotes(path.string()));
  for (const evidence::Evidence& other : loaded.files)
    if (std::filesystem::path(other.file).stem() == path.stem())
      value.reject_because("two evidence files are called " +
                           input::in_backquotes(path.stem().string()));
  if (reading.failed()) reading.finish();
  add_evidence(input::read_yaml_file(path), loaded);
}

// One evidence file, or a list of them.
LoadedEvidence load_evidence(const Document& document) {
  input::Reading reading;
  const Record file = reading.open(document);
  file.forgive_unread();  // the other sections are read with the evidence at hand
  if (const auto other = file.optional_value("trialmill-evidence")) {
    other->reject_key(
        "this is an evidence file, which `trialmill check` audits; a scenario names it "
        "with `evidence:`");
    reading.finish();
  }
  const auto value = file.optional_value("evidence");
  if (!value) {
    require_no_use(file, reading);
    return {};
  }
  LoadedEvidence loaded;
  if (!value->is(Value::Kind::list)) {
    load_file(document, *value, reading, loaded);
    return loaded;
  }
  for (const Value& item : value->list(1))
    load_file(document, item, reading, loaded);
  if (reading.failed()) reading.finish();
  return loaded;
}

std::string settings_in_words(const std::vector<Setting>& set) {
  std::string words;
  for (const Setting& setting : set)
    words += fmt::format("{}{} = {}", words.empty() ? "" : ", ", setting.key, setting.value);
  return words;
}

// What is wrong at one design point only stands at a place that looks right: say which point.
[[noreturn]] void rethrow_at_point(const input::InputError& error,
                                   const std::vector<Setting>& set) {
  std::vector<input::Diagnostic> diagnostics = error.diagnostics();
  for (input::Diagnostic& diagnostic : diagnostics)
    diagnostic.why +=
        (diagnostic.why.empty() ? "at " : "; at ") + ("the design point " + settings_in_words(set));
  throw input::InputError(std::move(diagnostics), error.further());
}

// The document with the sweep's keys set, and the settings to report.
DesignPoint design_point(const Document& base, const std::vector<SweepKey>& sweep,
                         const std::vector<std::size_t>& index, const LoadedEvidence& evidence) {
  Document document = base;
  DesignPoint point;
  for (std::size_t k = 0; k < sweep.size(); ++k) {
    const double value = sweep[k].values[index[k]];
    document.set(sweep[k].path, fmt::format("{}", value), sweep[k].positions[index[k]]);
    point.set.push_back({sweep[k].path, value});
  }
  try {
    point.scenario = read_file(document, evidence).scenario;
  } catch (const input::InputError& error) {
    rethrow_at_point(error, point.set);
  }
  const bool swept = std::ranges::find(point.set, "sample_size", &Setting::key) != point.set.end();
  if (!swept)
    point.set.insert(point.set.begin(),
                     {"sample_size", static_cast<double>(point.scenario.sample_size)});
  return point;
}

// Every combination, the first key varying slowest.
void spread(const Document& base, const std::vector<SweepKey>& sweep,
            const LoadedEvidence& evidence, Study& study) {
  std::vector<std::size_t> index(sweep.size(), 0);
  while (true) {
    study.points.push_back(design_point(base, sweep, index, evidence));
    std::size_t k = sweep.size();
    while (k > 0 && ++index[k - 1] == sweep[k - 1].values.size())
      index[--k] = 0;
    if (k == 0) return;
  }
}

// A value set from outside replaces the sweep of its key: one value is left of it.
void collapse_overridden(const Document& document, const std::vector<Override>& set,
                         std::vector<SweepKey>& sweep) {
  for (const Override& change : set)
    for (SweepKey& key : sweep)
      if (key.path == change.path) {
        const input::Position from{"--set " + change.path + "=" + change.value, 0, 0};
        key.values = {document.number_at(change.path, from).value_or(0)};
        key.positions = {from};
      }
}

// The replicates may have been given from outside the file.
void check_draws(const Document& document, const Study& study) {
  const auto& uncertainty = study.points.front().scenario.uncertainty;
  if (!uncertainty) return;
  input::Reading reading;
  const Record file = reading.open(document);
  require_replicates(file, *uncertainty, study.replicates);
  file.forgive_unread();
  if (reading.failed()) reading.finish();
}

// Replicates and seed leave the trial what it is; they are reported beside the digest. Null twins
// are further trials. A key whose sweep was replaced from outside has one value.
std::string canonical_text(Document document, NullTwins twins, const std::vector<Override>& set,
                           const std::vector<SweepKey>& sweep) {
  document.set("simulation", twins == NullTwins::none     ? "{}"
                             : twins == NullTwins::beside ? "{null_twin: true}"
                                                          : "{null_twin: alone}");
  for (const SweepKey& key : sweep)
    if (std::ranges::find(set, key.path, &Override::path) != set.end())
      document.set("sweep." + key.path, fmt::format("[{}]", key.values.front()));
  return document.canonical_text();
}

std::string digest_of(const Study& study) {
  std::string texts = study.canonical.text;
  for (const CanonicalFile& evidence : study.evidence)
    texts += "\n" + evidence.text;
  return input::digest(study.evidence.empty() ? texts + "\n" : texts);
}

Study read_study(Document document, const StudyOptions& options, const LoadedEvidence& evidence) {
  FileContent content = read_file(document, evidence);
  collapse_overridden(document, options.set, content.sweep);
  Study study;
  study.title = content.scenario.title;
  study.file = document.name();
  study.null_twins = options.null_twins.value_or(content.scenario.null_twins);
  study.canonical = {document.name(),
                     canonical_text(document, study.null_twins, options.set, content.sweep)};
  study.evidence = evidence.texts;
  study.digest = digest_of(study);
  study.replicates = options.replicates.value_or(content.scenario.replicates);
  study.seed = options.seed.value_or(content.scenario.seed);
  study.precision = content.scenario.precision;
  for (const SweepKey& key : content.sweep) {
    document.number_at(key.path, key.positions.front());
    study.swept.push_back(key.path);
  }
  spread(document, content.sweep, evidence, study);
  if (study.null_twins == NullTwins::alone) study = null_twin(study);
  check_draws(document, study);
  return study;
}

}  // namespace

Study read_study(Document document, const StudyOptions& options) {
  for (const Override& change : options.set)
    document.set(change.path, change.value);
  const LoadedEvidence evidence = load_evidence(document);
  return read_study(std::move(document), options, evidence);
}

Study read_study(const std::filesystem::path& file, const StudyOptions& options) {
  return read_study(input::read_yaml_file(file), options);
}

Study read_canonical_study(const CanonicalFile& scenario,
                           const std::vector<CanonicalFile>& evidence,
                           const StudyOptions& options) {
  LoadedEvidence loaded;
  for (const CanonicalFile& file : evidence)
    add_evidence(input::read_yaml_text(file.text, file.name), loaded);
  return read_study(input::read_yaml_text(scenario.text, scenario.name), options, loaded);
}

}  // namespace trialmill::scenario
