#include "trialmill/simulation/solve.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/progress.hpp"
#include "cli/stop.hpp"
#include "cli/study_arguments.hpp"
#include "cli/verbs.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/report/solution_table.hpp"

namespace trialmill::cli {
namespace {

struct SolveArguments {
  StudyArguments study;
  std::string analysis;
  std::vector<double> power = {0.8};
  double confidence = 0.95;
  std::size_t at_least = 20, at_most = 10000;
  bool events = false, conservative = false, json = false;
  int threads = 0;
};

std::size_t analysis_index(const SolveArguments& arguments, const scenario::Scenario& scenario) {
  if (arguments.analysis.empty()) return 0;
  std::vector<std::string> names;
  for (const scenario::Analysis& analysis : scenario.analyses)
    names.push_back(analysis.name);
  const auto found = std::ranges::find(names, arguments.analysis);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string allowed;
  for (const std::string& name : names)
    allowed += (allowed.empty() ? "" : ", ") + input::in_backquotes(name);
  refuse("--analysis", input::in_backquotes(arguments.analysis), allowed,
         input::nearest_spelling(arguments.analysis, names).value_or(""));
}

simulation::SolveOptions options_of(const SolveArguments& arguments, const scenario::Study& study) {
  simulation::SolveOptions options;
  options.analysis = analysis_index(arguments, study.points.front().scenario);
  options.confidence = arguments.confidence;
  options.at_least = arguments.at_least;
  options.at_most = arguments.at_most;
  options.events = arguments.events;
  options.conservative = arguments.conservative;
  options.threads = arguments.threads;
  const scenario::Analysis& analysis = study.points.front().scenario.analyses[options.analysis];
  const auto other_size = [&](const scenario::DesignPoint& point) {
    return point.scenario.sample_size != study.points.front().scenario.sample_size;
  };
  if (std::ranges::any_of(study.points, other_size))
    refuse(arguments.study.scenario,
           "the sample size is what is searched for: of its sweep leave one, where the search "
           "starts, by --set sample_size=200");
  for (const double power : arguments.power)
    if (!(power > analysis.alpha && power <= 0.999))
      refuse("--power", fmt::format("{}", power),
             fmt::format("above the level {} of the test and up to 0.999", analysis.alpha));
  if (!(arguments.confidence >= 0.5 && arguments.confidence <= 0.9999))
    refuse("--confidence", fmt::format("{}", arguments.confidence), "from 0.5 to 0.9999");
  const std::size_t step = simulation::size_step(study.points.front().scenario);
  if (arguments.at_least >= arguments.at_most || arguments.at_most - arguments.at_least < step)
    refuse("--at-most", fmt::format("{}", arguments.at_most),
           fmt::format("at least {} more than --at-least, the step of sizes", step));
  for (const scenario::DesignPoint& point : study.points)
    if (const auto why = simulation::reason_against_solving(point.scenario, options))
      refuse(arguments.study.scenario, *why);
  return options;
}

result::Solutions heading_of(const SolveArguments& arguments, const scenario::Study& study,
                             const simulation::SolveOptions& options) {
  result::Solutions out;
  out.version = TRIALMILL_VERSION;
  out.title = study.title;
  out.file = study.file;
  out.digest = study.digest;
  out.seed = study.seed;
  out.replicates = study.replicates;
  out.analysis = simulation::analysis_label(study.points.front().scenario, options.analysis);
  out.confidence = arguments.confidence;
  out.for_events = arguments.events;
  out.conservative = arguments.conservative;
  return out;
}

int solve_study(const SolveArguments& arguments) {
  const scenario::Study study = read_trial(arguments.study);
  simulation::SolveOptions options = options_of(arguments, study);
  result::Solutions solutions = heading_of(arguments, study, options);
  const StopConditions stop;
  Progress progress(fmt::format("searching at {} design points", study.points.size()));
  options.stop_requested = &StopConditions::requested;
  const auto searches = static_cast<double>(study.points.size() * arguments.power.size());
  for (const scenario::DesignPoint& point : study.points)
    for (const double power : arguments.power) {
      const auto solved = static_cast<double>(solutions.points.size());
      options.power = power;
      options.progress = [&](double share) { progress.update((solved + share) / searches); };
      auto solution = simulation::solve(point.scenario, study.seed, study.replicates, options);
      if (!solution) {
        fmt::print(stderr, "Interrupted; the same command runs the whole from the start.\n");
        return interrupted;
      }
      for (const scenario::Setting& setting : point.set)
        if (setting.key != "sample_size") solution->set.emplace_back(setting.key, setting.value);
      solutions.points.push_back(std::move(*solution));
    }
  if (arguments.json)
    fmt::print("{}", to_json(solutions));
  else
    fmt::print("{}", report::solution_table(solutions, isatty(STDOUT_FILENO) == 1));
  return done;
}

}  // namespace

void add_solve(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<SolveArguments>();
  CLI::App& verb = *program.add_subcommand(
      "solve", "estimate the smallest sample size, or number of events, with a given power");
  add_scenario(verb, arguments->study);
  verb.add_option("--power", arguments->power,
                  "power to be reached, or several, as in 0.8,0.9 (default: 0.8)")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--analysis", arguments->analysis,
                  "name of the analysis whose power counts (default: the first)");
  verb.add_flag("--events", arguments->events,
                "search the number of events; patients follow in the scenario's ratio");
  verb.add_flag("--conservative", arguments->conservative,
                "answer with the upper end of the interval, not with the estimate");
  verb.add_option("--confidence", arguments->confidence,
                  "probability that the interval holds the answer (default: 0.95)");
  verb.add_option("--at-least", arguments->at_least, "fewest patients (default: 20)")
      ->check(CLI::Range(std::int64_t{2}, scenario::max_sample_size));
  verb.add_option("--at-most", arguments->at_most, "most patients (default: 10,000)")
      ->check(CLI::Range(std::int64_t{2}, scenario::max_sample_size));
  arguments->study.replicates_given =
      verb.add_option("--replicates", arguments->study.replicates,
                      "of the run at the answer; the search takes about three times as many")
          ->check(CLI::Range(std::uint64_t{200}, std::uint64_t{1000000000}));
  arguments->study.seed_given =
      verb.add_option("--seed", arguments->study.seed, "seed of all random streams")
          ->check(CLI::Range(std::uint64_t{0}, largest_seed));
  verb.add_option("--threads", arguments->threads, "threads to use (default: all)")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.footer("Example: trialmill solve scenarios/reference/sample-size.yaml --power 0.9");
  verb.callback([arguments, &exit_status] { exit_status = solve_study(*arguments); });
}

}  // namespace trialmill::cli
