#include "input/yaml_builder.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace trialmill::input {
namespace {

// Behind the anchor, tag and comments that may precede a value.
std::size_t skip_properties(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (text[at] == '&' || text[at] == '!') {
      at = std::min(text.find_first_of(" \t\r\n", at), text.size());
    } else if (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n') {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

// Does the quoted scalar that begins here end? yaml-cpp takes the end of the file for a closing
// quote if a line end comes before it, and so would swallow the rest of a file.
bool is_closed(std::string_view text, std::size_t opening) {
  const bool is_double = text[opening] == '"';
  for (std::size_t at = opening + 1; at < text.size(); ++at) {
    if (is_double && text[at] == '\\') {
      ++at;
    } else if (text[at] == text[opening]) {
      const bool is_doubled = !is_double && at + 1 < text.size() && text[at + 1] == '\'';
      if (!is_doubled) return true;
      ++at;
    }
  }
  return false;
}

// yaml-cpp's events rather than its tree: they carry the position of an alias itself, tell quoted
// from plain scalars, show both of two equal keys, and let levels and values be counted before
// anything is stored.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

  Node take_root() { return std::move(root_); }
  std::size_t document_count() const { return documents_; }
  std::size_t last_offset() const { return last_offset_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "a second document begins here; one file holds one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(make_node(mark, Node::Form::empty), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag, "!");
    Node node = make_node(mark, tag == "!" ? Node::Form::quoted : Node::Form::plain);
    if (node.form == Node::Form::quoted) refuse_open_quote(node);
    node.text = value;
    place(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchored_.find(anchor);
    if (known == anchored_.end())
      fail(mark, "this alias stands inside the value it names, which would then never end");
    last_offset_ = offset_of(mark);
    charge(mark, known->second.values, open_.size() + known->second.levels);
    Node copy = known->second.node;
    copy.offset = last_offset_;
    place(std::move(copy), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Form::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Form::record);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    refuse_repeated_keys(open_.back().node);
    close();
  }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
  };
  struct Anchored {
    Node node;
    std::size_t values;
    std::size_t levels;
  };

  [[noreturn]] void fail(std::size_t offset, std::string why) const {
    throw InputError(source_->diagnose(offset, std::move(why)));
  }
  [[noreturn]] void fail(const YAML::Mark& mark, std::string why) const {
    fail(offset_of(mark), std::move(why));
  }

  std::size_t offset_of(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), source_->text.size());
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag, std::string_view also) const {
    if (!tag.empty() && tag != "?" && tag != also)
      fail(mark,
           fmt::format("tags such as {} are not used here; leave it out", in_backquotes(tag)));
  }

  void charge(const YAML::Mark& mark, std::size_t values, std::size_t levels) {
    values_ += values;
    if (values_ > yaml_most_values)
      fail(mark, fmt::format("more than {} values, counting each alias as all it stands for",
                             yaml_most_values));
    if (levels > yaml_most_levels)
      fail(mark, fmt::format("nested more than {} levels deep", yaml_most_levels));
  }

