// No sequence of bytes may bring the readers down: each loads or is an InputError.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

#include "trialmill/input/document.hpp"
#include "trialmill/input/record.hpp"
#include "trialmill/input/table.hpp"

namespace trialmill::input {
namespace {

const std::string valid_yaml = R"(trialmill: 1
title: "Perioperative \u00e4 therapy" # comment
population: &population
  grade_g3: {prevalence: 0.113}
  tumors_ge_10: {prevalence: 1.0}
again: *population
text: |
  two
  lines
folded: >-
  one
  line
arms: {upfront: {allocation: 1}, 'neo adjuvant': {allocation: 1, effects: [0.65, ~]}}
analyses:
  - {name: primary, strata: [grade_g3], alpha: 0.025}
  - name: second
    alpha: 1e-2
sweep:
  ? sample_size
  : [120, 160, 200]
...
)";

const std::string valid_csv =
    "id,\"time, months\",status,arm\r\n"
    "1,12.5,1,\"A \"\"x\"\"\"\r\n"
    "2,NA,0,\"two\nlines\"\n"
    "3,.5,,B\n";

// splitmix64, for the same bytes on every machine.
class Bytes {
 public:
  explicit Bytes(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  char any() { return static_cast<char>(next() & 0xFFU); }
  char of(const std::string& alphabet) { return alphabet[below(alphabet.size())]; }

 private:
  std::uint64_t state_;
};

void visit(const Value& value) {
  if (value.is(Value::Kind::record)) {
    for (const auto& [key, entry] : value.record().entries())
      visit(entry);
  } else if (value.is(Value::Kind::list)) {
    for (const Value& item : value.list())
      visit(item);
  } else {
    value.number(above(0));
    value.text();
  }
}

// True if the text loads; anything but an InputError on the way fails the test.
bool loads_as_yaml(const std::string& text) {
  try {
    const Document document = read_yaml_text(text, "t.yaml");
    EXPECT_FALSE(document.canonical_text().empty());
    Reading reading;
    visit(reading.open(document).itself());
    try {
      reading.finish();
    } catch (const InputError& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
    }
    return true;
  } catch (const InputError& error) {
    EXPECT_EQ(error.diagnostics().size(), 1U);
    EXPECT_GE(error.diagnostics()[0].position.line, 1);
    EXPECT_GE(error.diagnostics()[0].position.column, 1);
    return false;
  }
}

bool loads_as_csv(const std::string& text) {
  try {
    const Table table = read_csv_text(text, "t.csv");
    for (const auto& name : table.column_names()) {
      if (name.empty()) continue;
      EXPECT_EQ(table.texts(name).values.size(), table.row_count());
      if (table.is_numeric(name)) table.numbers(name);
    }
    return true;
  } catch (const InputError& error) {
    EXPECT_FALSE(error.diagnostics().empty());
    return false;
  }
}

std::string damaged(std::string text, Bytes& bytes, const std::string& alphabet) {
  const std::size_t blows = 1 + bytes.below(4);
  for (std::size_t blow = 0; blow < blows && !text.empty(); ++blow) {
    const std::size_t at = bytes.below(text.size());
    switch (bytes.below(4)) {
      case 0:
        text[at] = bytes.any();
        break;
      case 1:
        text[at] = bytes.of(alphabet);
        break;
      case 2:
        text.insert(at, 1, bytes.of(alphabet));
        break;
      default:
        text.erase(at, 1 + bytes.below(8));
    }
  }
  return text;
}

const std::string yaml_marks = "{}[]:,-?&*!|>'\"%@`#\n \t.~<0aA";

TEST(HostileBytes, YamlCutAnywhereLoadsOrIsAnInputError) {
  std::size_t loaded = 0;
  for (std::size_t length = 0; length <= valid_yaml.size(); ++length) {
    SCOPED_TRACE(length);
    loaded += loads_as_yaml(valid_yaml.substr(0, length)) ? 1U : 0U;
  }
  EXPECT_TRUE(loads_as_yaml(valid_yaml));
  EXPECT_GT(loaded, 20U);
  EXPECT_LT(loaded, valid_yaml.size());
}

TEST(HostileBytes, DamagedYamlLoadsOrIsAnInputError) {
  std::size_t loaded = 0;
  constexpr std::uint64_t seeds = 5000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    Bytes bytes(seed);
    loaded += loads_as_yaml(damaged(valid_yaml, bytes, yaml_marks)) ? 1U : 0U;
  }
  EXPECT_GT(loaded, seeds / 50);  // else the damage is too heavy to reach deep into the reader
  EXPECT_LT(loaded, seeds);
}

TEST(HostileBytes, RandomYamlMarksLoadOrAreAnInputError) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    SCOPED_TRACE(seed);
    Bytes bytes(seed);
    std::string text;
    for (std::size_t i = bytes.below(80); i > 0; --i)
      text += bytes.of(yaml_marks);
    loads_as_yaml(text);
    loads_as_yaml("a: " + text);
  }
}

TEST(HostileBytes, CsvCutAnywhereLoadsOrIsAnInputError) {
  for (std::size_t length = 0; length <= valid_csv.size(); ++length) {
    SCOPED_TRACE(length);
    loads_as_csv(valid_csv.substr(0, length));
  }
  EXPECT_TRUE(loads_as_csv(valid_csv));
}

TEST(HostileBytes, RandomCsvLoadsOrIsAnInputError) {
  std::size_t loaded = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    SCOPED_TRACE(seed);
    Bytes bytes(seed);
    loaded += loads_as_csv(damaged(valid_csv, bytes, ",\"\n\r \tN.1")) ? 1U : 0U;
    std::string text;
    for (std::size_t i = bytes.below(60); i > 0; --i)
      text += bytes.of(",,\"\n a1");
    loaded += loads_as_csv(text) ? 1U : 0U;
    std::string noise;
    for (std::size_t i = bytes.below(200); i > 0; --i)
      noise += bytes.any();
    loads_as_csv(noise);
    loads_as_yaml(noise);
  }
  EXPECT_GT(loaded, 1000U);
}

}  // namespace
}  // namespace trialmill::input
