#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

/// As much of an XML reader as the tests of figures need.
namespace trialmill::report::example {

struct Element {
  std::string tag;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> group_classes;  ///< of the groups around it, outermost first
  std::string text;                        ///< directly inside it, entities as written

  bool in_group(const std::string& css_class) const {
    for (const std::string& group : group_classes)
      if (group == css_class) return true;
    return false;
  }
  double number(const std::string& attribute) const { return std::stod(attributes.at(attribute)); }
};

struct Picture {
  std::vector<Element> elements;  ///< in document order
  std::string fault;              ///< why it is not well-formed XML; empty when it is

  std::vector<Element> all(const std::string& tag, const std::string& group = "") const {
    std::vector<Element> found;
    for (const Element& element : elements)
      if (element.tag == tag && (group.empty() || element.in_group(group)))
        found.push_back(element);
    return found;
  }
};

/// Attributes of a start tag; says what is wrong with them in `fault`.
inline std::map<std::string, std::string> read_attributes(const std::string& text,
                                                          std::string& fault) {
  std::map<std::string, std::string> attributes;
  std::size_t i = 0;
  while (true) {
    while (i < text.size() && text[i] == ' ')
      ++i;
    if (i >= text.size()) return attributes;
    const std::size_t equals = text.find("=\"", i);
    const std::size_t close = equals == std::string::npos ? equals : text.find('"', equals + 2);
    if (close == std::string::npos) {
      fault = "attribute without value: " + text;
      return attributes;
    }
    const std::string name = text.substr(i, equals - i);
    if (!attributes.emplace(name, text.substr(equals + 2, close - equals - 2)).second)
      fault = "attribute twice: " + name;
    i = close + 1;
  }
}

/// Is every "&" the start of one of XML's own entities?
inline bool entities_are_known(const std::string& text) {
  for (std::size_t at = text.find('&'); at != std::string::npos; at = text.find('&', at + 1)) {
    bool known = false;
    for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
      known = known || text.compare(at, std::string(entity).size(), entity) == 0;
    if (!known) return false;
  }
  return true;
}

inline Picture read_svg(const std::string& svg) {
  Picture picture;
  std::vector<std::size_t> open;
  if (!entities_are_known(svg)) picture.fault = "unknown entity";
  std::size_t at = svg.find("?>") + 2;
  while (picture.fault.empty()) {
    const std::size_t start = svg.find('<', at);
    const std::string text = svg.substr(at, start == std::string::npos ? start : start - at);
    if (text.find('>') != std::string::npos) picture.fault = "bare > in text";
    if (!open.empty()) picture.elements[open.back()].text += text;
    if (start == std::string::npos) break;
    const std::size_t end = svg.find('>', start);
    if (end == std::string::npos) {
      picture.fault = "tag without end";
      break;
    }
    std::string inside = svg.substr(start + 1, end - start - 1);
    at = end + 1;
    if (inside[0] == '/') {
      if (open.empty() || picture.elements[open.back()].tag != inside.substr(1))
        picture.fault = "closed but not open: " + inside;
      else
        open.pop_back();
      continue;
    }
    const bool empty = inside.back() == '/';
    if (empty) inside.pop_back();
    Element element;
    const std::size_t blank = inside.find(' ');
    element.tag = inside.substr(0, blank);
    if (blank != std::string::npos)
      element.attributes = read_attributes(inside.substr(blank), picture.fault);
    for (const std::size_t outer : open)
      if (picture.elements[outer].attributes.contains("class"))
        element.group_classes.push_back(picture.elements[outer].attributes.at("class"));
    picture.elements.push_back(element);
    if (!empty) open.push_back(picture.elements.size() - 1);
  }
  if (picture.fault.empty() && !open.empty()) picture.fault = "never closed";
  return picture;
}

struct Corner {
  double x = 0, y = 0;
};

/// The points of a polyline or polygon.
inline std::vector<Corner> corners(const Element& element) {
  std::istringstream words(element.attributes.at("points"));
  std::vector<Corner> points;
  for (std::string word; words >> word;) {
    const std::size_t comma = word.find(',');
    points.push_back({std::stod(word.substr(0, comma)), std::stod(word.substr(comma + 1))});
  }
  return points;
}

}  // namespace trialmill::report::example
