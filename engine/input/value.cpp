#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "input/number_grammar.hpp"
#include "input/reading_state.hpp"
#include "trialmill/input/record.hpp"

namespace trialmill::input {
namespace {

// What the writer of something that is no number may have had in mind.
std::string remark_on_number(const Node& node) {
  if (!node.is_scalar()) return {};
  const std::string_view text = node.text;
  const auto reading = read_number(text);
  if (reading.fault == NumberReading::Fault::out_of_range)
    return "its exponent is beyond what a double holds";
  if (has_leading_zero(text)) return "a leading zero means octal to some; leave it out";
  if (reading.fault == NumberReading::Fault::none && node.form == Node::Form::quoted)
    return "quotes make it a text; leave them out";
  if (text.ends_with('%') &&
      read_number(text.substr(0, text.size() - 1)).fault == NumberReading::Fault::none)
    return "write a percentage as a fraction, 0.05 for 5%";
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == ',' || c == '_' || c == '\''; });
  if (digits != text && read_number(digits).fault == NumberReading::Fault::none)
    return "a decimal point and no separators";
  return {};
}

std::string joined(const std::string& first, const std::string& second) {
  if (first.empty() || second.empty()) return first + second;
  return first + "; " + second;
}

std::string enumeration(const std::vector<std::string>& names) {
  std::string text = names.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i > 0 ? ", " : "") + in_backquotes(names[i]);
  return text;
}

}  // namespace

Value::Value(Reading* reading, const Node* node, const Node* key, std::string path)
    : reading_(reading), node_(node), key_(key), path_(std::move(path)) {}

Value::Kind Value::kind() const {
  if (node_ == nullptr) return Kind::absent;
  switch (node_->form) {
    case Node::Form::empty:
      return Kind::empty;
    case Node::Form::list:
      return Kind::list;
    case Node::Form::record:
      return Kind::record;
    case Node::Form::quoted:
      return Kind::text;
    case Node::Form::plain:
      break;
  }
  if (node_->is_boolean()) return Kind::boolean;
  return node_->is_number() ? Kind::number : Kind::text;
}

double Value::number(const Interval& allowed) const {
  constexpr double unread = std::numeric_limits<double>::quiet_NaN();
  if (node_ == nullptr) return unread;
  if (!node_->is_number()) {
    reject(allowed.to_text(), joined(allowed.why, remark_on_number(*node_)));
    return unread;
  }
  const double value = read_number(node_->text).value;
  if (allowed.contains(value)) return value;
  reject(allowed.to_text(), allowed.why);
  return unread;
}

std::int64_t Value::integer(const WholeNumbers& allowed) const {
  if (node_ == nullptr) return allowed.lower;
  const auto value = node_->is_number() ? read_integer(node_->text) : std::nullopt;
  if (value && allowed.contains(*value)) return *value;
  const bool unreadable = node_->is_number() && !value;
  // Digits alone that cannot be read are beyond 64 bits.
  const bool too_large =
      unreadable && node_->text.find_first_not_of("+0123456789") == std::string::npos;
  const std::string remark =
      too_large    ? fmt::format("the largest is {}", std::numeric_limits<std::int64_t>::max())
      : unreadable ? std::string("in digits, without point or exponent")
                   : remark_on_number(*node_);
  reject(allowed.to_text(), joined(allowed.why, remark));
  return allowed.lower;
}

bool Value::boolean() const {
  if (node_ == nullptr) return false;
  if (!node_->is_boolean()) reject("true or false");
  return node_->text == "true";
}

std::string Value::text() const {
  if (node_ == nullptr) return {};
  if (!node_->is_scalar() || node_->text.empty()) {
    reject("a text");
    return {};
  }
  return node_->text;
}

std::optional<std::size_t> Value::index_of_choice(const std::vector<std::string>& names) const {
  assert(!names.empty());
  if (node_ == nullptr) return std::nullopt;
  if (node_->is_scalar()) {
    const auto found = std::find(names.begin(), names.end(), node_->text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  reject(enumeration(names), {}, names);
  return std::nullopt;
}

std::vector<Value> Value::list(std::size_t at_least) const {
  std::vector<Value> values;
  if (node_ == nullptr) return values;
  if (node_->form != Node::Form::list) {
    reject("a list");
    return values;
  }
  const auto& items = node_->items;
  if (items.size() < at_least) {
    reject_because(
        fmt::format("the list has {} items, at least {} are needed", items.size(), at_least));
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    values.push_back(Value(reading_, &items[i], nullptr, fmt::format("{}[{}]", path_, i)));
  return values;
}

std::vector<double> Value::numbers(const Interval& allowed, std::size_t at_least) const {
  std::vector<double> numbers;
  for (const Value& item : list(at_least))
    numbers.push_back(item.number(allowed));
  return numbers;
}

std::vector<std::int64_t> Value::integers(const WholeNumbers& allowed, std::size_t at_least) const {
  std::vector<std::int64_t> integers;
  for (const Value& item : list(at_least))
    integers.push_back(item.integer(allowed));
  return integers;
}

std::vector<std::string> Value::texts(std::size_t at_least) const {
  std::vector<std::string> texts;
  for (const Value& item : list(at_least))
    texts.push_back(item.text());
  return texts;
}

std::vector<Record> Value::records(std::size_t at_least) const {
  std::vector<Record> records;
  for (const Value& item : list(at_least))
    records.push_back(item.record());
  return records;
}

Record Value::record() const {
  if (node_ != nullptr && node_->form == Node::Form::record) {
    reading_->state_->open(*node_, path_);
    return Record(*this);
  }
  if (node_ != nullptr) reject("a mapping of `key: value` lines");
  Value unreadable = *this;
  unreadable.node_ = nullptr;
  return Record(std::move(unreadable));
}

Position Value::position() const {
  return node_ != nullptr ? node_->position() : Position{};
}

Position Value::key_position() const {
  return key_ != nullptr ? key_->position() : position();
}

std::string Value::found() const {
  return node_ != nullptr ? node_->described() : "nothing";
}

void Value::reject(std::string allowed, std::string why, std::span<const std::string> names) const {
  if (node_ == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = path_;
  diagnostic.found = node_->described();
  diagnostic.allowed = std::move(allowed);
  diagnostic.why = std::move(why);
  if (node_->is_scalar()) diagnostic.suggestion = nearest_spelling(node_->text, names).value_or("");
  // A key without a value has no place of its own that a reader would look for.
  const bool at_key = node_->form == Node::Form::empty && key_ != nullptr;
  reading_->state_->note(at_key ? *key_ : *node_, std::move(diagnostic));
}

void Value::reject_because(std::string why, std::span<const std::string> names) const {
  if (node_ == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = path_;
  diagnostic.why = std::move(why);
  if (node_->is_scalar()) diagnostic.suggestion = nearest_spelling(node_->text, names).value_or("");
  reading_->state_->note(*node_, std::move(diagnostic));
}

void Value::reject_key(std::string why, std::span<const std::string> names) const {
  if (node_ == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = path_;
  diagnostic.why = std::move(why);
  if (key_ != nullptr) diagnostic.suggestion = nearest_spelling(key_->text, names).value_or("");
  reading_->state_->note(key_ != nullptr ? *key_ : *node_, std::move(diagnostic));
}

}  // namespace trialmill::input
