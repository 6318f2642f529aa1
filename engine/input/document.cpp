#include "trialmill/input/document.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>
#include <vector>

#include "input/node.hpp"
#include "input/number_grammar.hpp"
#include "input/yaml_builder.hpp"

namespace trialmill::input {
namespace {

// Where a path leads. `node` is none if only the last key is absent from `parent`.
template <typename MaybeConstNode>
struct Destination {
  MaybeConstNode* parent = nullptr;
  MaybeConstNode* node = nullptr;
  std::string_view last_key;
};

class PathWalk {
 public:
  PathWalk(std::string_view path, Position from, std::string excerpt)
      : path_(path), rest_(path), from_(std::move(from)), excerpt_(std::move(excerpt)) {}

  template <typename MaybeConstNode>
  Destination<MaybeConstNode> walk(MaybeConstNode& root) {
    if (path_.empty()) fail("a path is missing", "");
    Destination<MaybeConstNode> at{nullptr, &root, {}};
    while (!rest_.empty()) {
      at.parent = at.node;
      const auto item = step(*at.parent);
      at.node = item ? &at.parent->items[*item] : nullptr;
      if (!item) {
        at.last_key = std::exchange(rest_, {});
      } else if (rest_.starts_with('.')) {
        rest_.remove_prefix(1);
        if (rest_.empty()) fail("the path ends in a dot", "");
      }
    }
    return at;
  }

  [[noreturn]] void fail(std::string why, std::string suggestion) const {
    throw InputError(Diagnostic{
        from_, std::string(path_), {}, {}, std::move(why), std::move(suggestion), excerpt_});
  }

 private:
  // The item that the next part of the path names, none for an absent last key.
  std::optional<std::size_t> step(const Node& node) {
    if (node.form == Node::Form::list && rest_.starts_with('[')) return step_to_index(node);
    if (node.form == Node::Form::list) return step_to_named_item(node);
    if (node.form == Node::Form::record && !rest_.starts_with('[')) return step_to_key(node);
    fail(fmt::format("{} has nothing below it that {} could name", node.described(),
                     in_backquotes(rest_)),
         "");
  }

  std::size_t step_to_index(const Node& list) {
    const std::size_t close = rest_.find(']');
    if (close == std::string_view::npos) fail("`[` without `]`", "");
    const auto index = read_integer(rest_.substr(1, close - 1));
    const auto size = static_cast<std::int64_t>(list.items.size());
    if (!index || *index < 0 || *index >= size)
      fail(fmt::format("the list has {} items, counted from [0]", size), "");
    rest_.remove_prefix(close + 1);
    return static_cast<std::size_t>(*index);
  }

  std::size_t step_to_named_item(const Node& list) {
    std::vector<std::string> names;
    for (const Node& item : list.items) {
      const Node* name = item.find("name");
      names.push_back(name == nullptr ? "" : name->text);
    }
    const auto chosen = longest_prefix(names);
    if (!chosen) refuse_segment("no item of the list has the name", names);
    rest_.remove_prefix(names[*chosen].size());
    return *chosen;
  }

  std::optional<std::size_t> step_to_key(const Node& record) {
    std::vector<std::string> names;
    for (const Node& key : record.keys)
      names.push_back(key.text);
    if (const auto chosen = longest_prefix(names)) {
      rest_.remove_prefix(names[*chosen].size());
      return chosen;
    }
    const bool is_last = rest_.find_first_of(".[") == std::string_view::npos;
    if (!is_last) refuse_segment("there is no", names);
    return std::nullopt;
  }

  // Names may hold dots, so the longest name that the rest of the path starts with is meant.
  std::optional<std::size_t> longest_prefix(const std::vector<std::string>& names) const {
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].empty() || !rest_.starts_with(names[i])) continue;
      const auto after = rest_.substr(names[i].size());
      if (!after.empty() && after[0] != '.' && after[0] != '[') continue;
      if (!chosen || names[i].size() > names[*chosen].size()) chosen = i;
    }
    return chosen;
  }

  [[noreturn]] void refuse_segment(std::string_view why, const std::vector<std::string>& names) {
    const auto segment = rest_.substr(0, rest_.find_first_of(".["));
    fail(fmt::format("{} {}", why, in_backquotes(segment)),
         nearest_spelling(segment, names).value_or(""));
  }

  std::string_view path_;
  std::string_view rest_;
  Position from_;
  std::string excerpt_;
};

