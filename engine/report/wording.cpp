#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace trialmill::report {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string last_segment(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

/// Does the last word of a key say nothing without the one before it?
bool is_vague(const std::string& segment) {
  constexpr std::string_view vague[] = {"probability",      "per_year",   "per_month",
                                        "hazard_per_month", "prevalence", "odds_ratio",
                                        "survival",         "months"};
  return std::ranges::find(vague, segment) != std::end(vague);
}

/// "low" of "arms.low.effects.os.hazard_ratio"; empty of other keys.
std::string arm_of(const std::string& key) {
  constexpr std::string_view section = "arms.";
  if (!key.starts_with(section)) return "";
  return key.substr(section.size(), key.find('.', section.size()) - section.size());
}

/// "recurrence" of "arms.new.recurrence.hazard_ratio", when another key ends alike or the end alone
/// says too little; else empty.
std::string distinguishing_parent(const std::string& key,
                                  const std::vector<std::string>& all_keys) {
  const auto alike = std::count_if(all_keys.begin(), all_keys.end(), [&](const std::string& other) {
    return last_segment(other) == last_segment(key);
  });
  const std::size_t dot = key.rfind('.');
  const bool enough = alike < 2 && !is_vague(last_segment(key));
  if (enough || dot == std::string::npos) return "";
  const std::string parent = last_segment(key.substr(0, dot));
  const bool unique = std::none_of(all_keys.begin(), all_keys.end(), [&](const std::string& other) {
    const std::size_t cut = other.rfind('.');
    return other != key && cut != std::string::npos && last_segment(other.substr(0, cut)) == parent;
  });
  if (unique) return spaced(parent);
  const std::string arm = arm_of(key);
  const bool arms_differ =
      !arm.empty() && std::ranges::count(all_keys, arm, [](const std::string& other) {
                        return arm_of(other);
                      }) == 1;
  return spaced(arms_differ ? arm : key.substr(0, dot));
}

std::string sidedness(int sided) {
  return sided == 1 ? "one-sided" : "two-sided";
}

// "fixed sequence", "Holm".
std::string spaced_procedure(const std::string& procedure) {
  if (procedure == "fixed-sequence") return "fixed sequence";
  return procedure == "graphical" ? procedure : capitalised(procedure);
}

std::string with_thousands(std::string digits) {
  for (std::size_t i = digits.size(); i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits;
}

/// Value of an option of the analysis's test; empty when it is at its default.
std::string option(const result::AnalysisResult& analysis, std::string_view key) {
  for (const result::AnalysisOption& known : analysis.options)
    if (known.key == key) {
      const auto* number = std::get_if<double>(&known.value);
      return number ? number_words(*number) : std::get<std::string>(known.value);
    }
  return "";
}

std::string cox_words(const result::AnalysisResult& analysis) {
  std::string words = "Cox";
  if (!option(analysis, "penalty").empty()) words = "Firth " + words;
  if (!option(analysis, "standard_error").empty()) words = "robust " + words;
  const std::string statistic = option(analysis, "statistic");
  return statistic.empty() ? words : words + " " + statistic;
}

std::string plain_test_words(const result::AnalysisResult& analysis) {
  if (analysis.test == "cox") return cox_words(analysis);
  if (analysis.test == "rmst") return "RMST to " + option(analysis, "tau_months") + " months";
  if (analysis.test == "milestone") {
    const std::string scale = option(analysis, "scale");
    return "milestone at " + option(analysis, "at_months") + " months" +
           (scale.empty() ? "" : ", " + scale);
  }
  if (analysis.test == "win-ratio") return "win ratio of " + option(analysis, "outcomes");
  return spaced(analysis.test);
}

std::string test_words(const result::AnalysisResult& analysis) {
  if (analysis.test == "max-combo") return "MaxCombo " + analysis.weight;
  const std::string margin = option(analysis, "margin");
  const std::string test =
      plain_test_words(analysis) + (margin.empty() ? "" : ", margin " + margin);
  if (analysis.weight.empty()) return test;
  const bool harrington = analysis.weight.starts_with("fh(");
  return (harrington ? "FH" + analysis.weight.substr(2) : analysis.weight) + " " + test;
}

/// Letters and digits only, so that "log_rank" says "log-rank".
std::string letters(const std::string& text) {
  std::string out;
  for (const char c : lower(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out;
}

/// "high against control", "control, low and high"; nothing in a trial of two arms.
std::string arms_words(const result::AnalysisResult& analysis) {
  const std::vector<std::string>& arms = analysis.arms;
  if (arms.empty()) return "";
  if (arms.size() == 2) return spaced(arms[1]) + " against " + spaced(arms[0]);
  std::string words;
  for (std::size_t k = 0; k < arms.size(); ++k)
    words += (k == 0 ? "" : k + 1 == arms.size() ? " and " : ", ") + spaced(arms[k]);
  return words;
}

/// "10,000" or "2,000 to 10,000": replicates of the points that have any, or of all points.
std::string replicates_range(const result::Result& result, bool only_simulated) {
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max(), most = 0;
  for (const auto& point : result.points) {
    if (only_simulated && point.replicates == 0) continue;
    fewest = std::min(fewest, point.replicates);
    most = std::max(most, point.replicates);
  }
  if (fewest >= most) return count_words(most);
  return fmt::format("{} to {}", count_words(fewest), count_words(most));
}

}  // namespace

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string out;
  for (const std::string& part : parts)
    out += (out.empty() ? "" : separator) + part;
  return out;
}

std::string key_words(const std::string& key, const std::vector<std::string>& all_keys) {
  if (key == "sample_size") return "Patients randomised";
  const std::string parent = distinguishing_parent(key, all_keys);
  std::string words = spaced(last_segment(key));
  if (key.ends_with("hazard_ratio"))
    words += !parent.empty() && parent == spaced(arm_of(key)) ? ", over control"
                                                              : ", experimental over control";
  return capitalised(parent.empty() ? words : parent + ": " + words);
}

std::string short_key_words(const std::string& key, const std::vector<std::string>& all_keys) {
  if (key == "sample_size") return "patients";
  const std::string parent = distinguishing_parent(key, all_keys);
  const std::string words = spaced(last_segment(key));
  return parent.empty() ? words : parent + " " + words;
}

std::string number_words(double value) {
  if (std::isnan(value)) return "-";
  if (value >= 1000 && value < 1e15 && value == std::floor(value))
    return with_thousands(fmt::format("{:.0f}", value));
  return fmt::format("{:.6g}", value);
}

std::string count_words(std::uint64_t count) {
  return with_thousands(fmt::format("{}", count));
}

std::string analysis_words(const result::AnalysisResult& analysis, bool with_endpoint) {
  const std::string test = test_words(analysis);
  const bool said = letters(analysis.name).find(letters(test)) != std::string::npos;
  std::string details = said ? "" : test;
  if (with_endpoint && letters(analysis.name).find(letters(analysis.endpoint)) == std::string::npos)
    details += (details.empty() ? "" : ", ") + analysis.endpoint;
  const std::string arms = arms_words(analysis);
  if (!arms.empty()) details += (details.empty() ? "" : ", ") + arms;
  const std::string name = spaced(analysis.name);
  return details.empty() ? name : fmt::format("{} ({})", name, details);
}

std::string replicates_words(const result::Result& result) {
  const std::string count = replicates_range(result, true);
  return fmt::format("{} replicate{}{}", count, count == "1" ? "" : "s",
                     result.points.size() > 1 ? " per point" : "");
}

std::string level_words(const result::Result& result) {
  using NamedLevel = std::pair<std::string, std::string>;  // of an analysis
  std::vector<NamedLevel> levels;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses)
      if (std::none_of(levels.begin(), levels.end(),
                       [&](const auto& known) { return known.first == analysis.name; }))
        levels.emplace_back(analysis.name, fmt::format("{} level {}", sidedness(analysis.sided),
                                                       number_words(analysis.alpha)));
  if (levels.empty()) return "";
  // A level that most analyses have goes without their names.
  const auto usual = std::ranges::find_if(levels, [&](const auto& level) {
    const auto same = std::ranges::count(levels, level.second, &NamedLevel::second);
    return 2 * same > std::ssize(levels);
  });
  std::vector<std::string> parts;
  for (const auto& [name, level] : levels)
    if (usual == levels.end() || level != usual->second)
      parts.push_back(fmt::format("{} for {}", level, spaced(name)));
  if (usual == levels.end()) return joined(parts, ", ");
  return parts.empty() ? usual->second
                       : fmt::format("{}, but {}", usual->second, joined(parts, ", "));
}

