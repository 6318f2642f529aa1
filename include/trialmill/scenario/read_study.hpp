#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trialmill/input/document.hpp"
#include "trialmill/scenario/scenario.hpp"

namespace trialmill::scenario {

/// A value that replaces one in the file: `arms.experimental.effects.rfs.hazard_ratio` = `0.65`.
struct Override {
  std::string path;
  std::string value;  ///< as YAML text
};

/// What a user may change from outside a scenario file.
struct StudyOptions {
  std::vector<Override> set;
  std::optional<std::uint64_t> replicates;
  std::optional<std::uint64_t> seed;
  std::optional<NullTwins> null_twins;
};

/// At most this many design points, so that a sweep written by mistake does not fill the memory.
constexpr std::size_t max_design_points = 10000;
/// At most this many patients in one trial.
constexpr std::int64_t max_sample_size = 1'000'000;
/// Largest number of synthetic surveys, whose figures are all held in memory.
constexpr std::int64_t max_surveys = 100'000;
/// At most this many strata in a randomisation or an analysis.
constexpr std::size_t max_strata = 10000;

/// Reads a scenario file, spreads its sweep out and checks every design point, calibration
/// included. The format is described in the README's scenario reference and by `scenario_schema`.
/// @throws input::InputError with everything that is wrong, each mistake at its position
Study read_study(const std::filesystem::path& file, const StudyOptions& options = {});

/// The same for a document in memory. Paths inside it are relative to the folder of its name.
Study read_study(input::Document document, const StudyOptions& options = {});

/// A study again from its `canonical` and `evidence`: no file is read.
Study read_canonical_study(const CanonicalFile& scenario,
                           const std::vector<CanonicalFile>& evidence,
                           const StudyOptions& options = {});

}  // namespace trialmill::scenario
