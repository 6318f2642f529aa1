#include "trialmill/input/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "input/reading_state.hpp"

namespace trialmill::input {
namespace {

// Positions and excerpts are made for this many mistakes; the rest is counted.
constexpr std::size_t most_diagnostics = 200;

std::string below(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool Record::has(std::string_view key) const {
  return optional_value(key).has_value();
}

std::optional<Value> Record::optional_value(std::string_view key) const {
  const Node* node = value_.node_;
  if (node == nullptr) return std::nullopt;
  value_.reading_->state_->ask(*node, path(), key);
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    if (node->keys[i].text == key)
      return Value(value_.reading_, &node->items[i], &node->keys[i], below(path(), key));
  }
  return std::nullopt;
}

Value Record::value(std::string_view key) const {
  if (auto value = optional_value(key)) return *value;
  const std::string key_path = below(path(), key);
  if (const Node* node = value_.node_) {
    const Node& place = value_.key_ != nullptr ? *value_.key_ : *node;
    auto& opened = value_.reading_->state_->open(*node, path());
    opened.missing.try_emplace(std::string(key),
                               place.source->diagnose(place.offset, "is missing", key_path));
  }
  return Value(value_.reading_, nullptr, nullptr, key_path);
}

double Record::number(std::string_view key, const Interval& allowed) const {
  return value(key).number(allowed);
}
double Record::number_or(std::string_view key, double otherwise, const Interval& allowed) const {
  return optional_number(key, allowed).value_or(otherwise);
}
std::optional<double> Record::optional_number(std::string_view key, const Interval& allowed) const {
  const auto given = optional_value(key);
  return given ? std::optional(given->number(allowed)) : std::nullopt;
}

std::int64_t Record::integer(std::string_view key, const WholeNumbers& allowed) const {
  return value(key).integer(allowed);
}
std::int64_t Record::integer_or(std::string_view key, std::int64_t otherwise,
                                const WholeNumbers& allowed) const {
  return optional_integer(key, allowed).value_or(otherwise);
}
std::optional<std::int64_t> Record::optional_integer(std::string_view key,
                                                     const WholeNumbers& allowed) const {
  const auto given = optional_value(key);
  return given ? std::optional(given->integer(allowed)) : std::nullopt;
}

std::string Record::text(std::string_view key) const {
  return value(key).text();
}
std::string Record::text_or(std::string_view key, std::string otherwise) const {
  return optional_text(key).value_or(std::move(otherwise));
}
std::optional<std::string> Record::optional_text(std::string_view key) const {
  const auto given = optional_value(key);
  return given ? std::optional(given->text()) : std::nullopt;
}

bool Record::boolean(std::string_view key) const {
  return value(key).boolean();
}
bool Record::boolean_or(std::string_view key, bool otherwise) const {
  const auto given = optional_value(key);
  return given ? given->boolean() : otherwise;
}

std::vector<double> Record::numbers(std::string_view key, const Interval& allowed) const {
  return value(key).numbers(allowed);
}
std::vector<double> Record::numbers_if_any(std::string_view key, const Interval& allowed) const {
  const auto given = optional_value(key);
  return given ? given->numbers(allowed) : std::vector<double>{};
}
std::vector<std::string> Record::texts(std::string_view key) const {
  return value(key).texts();
}
std::vector<std::string> Record::texts_if_any(std::string_view key) const {
  const auto given = optional_value(key);
  return given ? given->texts() : std::vector<std::string>{};
}
std::vector<Record> Record::records(std::string_view key) const {
  return value(key).records();
}
std::vector<Record> Record::records_if_any(std::string_view key) const {
  const auto given = optional_value(key);
  return given ? given->records() : std::vector<Record>{};
}

Record Record::record(std::string_view key) const {
  return value(key).record();
}
std::optional<Record> Record::optional_record(std::string_view key) const {
  const auto given = optional_value(key);
  return given ? std::optional(given->record()) : std::nullopt;
}

std::vector<std::pair<std::string, Value>> Record::entries() const {
  std::vector<std::pair<std::string, Value>> entries;
  const Node* node = value_.node_;
  if (node == nullptr) return entries;
  forgive_unread();
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    const std::string& key = node->keys[i].text;
    entries.emplace_back(
        key, Value(value_.reading_, &node->items[i], &node->keys[i], below(path(), key)));
  }
  return entries;
}

std::size_t Record::size() const {
  return value_.node_ == nullptr ? 0 : value_.node_->keys.size();
}

void Record::forgive_unread() const {
  if (value_.node_ != nullptr) value_.reading_->state_->open(*value_.node_, path()).forgiven = true;
}

void Reading::State::note(const Node& at, Diagnostic diagnostic) {
  if (diagnostics.size() < most_diagnostics) {
    diagnostic.position = at.position();
    diagnostic.excerpt = at.source->excerpt(diagnostic.position);
  }
  note(std::move(diagnostic));
}

void Reading::State::note(Diagnostic diagnostic) {
  if (diagnostics.size() < most_diagnostics) {
    diagnostics.push_back(std::move(diagnostic));
  } else {
    ++further;
  }
}

Reading::State::Opened& Reading::State::open(const Node& record, const std::string& path) {
  Opened*& notes = opened_by_node[&record];
  if (notes == nullptr) notes = &opened.emplace_back(Opened{&record, path, {}, {}, false});
  return *notes;
}

void Reading::State::ask(const Node& record, const std::string& path, std::string_view key) {
  Opened& notes = open(record, path);
  if (!contains(notes.asked, key)) notes.asked.emplace_back(key);
}

// A slip in a key that is needed is one mistake, not an unknown key and a missing one.
void Reading::State::note_unread(Opened& notes) {
  std::vector<std::string> absent;
  for (const auto& key : notes.asked) {
    if (notes.record->find(key) == nullptr) absent.push_back(key);
  }
  for (const Node& key : notes.record->keys) {
    if (notes.forgiven || contains(notes.asked, key.text)) continue;
    Diagnostic diagnostic;
    diagnostic.path = below(notes.path, key.text);
    diagnostic.why = "unknown key";
    auto meant = nearest_spelling(key.text, absent);
    if (!meant) meant = nearest_spelling(key.text, notes.asked);
    if (meant) {
      notes.missing.erase(*meant);
      diagnostic.suggestion = *meant;
    } else if (!notes.asked.empty()) {
      diagnostic.why += "; known here: ";
      for (std::size_t i = 0; i < notes.asked.size(); ++i)
        diagnostic.why += (i > 0 ? ", " : "") + notes.asked[i];
    }
    note(key, std::move(diagnostic));
  }
}

Reading::Reading() : state_(std::make_unique<State>()) {}
Reading::~Reading() = default;

Record Reading::open(const Document& document) {
  state_->documents.push_back(document.root_);
  return Value(this, document.root_.get(), nullptr, "").record();
}

void Reading::note(Diagnostic diagnostic) {
  state_->note(std::move(diagnostic));
}

void Reading::note(const InputError& error) {
  for (const auto& diagnostic : error.diagnostics())
    state_->note(diagnostic);
  state_->further += error.further();
}

bool Reading::failed() const {
  const auto lacks_keys = [](const State::Opened& record) { return !record.missing.empty(); };
  return !state_->diagnostics.empty() ||
         std::any_of(state_->opened.begin(), state_->opened.end(), lacks_keys);
}

void Reading::finish() {
  for (auto& notes : state_->opened) {
    state_->note_unread(notes);
    for (auto& missing : notes.missing)
      state_->note(std::move(missing.second));
  }
  state_->opened.clear();
  state_->opened_by_node.clear();
  if (!state_->diagnostics.empty())
    throw InputError(std::move(state_->diagnostics), state_->further);
}

}  // namespace trialmill::input
