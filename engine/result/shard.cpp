#include "trialmill/result/shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "result/tally_bytes.hpp"
#include "trialmill/input/digest.hpp"

namespace trialmill::result {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view schema = "trialmill.shard/1";
constexpr std::size_t digest_length = 32;

// Tells builds apart whose tallies have other fields, or are written in another way.
std::string layout() {
  Tally tally;
  tally.events.add(0.1);
  for (const double value : {1, 2, 7, 7})
    tally.events_distribution.add(value);
  tally.analyses.resize(1);
  tally.analyses.front().looks.resize(1);
  tally.pathway.resize(1);
  tally.imbalance.resize(1);
  std::string bytes;
  append_tally(bytes, tally);
  return input::digest(bytes);
}

// Replicates, first and last, for people who look into the file.
Json finished_replicates(const FinishedBlocks& blocks) {
  Json ranges = Json::array();
  std::uint64_t begin = 0, end = 0;
  const auto close = [&] {
    if (end > begin) ranges.push_back({begin + 1, end});
  };
  const auto extend = [&](std::uint64_t first, std::uint64_t last) {
    if (first != end) {
      close();
      begin = first;
    }
    end = last;
  };
  for (const auto& [first, run] : blocks.runs())
    extend(first * block_replicates, (first + (std::uint64_t{1} << run.level)) * block_replicates);
  if (const auto& tail = blocks.tail())
    extend(tail->block * block_replicates, tail->block * block_replicates + tail->replicates);
  close();
  return ranges;
}

Json header_of(const Shard& shard, const std::vector<FinishedBlocks>& designs) {
  Json finished = Json::array(), evidence = Json::array();
  for (const FinishedBlocks& blocks : designs)
    finished.push_back(finished_replicates(blocks));
  for (const auto& [file, text] : shard.study.evidence)
    evidence.push_back({{"file", file}, {"text", text}});
  Json header = {{"schema", schema},
                 {"name", shard.name},
                 {"version", shard.version},
                 {"tally_layout", layout()},
                 {"scenario", {{"file", shard.scenario_file}, {"digest", shard.study.digest}}},
                 {"arguments", shard.arguments},
                 {"seed", shard.study.seed},
                 {"replicates", shard.replicates}};
  if (shard.precision) header["precision"] = *shard.precision;
  header.update({{"shard", shard.number},
                 {"of", shard.of},
                 {"complete", shard.complete},
                 {"fingerprint", shard.fingerprint},
                 {"cpu_seconds", shard.cpu_seconds},
                 {"wall_seconds", shard.wall_seconds},
                 {"threads", shard.threads},
                 {"finished_replicates_by_design", finished},
                 {"scenario_text", shard.study.scenario},
                 {"evidence", evidence}});
  return header;
}

void append_blocks(std::string& body, const FinishedBlocks& blocks) {
  const auto append_tallies = [&](const std::vector<Tally>& tallies) {
    append_number(body, tallies.size());
    for (const Tally& tally : tallies)
      append_tally(body, tally);
  };
  append_number(body, blocks.runs().size());
  for (const auto& [first, run] : blocks.runs()) {
    append_number(body, first);
    append_number(body, run.level);
    append_tallies(run.tallies);
  }
  append_number(body, blocks.tail() ? 1 : 0);
  if (!blocks.tail()) return;
  append_number(body, blocks.tail()->block);
  append_number(body, blocks.tail()->replicates);
  append_tallies(blocks.tail()->tallies);
}

FinishedBlocks read_blocks(TallyReader& reader) {
  const auto read_tallies = [&] {
    std::vector<Tally> tallies;
    for (std::size_t left = reader.count(); left > 0; --left)
      tallies.push_back(reader.tally());
    return tallies;
  };
  FinishedBlocks blocks;
  for (std::size_t left = reader.count(); left > 0; --left) {
    const std::uint64_t first = reader.number();
    const std::uint64_t level = reader.number();
    if (level > 40 || first % (std::uint64_t{1} << level) != 0)
      throw ShardError("its tallies cannot be read");
    blocks.add_run(first, {static_cast<unsigned>(level), read_tallies()});
  }
  if (reader.number() == 0) return blocks;
  FinishedBlocks::Tail tail;
  tail.block = reader.number();
  tail.replicates = reader.number();
  tail.tallies = read_tallies();
  blocks.add_tail(std::move(tail));
  return blocks;
}

struct Parts {
  std::string_view header, body;
};

// "trialmill.shard/1 HEADER BODY", both in bytes.
Parts parts_of(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  if (bytes.empty()) throw ShardError("is empty");
  if (!bytes.starts_with("trialmill.shard/") || line == std::string_view::npos)
    throw ShardError("is damaged, or no shard file");
  std::size_t lengths[2] = {0, 0};
  const char* at = bytes.data() + std::min(line, schema.size());
  const char* end = bytes.data() + line;
  if (bytes.substr(0, schema.size()) != schema)
    throw ShardError("is damaged, or of another format");
  for (std::size_t& length : lengths) {
    if (at == end || *at != ' ') throw ShardError("is damaged in its first line");
    const auto [stop, error] = std::from_chars(at + 1, end, length);
    if (error != std::errc{} || length > bytes.size())
      throw ShardError("is cut short, or damaged in its first line");
    at = stop;
  }
  const std::size_t content = line + 1 + lengths[0] + lengths[1];
  if (at != end) throw ShardError("is damaged in its first line");
  if (bytes.size() < content + digest_length + 1)
    throw ShardError(
        fmt::format("is cut short: {} of {} bytes", bytes.size(), content + digest_length + 1));
  if (bytes.size() > content + digest_length + 1 || bytes.back() != '\n' ||
      bytes.substr(content, digest_length) != input::digest(bytes.substr(0, content)))
    throw ShardError("is damaged: its checksum does not fit its content");
  return {bytes.substr(line + 1, lengths[0]), bytes.substr(line + 1 + lengths[0], lengths[1])};
}

Shard read_header(const Json& header) {
  Shard shard;
  shard.name = header.at("name");
  shard.version = header.at("version");
  shard.study.scenario = header.at("scenario_text");
  for (const Json& evidence : header.at("evidence"))
    shard.study.evidence.emplace_back(evidence.at("file"), evidence.at("text"));
  shard.study.digest = header.at("scenario").at("digest");
  shard.study.seed = header.at("seed");
  shard.scenario_file = header.at("scenario").at("file");
  shard.arguments = header.at("arguments");
  shard.replicates = header.at("replicates");
  if (header.contains("precision")) shard.precision = header.at("precision").get<double>();
  shard.number = header.at("shard");
  shard.of = header.at("of");
  shard.complete = header.at("complete");
  shard.fingerprint = header.at("fingerprint");
  shard.cpu_seconds = header.at("cpu_seconds");
  shard.wall_seconds = header.at("wall_seconds");
  shard.threads = header.at("threads");
  return shard;
}

void require_same_program(const Json& header, std::string_view version) {
  if (header.at("version") != version)
    throw OtherProgram(fmt::format("was written by version {}; this is {}",
                                   header.at("version").get<std::string>(), version));
  if (header.at("tally_layout") != layout())
    throw OtherProgram(fmt::format("was written by another build of version {}", version));
}

}  // namespace