  Node make_node(const YAML::Mark& mark, Node::Form form) {
    charge(mark, 1, open_.size());
    Node node;
    node.form = form;
    node.source = source_;
    node.offset = last_offset_ = offset_of(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Form form) {
    refuse_tag(mark, tag, "?");
    open_.push_back({make_node(mark, form), anchor});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    place(std::move(done.node), done.anchor);
  }

  // A finished node becomes a key or an item of the innermost open one, or the root.
  void place(Node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) remember(node, anchor);
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Node& parent = open_.back().node;
    const bool is_key =
        parent.form == Node::Form::record && parent.keys.size() == parent.items.size();
    if (is_key) refuse_odd_key(node);
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  void remember(const Node& node, YAML::anchor_t anchor) {
    std::size_t values = 0;
    const std::size_t levels = measure(node, values);
    values_ += values;  // the copy kept for aliases counts, too
    anchored_.insert_or_assign(anchor, Anchored{node, values, levels});
  }

  static std::size_t measure(const Node& node, std::size_t& values) {
    values += 1 + node.keys.size();
    std::size_t levels = 0;
    for (const Node& item : node.items)
      levels = std::max(levels, 1 + measure(item, values));
    return levels;
  }

  void refuse_open_quote(const Node& scalar) const {
    const std::string_view text = source_->text;
    const std::size_t at = skip_properties(text, scalar.offset);
    const bool has_quote = at < text.size() && (text[at] == '\'' || text[at] == '"');
    if (has_quote && !is_closed(text, at)) fail(at, "this quote is never closed");
  }

  void refuse_odd_key(const Node& key) const {
    if (!key.is_scalar() || key.text.empty())
      fail(key.offset, "a key is a word, not " + key.described());
    if (key.form == Node::Form::plain && key.text == "<<")
      fail(key.offset, "merge keys (`<<`) are not used here; write the keys out");
  }

  void refuse_repeated_keys(const Node& record) const {
    std::vector<std::size_t> order(record.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) -> const std::string& { return record.keys[i].text; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    const auto repeated = std::adjacent_find(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) == key(b); });
    if (repeated == order.end()) return;
    const auto first = record.keys[*repeated].position();
    fail(record.keys[*std::next(repeated)].offset,
         fmt::format("key {} stands twice in this mapping, first in line {}",
                     in_backquotes(key(*repeated)), first.line));
  }

  std::shared_ptr<const Source> source_;
  Node root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchored> anchored_;
  std::size_t documents_ = 0;
  std::size_t values_ = 0;
  std::size_t last_offset_ = 0;
};

// The line that holds an offset, and where it begins.
std::pair<std::string_view, std::size_t> line_at(std::string_view text, std::size_t offset) {
  const std::size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {text.substr(begin, text.find('\n', begin) - begin), begin};
}

// What the parser's words mean in the two cases that people meet: a tab before a key, and a colon
// within a text. None: nothing better is known.
std::optional<std::pair<std::size_t, std::string>> in_plain_words(std::string_view text,
                                                                  std::size_t offset,
                                                                  const std::string& message) {
  const auto [line, begin] = line_at(text, offset);
  const std::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
  if (const std::size_t tab = indent.find('\t'); tab != std::string_view::npos)
    return std::pair(begin + tab, std::string("a tab cannot indent; use blanks"));
  const std::size_t colon = line.find(": ");
  if (message != "illegal map value" || colon == std::string_view::npos) return std::nullopt;
  const std::string key(line.substr(indent.size(), colon - indent.size()));
  std::string value(line.substr(colon + 2));
  if (value.empty() || value.find_first_of("\"\\{}[]#\r") != std::string::npos)
    return std::pair(offset, std::string("a colon and a blank begin a value: put a text that holds "
                                         "them in quotes"));
  return std::pair(offset, fmt::format("a colon and a blank begin a value: put the {} in quotes, "
                                       "{}: \"{}\"",
                                       key == "title" ? "title" : "text", key, value));
}

}  // namespace

Node build_tree(const std::shared_ptr<const Source>& source) {
  TreeBuilder builder(source);
  const auto refuse = [&](std::size_t offset, const std::string& why) {
    const auto within = std::min(offset, source->text.size());
    throw InputError(source->diagnose(within, "cannot be read as YAML: " + why));
  };
  std::istringstream stream(source->text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool placed = !error.mark.is_null();
    const std::size_t offset =
        placed ? static_cast<std::size_t>(error.mark.pos) : builder.last_offset();
    const auto plain =
        in_plain_words(source->text, std::min(offset, source->text.size()), error.msg);
    if (plain) throw InputError(source->diagnose(plain->first, plain->second));
    refuse(offset, error.msg);
  } catch (const std::logic_error& error) {
    // yaml-cpp lets a few errors of its own calls to the standard library through.
    refuse(builder.last_offset(), error.what());
  }
  Node root = builder.take_root();
  if (!root.source) root.source = source;
  return root;
}

}  // namespace trialmill::input
