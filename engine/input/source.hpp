#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::input {

/// A text and the name it is known by. Nodes and fields remember their byte offset in it; lines and
/// columns are counted only when somebody asks.
struct Source {
  std::string name;
  std::string text;
  /// Set for the text of an override: everything in it is at this one place.
  std::optional<Position> standing_at = std::nullopt;
  std::string excerpt_there = {};

  Position position(std::size_t offset) const;
  std::string excerpt(const Position& position) const;

  /// A diagnostic at the offset, excerpt included, with the sentence `why`.
  Diagnostic diagnose(std::size_t offset, std::string why, std::string path = {}) const;
};

/// Reads at most `largest_size` bytes. Throws `InputError` if it cannot, or if there are more.
std::string read_whole_file(const std::filesystem::path& path, std::size_t largest_size);

/// A source ready for a parser: the byte-order mark is gone, and the rest is UTF-8 without control
/// characters other than tabs and line ends (LF or CRLF). Otherwise throws `InputError`.
std::shared_ptr<const Source> make_source(std::string text, std::string name,
                                          std::size_t largest_size);

}  // namespace trialmill::input
