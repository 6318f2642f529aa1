// Every test of a scenario, refitted from the exported patients of a replicate: the same doubles.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace trialmill {
namespace {

using nlohmann::json;

const char* trial = R"yaml(
trialmill: 1
title: every test to refit
population:
  grade_g3: {prevalence: 0.3}
disease:
  recurrence: {baseline: {hazard_per_month: 0.04}, hazard_ratios: {grade_g3: 2}}
  death_without_recurrence: {baseline: {hazard_per_month: 0.001}}
  death_with_disease: {baseline: {hazard_per_month: 0.03}}
pathway:
  surgery: {radicality: {r1: 0.1, r2: 0.2}}
arms:
  upfront: {before_surgery: {surgery_at_months: 1, progression: {probability: 0.02}}}
  neoadjuvant:
    before_surgery: {surgery_at_months: 4, progression: {probability: 0.05}, response: 0.5}
    effects: {recurrence: {hazard_ratio: 0.6}}
enrolment: {rate: 10}
dropout: {per_year: 0.05}
sample_size: 150
endpoints:
  efs: {events: [progression, unresectable, r2, recurrence, death]}
  os: {events: [death]}
  r0_rate: {proportion: r0}
follow_up: {until: {events: 90, of: efs}}
analyses:
  - {name: modest, endpoint: efs, test: log-rank, weight: "mwlr(6)", strata: [grade_g3]}
  - {name: combined, endpoint: efs, test: max-combo, weights: ["fh(0,0)", "fh(0,1)", "fh(1,0)"], strata: [grade_g3]}
  - {name: two-sided, endpoint: efs, test: max-combo, weights: ["fh(0,0)", "fh(0,1)", "fh(1,0)"], strata: [grade_g3], sided: 2}
  - {name: mean, endpoint: efs, test: rmst, tau_months: 12}
  - {name: mean margin, endpoint: efs, test: rmst, tau_months: 12, margin: 1}
  - {name: point, endpoint: efs, test: milestone, at_months: 9}
  - {name: point margin, endpoint: efs, test: milestone, at_months: 9, margin: 0.1}
  - {name: point log, endpoint: efs, test: milestone, at_months: 9, scale: log-log}
  - {name: score, endpoint: efs, test: cox, statistic: score}
  - {name: ratio, endpoint: efs, test: cox, statistic: likelihood-ratio}
  - {name: adjusted ratio, endpoint: efs, test: cox, statistic: likelihood-ratio, covariates: [grade_g3]}
  - {name: robust, endpoint: efs, test: cox, standard_error: robust, covariates: [grade_g3]}
  - {name: firth, endpoint: efs, test: cox, penalty: firth}
  - {name: firth ratio, endpoint: efs, test: cox, penalty: firth, statistic: likelihood-ratio}
  - {name: firth adjusted, endpoint: efs, test: cox, penalty: firth, covariates: [grade_g3]}
  - {name: margin, endpoint: efs, test: cox, margin: 1.3}
  - {name: rate margin, endpoint: r0_rate, test: score, margin: 0.1}
  - {name: pairs, test: win-ratio, outcomes: [os, efs]}
)yaml";

double signed_root(const json& chi_square, const json& coefficient) {
  return std::copysign(std::sqrt(chi_square.get<double>()), -coefficient.get<double>());
}

// Refits of one replicate, each computed once.
class Refits {
 public:
  Refits(const Scratch& folder, const std::string& group) : group_(group) {
    const std::string rows = "--time time --status status ";
    whole_ =
        fit(folder, rows + "--rmst 12 --rmst-margin 1 --milestone 9 --milestone-margin 0.1 --cox " +
                        group + " --firth --margin 1.3");
    strata_ = fit(folder, rows +
                              "--strata grade_g3 --weights 'mwlr(6)' --maxcombo "
                              "'fh(0,0);fh(0,1);fh(1,0)'");
    adjusted_ = fit(folder, rows + "--cox " + group + ",grade_g3 --firth");
    grade_ = fit(folder, rows + "--cox grade_g3");
    rate_ = fit(folder, "--proportion r0_rate --proportion-margin 0.1");
    pairs_ = fit(folder, "--win-ratio 'time_os:status_os;time:status'");
  }

