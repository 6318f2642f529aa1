#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trialmill::cohort {

/// Minimisation (Taves 1974; Pocock and Simon 1975, Biometrics 31: 103-115): every patient is
/// likely to be allotted the arm that leaves the arms most alike within the levels of some factors.
///
/// For a patient about to come, let x[k] be the patients of arm k who share his level of a factor,
/// himself put into one of the arms on trial, divided by the arm's share of the allocation (Han,
/// Enas and McEntegart 2009, Statistics in Medicine 28: 3329-3346). How unlike the x are is the
/// factor's imbalance; the imbalance of putting him there is the weighted sum over factors.
///
/// The arm that makes it least is preferred, one of several with probability proportional to their
/// shares. A preferred arm of the smallest share is allotted with `probability`. The others take
/// what Han's biased coin leaves them, (1 - probability) share / (total - smallest share) each,
/// which keeps the ratio of the allocation; with equal shares everybody is allotted the preferred
/// arm with `probability`, as Pocock and Simon have it.
struct Minimisation {
  enum class Imbalance {
    range,               ///< largest less smallest
    variance,            ///< with denominator arms - 1
    standard_deviation,  ///< its root
  };
  std::vector<std::size_t> factors = {};  ///< indices in the population, none continuous
  std::vector<std::size_t> levels = {};   ///< number of levels of each
  std::vector<double> weight = {};        ///< of each, positive
  double probability = 0.8;  ///< from the smallest share of the allocation, as a fraction, to 1
  Imbalance imbalance = Imbalance::range;
};

/// Scratch space of minimise.
struct MinimisationWorkspace {
  std::vector<std::span<const double>> level;  ///< of every patient, a column per factor
  std::vector<double> count;                   ///< of patients over share, by level and arm
  std::vector<double> imbalance, chance;       ///< of the next patient, by arm
};

/// Allots arms in order of arrival: patient i's depends on the patients before him and on one
/// uniform of his own, so that the first patients are allotted the same whatever the sample size.
/// @param allocation one positive share per arm @param u_arm one uniform per patient
/// @param workspace whose `level` has been filled @param arm 0 .. arms-1 per patient, overwritten
void minimise(const Minimisation& minimisation, std::span<const double> allocation,
              std::span<const double> u_arm, MinimisationWorkspace& workspace,
              std::span<std::int32_t> arm);

}  // namespace trialmill::cohort
