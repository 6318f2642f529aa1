#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "trialmill/scenario/read_study.hpp"

namespace trialmill::cli {

/// Seeds are what a scenario file can hold: whole numbers below 2^63.
constexpr std::uint64_t largest_seed = 9223372036854775807;

/// The arguments of every verb that reads a scenario file.
struct StudyArguments {
  std::string scenario;
  std::vector<std::string> set;
  CLI::Option* replicates_given = nullptr;
  CLI::Option* seed_given = nullptr;
  std::uint64_t replicates = 0;
  std::uint64_t seed = 0;
  bool null = false;  ///< the null twin in place of the trial
};

/// Adds SCENARIO and --set.
void add_scenario(CLI::App& verb, StudyArguments& arguments);

/// A word as a shell reads it back.
std::string quoted_for_shell(const std::string& word);

/// SCENARIO, --set, --null, --replicates and --seed as they were given, quoted for a shell.
std::string command_arguments(const StudyArguments& arguments);

/// Adds --replicates and --seed.
void add_replicates_and_seed(CLI::App& verb, StudyArguments& arguments);

/// Adds --null.
void add_null(CLI::App& verb, StudyArguments& arguments);

/// Reads the study. @throws input::InputError
scenario::Study read_study(const StudyArguments& arguments);

/// Reads a study that is of a trial. @throws input::InputError also for a survey, which is only
/// checked and exported
scenario::Study read_trial(const StudyArguments& arguments);

}  // namespace trialmill::cli
