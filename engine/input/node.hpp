#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "input/source.hpp"

namespace trialmill::input {

/// One value of a document, aliases resolved: a tree of values without sharing or cycles.
struct Node {
  enum class Form { empty, plain, quoted, list, record };

  Form form = Form::empty;
  std::string text;         ///< of a scalar
  std::vector<Node> keys;   ///< of a record, one for each item
  std::vector<Node> items;  ///< of a list or record
  std::shared_ptr<const Source> source;
  std::size_t offset = 0;  ///< in the source's text

  Position position() const { return source->position(offset); }
  bool is_scalar() const { return form == Form::plain || form == Form::quoted; }
  bool is_empty_text() const { return is_scalar() && text.empty(); }

  /// The item under a key, none if there is none or this is no record.
  const Node* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].text == key) return &items[i];
    }
    return nullptr;
  }

  bool is_number() const;
  bool is_boolean() const { return form == Form::plain && (text == "true" || text == "false"); }

  /// As written, for a message: "-4.1", "`enrolment`", "\"5\"", "a list", "a mapping", "no value".
  std::string described() const;
};

}  // namespace trialmill::input
