// Covariates of every kind, correlated with each other, in the patients that the program exports.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "program.hpp"

namespace trialmill {
namespace {

// One common score: the latent correlation of two covariates is the product of their loadings.
struct Kind {
  std::string name;
  std::string law;
  double loading;
  std::function<double(double)> value_at;  // of a latent score
};

double inverse_normal(double p) {  // bisection: the test's own
  double low = -40, high = 40;
  for (int halving = 0; halving < 100; ++halving) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::numbers::sqrt2) < p ? low : high) = middle;
  }
  return low;
}

double probability_below(double score) {
  return 0.5 * std::erfc(-score / std::numbers::sqrt2);
}

// The quantile of a normal law within limits, at the probability of a score.
double truncated(double mean, double sd, double lower, double upper, double score) {
  const double a = probability_below((lower - mean) / sd);
  const double b = probability_below((upper - mean) / sd);
  return mean + sd * inverse_normal(a + (b - a) * probability_below(score));
}

// In the order of the file, which is not that of the kinds.
std::vector<Kind> kinds() {
  const double rare = inverse_normal(0.85), common = inverse_normal(0.4);
  const double a = inverse_normal(0.2), b = inverse_normal(0.7), half = inverse_normal(0.5);
  return {
      {"rare", "{prevalence: 0.15}", 0.7, [=](double z) { return z > rare ? 1.0 : 0.0; }},
      {"age", "{normal: {mean: 59, sd: 11}}", -0.6, [](double z) { return 59 + 11 * z; }},
      {"stage", "{levels: {l0: 0.2, l1: 0.5, l2: 0.3}}", 0.8,
       [=](double z) { return z < a   ? 0.0
                              : z < b ? 1.0
                                      : 2.0; }},
      {"burden", "{prevalence: 0.6}", -0.75, [=](double z) { return z > common ? 1.0 : 0.0; }},
      {"marker", "{lognormal: {median: 20, sd_log: 0.5}}", 0.65,
       [](double z) { return 20 * std::exp(0.5 * z); }},
      {"score", "{normal: {mean: 0, sd: 1, lower: -1, upper: 0.5}}", 0.7,
       [](double z) { return truncated(0, 1, -1, 0.5, z); }},
      {"tail", "{normal: {mean: 0, sd: 1, lower: 1}}", -0.7,
       [](double z) { return truncated(0, 1, 1, 40, z); }},
      {"site", "{levels: {l0: 0.5, l1: 0.5}}", 0.6, [=](double z) { return z < half ? 0.0 : 1.0; }},
      {"share", "{uniform: {lower: 2, upper: 3}}", -0.8,
       [](double z) { return 2 + probability_below(z); }},
  };
}

std::string trial() {
  std::string population, correlations;
  const std::vector<Kind> all = kinds();
  for (std::size_t i = 0; i < all.size(); ++i) {
    population += "  " + all[i].name + ": " + all[i].law + "\n";
    for (std::size_t j = 0; j < i; ++j)
      correlations += "  - {between: [" + all[i].name + ", " + all[j].name +
                      "], latent: " + std::to_string(all[i].loading * all[j].loading) + "}\n";
  }
  return "trialmill: 1\ntitle: covariates of every kind\npopulation:\n" + population +
         "correlations:\n" + correlations +
         "disease: {os: {baseline: {median_months: 12}}}\n"
         "arms: {a: {}, b: {}}\nenrolment: {rate: 1000}\nsample_size: 40000\n"
         "follow_up: {until: {minimum_months: 1}}\n"
         "analyses: [{name: os, test: log-rank}]\nsimulation: {replicates: 1, seed: 3}\n";
}

using Columns = std::map<std::string, std::vector<double>>;

// Levels l0, l1, ... are read as their numbers.
Columns exported_columns(const std::string& csv) {
  std::istringstream table(csv);
  std::string line;
  std::vector<std::string> names;
  Columns columns;
  while (std::getline(table, line)) {
    std::istringstream row(line);
    std::string field;
    if (names.empty()) {
      while (std::getline(row, field, ','))
        names.push_back(field);
      continue;
    }
    for (std::size_t k = 0; k < names.size() && std::getline(row, field, ','); ++k) {
      const char* number = field[0] == 'l' ? field.c_str() + 1 : field.c_str();
      columns[names[k]].push_back(std::strtod(number, nullptr));
    }
  }
  return columns;
}

// The even grid of a standard normal score: its density is the weight.
constexpr int half_grid = 300;
constexpr double step = 6.0 / half_grid;
double weight(int i) {
  return step * std::exp(-0.5 * i * step * i * step) / std::sqrt(2 * std::numbers::pi);
}

struct Moments {
  double mean, sd;
};

