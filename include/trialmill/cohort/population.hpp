#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

/// One replicate's patients: who they are, when they come, what they get and what happens to them.
namespace trialmill::cohort {

/// 1 with probability `prevalence`, else 0.
struct BinaryLaw {
  double prevalence = 0.5;
};

/// One of several named levels; the first is the reference. Probabilities add up to 1.
struct CategoricalLaw {
  std::vector<std::string> levels;
  std::vector<double> probabilities;
};

/// Normal, truncated to [lower, upper] when these are finite.
struct NormalLaw {
  double mean = 0;
  double sd = 1;
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// Its logarithm is normal: `median` exp(sd_log Z).
struct LognormalLaw {
  double median = 1;
  double sd_log = 1;
};

/// Uniform on [lower, upper].
struct UniformLaw {
  double lower = 0;
  double upper = 1;
};

using CovariateLaw = std::variant<BinaryLaw, CategoricalLaw, NormalLaw, LognormalLaw, UniformLaw>;

/// A value that is not always recorded. Whether it is does not depend on anything (missing
/// completely at random); the true value acts on the hazards all the same.
struct MissingValues {
  /// How an analysis reads a value that was not recorded.
  enum class AnalysedAs {
    reference,  ///< as the reference level, or 0 for a continuous covariate
    left_out,   ///< the patient is left out of analyses that use the covariate
  };
  double probability = 0;
  AnalysedAs analysed_as = AnalysedAs::left_out;
};

/// A baseline characteristic. Without parents, and unless a `Copula` names it, it is independent of
/// the others.
struct Covariate {
  std::string name = {};
  /// With parents only its kind and levels count: the probabilities stand in `law_given_parents`.
  CovariateLaw law = {};
  std::vector<std::size_t> parents = {};  ///< indices in the population, binary or categorical
  /// One per combination of the parents' levels, the last parent's varying fastest; all of the kind
  /// and with the levels of `law`.
  std::vector<CovariateLaw> law_given_parents = {};
  std::optional<MissingValues> missing = {};
  bool recorded = true;  ///< false: latent, nobody in the trial knows it
};

/// A patient's value by inverse transform: the quantile of a continuous covariate, the index of the
/// level of a categorical one (the first for low u), and of a binary one 1 when u < prevalence.
/// That one alone falls with u; `draw_population` turns the uniform of a correlated one, so that a
/// high score means a high value of every kind.
/// @param u uniforms in (0, 1) @param value same length; may be u itself
void draw_values(const CovariateLaw& law, std::span<const double> u, std::span<double> value);

/// Number of levels a stratification by this covariate has: 2 for binary, the number of levels for
/// categorical, 0 for continuous (which cannot stratify).
std::size_t level_count(const CovariateLaw& law);

/// How a covariate multiplies a hazard: by `ratio_by_level[level]` for binary and categorical laws
/// (the reference level has 1), by exp(log_ratio_per_unit x value) for continuous ones.
struct HazardFactor {
  std::size_t covariate = 0;  ///< index in the population
  std::vector<double> ratio_by_level;
  double log_ratio_per_unit = 0;  ///< used when `ratio_by_level` is empty
};

}  // namespace trialmill::cohort
