#include "result/tally_bytes.hpp"

#include <bit>

#include "result/packed_counts.hpp"
#include "trialmill/result/shard.hpp"

namespace trialmill::result {
namespace {

class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}

  void field(std::uint64_t value) { append_number(bytes_, value); }
  void field(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes_ += static_cast<char>(static_cast<unsigned char>(bits >> shift));
  }
  void flag(bool value) { field(std::uint64_t{value}); }
  template <typename T>
  void resize(const std::vector<T>& list) {
    field(std::uint64_t{list.size()});
  }
  void field(const Distribution& distribution) {
    resize(distribution.counts());
    if (distribution.counts().empty()) return;
    field(std::uint64_t{distribution.first_bin()});
    append_packed(bytes_, distribution.counts());
  }

 private:
  std::string& bytes_;
};

class Reader {
 public:
  explicit Reader(TallyReader& source) : source_(source) {}

  void field(std::uint64_t& value) { value = source_.number(); }
  void field(double& value) { value = source_.real(); }
  void flag(bool& value) { value = source_.number() != 0; }
  template <typename T>
  void resize(std::vector<T>& list) {
    list.resize(source_.count());
  }
  void field(Distribution& distribution) {
    constexpr std::uint64_t most_bins = 2'200'000;  // that there are doubles for
    const std::uint64_t bins = source_.number();
    if (bins == 0) return;
    const std::uint64_t first = source_.number();
    if (bins > most_bins || first > most_bins) throw ShardError("its tallies cannot be read");
    const std::vector<std::uint64_t> counts = source_.packed(static_cast<std::size_t>(bins));
    for (std::size_t bin = 0; bin < counts.size(); ++bin)
      if (counts[bin] > 0)
        distribution.add_count(static_cast<std::size_t>(first) + bin, counts[bin]);
  }

 private:
  TallyReader& source_;
};

// One list of fields for writing and reading. Each structured binding names every field of its
// type, so that a field that is new there does not compile before it is added here.

template <typename Archive, typename AnyMoments>
void pass_moments(Archive& archive, AnyMoments& moments) {
  auto& [count, mean, sum_of_squares] = moments;
  archive.field(count);
  if (count == 0) return;
  archive.field(mean);
  archive.field(sum_of_squares);
}

template <typename Archive, typename AnyLook>
void pass_look(Archive& archive, AnyLook& look) {
  auto& [held, rejections, futility_stops, undefined, due_months, months, patients, events,
         enrolled, information, correlation, efficacy_z, futility_z] = look;
  for (auto* number : {&held, &rejections, &futility_stops, &undefined})
    archive.field(*number);
  for (auto* moments : {&due_months, &months, &patients, &events, &enrolled, &information,
                        &correlation, &efficacy_z, &futility_z})
    pass_moments(archive, *moments);
}

template <typename Archive, typename AnyStopping>
void pass_stopping(Archive& archive, AnyStopping& stopping) {
  auto& [months, events, enrolled, months_distribution, events_distribution,
         enrolled_distribution] = stopping;
  for (auto* moments : {&months, &events, &enrolled})
    pass_moments(archive, *moments);
  for (auto* distribution : {&months_distribution, &events_distribution, &enrolled_distribution})
    archive.field(*distribution);
}

template <typename Archive, typename AnyAnalysis>
void pass_analysis(Archive& archive, AnyAnalysis& analysis) {
  auto& [rejections, undefined, by_status, analysis_months, patients, events, log_hazard_ratio,
         standard_error, control_proportion, experimental_proportion, risk_difference, difference,
         difference_standard_error, covered, looks, stopping] = analysis;
  for (auto* number : {&rejections, &undefined, &covered})
    archive.field(*number);
  for (auto& number : by_status)
    archive.field(number);
  for (auto* moments : {&analysis_months, &patients, &events, &log_hazard_ratio, &standard_error,
                        &control_proportion, &experimental_proportion, &risk_difference,
                        &difference, &difference_standard_error})
    pass_moments(archive, *moments);
  archive.resize(looks);
  for (auto& look : looks)
    pass_look(archive, look);
  pass_stopping(archive, stopping);
}

template <typename Archive, typename AnyPathway>
void pass_pathway(Archive& archive, AnyPathway& counts) {
  auto& [patients, took, may_switch] = counts;
  archive.field(patients);
  archive.flag(may_switch);
  for (auto& number : took)
    archive.field(number);
}

template <typename Archive, typename AnyMultiplicity>
void pass_multiplicity(Archive& archive, AnyMultiplicity& multiplicity) {
  auto& [any, all, true_ones, rejections] = multiplicity;
  for (auto* number : {&any, &all, &true_ones})
    archive.field(*number);
  pass_moments(archive, rejections);
}

template <typename Archive, typename AnyImbalance>
void pass_imbalance(Archive& archive, AnyImbalance& imbalance) {
  auto& [moments, distribution] = imbalance;
  pass_moments(archive, moments);
  archive.field(distribution);
}

template <typename Archive, typename AnyTally>
void pass_tally(Archive& archive, AnyTally& tally) {
  auto& [replicates, events_not_reached, events, analysis_months, last_patient_in_months, enrolled,
         dropouts, events_distribution, months_distribution, enrolled_distribution, analyses,
         multiplicity, pathway, imbalance] = tally;
  archive.field(replicates);
  archive.field(events_not_reached);
  for (auto* moments : {&events, &analysis_months, &last_patient_in_months, &enrolled, &dropouts})
    pass_moments(archive, *moments);
  for (auto* distribution : {&events_distribution, &months_distribution, &enrolled_distribution})
    archive.field(*distribution);
  archive.resize(analyses);
  for (auto& analysis : analyses)
    pass_analysis(archive, analysis);
  pass_multiplicity(archive, multiplicity);
  archive.resize(pathway);
  for (auto& counts : pathway)
    pass_pathway(archive, counts);
  archive.resize(imbalance);
  for (auto& difference : imbalance)
    pass_imbalance(archive, difference);
}

}  // namespace

void append_number(std::string& bytes, std::uint64_t number) {
  while (number >= 0x80) {
    bytes += static_cast<char>(static_cast<unsigned char>(number | 0x80U));
    number >>= 7U;
  }
  bytes += static_cast<char>(static_cast<unsigned char>(number));
}

void append_tally(std::string& bytes, const Tally& tally) {
  Writer writer(bytes);
  pass_tally(writer, tally);
}

std::uint64_t TallyReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) break;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  throw ShardError("its tallies cannot be read");
}

double TallyReader::real() {
  if (bytes_.size() < 8) throw ShardError("its tallies cannot be read");
  std::uint64_t bits = 0;
  for (unsigned k = 0; k < 8; ++k)
    bits |= std::uint64_t{static_cast<unsigned char>(bytes_[k])} << (8 * k);
  bytes_.remove_prefix(8);
  return std::bit_cast<double>(bits);
}

std::size_t TallyReader::count() {
  const std::uint64_t items = number();
  if (items > bytes_.size()) throw ShardError("its tallies cannot be read");
  return static_cast<std::size_t>(items);
}

std::vector<std::uint64_t> TallyReader::packed(std::size_t size) {
  return take_packed(bytes_, size);
}

Tally TallyReader::tally() {
  Tally tally;
  Reader reader(*this);
  pass_tally(reader, tally);
  return tally;
}

}  // namespace trialmill::result