Moments moments(const Kind& kind) {
  double sum = 0, squares = 0, total = 0;
  // Ten times finer than the grid, and off the limits of levels.
  for (int i = -10 * half_grid; i <= 10 * half_grid; ++i) {
    const double z = (i + 0.37) * step / 10;
    const double w = std::exp(-0.5 * z * z), value = kind.value_at(z);
    total += w;
    sum += w * value;
    squares += w * value * value;
  }
  const double mean = sum / total;
  return {mean, std::sqrt(squares / total - mean * mean)};
}

// The correlation of the values, by the trapezoidal rule over both scores.
double correlation(const Kind& one, const Kind& other, const Moments& of_one,
                   const Moments& of_other) {
  const double r = one.loading * other.loading, open = std::sqrt(1 - r * r);
  // A table of the other's values: linear in between, which a limit of levels forgives.
  std::vector<double> value;
  for (int i = -2000; i <= 2000; ++i)
    value.push_back(other.value_at(i * 0.005));
  double sum = 0;
  for (int i = -half_grid; i <= half_grid; ++i) {
    double inner = 0;
    for (int j = -half_grid; j <= half_grid; ++j) {
      const double place = (r * i * step + open * j * step) / 0.005 + 2000;
      const auto at = static_cast<std::size_t>(place);
      const double part = place - static_cast<double>(at);
      inner += weight(j) * (value[at] + part * (value[at + 1] - value[at]) - of_other.mean);
    }
    sum += weight(i) * (one.value_at(i * step) - of_one.mean) * inner;
  }
  return sum / (of_one.sd * of_other.sd);
}

TEST(CohortCorrelations, DoubleProgrammedEveryPairOfKindsHasTheSignAndSizeOfItsScores) {
  // 36 pairs of 40,000 patients, 4 standard errors: chance of a false alarm 0.2 %; the seed is
  // fixed. The quadrature is good to 0.002.
  const Scratch folder;
  folder.write("trial.yaml", trial());
  const Finished made = run_program(folder, "cohort trial.yaml --replicate 1 -o patients.csv");
  ASSERT_EQ(made.exit_status, 0) << made.errors;
  Columns columns = exported_columns(read_file(folder / "patients.csv"));
  const std::vector<Kind> all = kinds();
  std::vector<Moments> known;
  for (const Kind& kind : all) {
    known.push_back(moments(kind));
    ASSERT_EQ(columns[kind.name].size(), 40000u) << kind.name;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto &x = columns[all[i].name], &y = columns[all[j].name];
      double sum = 0, squares = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const double product =
            (x[k] - known[i].mean) * (y[k] - known[j].mean) / (known[i].sd * known[j].sd);
        sum += product;
        squares += product * product;
      }
      const double n = static_cast<double>(x.size()), mean = sum / n;
      const double expected = correlation(all[i], all[j], known[i], known[j]);
      EXPECT_NEAR(mean, expected, 4 * std::sqrt((squares / n - mean * mean) / n) + 0.002)
          << all[i].name << " and " << all[j].name;
      EXPECT_EQ(expected > 0, all[i].loading * all[j].loading > 0);
    }
}

TEST(CohortCorrelations, IndependentABinaryCovariateWithANormalScoreHasTheBiserialCorrelation) {
  // A binary covariate of prevalence p whose score is correlated by r with a normal one has the
  // point-biserial correlation r phi(q) / sqrt(p (1 - p)), q the normal quantile of p (Lord and
  // Novick 1968). 20,000 patients, 4 standard errors.
  const Scratch folder;
  folder.write("trial.yaml", R"yaml(trialmill: 1
title: a marker and the burden of disease
population:
  burden: {prevalence: 0.4}
  marker: {lognormal: {median: 20, sd_log: 1}}
correlations: [{between: [burden, marker], latent: 0.5}]
disease:
  progression: {baseline: {median_months: 12}, hazard_ratios: {burden: 2}}
arms: {control: {}, experimental: {effects: {progression: {hazard_ratio: 0.7}}}}
enrolment: {rate: 1000}
sample_size: 20000
follow_up: {until: {minimum_months: 12}}
analyses: [{name: primary, test: log-rank}]
simulation: {replicates: 2, seed: 1}
)yaml");
  const Finished made = run_program(folder, "cohort trial.yaml --replicate 1 -o patients.csv");
  ASSERT_EQ(made.exit_status, 0) << made.errors;
  Columns columns = exported_columns(read_file(folder / "patients.csv"));
  const auto &burden = columns["burden"], &marker = columns["marker"];
  ASSERT_EQ(burden.size(), 20000u);
  double sum = 0;
  for (std::size_t k = 0; k < burden.size(); ++k)
    sum += (burden[k] - 0.4) * (std::log(marker[k]) - std::log(20.0));
  const double q = inverse_normal(0.4);
  const double density = std::exp(-0.5 * q * q) / std::sqrt(2 * std::numbers::pi);
  EXPECT_NEAR(sum / 20000 / std::sqrt(0.24), 0.5 * density / std::sqrt(0.24), 0.03);
}

}  // namespace
}  // namespace trialmill