std::string multiplicity_words(const result::Result& result) {
  const result::MultiplicityLabel* first = nullptr;
  bool same = true, same_level = true;
  for (const auto& point : result.points) {
    if (!point.multiplicity) continue;
    const result::MultiplicityLabel& label = point.multiplicity->label;
    if (!first) first = &label;
    for (std::size_t h = 0; h < label.hypotheses.size(); ++h)
      same = same && label.hypotheses[h].weight == first->hypotheses[h].weight;
    same_level = same_level && label.alpha == first->alpha;
  }
  if (!first) return "";
  const bool weights = same && (first->procedure == "graphical" || first->procedure == "holm" ||
                                first->procedure == "bonferroni");
  std::vector<std::string> hypotheses;
  for (const result::HypothesisLabel& one : first->hypotheses)
    hypotheses.push_back(spaced(one.name) +
                         (weights ? fmt::format(" ({})", number_words(one.weight)) : ""));
  return fmt::format("Hypotheses of the {} procedure{}: {}", spaced_procedure(first->procedure),
                     same_level ? ", familywise level " + number_words(first->alpha) : "",
                     joined(hypotheses, ", "));
}

std::string incomplete_words(const result::Result& result) {
  const std::string each = result.points.size() > 1 ? " per point" : "";
  if (result.precision)
    return fmt::format("Incomplete: the precision asked for is not reached, with {} replicates{}.",
                       replicates_range(result, false), each);
  const bool all = std::ranges::all_of(result.points, [&](const result::PointResult& point) {
    return point.replicates >= result.replicates;
  });
  if (all) return "Incomplete: the uncertain numbers were not drawn, so there is no assurance.";
  return fmt::format("Incomplete: only {} of {} replicates{} were computed.",
                     replicates_range(result, false), count_words(result.replicates), each);
}

std::vector<std::string> swept_keys(const result::Result& result) {
  std::vector<std::string> keys;
  for (const auto& point : result.points)
    for (const auto& [key, value] : point.set)
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  return keys;
}

double setting(const result::PointResult& point, const std::string& key) {
  for (const auto& [known, value] : point.set)
    if (known == key) return value;
  return std::numeric_limits<double>::quiet_NaN();
}

bool has_several_endpoints(const result::Result& result) {
  const std::string* first = nullptr;
  for (const auto& point : result.points)
    for (const auto& analysis : point.analyses) {
      if (first && *first != analysis.endpoint) return true;
      first = &analysis.endpoint;
    }
  return false;
}

}  // namespace trialmill::report