std::string to_bytes(const Shard& shard) {
  return to_bytes(shard, shard.designs);
}

std::string to_bytes(const Shard& shard, const std::vector<FinishedBlocks>& designs) {
  const std::string header =
      header_of(shard, designs).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::string body;
  append_number(body, designs.size());
  for (const FinishedBlocks& blocks : designs)
    append_blocks(body, blocks);
  std::string bytes = fmt::format("{} {} {}\n", schema, header.size(), body.size()) + header + body;
  return bytes + input::digest(bytes) + "\n";
}

Shard read_shard(std::string_view bytes, std::string_view name, std::string_view version) {
  const Parts parts = parts_of(bytes);
  try {
    const Json header = Json::parse(parts.header);
    if (header.at("name") != name)
      throw ShardError(
          fmt::format("was renamed: it was written as {}", header.at("name").get<std::string>()));
    require_same_program(header, version);
    Shard shard = read_header(header);
    TallyReader reader(parts.body);
    for (std::size_t left = reader.count(); left > 0; --left)
      shard.designs.push_back(read_blocks(reader));
    if (!reader.at_end()) throw ShardError("its tallies cannot be read");
    return shard;
  } catch (const Json::exception&) {
    throw ShardError("its header cannot be read");
  }
}

}  // namespace trialmill::result
