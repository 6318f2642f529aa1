// The JSON Schema of scenario files knows what the reader knows: every shipped scenario, and the
// examples of the README, are valid by it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "course_scenario.hpp"
#include "trialmill/input/document.hpp"
#include "trialmill/scenario/read_study.hpp"

namespace trialmill::scenario {
namespace {

using nlohmann::json;

const std::filesystem::path root = TRIALMILL_SOURCE_DIR;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

// As much of JSON Schema as our schema uses for structure. Bounds of numbers and patterns of names
// are left to the reader's own tests.
class Schema {
 public:
  Schema() : schema_(json::parse(text_of(root / "engine/cli/scenario.schema.json"))) {}

  bool accepts(const json& document) const { return accepts(document, schema_); }

 private:
  bool accepts(const json& value, const json& rule) const {
    if (rule.contains("$ref") && !accepts(value, referred(rule["$ref"]))) return false;
    if (rule.contains("const") && value != rule["const"]) return false;
    if (rule.contains("enum") && !contains(rule["enum"], value)) return false;
    for (const char* choice : {"anyOf", "oneOf"})
      if (rule.contains(choice) && !any(value, rule[choice])) return false;
    return has_type(value, rule) && accepts_members(value, rule);
  }

  const json& referred(const std::string& reference) const {
    return schema_.at(json::json_pointer(reference.substr(1)));
  }

  static bool contains(const json& list, const json& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  bool any(const json& value, const json& rules) const {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const json& rule) { return accepts(value, rule); });
  }

  static bool has_type(const json& value, const json& rule) {
    const std::string type = rule.value("type", "");
    return type.empty() || (type == "object" && value.is_object()) ||
           (type == "array" && value.is_array()) || (type == "string" && value.is_string()) ||
           (type == "boolean" && value.is_boolean()) || (type == "number" && value.is_number()) ||
           (type == "integer" && value.is_number());
  }

  bool accepts_members(const json& value, const json& rule) const {
    if (value.is_array() && rule.contains("items"))
      return std::all_of(value.begin(), value.end(),
                         [&](const json& item) { return accepts(item, rule["items"]); });
    if (!value.is_object()) return true;
    for (const json& key : rule.value("required", json::array()))
      if (!value.contains(key.get<std::string>())) return false;
    if (value.size() < rule.value("minProperties", 0U) ||
        value.size() > rule.value("maxProperties", 1000U))
      return false;
    const json properties = rule.value("properties", json::object());
    for (const auto& [key, member] : value.items()) {
      if (properties.contains(key)) {
        if (!accepts(member, properties[key])) return false;
      } else if (rule.contains("additionalProperties")) {
        const json& others = rule["additionalProperties"];
        if (others == false || (others.is_object() && !accepts(member, others))) return false;
      }
    }
    return true;
  }

  json schema_;
};

bool accepted(const input::Document& document) {
  static const Schema schema;
  return schema.accepts(json::parse(document.canonical_text()));
}

TEST(ScenarioSchema, AcceptsEveryShippedScenario) {
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "scenarios")) {
    if (entry.path().extension() != ".yaml" || entry.path().parent_path().stem() == "evidence")
      continue;
    EXPECT_TRUE(accepted(input::read_yaml_file(entry.path()))) << entry.path();
    ++scenarios;
  }
  EXPECT_GE(scenarios, 11U);
}

TEST(ScenarioSchema, AcceptsAWholeCourse) {
  EXPECT_TRUE(accepted(input::read_yaml_text(course_text, "course.yaml")));
}

TEST(ScenarioSchema, RefusesMisspeltKeysOfACourse) {
  for (const auto& [right, wrong] : std::vector<std::pair<std::string, std::string>>{
           {"published_cohort", "publishd_cohort"},
           {"clock: reset", "clock: backward"},
           {"surgery_at_months", "surgery_at_month"},
           {"missed", "mised"},
           {"no_surgery_by_months", "no_surgery_until_months"},
           {"proportion: r0", "proportion: r4"},
           {"delay_by_morbidity_months", "delay_months"},
           {"odds_ratio: 0.6", "odds_ration: 0.6"}}) {
    std::string text = course_text;
    text.replace(text.find(right), right.size(), wrong);
    EXPECT_FALSE(accepted(input::read_yaml_text(text, "course.yaml"))) << wrong;
  }
}

TEST(ReadmeScenarios, AreValid) {
  const std::string readme = text_of(root / "README.md");
  const std::string opening = "```yaml\ntrialmill: 1";
  std::size_t examples = 0;
  for (auto start = readme.find(opening); start != std::string::npos;
       start = readme.find(opening, start + 1), ++examples) {
    const auto end = readme.find("```", start + 8);
    const auto document = input::read_yaml_text(readme.substr(start + 8, end - start - 8),
                                                (root / "README.md").string());
    EXPECT_TRUE(accepted(document)) << examples;
    EXPECT_NO_THROW(read_study(document)) << examples;
  }
  EXPECT_EQ(examples, 2U) << "one event, and a whole course";
}

}  // namespace
}  // namespace trialmill::scenario
