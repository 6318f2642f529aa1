#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trialmill/cohort/minimisation.hpp"

namespace trialmill::cohort {

/// How arms are allotted.
struct Randomisation {
  enum class Method {
    simple,           ///< every patient independently
    permuted_blocks,  ///< blocks hold the exact ratio; within each stratum when there are strata
    minimisation,     ///< every patient likely where the arms differ least
  };
  Method method = Method::permuted_blocks;
  std::vector<double> allocation;         ///< one share per arm; whole numbers for blocks
  std::vector<std::int32_t> block_sizes;  ///< multiples of the sum of shares; drawn equally likely
  std::size_t strata = 1;
  Minimisation minimisation = {};  ///< of that method
};

/// A block that patients are put into, and where the next one goes.
struct OpenBlock {
  std::uint32_t block = 0, position = 0, size = 0;
};

/// Scratch space of allot_arms.
struct RandomisationWorkspace {
  std::vector<OpenBlock> open;                 ///< by stratum
  std::vector<std::uint32_t> block, position;  ///< of each patient
  std::vector<double> block_size;
  std::vector<double> left;     ///< places left in the current blocks, by arm
  std::vector<double> uniform;  ///< of the patients at one position of all blocks, or at all
  std::vector<std::int32_t> arm;
  MinimisationWorkspace minimisation;
};

/// Allots arms in order of arrival. A patient in a block takes an arm with probability proportional
/// to the places left, which makes every arrangement of a block equally likely with one uniform per
/// patient.
/// @param u_arm one uniform per patient @param u_block one per patient, read at a block's start
/// only
/// @param stratum 0 .. strata-1 per patient, or empty for one stratum
/// @param workspace for minimisation with the patients' levels
/// @param arm 0 .. arms-1 per patient, overwritten
void allot_arms(const Randomisation& randomisation, std::span<const double> u_arm,
                std::span<const double> u_block, std::span<const std::int32_t> stratum,
                RandomisationWorkspace& workspace, std::span<std::int32_t> arm);

}  // namespace trialmill::cohort
