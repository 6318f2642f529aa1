#include "cli/bounds_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "trialmill/survival/p_value.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;

UnderDrift under_drift(const design::Boundaries& boundaries, const std::string& name,
                       double drift) {
  return {name, drift, design::crossing_probabilities(boundaries, drift),
          design::power(boundaries, drift), design::expected_information(boundaries, drift)};
}

// JSON has no infinity: a bound that is not there is null.
Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json look_document(const design::Boundaries& boundaries, std::size_t k) {
  const design::LookBounds& look = boundaries.looks[k];
  Json out = {{"look", k + 1},
              {"information", look.information},
              {"alpha_spent", look.alpha_spent},
              {"z", number(look.efficacy_z)},
              {"p_one_sided", survival::upper_tail_p(look.efficacy_z)}};
  const bool futility = boundaries.design.futility.has_value();
  out["beta_spent"] = futility ? Json(look.beta_spent) : Json(nullptr);
  out["futility_z"] = futility ? number(look.futility_z) : Json(nullptr);
  return out;
}

Json under_document(const UnderDrift& under) {
  Json out = {{"hypothesis", under.name},
              {"drift", under.drift},
              {"power", under.power},
              {"expected_information", under.expected_information},
              {"efficacy", under.crossing.efficacy}};
  if (!under.crossing.futility.empty()) out["futility"] = under.crossing.futility;
  if (!under.crossing.harm.empty()) out["harm"] = under.crossing.harm;
  return out;
}

std::string figure(double x) {
  return std::isfinite(x) ? fmt::format("{:.4f}", x) : std::string("none");
}

// Probabilities and levels, small ones included.
std::string level(double p) {
  return p == 0 || p >= 1e-4 ? fmt::format("{:.6f}", p) : fmt::format("{:.2e}", p);
}

std::string heading(const design::GroupSequentialDesign& design, double beta) {
  std::string out = fmt::format("{} look{}, {} alpha {}, spent as {}\n", design.information.size(),
                                design.information.size() == 1 ? "" : "s",
                                design.sided == 2 ? "two-sided" : "one-sided", design.alpha,
                                design::name(design.efficacy));
  if (design.futility)
    out += fmt::format("Futility: beta {} spent as {}, {}\n", beta,
                       design::name(design.futility->spending),
                       design.futility->binding
                           ? "binding"
                           : "non-binding (efficacy bounds hold whether it is obeyed or not)");
  return out;
}

std::string bounds_section(const design::Boundaries& boundaries) {
  const bool futility = boundaries.design.futility.has_value();
  std::string out = fmt::format("\n  {:>4} {:>11} {:>11} {:>9} {:>12}", "look", "information",
                                "alpha spent", "Z", "one-sided p");
  if (futility) out += fmt::format(" {:>11} {:>11}", "beta spent", "futility Z");
  out += "\n";
  for (std::size_t k = 0; k < boundaries.looks.size(); ++k) {
    const design::LookBounds& look = boundaries.looks[k];
    out += fmt::format("  {:>4} {:>11.4f} {:>11} {:>9} {:>12}", k + 1, look.information,
                       level(look.alpha_spent), figure(look.efficacy_z),
                       level(survival::upper_tail_p(look.efficacy_z)));
    if (futility)
      out += fmt::format(" {:>11} {:>11}", level(look.beta_spent), figure(look.futility_z));
    out += "\n";
  }
  return out;
}

std::string sum_of(const std::vector<double>& probabilities) {
  double sum = 0;
  for (const double probability : probabilities)
    sum += probability;
  return level(sum);
}

std::string crossing_section(const BoundsReport& report) {
  const bool futility = report.boundaries.design.futility.has_value();
  const bool two_sided = report.boundaries.design.sided == 2;
  const char* other = futility ? "futility" : "harm";
  const auto other_side = [&](const UnderDrift& under) -> const std::vector<double>& {
    return futility ? under.crossing.futility : under.crossing.harm;
  };
  const int width = futility || two_sided ? 21 : 12;
  std::string out = "\nProbability of stopping first at a look\n  " + fmt::format("{:>11}", "");
  for (const UnderDrift& under : report.under)
    out += fmt::format(" {:>{}}", under.name, width);
  out += fmt::format("\n  {:>11}", "drift");
  for (const UnderDrift& under : report.under)
    out += fmt::format(" {:>{}.4f}", under.drift, width);
  out += fmt::format("\n  {:>11}", "look");
  for (std::size_t i = 0; i < report.under.size(); ++i)
    out += futility || two_sided ? fmt::format(" {:>11} {:>9}", "efficacy", other)
                                 : fmt::format(" {:>12}", "efficacy");
  const auto row = [&](const std::string& name, const auto& cell) {
    out += fmt::format("\n  {:>11}", name);
    for (const UnderDrift& under : report.under) {
      out += fmt::format(" {:>{}}", cell(under.crossing.efficacy), futility || two_sided ? 11 : 12);
      if (futility || two_sided) out += fmt::format(" {:>9}", cell(other_side(under)));
    }
  };
  for (std::size_t k = 0; k < report.boundaries.looks.size(); ++k)
    row(fmt::format("{}", k + 1), [k](const std::vector<double>& p) { return level(p[k]); });
  row("any", sum_of);
  out += fmt::format("\n  {:>11}", "information");
  for (const UnderDrift& under : report.under)
    out += fmt::format(" {:>{}.4f}", under.expected_information, width);
  return out + "\n  drift: E[Z] at full information; information: expected when the trial stops\n";
}

}  // namespace

BoundsReport report_bounds(const design::GroupSequentialDesign& design, double beta,
                           const std::optional<double>& drift) {
  BoundsReport report;
  report.boundaries = design::compute_boundaries(design);
  report.beta = beta;
  report.drift = design::drift_for_power(report.boundaries, 1 - beta);
  report.inflation_factor = design::inflation_factor(report.boundaries, 1 - beta);
  report.under = {under_drift(report.boundaries, "null", 0),
                  under_drift(report.boundaries, "halfway", report.drift / 2),
                  under_drift(report.boundaries, "alternative", report.drift)};
  if (drift) report.under.push_back(under_drift(report.boundaries, "given", *drift));
  return report;
}

std::string to_json(const BoundsReport& report) {
  const design::GroupSequentialDesign& design = report.boundaries.design;
  Json document = {{"alpha", design.alpha},
                   {"sided", design.sided},
                   {"spending", design::name(design.efficacy)},
                   {"looks", Json::array()}};
  if (!design.spending_time.empty()) document["spending_time"] = design.spending_time;
  for (std::size_t k = 0; k < report.boundaries.looks.size(); ++k)
    document["looks"].push_back(look_document(report.boundaries, k));
  document["beta"] = report.beta;
  document["beta_spending"] =
      design.futility ? Json(design::name(design.futility->spending)) : Json(nullptr);
  document["binding"] = design.futility ? Json(design.futility->binding) : Json(nullptr);
  document["inflation_factor"] = report.inflation_factor;
  document["shift"] = report.drift * report.drift;
  document["drift"] = report.drift;
  document["crossing"] = Json::array();
  for (const UnderDrift& under : report.under)
    document["crossing"].push_back(under_document(under));
  return document.dump(2) + "\n";
}

std::string to_table(const BoundsReport& report) {
  return heading(report.boundaries.design, report.beta) + bounds_section(report.boundaries) +
         fmt::format(
             "\nPower {:.4g} at drift {:.4f}: at most {:.4f} times the information of a trial "
             "with one look\n",
             1 - report.beta, report.drift, report.inflation_factor) +
         crossing_section(report);
}

}  // namespace trialmill::cli
