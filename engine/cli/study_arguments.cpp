#include "cli/study_arguments.hpp"

#include <algorithm>
#include <string_view>

#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"

namespace trialmill::cli {

void add_scenario(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("SCENARIO", arguments.scenario, "scenario file (YAML)")->required();
  verb.add_option("--set", arguments.set,
                  "replace one value: key.path=value, for example sample_size=200")
      ->take_all()
      ->allow_extra_args(false);
}

void add_replicates_and_seed(CLI::App& verb, StudyArguments& arguments) {
  arguments.replicates_given =
      verb.add_option("--replicates", arguments.replicates, "simulated trials per design point")
          ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000000}));
  arguments.seed_given = verb.add_option("--seed", arguments.seed, "seed of all random streams")
                             ->check(CLI::Range(std::uint64_t{0}, largest_seed));
}

void add_null(CLI::App& verb, StudyArguments& arguments) {
  verb.add_flag("--null", arguments.null,
                "the null twin in place of the trial: no effect of treatment, arms identical");
}

std::string quoted_for_shell(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,+@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string quoted = "'";
  for (const char c : word)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_arguments(const StudyArguments& arguments) {
  std::string words = quoted_for_shell(arguments.scenario);
  for (const std::string& set : arguments.set)
    words += " --set " + quoted_for_shell(set);
  if (arguments.null) words += " --null";
  if (arguments.replicates_given && arguments.replicates_given->count() > 0)
    words += " --replicates " + std::to_string(arguments.replicates);
  if (arguments.seed_given && arguments.seed_given->count() > 0)
    words += " --seed " + std::to_string(arguments.seed);
  return words;
}

scenario::Study read_study(const StudyArguments& arguments) {
  scenario::StudyOptions options;
  for (const std::string& text : arguments.set) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      input::Diagnostic diagnostic;
      diagnostic.position.file = "--set";
      diagnostic.found = input::in_backquotes(text);
      diagnostic.allowed = "key.path=value";
      throw input::InputError(diagnostic);
    }
    options.set.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  if (arguments.replicates_given && arguments.replicates_given->count() > 0)
    options.replicates = arguments.replicates;
  if (arguments.seed_given && arguments.seed_given->count() > 0) options.seed = arguments.seed;
  if (arguments.null) options.null_twins = scenario::NullTwins::alone;
  scenario::Study study = scenario::read_study(std::filesystem::path(arguments.scenario), options);
  if (arguments.null && study.points.front().scenario.survey)
    refuse("--null", "a survey has no arms that could be alike");
  return study;
}

scenario::Study read_trial(const StudyArguments& arguments) {
  scenario::Study study = read_study(arguments);
  if (!study.points.front().scenario.survey) return study;
  input::Diagnostic diagnostic;
  diagnostic.position.file = arguments.scenario;
  diagnostic.path = "survey";
  diagnostic.why =
      "a survey is no trial that could be run; `check` reproduces it, and `cohort` exports its "
      "patients";
  throw input::InputError(diagnostic);
}

}  // namespace trialmill::cli
