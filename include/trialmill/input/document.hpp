#pragma once

/// A YAML file in memory, with the position of everything in it.
///
/// What is taken from YAML: mappings, sequences, plain and quoted scalars, comments, anchors and
/// aliases. What is refused, each with a message that says so: tags, merge keys (`<<`), keys that
/// are not text, a key twice in one mapping, a second document, aliases that contain themselves.
/// Any sequence of bytes either loads or gives one `InputError`: bytes that are not UTF-8 text,
/// more than 1 MiB, more than 64 levels and more than 200,000 values (an alias counts as all it
/// stands for) are errors.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::input {

struct Node;    // engine/input/node.hpp
struct Source;  // engine/input/source.hpp

class Document {
 public:
  /// Overrides one value: `set("analyses[0].alpha", "0.05")`. The path is dotted; a list item is
  /// named by its index from 0, `analyses[0]`, or by its `name` key, `analyses.primary`. The text
  /// is read as YAML, so it may be a list. The last key may be absent from an existing mapping and
  /// is then added (whether it belongs there, the reader judges); everything before it must exist.
  /// The value's position becomes `from`, by default "--set path=text". Throws `InputError`.
  void set(std::string_view path, std::string_view value_text,
           std::optional<Position> from = std::nullopt);

  /// The number at a path; none if only its last key is absent. Throws `InputError` if the path
  /// leads nowhere or to something other than a number. `from` is the position to complain about.
  std::optional<double> number_at(std::string_view path,
                                  std::optional<Position> from = std::nullopt) const;

  /// The content as one line of JSON in the order written: aliases resolved, numbers in their
  /// shortest form, comments and layout gone. Two documents with the same canonical text mean the
  /// same; use it with `digest`.
  std::string canonical_text() const;

  /// The name it was read under, as it appears in positions.
  const std::string& name() const;

 private:
  friend class Reading;
  friend Document read_yaml_text(std::string text, std::string name);
  Document(std::shared_ptr<const Node> root, std::shared_ptr<const Source> source);

  std::shared_ptr<const Node> root_;  // never changed in place: copies of a document share it
  std::shared_ptr<const Source> source_;
};

/// Reads a file whose top level is a mapping. Throws `InputError`, also if there is no such file.
Document read_yaml_file(const std::filesystem::path& path);

/// The same for text in memory; `name` stands for the file in positions.
Document read_yaml_text(std::string text, std::string name);

}  // namespace trialmill::input