  double z(const std::string& name) const {
    const json& cox = whole_["cox"];
    const json& treatment = cox["terms"][0]["coef"];
    if (name == "modest") return strata_["weighted"][0]["z"];
    if (name == "combined") return strata_["maxcombo"]["z_max"];
    if (name == "mean") return whole_["rmst_difference"]["z"];
    if (name == "mean margin") return whole_["rmst_difference"]["non_inferiority"]["z"];
    if (name == "point") return whole_["milestone_difference"]["z"];
    if (name == "point margin") return whole_["milestone_difference"]["non_inferiority"]["z"];
    if (name == "point log") return whole_["milestone_difference"]["z_log_log"];
    if (name == "score") return signed_root(cox["score"], treatment);
    if (name == "ratio") return signed_root(cox["likelihood_ratio"], treatment);
    if (name == "adjusted ratio") {
      const double gain =
          adjusted_["cox"]["loglik"].get<double>() - grade_["cox"]["loglik"].get<double>();
      return signed_root(2 * gain, adjusted_["cox"]["terms"][0]["coef"]);
    }
    if (name == "robust") {
      const json& term = adjusted_["cox"]["terms"][0];
      return -term["coef"].get<double>() / term["robust_se"].get<double>();
    }
    const json& firth = cox["firth"];
    if (name == "firth") return wald(firth);
    if (name == "firth ratio")
      return signed_root(firth["likelihood_ratio"], firth["terms"][0]["coef"]);
    if (name == "firth adjusted") return wald(adjusted_["cox"]["firth"]);
    if (name == "margin") return cox["non_inferiority"]["z"];
    if (name == "rate margin") return rate_["proportion"]["non_inferiority"]["z"];
    return pairs_["win_ratio"]["z"];
  }

  double combined_p(int sided) const {
    return strata_["maxcombo"][sided == 1 ? "p_one_sided" : "p"];
  }
  const json& difference(const std::string& name) const {
    if (name == "pairs") return pairs_["win_ratio"]["net_benefit"];
    return whole_[name.starts_with("mean") ? "rmst_difference" : "milestone_difference"];
  }

 private:
  json fit(const Scratch& folder, const std::string& options) const {
    const Finished done = run_program(
        folder, "fit patients.csv --group " + group_ + " --exact-times --json " + options);
    EXPECT_EQ(done.exit_status, 0) << done.errors;
    return json::parse(done.output);
  }
  static double wald(const json& firth) {
    const json& term = firth["terms"][0];
    return -term["coef"].get<double>() / term["se"].get<double>();
  }

  std::string group_;
  json whole_, strata_, adjusted_, grade_, rate_, pairs_;
};

// Rows of replicates.csv of one replicate, in the order of the analyses.
std::vector<std::vector<std::string>> recorded(const Scratch& folder, const std::string& number) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream table(read_file(folder / "out/replicates.csv"));
  for (std::string line; std::getline(table, line);) {
    std::vector<std::string> fields(1);
    for (const char c : line)
      if (c == ',')
        fields.emplace_back();
      else
        fields.back() += c;
    if (fields[1] == number) rows.push_back(fields);
  }
  return rows;
}

