#pragma once

/// Typed reading of a document that finds every mistake in one pass.
///
///     Reading reading;
///     Record trial = reading.open(document);
///     double rate = trial.number("rate_per_month", above(0));
///     Record dropout = trial.record("dropout");
///     double per_year = dropout.number_or("per_year", 0, at_least(0));
///     reading.finish();  // throws one InputError with everything that was wrong
///
/// Getters note mistakes and carry on: a number that could not be read comes back as NaN, a whole
/// number as the lowest allowed, a text empty, a choice as the first one, a list empty, and a
/// record as one that answers everything in the same way and notes nothing more. None of these can
/// reach the program, because `finish` throws.
///
/// A key that is asked for is a known key. Those never asked for are the unknown ones, reported by
/// `finish` at their own position with the nearest spelling, so the check cannot drift from the
/// reader.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trialmill/input/allowed.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/input/document.hpp"

namespace trialmill::input {

class Reading;
class Record;

/// One word of an enumeration and what it stands for.
template <typename Meaning>
struct Choice {
  std::string_view name;
  Meaning meaning;
};

/// Anything in a document: a scalar, a list or a record, with its path and position. A cheap handle
/// that stays good as long as its `Reading`.
class Value {
 public:
  enum class Kind { absent, empty, number, boolean, text, list, record };

  /// What it looks like; `empty` is a key without a value, `absent` one that was demanded, noted as
  /// missing and answers like anything that could not be read.
  Kind kind() const;
  bool is(Kind asked) const { return kind() == asked; }

  double number(const Interval& allowed = {}) const;
  std::int64_t integer(const WholeNumbers& allowed = {}) const;
  bool boolean() const;      ///< `true` or `false`, nothing else
  std::string text() const;  ///< any scalar as written, but not an empty one
  template <typename Meaning>
  Meaning one_of(const std::vector<Choice<Meaning>>& choices) const;

  std::vector<Value> list(std::size_t at_least = 0) const;
  std::vector<double> numbers(const Interval& allowed = {}, std::size_t at_least = 1) const;
  std::vector<std::int64_t> integers(const WholeNumbers& allowed = {},
                                     std::size_t at_least = 1) const;
  std::vector<std::string> texts(std::size_t at_least = 1) const;
  std::vector<Record> records(std::size_t at_least = 1) const;
  Record record() const;

  const std::string& path() const { return path_; }
  Position position() const;
  /// Of the key it belongs to; the same as `position` for an item of a list.
  Position key_position() const;
  /// As written in the file, for a scalar; otherwise "a list", "a record", "no value".
  std::string found() const;

  /// Notes "found F, allowed is A (W)" here; `names` are what may have been meant.
  void reject(std::string allowed, std::string why = {},
              std::span<const std::string> names = {}) const;
  /// Notes the sentence `why` here, or at the key; `names` are what may have been meant.
  void reject_because(std::string why, std::span<const std::string> names = {}) const;
  void reject_key(std::string why, std::span<const std::string> names = {}) const;

 private:
  friend class Reading;
  friend class Record;
  Value(Reading* reading, const Node* node, const Node* key, std::string path);
  std::optional<std::size_t> index_of_choice(const std::vector<std::string>& names) const;

  Reading* reading_;
  const Node* node_;  // none if absent
  const Node* key_;   // none for list items and the top level
  std::string path_;
};

/// A mapping. A key asked for with a plain getter must be there; `..._or` gives its default when it
/// is not, `optional_...` nothing.
class Record {
 public:
  bool has(std::string_view key) const;     ///< also makes the key a known one
  Value value(std::string_view key) const;  ///< noted as missing if it is not there
  std::optional<Value> optional_value(std::string_view key) const;

  double number(std::string_view key, const Interval& allowed = {}) const;
  double number_or(std::string_view key, double otherwise, const Interval& allowed = {}) const;
  std::optional<double> optional_number(std::string_view key, const Interval& allowed = {}) const;

  std::int64_t integer(std::string_view key, const WholeNumbers& allowed = {}) const;
  std::int64_t integer_or(std::string_view key, std::int64_t otherwise,
                          const WholeNumbers& allowed = {}) const;
  std::optional<std::int64_t> optional_integer(std::string_view key,
                                               const WholeNumbers& allowed = {}) const;

  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string otherwise) const;
  std::optional<std::string> optional_text(std::string_view key) const;

  bool boolean(std::string_view key) const;
  bool boolean_or(std::string_view key, bool otherwise) const;

  template <typename Meaning>
  Meaning one_of(std::string_view key, const std::vector<Choice<Meaning>>& choices) const {
    return value(key).one_of(choices);
  }
  template <typename Meaning>
  Meaning one_of_or(std::string_view key, Meaning otherwise,
                    const std::vector<Choice<Meaning>>& choices) const {
    return has(key) ? value(key).one_of(choices) : otherwise;
  }

  /// Lists: at least one item where the key is present; the `..._if_any` are empty where it is not.
  std::vector<double> numbers(std::string_view key, const Interval& allowed = {}) const;
  std::vector<double> numbers_if_any(std::string_view key, const Interval& allowed = {}) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<std::string> texts_if_any(std::string_view key) const;
  std::vector<Record> records(std::string_view key) const;
  std::vector<Record> records_if_any(std::string_view key) const;

  Record record(std::string_view key) const;
  std::optional<Record> optional_record(std::string_view key) const;

  /// All entries in the order written, for mappings whose keys are the user's names; makes every
  /// key a known one.
  std::vector<std::pair<std::string, Value>> entries() const;

  /// How many keys it has. Makes none of them known.
  std::size_t size() const;

  /// No complaint about keys of this record that were not asked for: for the reader that gave up on
  /// a record whose kind it could not tell.
  void forgive_unread() const;

  /// The record as a value: its path, position, and `reject...`.
  const Value& itself() const { return value_; }
  const std::string& path() const { return value_.path(); }
  Position position() const { return value_.position(); }

  /// Notes the sentence `why` about the record as a whole, at its key.
  void reject_because(std::string why) const { value_.reject_key(std::move(why)); }

 private:
  friend class Value;
  friend class Reading;
  explicit Record(Value value) : value_(std::move(value)) {}

  Value value_;  // of kind record, or absent
};

/// One pass over one or several documents, and all that was found wrong on the way.
class Reading {
 public:
  Reading();
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// The document's top level. The reading shares the content, the document itself may go.
  Record open(const Document& document);

  void note(Diagnostic diagnostic);
  /// Takes over what another reading or file found.
  void note(const InputError& error);

  /// Has anything been noted so far? (Unread keys are not known before `finish`.)
  bool failed() const;

  /// Notes the keys nobody asked for and throws `InputError` if anything was noted.
  void finish();

 private:
  friend class Value;
  friend class Record;
  struct State;
  std::unique_ptr<State> state_;
};

template <typename Meaning>
Meaning Value::one_of(const std::vector<Choice<Meaning>>& choices) const {
  std::vector<std::string> names;
  for (const auto& choice : choices)
    names.emplace_back(choice.name);
  return choices[index_of_choice(names).value_or(0)].meaning;
}

}  // namespace trialmill::input
