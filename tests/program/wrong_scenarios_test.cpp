// Scenario files that are wrong, each with one clear message: file:line:column, the key, what was
// found and what is allowed; exit status 2, nothing written.
#include <gtest/gtest.h>

#include <regex>

#include "program.hpp"

namespace trialmill {
namespace {

// A valid trial; every wrong file is this one with one line changed.
const std::string valid = R"yaml(trialmill: 1
title: a trial
population:
  grade_g3: {prevalence: 0.3}
  primary: {levels: {pancreas: 0.6, rectum: 0.4}}
disease:
  rfs:
    baseline: {median_months: 14}
    hazard_ratios: {grade_g3: 2.4}
arms:
  control: {}
  experimental: {effects: {rfs: {hazard_ratio: 0.7}}}
enrolment: {rate: 10}
dropout: {per_year: 0.02}
randomisation: {block_sizes: [4]}
sample_size: 100
follow_up: {until: {events: 60}}
analyses:
  - {name: primary, test: log-rank}
simulation: {replicates: 100, seed: 1}
)yaml";

struct Wrong {
  const char* name;
  const char* line;         // of the valid file, which is replaced ...
  const char* replacement;  // ... by this
  const char* place;        // file:line:column of the message
  const char* message;
};

const Wrong wrong_files[] = {
    {"precision without its figure", "simulation: {replicates: 100, seed: 1}",
     "simulation: {replicates: 100, precision: 0.01}", "20:42", "a mapping"},
    {"precision of an unknown figure", "simulation: {replicates: 100, seed: 1}",
     "simulation: {precision: {power: 0.01, powr: 0.01}}", "20:39", "did you mean `power`?"},
    {"precision in percent", "simulation: {replicates: 100, seed: 1}",
     "simulation: {precision: {power: 0.5}}", "20:33", "a Monte-Carlo standard error"},
    {"precision of nothing", "simulation: {replicates: 100, seed: 1}",
     "simulation: {precision: {}}", "20:", "power"},
    {"unknown key", "title: a trial", "title: a trial\ntitel: x", "3:1", "did you mean `title`?"},
    {"unknown nested key", "enrolment: {rate: 10}", "enrolment: {rate: 10, speed: 2}", "13:23",
     "enrolment.speed"},
    {"wrong version", "trialmill: 1", "trialmill: 2", "1:12", "found 2"},
    {"wrong type", "sample_size: 100", "sample_size: many", "16:14", "found `many`"},
    {"list for a number", "sample_size: 100", "sample_size: [100]", "16:14", "a list"},
    {"no value", "sample_size: 100", "sample_size:", "16:1", "sample_size"},
    {"fraction of a patient", "sample_size: 100", "sample_size: 100.5", "16:14", "whole number"},
    {"one patient", "sample_size: 100", "sample_size: 1", "16:14", "found 1"},
    {"a million million patients", "sample_size: 100", "sample_size: 1000000000000", "16:14",
     "1000000"},
    {"octal", "sample_size: 100", "sample_size: 0x64", "16:14", "found"},
    {"not a number", "enrolment: {rate: 10}", "enrolment: {rate: .nan}", "13:19", "found"},
    {"infinite", "enrolment: {rate: 10}", "enrolment: {rate: .inf}", "13:19", "found"},
    {"negative rate", "enrolment: {rate: 10}", "enrolment: {rate: -1}", "13:19", "found -1"},
    {"no patients come", "enrolment: {rate: 10}", "enrolment: {rate: 0}", "13:19", "above 0"},
    {"unknown process", "enrolment: {rate: 10}", "enrolment: {rate: 10, process: posson}", "13:32",
     "did you mean `poisson`?"},
    {"prevalence above 1", "  grade_g3: {prevalence: 0.3}", "  grade_g3: {prevalence: 30}", "4:26",
     "from 0 to 1"},
    {"published without evidence", "  grade_g3: {prevalence: 0.3}",
     "  grade_g3: {prevalence: published}", "4:26", "evidence"},
    {"levels over 1", "  primary: {levels: {pancreas: 0.6, rectum: 0.4}}",
     "  primary: {levels: {pancreas: 0.6, rectum: 0.6}}", "5:21", "add up to 1"},
    {"one level", "  primary: {levels: {pancreas: 0.6, rectum: 0.4}}",
     "  primary: {levels: {pancreas: 1}}", "5:21", "two levels"},
    {"logarithm for a ratio", "    hazard_ratios: {grade_g3: 2.4}",
     "    hazard_ratios: {grade_g3: -0.7}", "9:31", "not its logarithm"},
    {"unknown covariate", "    hazard_ratios: {grade_g3: 2.4}", "    hazard_ratios: {grade_3: 2.4}",
     "9:21", "did you mean `grade_g3`?"},
    {"reference level", "    hazard_ratios: {grade_g3: 2.4}",
     "    hazard_ratios: {primary: {pancreas: 2}}", "9:31", "reference"},
    {"no baseline", "    baseline: {median_months: 14}", "    baseline: {mean_months: 14}",
     "8:", "median_months"},
    {"negative median", "    baseline: {median_months: 14}", "    baseline: {median_months: -14}",
     "8:31", "found -14"},
    {"percentage for survival", "    baseline: {median_months: 14}",
     "    baseline: {survival: 54.7, at_months: 12}", "8:26", "not a percentage"},
    {"survival that rises", "    baseline: {median_months: 14}",
     "    baseline: {knots: [{month: 12, survival: 0.4}, {month: 24, survival: 0.5}]}", "8:5",
     "knot"},
    {"times out of order", "    baseline: {median_months: 14}",
     "    baseline: {hazard_per_month: [{from_months: 0, hazard: 1}, {from_months: 0, hazard: 2}]}",
     "8:", "order of time"},
    {"two events", "disease:", "disease:\n  os: {baseline: {median_months: 20}}", "6:1",
     "exactly one"},
    {"one arm", "  experimental: {effects: {rfs: {hazard_ratio: 0.7}}}", "", "10:1",
     "two to 20 arms"},
    {"which of three arms", "  control: {}", "  control: {}\n  other: {allocation: 2}", "20:5",
     "which of the 3 arms are compared"},
    {"effect on the control", "  control: {}", "  control: {effects: {rfs: {hazard_ratio: 0.9}}}",
     "11:13", "control"},
    {"effect on nothing", "  experimental: {effects: {rfs: {hazard_ratio: 0.7}}}",
     "  experimental: {effects: {os: {hazard_ratio: 0.7}}}", "12:28", "`os`"},
    {"half an allocation", "  control: {}", "  control: {allocation: 0.5}", "10:1", "whole-number"},
    {"block that does not divide", "randomisation: {block_sizes: [4]}",
     "randomisation: {block_sizes: [5]}", "15:31", "multiple of 2"},
    {"minimisation without factors", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation}", "15:1", "randomisation.factors"},
    {"minimisation with blocks", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [primary], block_sizes: [4]}", "15:59",
     "no blocks and no strata, but `factors`"},
    {"factors of blocks", "randomisation: {block_sizes: [4]}",
     "randomisation: {block_sizes: [4], factors: [primary]}", "15:35",
     "belongs to `method: minimisation`"},
    {"factor twice", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [primary, primary]}", "15:58", "listed twice"},
    {"factor without weight", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: {primary: 0}}", "15:58", "a weight"},
    {"attribute as a factor", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [radicality]}", "15:49",
     "known only after randomisation"},
    {"coin against balance", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [primary], probability: 0.5}", "15:72",
     "must be above 0.5"},
    {"coin above 1", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [primary], probability: 1.1}", "15:72",
     "found 1.1"},
    {"unknown imbalance", "randomisation: {block_sizes: [4]}",
     "randomisation: {method: minimisation, factors: [primary], imbalance: rang}", "15:70",
     "did you mean `range`?"},
    {"imbalance within nothing", "randomisation: {block_sizes: [4]}",
     "randomisation: {report_imbalance: [primery]}", "15:36", "did you mean `primary`?"},
    {"loss of everybody", "dropout: {per_year: 0.02}", "dropout: {per_year: 1.5}", "14:21",
     "found 1.5"},
    {"events above patients", "follow_up: {until: {events: 60}}",
     "follow_up: {until: {events: 101}}", "17:29", "101 events cannot happen in 100 patients"},
    {"no condition", "follow_up: {until: {events: 60}}", "follow_up: {until: {event: 60}}",
     "17:", "events"},
    {"two conditions", "follow_up: {until: {events: 60}}",
     "follow_up: {until: {events: 60, calendar_months: 48}}", "17:13", "`first_of`"},
    {"unknown test", "  - {name: primary, test: log-rank}", "  - {name: primary, test: logrank}",
     "19:27", "did you mean `log-rank`?"},
    {"weight of a Cox test", "  - {name: primary, test: log-rank}",
     "  - {name: primary, test: cox, weight: \"fh(0,1)\"}", "19:", "log-rank"},
    {"impossible weight", "  - {name: primary, test: log-rank}",
     "  - {name: primary, test: log-rank, weight: \"fh(-1,1)\"}", "19:45", "fh(RHO,GAMMA)"},
    {"same name twice", "  - {name: primary, test: log-rank}",
     "  - {name: primary, test: log-rank}\n  - {name: primary, test: cox}", "20:12", "this name"},
    {"no analyses", "  - {name: primary, test: log-rank}", "  []", "19:3", "analyses"},
    {"empty sweep", "simulation: {replicates: 100, seed: 1}", "sweep: {sample_size: []}", "20:22",
     "sweep.sample_size"},
    {"sweep without keys", "simulation: {replicates: 100, seed: 1}", "sweep: {}", "20:1",
     "an empty sweep"},
    {"covariate named as a column", "  grade_g3: {prevalence: 0.3}",
     "  grade_g3: {prevalence: 0.3}\n  time: {prevalence: 0.3}", "5:3", "choose another"},
    {"level read as missing", "  primary: {levels: {pancreas: 0.6, rectum: 0.4}}",
     "  primary: {levels: {pancreas: 0.6, NA: 0.4}}", "5:37", "missing value"},
    {"risk beyond all numbers", "    baseline: {median_months: 14}",
     "    baseline: {knots: [{month: 12, survival: 0.5}], cohort: {grade_g3: {prevalence: 1.5}}}",
     "8:", "from 0 to 1"},
    {"another kind of covariate in the cohort", "    baseline: {median_months: 14}",
     "    baseline: {knots: [{month: 12, survival: 0.5}], cohort: {grade_g3: {levels: {no: 0.7, "
     "yes: 0.3}}}}",
     "8:62", "as in `population`"},
    {"sweep of nothing", "simulation: {replicates: 100, seed: 1}",
     "sweep: {enrolment.speed.fast: [1, 2]}", "20:", "speed"},
    {"sweep of a word", "simulation: {replicates: 100, seed: 1}", "sweep: {title: [1, 2]}",
     "20:", "title"},
    {"too many points", "simulation: {replicates: 100, seed: 1}",
     "sweep: {sample_size: [100, 101, 102, 103, 104, 105, 106, 107, 108, 109], enrolment.rate: "
     "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], dropout.per_year: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, "
     "0.07, 0.08, 0.09, 0.1], disease.rfs.baseline.median_months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "
     "11]}",
     "20:1", "11000 design points"},
    {"key twice", "sample_size: 100", "sample_size: 100\nsample_size: 200", "17:1", "sample_size"},
    {"merge key", "  control: {}", "  control: {<<: {}}", "11:13", "<<"},
    {"tag", "sample_size: 100", "sample_size: !!int 100", "16:", "tag"},
    {"missing evidence", "title: a trial", "title: a trial\nevidence: nowhere.yaml", "3:11",
     "nowhere.yaml"},
    {"wrong replicates", "simulation: {replicates: 100, seed: 1}", "simulation: {replicates: 0}",
     "20:26", "found 0"},
    {"not YAML", "title: a trial", "title: [a trial", "", "trial.yaml:"},
};