// The column of the patients that tells the arms compared apart.
void expect_refits(const std::string& text, const std::string& group) {
  const Scratch folder;
  folder.write("trial.yaml", text);
  const Finished done =
      run_program(folder, "run trial.yaml --replicates 120 --replicate-table -o out");
  ASSERT_EQ(done.exit_status, 0) << done.errors;
  for (const std::string number : {"1", "17", "120"}) {
    const Finished exported =
        run_program(folder, "cohort trial.yaml --replicate " + number + " -o patients.csv --json");
    ASSERT_EQ(exported.exit_status, 0) << exported.errors;
    const json analyses = json::parse(exported.output)["analyses"];
    const auto rows = recorded(folder, number);
    ASSERT_EQ(rows.size(), analyses.size());
    const Refits refits(folder, group);
    for (std::size_t a = 0; a < analyses.size(); ++a) {
      const json& analysis = analyses[a];
      const std::string name = analysis["name"];
      SCOPED_TRACE(name + " of replicate " + number);
      EXPECT_EQ(analysis["columns"]["group"], group);
      EXPECT_EQ(std::stod(rows[a][4]), analysis["z"].get<double>());
      if (name != "two-sided") {
        EXPECT_EQ(refits.z(name), analysis["z"].get<double>());
      }
      if (analysis.contains("p")) {
        EXPECT_EQ(refits.combined_p(name == "combined" ? 1 : 2), analysis["p"].get<double>());
        EXPECT_EQ(std::stod(rows[a][12]), analysis["p"].get<double>());
      }
      if (analysis.contains("difference")) {
        EXPECT_EQ(refits.difference(name)["estimate"].get<double>(),
                  analysis["difference"].get<double>());
        EXPECT_EQ(std::stod(rows[a][13]), analysis["difference"].get<double>());
        EXPECT_EQ(std::stod(rows[a][14]), analysis["difference_se"].get<double>());
      }
    }
    EXPECT_EQ(analyses.back()["outcomes"][0]["time"], "time_os");
    EXPECT_EQ(analyses.back()["outcomes"][1]["time"], "time");
  }
}

TEST(CohortOfEveryTest, RefitsToExactlyTheStatisticRecordedForIt) {
  expect_refits(trial, "arm");
}

// The same analyses of two arms of a trial of three.
std::string pair_of_three(const std::string& reference, const std::string& compared) {
  std::string text = trial;
  const std::string next = "  neoadjuvant:";
  text.insert(
      text.find(next),
      "  brief: {before_surgery: {surgery_at_months: 2, progression: {probability: 0.03}}}\n");
  const std::string arms = ", arms: [" + reference + ", " + compared + "]";
  for (auto at = text.find(", test: "); at != std::string::npos;
       at = text.find(", test: ", at + arms.size() + 1))
    text.insert(at, arms);
  return text;
}

// The chi-square test of all arms, and a pair of the same columns.
TEST(CohortOfEveryTest, ALogRankTestOfThreeArmsRefitsToExactlyTheStatisticRecordedForIt) {
  const Scratch folder;
  const std::string trial_of_three = shipped("reference/several-arms.yaml");
  for (const std::string number : {"1", "64"}) {
    const json document =
        json::parse(run_program(folder, "cohort " + trial_of_three + " --replicate " + number +
                                            " -o patients.csv --json")
                        .output);
    const json& any = document["analyses"][3];
    EXPECT_EQ(any["columns"]["group"], "arm");
    const auto refit = [&](const std::string& group) {
      return json::parse(
          run_program(folder, "fit patients.csv --time time --status status --group " + group +
                                  " --exact-times --json")
              .output);
    };
    const json all = refit("arm")["logrank"];
    EXPECT_EQ(std::sqrt(all["chisq"].get<double>()), any["z"].get<double>());
    EXPECT_EQ(all["p"], any["p"]);
    EXPECT_EQ(refit("high_vs_low")["logrank"]["z"], document["analyses"][2]["z"]);
  }
}

TEST(CohortOfEveryTest, APairOfThreeArmsRefitsToExactlyTheStatisticRecordedForIt) {
  expect_refits(pair_of_three("upfront", "neoadjuvant"), "neoadjuvant_vs_upfront");
  expect_refits(pair_of_three("neoadjuvant", "brief"), "brief_vs_neoadjuvant");
}

}  // namespace
}  // namespace trialmill
