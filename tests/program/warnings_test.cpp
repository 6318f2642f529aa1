// What `run` and `check` say first of analyses that cannot be read as they stand, and of which
// analysis the figures of a trial and of a replicate are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const char* few_survivors = R"yaml(trialmill: 1
title: few survivors
disease: {os: {baseline: {survival: 0.08, at_months: 12}}}
arms: {control: {}, experimental: {effects: {os: {hazard_ratio: 0.416}}}}
enrolment: {rate: 10}
sample_size: 60
follow_up: {until: {minimum_months: 12.5}}
analyses:
  - {name: plain, test: milestone, at_months: 12}
  - {name: logs, test: milestone, at_months: 12, scale: log-log}
simulation: {replicates: 1000, seed: 8}
)yaml";

TEST(Warnings, TestsThatCannotBeComputedAreSaidInTheFirstLinesAndInTheDocument) {
  const Scratch folder;
  folder.write("few.yaml", few_survivors);
  const Finished finished = run_program(folder, "run few.yaml -o out --no-runtime");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const std::string first_lines = finished.output.substr(0, finished.output.find("Analyses:"));
  EXPECT_THAT(first_lines, HasSubstr("Warning, logs: the test of "));
  EXPECT_THAT(first_lines, HasSubstr("(no_information)"));
  EXPECT_THAT(first_lines, Not(HasSubstr("plain")));
  const json analyses = json::parse(read_file(folder / "out/result.json"))["points"][0]["analyses"];
  EXPECT_FALSE(analyses[0].contains("warnings"));
  EXPECT_EQ(analyses[1]["warnings"].size(), 1u);
  EXPECT_EQ(analyses[1]["difference"]["estimates"], 1000);
  EXPECT_TRUE(analyses[1]["difference"]["bias"].is_number());
}

TEST(Warnings, LevelsThatNobodyCanHaveAreSaidOnce) {
  const Scratch folder;
  folder.write("levels.yaml", R"yaml(trialmill: 1
title: levels
population: {stage: {levels: {i: 0.5, ii: 0, iii: 0.5}}}
disease: {os: {baseline: {median_months: 12}, hazard_ratios: {stage: {iii: 2}}}}
arms: {a: {}, b: {effects: {os: {hazard_ratio: 0.7}}}}
enrolment: {rate: 10}
sample_size: 80
follow_up: {until: {events: 50}}
analyses: [{name: adjusted, test: cox, covariates: [stage]}]
simulation: {replicates: 100}
sweep: {sample_size: [80, 100]}
)yaml");
  const std::string note = "adjusted leaves out stage ii: none of its patients can have that";
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (std::size_t at = text.find(note); at != std::string::npos; at = text.find(note, at + 1))
      ++found;
    return found;
  };
  const Finished ran = run_program(folder, "run levels.yaml -o out --no-runtime");
  ASSERT_EQ(ran.exit_status, 0) << ran.errors;
  EXPECT_EQ(count(ran.output), 1) << ran.output;
  EXPECT_THAT(ran.output, Not(HasSubstr("singular")));
  const json analysis =
      json::parse(read_file(folder / "out/result.json"))["points"][1]["analyses"][0];
  EXPECT_EQ(analysis["options"]["left_out"], "stage ii");
  EXPECT_EQ(analysis["flags"], json::object());
  const Finished checked = run_program(folder, "check levels.yaml");
  EXPECT_EQ(count(checked.output), 1) << checked.output << checked.errors;
  EXPECT_EQ(json::parse(run_program(folder, "check levels.yaml --json").output)["notes"][0], note);
}

const char* two_analyses = R"yaml(trialmill: 1
title: Two analyses with times of their own
disease: {death: {baseline: {median_months: 15}}}
arms: {control: {}, experimental: {effects: {death: {hazard_ratio: 0.8}}}}
enrolment: {rate: 20}
dropout: {hazard_per_month: 0.01}
sample_size: 300
follow_up: {until: {events: 200}}
analyses:
  - {name: early, test: log-rank, at: {events: 50}}
  - {name: late, test: log-rank}
simulation: {replicates: 2000, seed: 3}
)yaml";

// Rows of replicates.csv by analysis, as columns by name.
using Columns = std::map<std::string, std::vector<double>>;
std::map<std::string, Columns> rows_by_analysis(const std::string& csv) {
  std::istringstream table(csv);
  std::string line, field;
  std::vector<std::string> names;
  std::map<std::string, Columns> out;
  while (std::getline(table, line)) {
    std::vector<std::string> fields;
    std::istringstream row(line);
    while (std::getline(row, field, ','))
      fields.push_back(field);
    if (names.empty()) {
      names = fields;
      continue;
    }
    const auto analysis =
        static_cast<std::size_t>(std::ranges::find(names, std::string("analysis")) - names.begin());
    for (std::size_t k = 0; k < names.size() && k < fields.size(); ++k)
      out[fields[analysis]][names[k]].push_back(std::strtod(fields[k].c_str(), nullptr));
  }
  return out;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(Warnings, ATrialsFiguresAreThoseOfItsLastAnalysisAndARowsItsOwn) {
  const Scratch folder;
  folder.write("two.yaml", two_analyses);
  const Finished finished =
      run_program(folder, "run two.yaml --replicate-table -o out --no-runtime");
  ASSERT_EQ(finished.exit_status, 0) << finished.errors;
  const json point = json::parse(read_file(folder / "out/result.json"))["points"][0];
  EXPECT_EQ(point["events"]["mean"], 200.0);
  EXPECT_EQ(point["events"]["sd"], 0.0);
  // Events and dropouts come from the same patients at risk: 200 events at hazards of log 2 / 15
  // and 0.8 times that go with 200 x 0.01 / hazard dropouts, between those of the two arms.
  const double hazard = std::log(2.0) / 15;
  EXPECT_GT(point["dropouts"]["mean"].get<double>(), 2 / hazard);
  EXPECT_LT(point["dropouts"]["mean"].get<double>(), 2 / (0.8 * hazard));
  auto rows = rows_by_analysis(read_file(folder / "out/replicates.csv"));
  for (const auto& [name, events] : {std::pair{"early", 50.0}, std::pair{"late", 200.0}}) {
    ASSERT_EQ(rows[name]["events"].size(), 2000u);
    for (const double found : rows[name]["events"])
      ASSERT_EQ(found, events);
  }
  EXPECT_NEAR(mean(rows["late"]["dropouts"]), point["dropouts"]["mean"].get<double>(), 1e-9);
  EXPECT_NEAR(mean(rows["late"]["analysis_months"]), point["duration"]["mean"].get<double>(), 1e-9);
  EXPECT_NEAR(mean(rows["late"]["enrolled"]), point["enrolled"]["mean"].get<double>(), 1e-9);
  EXPECT_NEAR(mean(rows["early"]["analysis_months"]),
              point["analyses"][0]["by_look"][0]["time_mean"].get<double>(), 1e-9);
  EXPECT_LT(mean(rows["early"]["dropouts"]), 15);
  EXPECT_LT(mean(rows["early"]["enrolled"]), 290);
}

}  // namespace
}  // namespace trialmill
