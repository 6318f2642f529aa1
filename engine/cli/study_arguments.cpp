#include "cli/study_arguments.hpp"

#include "trialmill/input/diagnostic.hpp"

namespace trialmill::cli {

void add_scenario(CLI::App& verb, StudyArguments& arguments) {
  verb.add_option("SCENARIO", arguments.scenario, "scenario file (YAML)")->required();
  verb.add_option("--set", arguments.set,
                  "replace one value: key.path=value, for example sample_size=200")
      ->take_all()
      ->allow_extra_args(false);
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
  return scenario::read_study(std::filesystem::path(arguments.scenario), options);
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