void expect_refused(const std::string& name, const std::string& content, const std::string& place,
                    const std::string& message) {
  SCOPED_TRACE(name);
  const Scratch folder;
  folder.write("trial.yaml", content);
  const Finished finished = run_program(folder, "run trial.yaml -o out");
  EXPECT_EQ(finished.exit_status, 2) << finished.errors;
  EXPECT_NE(finished.errors.find(message), std::string::npos)
      << "`" << message << "` is not in: " << finished.errors;
  EXPECT_NE(finished.errors.find("trial.yaml:" + place), std::string::npos)
      << "`trial.yaml:" << place << "` is not in: " << finished.errors;
  // One mistake, one message.
  const std::regex position("trial\\.yaml:[0-9]+:[0-9]+: ");
  const auto first = std::sregex_iterator(finished.errors.begin(), finished.errors.end(), position);
  EXPECT_LE(std::distance(first, std::sregex_iterator()), 1) << finished.errors;
  EXPECT_EQ(finished.output, "");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(WrongScenario, TheUnchangedFileIsRight) {
  const Scratch folder;
  folder.write("trial.yaml", valid);
  const Finished finished = run_program(folder, "run trial.yaml -o out");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
}

TEST(WrongScenario, EachMistakeGivesOneClearMessageAndWritesNothing) {
  for (const Wrong& wrong : wrong_files) {
    std::string content = valid;
    const std::string line = std::string(wrong.line) + "\n";
    const auto at = content.find(line);
    ASSERT_NE(at, std::string::npos) << wrong.name;
    content.replace(at, line.size(), std::string(wrong.replacement) + "\n");
    expect_refused(wrong.name, content, wrong.place, wrong.message);
  }
  EXPECT_GE(std::size(wrong_files), 40u);
}

TEST(WrongScenario, HostileFilesAreRefused) {
  expect_refused("empty", "", "", "trial.yaml");
  expect_refused("binary",
                 std::string("\x7f"
                             "ELF\x02\x01\x01\0\0\0",
                             10),
                 "", "trial.yaml");
  expect_refused("truncated", valid.substr(0, valid.find("experimental") + 20), "", "trial.yaml");
  expect_refused("a list", "- 1\n- 2\n", "1:1", "trial.yaml");
  expect_refused("two documents", valid + "---\n" + valid, "", "document");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 12; ++level) {
    const std::string below = "*a" + std::to_string(level - 1);
    bomb += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
    for (int k = 0; k < 8; ++k)
      bomb += ", " + below;
    bomb += "]\n";
  }
  expect_refused("alias bomb", bomb + valid, "", "alias");
  expect_refused("alias of itself", valid + "loop: &loop [*loop]\n", "", "trial.yaml");
  expect_refused("deep nesting", valid + "deep: " + std::string(100000, '[') + "\n", "", "level");
}

