#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "result/tally_bytes.hpp"
#include "trialmill/result/shard.hpp"

namespace trialmill::result {
namespace {

using Json = nlohmann::ordered_json;

struct Difference {
  std::string path;
  std::string first, second;
};

// A value as it is shown; a long one is cut.
std::string shown(const Json* value) {
  constexpr std::size_t longest = 60;
  if (!value) return "absent";
  const std::string text = value->dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= longest ? text : text.substr(0, longest - 3) + "...";
}

std::optional<Difference> first_difference(const std::string& path, const Json* first,
                                           const Json* second);

std::optional<Difference> member_difference(const std::string& path, const Json& first,
                                            const Json& second) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  const auto member = [](const Json& record, const std::string& key) {
    return record.contains(key) ? &record.at(key) : nullptr;
  };
  for (const auto& [key, value] : first.items())
    if (auto found = first_difference(below(key), &value, member(second, key))) return found;
  for (const auto& [key, value] : second.items())
    if (auto found = first_difference(below(key), member(first, key), &value)) return found;
  return std::nullopt;
}

std::optional<Difference> item_difference(const std::string& path, const Json& first,
                                          const Json& second) {
  for (std::size_t k = 0; k < std::max(first.size(), second.size()); ++k)
    if (auto found =
            first_difference(fmt::format("{}[{}]", path, k), k < first.size() ? &first[k] : nullptr,
                             k < second.size() ? &second[k] : nullptr))
      return found;
  return std::nullopt;
}

std::optional<Difference> first_difference(const std::string& path, const Json* first,
                                           const Json* second) {
  if (first && second && first->is_object() && second->is_object())
    return member_difference(path, *first, *second);
  if (first && second && first->is_array() && second->is_array())
    return item_difference(path, *first, *second);
  if (first && second && first->dump() == second->dump()) return std::nullopt;
  return Difference{path, shown(first), shown(second)};
}

std::string words(const std::string& what, const Difference& difference, std::string_view there,
                  std::string_view here) {
  return fmt::format("{} differs at {}: {} {}, {} {}", what, difference.path, difference.first,
                     there, difference.second, here);
}

std::optional<std::string> text_difference(const StudyText& first, const StudyText& second,
                                           std::string_view there, std::string_view here) {
  const auto difference_of = [](const std::string& a, const std::string& b) {
    const Json one = Json::parse(a), other = Json::parse(b);
    return first_difference("", &one, &other);
  };
  if (const auto found = difference_of(first.scenario, second.scenario))
    return words("the scenario", *found, there, here);
  for (std::size_t k = 0; k < std::min(first.evidence.size(), second.evidence.size()); ++k)
    if (const auto found = difference_of(first.evidence[k].second, second.evidence[k].second))
      return words("the evidence file " + second.evidence[k].first, *found, there, here);
  return fmt::format("the scenario's digest is {} {}, {} {}", first.digest, there, second.digest,
                     here);
}

// Runs of both that are the same blocks; where one is longer, its tallies cannot be told apart.
std::optional<std::uint64_t> contradiction(const FinishedBlocks& first,
                                           const FinishedBlocks& second) {
  const auto bytes = [](const std::vector<Tally>& tallies) {
    std::string out;
    for (const Tally& tally : tallies)
      append_tally(out, tally);
    return out;
  };
  for (const auto& [block, run] : first.runs()) {
    const auto other = second.runs().find(block);
    if (other != second.runs().end() && other->second.level == run.level &&
        bytes(other->second.tallies) != bytes(run.tallies))
      return block;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> difference(const Shard& first, const Shard& second,
                                      std::string_view there, std::string_view here) {
  if (first.study.digest != second.study.digest)
    return text_difference(first.study, second.study, there, here);
  if (first.study.seed != second.study.seed)
    return fmt::format("the seed is {} {}, {} {}", first.study.seed, there, second.study.seed,
                       here);
  if (first.fingerprint != second.fingerprint)
    return fmt::format(
        "its arithmetic gives other last digits: its numeric fingerprint is {} {}, {} {} (another "
        "CPU or mathematical library)",
        first.fingerprint, there, second.fingerprint, here);
  return std::nullopt;
}

std::optional<std::pair<std::size_t, std::uint64_t>> contradiction(const Shard& first,
                                                                   const Shard& second) {
  for (std::size_t d = 0; d < std::min(first.designs.size(), second.designs.size()); ++d)
    if (const auto block = contradiction(first.designs[d], second.designs[d]))
      return std::pair{d, *block};
  return std::nullopt;
}

}  // namespace trialmill::result
