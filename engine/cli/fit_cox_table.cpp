#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/fit_table.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::cli {
namespace {

std::string term_line(const std::string& term, std::size_t width, double coefficient, double se,
                      double robust_se) {
  const survival::HazardRatio ratio = survival::hazard_ratio(coefficient, se);
  if (std::isnan(coefficient)) return fmt::format("  {:<{}}    dropped\n", term, width);
  if (std::isinf(coefficient))
    return fmt::format("  {:<{}}  coefficient runs to {}infinity\n", term, width,
                       coefficient > 0 ? "+" : "-");
  return fmt::format("  {:<{}} {:>10} {:>9} {:>9} {:>9} {:>9} {:>19}  {}\n", term, width,
                     significant(coefficient), significant(ratio.estimate), significant(se),
                     significant(robust_se), significant(coefficient / se),
                     fmt::format("{} to {}", significant(ratio.lower), significant(ratio.upper)),
                     p_text(survival::two_sided_p(coefficient / se)));
}

std::string interval_text(const survival::ProfileInterval& interval) {
  const auto limit = [](double log_ratio) {
    return log_ratio > 0 && std::isinf(log_ratio) ? std::string("infinity")
                                                  : significant(math::exp(log_ratio));
  };
  return interval.status == survival::FitStatus::ok
             ? limit(interval.lower) + " to " + limit(interval.upper)
             : "-";
}

std::string profile_lines(const CoxReport& cox, std::size_t width) {
  if (cox.profile.empty()) return "";
  std::string out = "  By profile likelihood, 95 % interval of HR\n";
  for (std::size_t k = 0; k < cox.terms.size(); ++k)
    out += fmt::format("  {:<{}} {}\n", cox.terms[k].name, width, interval_text(cox.profile[k]));
  return out;
}

std::string proportional_hazards_line(const CoxReport& cox) {
  for (const auto& [transform, test] : cox.proportional_hazards) {
    if (transform != "km" || test.status != survival::FitStatus::ok) continue;
    std::string out = "  Proportional hazards (time by 1 - KM):";
    for (std::size_t k = 0; k < cox.terms.size(); ++k)
      if (!std::isnan(test.chi_square[k]))
        out += fmt::format(" {} p {},", cox.terms[k].name,
                           p_text(survival::chi_square_p(test.chi_square[k], 1)));
    return out + fmt::format(" global p {}\n",
                             p_text(survival::chi_square_p(test.global, test.degrees_of_freedom)));
  }
  return "";
}

std::string firth_lines(const CoxReport& cox, std::size_t width) {
  const FirthReport& firth = *cox.firth;
  const survival::FirthFit& fit = firth.fit;
  std::string out = "  Firth's penalised likelihood";
  if (fit.status != survival::FitStatus::ok)
    out += fmt::format(", {}: {}", name(fit.status), survival::explanation(fit.status));
  out += fmt::format("\n  {:<{}} {:>10} {:>9} {:>9} {:>19}\n", "term", width, "coef", "HR", "SE",
                     "95 % profile interval");
  for (std::size_t k = 0; k < cox.terms.size(); ++k)
    out += fmt::format("  {:<{}} {:>10} {:>9} {:>9} {:>19}\n", cox.terms[k].name, width,
                       significant(fit.coefficient[k]), significant(math::exp(fit.coefficient[k])),
                       significant(fit.standard_error[k]), interval_text(firth.interval[k]));
  if (fit.degrees_of_freedom == 0) return out;
  return out + fmt::format("  Penalised likelihood ratio {} on {} df, p {}\n",
                           significant(fit.likelihood_ratio_test), fit.degrees_of_freedom,
                           p_text(survival::chi_square_p(std::max(fit.likelihood_ratio_test, 0.0),
                                                         fit.degrees_of_freedom)));
}

}  // namespace

std::string cox_section(const FitRequest& request, const CoxReport& cox) {
  const survival::CoxFit& fit = cox.fit;
  std::string out = fmt::format("\nCox regression ({} ties{}): {} patients, {} events\n",
                                request.ties == survival::Ties::efron ? "Efron" : "Breslow",
                                request.strata.empty() ? "" : ", stratified", fit.n, fit.events);
  if (fit.status != survival::FitStatus::ok)
    out += fmt::format("  {}: {}\n", name(fit.status), survival::explanation(fit.status));
  if (fit.status == survival::FitStatus::no_events ||
      fit.status == survival::FitStatus::no_information)
    return out;
  std::size_t width = 8;
  for (const CoxTerm& term : cox.terms)
    width = std::max(width, term.name.size());
  out += fmt::format("  {:<{}} {:>10} {:>9} {:>9} {:>9} {:>9} {:>19}  p\n", "term", width, "coef",
                     "HR", "SE", "robust", "z", "95 % interval of HR");
  for (std::size_t k = 0; k < cox.terms.size(); ++k)
    out += term_line(cox.terms[k].name, width, fit.coefficient[k], fit.standard_error[k],
                     cox.robust.standard_error[k]);
  const auto test = [&](const char* label, double chi_square) {
    return std::isfinite(chi_square)
               ? fmt::format("  {:<17} {:>9} on {} df, p {}\n", label, significant(chi_square),
                             fit.degrees_of_freedom,
                             p_text(survival::chi_square_p(chi_square, fit.degrees_of_freedom)))
               : std::string();
  };
  out += test("Likelihood ratio", fit.likelihood_ratio_test) + test("Wald", fit.wald_test) +
         test("Score", fit.score_test) + test("Robust Wald", cox.robust.wald_test) +
         test("Robust score", cox.robust.score_test);
  out += fmt::format("  Concordance {} (SE {}), log partial likelihood {}\n",
                     significant(cox.concordance.estimate),
                     significant(cox.concordance.standard_error, 3),
                     significant(fit.log_likelihood, 8));
  if (cox.non_inferiority)
    out += margin_line("hazard ratio of " + cox.terms[cox.treatment].name, *cox.non_inferiority);
  out += proportional_hazards_line(cox) + profile_lines(cox, width);
  return cox.firth ? out + firth_lines(cox, width) : out;
}

}  // namespace trialmill::cli