TEST(WrongScenario, EvidenceThatNamesAScenarioOrItselfIsRefused) {
  const Scratch folder;
  folder.write("trial.yaml", "evidence: trial.yaml\n" + valid);
  const Finished finished = run_program(folder, "run trial.yaml -o out");
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.errors.find("trialmill-evidence"), std::string::npos) << finished.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(WrongScenario, OverridesAreCheckedLikeTheFile) {
  const Scratch folder;
  folder.write("trial.yaml", valid);
  const auto refused = [&](const std::string& set, const std::string& message) {
    const Finished finished = run_program(folder, "run trial.yaml -o out --set '" + set + "'");
    EXPECT_EQ(finished.exit_status, 2) << set;
    EXPECT_NE(finished.errors.find(message), std::string::npos) << finished.errors;
  };
  refused("sample_size", "key.path=value");
  refused("sample_size=-5", "--set sample_size=-5");
  refused("sampel_size=200", "sampel_size");
  refused("enrolment.rte=5", "did you mean `rate`?");
  refused("a.b.c=5", "--set a.b.c=5");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(WrongScenario, AllMistakesAreToldAtOnce) {
  const Scratch folder;
  std::string content = valid;
  content.replace(content.find("prevalence: 0.3"), 15, "prevalence: 3.0");
  content.replace(content.find("rate: 10"), 8, "rate: -1");
  folder.write("trial.yaml", content);
  const Finished finished = run_program(folder, "check trial.yaml");
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.errors.find("trial.yaml:4:26"), std::string::npos) << finished.errors;
  EXPECT_NE(finished.errors.find("trial.yaml:13:19"), std::string::npos) << finished.errors;
}

TEST(WrongScenario, AFileThatIsNotThereIsWrongInput) {
  const Scratch folder;
  const Finished finished = run_program(folder, "run nowhere.yaml");
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.errors.find("nowhere.yaml"), std::string::npos);
  EXPECT_EQ(run_program(folder, "run .").exit_status, 2);
}

}  // namespace
}  // namespace trialmill
