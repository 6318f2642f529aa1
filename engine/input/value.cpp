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
    : x_reading(reading), x_node(node), x_key(key), x_path(std::move(path)) {}

Value::Kind Value::kind() const {
  if (x_node == nullptr) return Kind::absent;
  switch (x_node->form) {
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
  if (x_node->is_boolean()) return Kind::boolean;
  return x_node->is_number() ? Kind::number : Kind::text;
}

double Value::number(const Interval& allowed) const {
  constexpr double unread = std::numeric_limits<double>::quiet_NaN();
  if (x_node == nullptr) return unread;
  if (!x_node->is_number()) {
    reject(allowed.to_text(), joined(allowed.why, remark_on_number(*x_node)));
    return unread;
  }
  const double value = read_number(x_node->text).value;
  if (allowed.contains(value)) return value;
  reject(allowed.to_text(), allowed.why);
  return unread;
}

std::int64_t Value::integer(const WholeNumbers& allowed) const {
  if (x_node == nullptr) return allowed.lower;
  const auto value = x_node->is_number() ? read_integer(x_node->text) : std::nullopt;
  if (value && allowed.contains(*value)) return *value;
  const bool has_fraction = x_node->is_number() && !value;
  reject(allowed.to_text(),
         joined(allowed.why,
                has_fraction ? "in digits, without point or exponent" : remark_on_number(*x_node)));
  return allowed.lower;
}

bool Value::boolean() const {
  if (x_node == nullptr) return false;
  if (!x_node->is_boolean()) reject("true or false");
  return x_node->text == "true";
}

std::string Value::text() const {
  if (x_node == nullptr) return {};
  if (!x_node->is_scalar() || x_node->text.empty()) {
    reject("a text");
    return {};
  }
  return x_node->text;
}

std::optional<std::size_t> Value::index_of_choice(const std::vector<std::string>& names) const {
  assert(!names.empty());
  if (x_node == nullptr) return std::nullopt;
  if (x_node->is_scalar()) {
    const auto found = std::find(names.begin(), names.end(), x_node->text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  reject(enumeration(names), {}, names);
  return std::nullopt;
}

std::vector<Value> Value::list(std::size_t at_least) const {
  std::vector<Value> values;
  if (x_node == nullptr) return values;
  if (x_node->form != Node::Form::list) {
    reject("a list");
    return values;
  }
  const auto& items = x_node->items;
  if (items.size() < at_least) {
    reject_because(
        fmt::format("the list has {} items, at least {} are needed", items.size(), at_least));
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    values.push_back(Value(x_reading, &items[i], nullptr, fmt::format("{}[{}]", x_path, i)));
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
  if (x_node != nullptr && x_node->form == Node::Form::record) {
    x_reading->x_state->open(*x_node, x_path);
    return Record(*this);
  }
  if (x_node != nullptr) reject("a mapping of `key: value` lines");
  Value unreadable = *this;
  unreadable.x_node = nullptr;
  return Record(std::move(unreadable));
}

Position Value::position() const {
  return x_node != nullptr ? x_node->position() : Position{};
}

Position Value::key_position() const {
  return x_key != nullptr ? x_key->position() : position();
}

std::string Value::found() const {
  return x_node != nullptr ? x_node->described() : "nothing";
}

void Value::reject(std::string allowed, std::string why, std::span<const std::string> names) const {
  if (x_node == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = x_path;
  diagnostic.found = x_node->described();
  diagnostic.allowed = std::move(allowed);
  diagnostic.why = std::move(why);
  if (x_node->is_scalar())
    diagnostic.suggestion = nearest_spelling(x_node->text, names).value_or("");
  // A key without a value has no place of its own that a reader would look for.
  const bool at_key = x_node->form == Node::Form::empty && x_key != nullptr;
  x_reading->x_state->note(at_key ? *x_key : *x_node, std::move(diagnostic));
}

void Value::reject_because(std::string why) const {
  if (x_node == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = x_path;
  diagnostic.why = std::move(why);
  x_reading->x_state->note(*x_node, std::move(diagnostic));
}

void Value::reject_key(std::string why, std::span<const std::string> names) const {
  if (x_node == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.path = x_path;
  diagnostic.why = std::move(why);
  if (x_key != nullptr) diagnostic.suggestion = nearest_spelling(x_key->text, names).value_or("");
  x_reading->x_state->note(x_key != nullptr ? *x_key : *x_node, std::move(diagnostic));
}

}  // namespace trialmill::input
