#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "input/node.hpp"
#include "trialmill/input/record.hpp"

namespace trialmill::input {

/// What a reading knows besides the documents: the mistakes so far and, for every record it opened,
/// the keys it asked for.
struct Reading::State {
  struct Opened {
    const Node* record;
    std::string path;
    std::vector<std::string> asked;             // in the order asked, each once
    std::map<std::string, Diagnostic> missing;  // demanded keys that are not there
    bool forgiven = false;
  };

  std::vector<std::shared_ptr<const Node>> documents;
  std::deque<Opened> opened;  // in the order opened, so that messages never depend on addresses
  std::map<const Node*, Opened*> opened_by_node;
  std::vector<Diagnostic> diagnostics;
  std::size_t further = 0;  // seen after `diagnostics` was full

  void note(const Node& at, Diagnostic diagnostic);
  void note(Diagnostic diagnostic);
  Opened& open(const Node& record, const std::string& path);
  void ask(const Node& record, const std::string& path, std::string_view key);
  void note_unread(Opened& notes);
};

}  // namespace trialmill::input