void append_json_text(std::string& json, std::string_view text) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += c;
    }
  }
  json += '"';
}

// Whole numbers keep all their digits, others take the shortest form that reads back the same.
void append_scalar(std::string& json, const Node& node) {
  if (node.is_boolean()) {
    json += node.text;
  } else if (!node.is_number()) {
    append_json_text(json, node.text);
  } else if (const auto whole = read_integer(node.text)) {
    json += fmt::format("{}", *whole);
  } else {
    const double value = read_number(node.text).value;
    json += fmt::format("{}", value == 0 ? 0.0 : value);
  }
}

void append_json(std::string& json, const Node& node) {
  if (node.form == Node::Form::empty) {
    json += "null";
  } else if (node.is_scalar()) {
    append_scalar(json, node);
  } else {
    const bool is_record = node.form == Node::Form::record;
    json += is_record ? '{' : '[';
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) json += ',';
      if (is_record) {
        append_json_text(json, node.keys[i].text);
        json += ':';
      }
      append_json(json, node.items[i]);
    }
    json += is_record ? '}' : ']';
  }
}

}  // namespace

bool Node::is_number() const {
  return form == Form::plain && read_number(text).fault == NumberReading::Fault::none &&
         !has_leading_zero(text);
}

std::string Node::described() const {
  switch (form) {
    case Form::empty:
      return "no value";
    case Form::list:
      return "a list";
    case Form::record:
      return "a mapping";
    case Form::quoted:
      return "the text " + in_backquotes(text) + " in quotes";
    case Form::plain:
      break;
  }
  return is_number() ? text : in_backquotes(text);
}

Document::Document(std::shared_ptr<const Node> root, std::shared_ptr<const Source> source)
    : root_(std::move(root)), source_(std::move(source)) {}

const std::string& Document::name() const {
  return source_->name;
}

void Document::set(std::string_view path, std::string_view value_text,
                   std::optional<Position> from) {
  const bool from_file = from && from->file == source_->name;
  Position place =
      from.value_or(Position{"--set " + std::string(path) + "=" + std::string(value_text), 0, 0});
  std::string excerpt = from_file ? source_->excerpt(place) : "";

  Source written = *make_source(std::string(value_text), place.file, yaml_largest_size);
  written.standing_at = place;
  written.excerpt_there = excerpt;
  Node value = build_tree(std::make_shared<const Source>(written));

  auto root = std::make_shared<Node>(*root_);
  const auto at = PathWalk(path, place, excerpt).walk(*root);
  if (at.node != nullptr) {
    *at.node = std::move(value);
  } else {
    Node key;
    key.form = Node::Form::plain;
    key.text = std::string(at.last_key);
    key.source = value.source;
    at.parent->keys.push_back(std::move(key));
    at.parent->items.push_back(std::move(value));
  }
  root_ = std::move(root);
}

std::optional<double> Document::number_at(std::string_view path,
                                          std::optional<Position> from) const {
  const Position place = from.value_or(Position{source_->name, 0, 0});
  const bool from_file = from && from->file == source_->name;
  PathWalk way(path, place, from_file ? source_->excerpt(place) : "");
  const auto at = way.walk(*root_);
  if (at.node == nullptr) return std::nullopt;
  if (!at.node->is_number())
    way.fail(fmt::format("names {}, not a number", at.node->described()), "");
  return read_number(at.node->text).value;
}

std::string Document::canonical_text() const {
  std::string json;
  append_json(json, *root_);
  return json;
}

Document read_yaml_text(std::string text, std::string name) {
  const auto source = make_source(std::move(text), std::move(name), yaml_largest_size);
  Node root = build_tree(source);
  if (root.form == Node::Form::empty)
    throw InputError(source->diagnose(0, "there is nothing in this file"));
  if (root.form != Node::Form::record) {
    Diagnostic diagnostic = source->diagnose(root.offset, "a colon is followed by a blank");
    diagnostic.found = root.described();
    diagnostic.allowed = "a mapping of `key: value` lines";
    throw InputError(std::move(diagnostic));
  }
  return Document(std::make_shared<const Node>(std::move(root)), source);
}

Document read_yaml_file(const std::filesystem::path& path) {
  return read_yaml_text(read_whole_file(path, yaml_largest_size), path.string());
}

}  // namespace trialmill::input
