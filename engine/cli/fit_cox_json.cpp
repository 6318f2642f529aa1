#include <algorithm>
#include <cmath>

#include "cli/fit_json.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/survival/p_value.hpp"

namespace trialmill::cli {
namespace {

// The p-value of a chi-square, null where there is none.
Json chi_square_p(double chi_square, int degrees_of_freedom) {
  return std::isfinite(chi_square) && degrees_of_freedom > 0
             ? number(survival::chi_square_p(std::max(chi_square, 0.0), degrees_of_freedom))
             : Json(nullptr);
}

// Limits of a hazard ratio; where the likelihood is monotone one of them is 0, or null for
// infinity.
void add_interval(const survival::ProfileInterval& interval, const std::string& prefix, Json& out) {
  out[prefix + "lower"] = number(math::exp(interval.lower));
  out[prefix + "upper"] = number(math::exp(interval.upper));
}

Json to_document(const CoxTerm& term, std::size_t k, const CoxReport& cox) {
  const survival::CoxFit& fit = cox.fit;
  const double coefficient = fit.coefficient[k];
  const double z = coefficient / fit.standard_error[k];
  const survival::HazardRatio ratio = survival::hazard_ratio(coefficient, fit.standard_error[k]);
  Json out = {{"name", term.name},
              {"coef", number(coefficient)},
              {"hazard_ratio", number(ratio.estimate)},
              {"se", number(fit.standard_error[k])},
              {"robust_se", number(cox.robust.standard_error[k])},
              {"z", number(z)},
              {"p", std::isfinite(z) ? number(survival::two_sided_p(z)) : Json(nullptr)},
              {"lower", number(ratio.lower)},
              {"upper", number(ratio.upper)}};
  if (!term.level.empty()) {
    out["level"] = term.level;
    out["reference"] = term.reference;
  }
  if (std::isinf(coefficient)) {
    // The likelihood has no maximum: only the direction is known.
    out["hazard_ratio"] = nullptr;
    out["limit"] = coefficient > 0 ? "inf" : "-inf";
  }
  if (!cox.profile.empty()) add_interval(cox.profile[k], "profile_", out);
  return out;
}

// The strata one after the other; with strata, `stratum` has the values of each time's own.
Json baseline_document(const FitRequest& request, const CoxReport& cox) {
  Json out = {{"time", numbers(cox.baseline.time)},
              {"cumulative_hazard", numbers(cox.baseline.cumulative_hazard)}};
  if (request.strata.empty()) return out;
  Json strata = Json::array();
  for (std::size_t s = 0; s + 1 < cox.baseline.stratum_begin.size(); ++s) {
    Json values = Json::object();
    for (std::size_t c = 0; c < request.strata.size(); ++c)
      values[request.strata[c]] = cox.stratum_values[s][c];
    for (auto row = cox.baseline.stratum_begin[s]; row < cox.baseline.stratum_begin[s + 1]; ++row)
      strata.push_back(values);
  }
  out["stratum"] = std::move(strata);
  return out;
}

Json to_document(const std::vector<NamedHazardsTest>& tests) {
  Json out = Json::object();
  for (const auto& [transform, test] : tests) {
    Json p = Json::array();
    for (const double chi_square : test.chi_square)
      p.push_back(chi_square_p(chi_square, 1));
    out[transform] = {{"status", name(test.status)},
                      {"chisq", numbers(test.chi_square)},
                      {"p", p},
                      {"global", number(test.global)},
                      {"df", test.degrees_of_freedom},
                      {"global_p", chi_square_p(test.global, test.degrees_of_freedom)}};
  }
  return out;
}

Json firth_document(const CoxReport& cox) {
  const FirthReport& firth = *cox.firth;
  const survival::FirthFit& fit = firth.fit;
  const bool undefined = fit.status == survival::FitStatus::no_events ||
                         fit.status == survival::FitStatus::no_information;
  const auto defined = [&](double x) { return undefined ? Json(nullptr) : number(x); };
  Json terms = Json::array();
  for (std::size_t k = 0; k < cox.terms.size(); ++k) {
    Json term = {{"name", cox.terms[k].name},
                 {"coef", number(fit.coefficient[k])},
                 {"hazard_ratio", number(math::exp(fit.coefficient[k]))},
                 {"se", number(fit.standard_error[k])}};
    add_interval(firth.interval[k], "", term);
    terms.push_back(std::move(term));
  }
  return {{"status", name(fit.status)},
          {"iterations", fit.iterations},
          {"loglik_null", defined(fit.log_likelihood_null)},
          {"loglik", defined(fit.log_likelihood)},
          {"likelihood_ratio", defined(fit.likelihood_ratio_test)},
          {"df", fit.degrees_of_freedom},
          {"p", chi_square_p(fit.likelihood_ratio_test, fit.degrees_of_freedom)},
          {"interval", "profile"},
          {"terms", terms}};
}

}  // namespace

Json cox_document(const FitRequest& request, const CoxReport& cox) {
  const survival::CoxFit& fit = cox.fit;
  Json terms = Json::array(), dropped = Json::array();
  for (std::size_t k = 0; k < cox.terms.size(); ++k) {
    terms.push_back(to_document(cox.terms[k], k, cox));
    if (fit.aliased[k]) dropped.push_back(cox.terms[k].name);
  }
  const bool undefined = fit.status == survival::FitStatus::no_events ||
                         fit.status == survival::FitStatus::no_information;
  const auto defined = [&](double x) { return undefined ? Json(nullptr) : number(x); };
  const auto p = [&](double chi_square) {
    return chi_square_p(chi_square, fit.degrees_of_freedom);
  };
  Json out = {{"ties", request.ties == survival::Ties::efron ? "efron" : "breslow"},
              {"n", fit.n},
              {"events", fit.events},
              {"status", name(fit.status)},
              {"dropped_terms", dropped},
              {"iterations", fit.iterations},
              {"loglik_null", number(fit.log_likelihood_null)},
              {"loglik", number(fit.log_likelihood)},
              {"wald", defined(fit.wald_test)},
              {"wald_p", p(fit.wald_test)},
              {"robust_wald", defined(cox.robust.wald_test)},
              {"robust_wald_p", p(cox.robust.wald_test)},
              {"score", defined(fit.score_test)},
              {"score_p", p(fit.score_test)},
              {"robust_score", defined(cox.robust.score_test)},
              {"robust_score_p", p(cox.robust.score_test)},
              {"likelihood_ratio", defined(fit.likelihood_ratio_test)},
              {"likelihood_ratio_p", p(fit.likelihood_ratio_test)},
              {"df", fit.degrees_of_freedom},
              {"concordance", defined(cox.concordance.estimate)},
              {"concordance_se", defined(cox.concordance.standard_error)},
              {"terms", terms},
              {"baseline", baseline_document(request, cox)},
              {"ph_test", to_document(cox.proportional_hazards)}};
  if (cox.non_inferiority) {
    out["non_inferiority"] = margin_document(*cox.non_inferiority);
    out["non_inferiority"]["term"] = cox.terms[cox.treatment].name;
  }
  if (cox.firth) out["firth"] = firth_document(cox);
  return out;
}

}  // namespace trialmill::cli
