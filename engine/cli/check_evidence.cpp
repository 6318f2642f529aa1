#include "cli/check_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/audited_figures.hpp"
#include "cli/verbs.hpp"
#include "trialmill/evidence/audit.hpp"
#include "trialmill/input/record.hpp"
#include "trialmill/scenario/read_evidence.hpp"

namespace trialmill::cli {
namespace {

using Json = nlohmann::ordered_json;
using evidence::Evidence;
using evidence::EvidenceAudit;
using evidence::Flag;

Json number(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json curve_document(const evidence::CurveAudit& audited, const evidence::SurvivalCurve& curve) {
  Json knots = Json::array(), at_risk = Json::array(), hazards = Json::array();
  for (const evidence::SurvivalKnot& knot : curve.knots)
    knots.push_back(
        {{"month", knot.time_months}, {"survival", knot.survival}, {"source", knot.source}});
  for (const evidence::AtRisk& at : curve.at_risk)
    at_risk.push_back({{"month", at.time_months},
                       {"number", at.number},
                       {"group", at.group.empty() ? Json(nullptr) : Json(at.group)},
                       {"source", at.source}});
  for (const double hazard : audited.hazard.hazard_per_month)
    hazards.push_back(number(hazard));
  return {{"name", audited.name},
          {"origin", word(curve.origin)},
          {"population", word(curve.population)},
          {"source", audited.source},
          {"knots", knots},
          {"at_risk", at_risk},
          {"hazard_per_month", hazards},
          {"flags", to_document(audited.flags)}};
}

Json ratio_document(const evidence::RatioAudit& row) {
  return {{"curve", row.curve},
          {"covariate", row.covariate},
          {"analysis", row.analysis},
          {"source", row.source},
          {"hazard_ratio", row.printed.hazard_ratio},
          {"lower", row.printed.lower},
          {"upper", row.printed.upper},
          {"p", row.printed.p_value},
          {"position", number(row.position)},
          {"standard_error", number(row.standard_error)},
          {"wald_p", number(row.wald_p)},
          {"events", number(row.events)},
          {"flags", to_document(row.flags)}};
}

Json count_document(const evidence::CountAudit& row) {
  return {{"group", row.group},
          {"name", row.name},
          {"source", row.source},
          {"count", row.count},
          {"of", row.of},
          {"percent", row.percent ? Json(*row.percent) : Json(nullptr)},
          {"implied_percent", number(row.implied_percent)},
          {"flags", to_document(row.flags)}};
}

void print_document(const Evidence& evidence, const EvidenceAudit& audited) {
  Json curves = Json::array(), ratios = Json::array(), counts = Json::array();
  for (std::size_t k = 0; k < audited.curves.size(); ++k)
    curves.push_back(curve_document(audited.curves[k], evidence.curves[k]));
  for (const evidence::RatioAudit& row : audited.ratios)
    ratios.push_back(ratio_document(row));
  for (const evidence::CountAudit& row : audited.counts)
    counts.push_back(count_document(row));
  const Json document = {{"evidence",
                          {{"title", evidence.title},
                           {"citation", evidence.citation},
                           {"file", evidence.file},
                           {"patients", evidence.patients}}},
                         {"curves", curves},
                         {"hazard_ratios", ratios},
                         {"counts", counts}};
  fmt::print("{}\n", document.dump(2));
}

const char* verdict(const std::vector<Flag>& flags) {
  return flags.empty() ? "sound" : "flagged";
}

void print_curves(const Evidence& evidence, const EvidenceAudit& audited) {
  if (audited.curves.empty()) return;
  fmt::print("\nSurvival curves\n  {:<10} {:<14} {:<12} {:>6}  {:<24} {}\n", "curve", "months from",
             "patients", "points", "source", "verdict");
  for (std::size_t k = 0; k < audited.curves.size(); ++k) {
    const evidence::SurvivalCurve& curve = evidence.curves[k];
    fmt::print("  {:<10} {:<14} {:<12} {:>6}  {:<24} {}\n", curve.name, word(curve.origin),
               word(curve.population), curve.knots.size(), curve.source,
               verdict(audited.curves[k].flags));
  }
}

// What an impossible interval does not imply is a dash.
std::string implied(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

void print_ratios(const EvidenceAudit& audited) {
  if (audited.ratios.empty()) return;
  fmt::print(
      "\nHazard ratios: position in the interval (log scale), and what the interval implies\n"
      "  {:<22} {:<14} {:<24} {:>8} {:>7} {:>8} {:>8} {:>7}  {}\n",
      "", "", "printed", "position", "SE", "p", "printed", "events", "verdict");
  for (const evidence::RatioAudit& row : audited.ratios) {
    const auto& [ratio, lower, upper, p] = row.printed;
    fmt::print("  {:<22} {:<14} {:<24} {:>8} {:>7} {:>8} {:>8.4g} {:>7}  {}\n",
               row.curve + "." + row.covariate, row.analysis,
               fmt::format("{} ({} to {})", ratio, lower, upper), implied(row.position, 2),
               implied(row.standard_error, 4), implied(row.wald_p, 4), p, implied(row.events, 0),
               verdict(row.flags));
  }
}

void print_counts(const EvidenceAudit& audited) {
  const auto with_percentage = std::ranges::count_if(
      audited.counts, [](const evidence::CountAudit& row) { return row.percent.has_value(); });
  const auto flagged = std::ranges::count_if(
      audited.counts, [](const evidence::CountAudit& row) { return !row.flags.empty(); });
  fmt::print("\nCounts: {}, of which {} with a percentage; {} flagged\n", audited.counts.size(),
             with_percentage, flagged);
}

void print_flags(const std::string& name, const std::string& source,
                 const std::vector<Flag>& flags) {
  for (const Flag& flag : flags)
    fmt::print("  {} ({}): {}\n    {}\n", name, source, in_words(flag.finding), flag.sentence);
}

void print_all_flags(const EvidenceAudit& audited) {
  const auto flagged = [](const auto& row) { return !row.flags.empty(); };
  if (std::ranges::none_of(audited.curves, flagged) &&
      std::ranges::none_of(audited.ratios, flagged) &&
      std::ranges::none_of(audited.counts, flagged)) {
    fmt::print("\nNo flags.\n");
    return;
  }
  fmt::print("\nFlags: figures to look up again before they are used\n");
  for (const evidence::CurveAudit& row : audited.curves)
    print_flags("curves." + row.name, row.source, row.flags);
  for (const evidence::RatioAudit& row : audited.ratios)
    print_flags(fmt::format("factors.{}.{}.{}", row.curve, row.covariate, row.analysis), row.source,
                row.flags);
  for (const evidence::CountAudit& row : audited.counts)
    print_flags(row.group + "." + row.name, row.source, row.flags);
}

}  // namespace

bool is_evidence(const std::string& file) {
  const input::Document document = input::read_yaml_file(file);
  input::Reading reading;
  return reading.open(document).has("trialmill-evidence");
}

int check_evidence(const std::string& file, bool json) {
  const Evidence evidence = scenario::read_evidence(std::filesystem::path(file));
  const EvidenceAudit audited = evidence::audit(evidence);
  if (json) {
    print_document(evidence, audited);
    return done;
  }
  fmt::print("{}\n{}\n{}: {} patients\n", evidence.title, evidence.citation, evidence.file,
             evidence.patients);
  print_curves(evidence, audited);
  print_ratios(audited);
  print_counts(audited);
  print_all_flags(audited);
  return done;
}

}  // namespace trialmill::cli
