#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/progress.hpp"
#include "cli/stop.hpp"
#include "cli/study_arguments.hpp"
#include "cli/verbs.hpp"
#include "cli/write_file.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/report/power_figure.hpp"
#include "trialmill/report/power_table.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/simulation/analytic_twin.hpp"
#include "trialmill/simulation/assurance.hpp"
#include "trialmill/simulation/cost.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/run.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::cli {
namespace {

struct RunArguments {
  StudyArguments study;
  std::string output;
  int threads = 0;
  bool no_runtime = false;
  bool json = false;
  bool replicate_table = false;
};

std::filesystem::path output_folder(const RunArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  return std::filesystem::path("results") / std::filesystem::path(arguments.study.scenario).stem();
}

// Every replicate's statistics as a table, written as they come.
class ReplicateTable {
 public:
  ReplicateTable(const std::filesystem::path& path, const simulation::Plan& plan)
      : path_(path),
        file_(std::fopen(path.c_str(), "wb"), &std::fclose),
        plan_(plan),
        has_more_(records_more(plan)),
        has_looks_(any_looks(plan)) {
    if (!file_) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    for (const auto& [key, value] : plan.points.front().set)
      fmt::print(file_.get(), "set.{},", key);
    fmt::print(file_.get(),
               "replicate,analysis,status,z,rejected,log_hr,se,events,analysis_months,enrolled{}\n",
               std::string(has_more_ ? ",p,difference,difference_se" : "") +
                   (has_looks_ ? ",look,look_months,look_events,futile" : ""));
  }

  void add(std::size_t point, std::uint64_t number, const result::Outcome& outcome) {
    const simulation::PlannedPoint& planned = plan_.points[point];
    const simulation::Design& design = plan_.designs[planned.design];
    for (std::size_t a = 0; a < outcome.analyses.size(); ++a) {
      const result::AnalysisOutcome& analysis = outcome.analyses[a];
      for (const auto& [key, value] : planned.set)
        fmt::print(file_.get(), "{},", value);
      fmt::print(file_.get(), "{},{},{},{},{},{},{},{},{},{}", number, design.labels[a].name,
                 name(analysis.status), number_or_empty(analysis.z), int{analysis.rejected},
                 number_or_empty(analysis.log_hazard_ratio),
                 number_or_empty(analysis.standard_error), outcome.events, outcome.analysis_months,
                 outcome.enrolled);
      if (has_more_)
        fmt::print(file_.get(), ",{},{},{}", number_or_empty(analysis.p_value),
                   number_or_empty(analysis.difference.estimate),
                   number_or_empty(analysis.difference.standard_error));
      if (has_looks_) add_look(outcome, a);
      fmt::print(file_.get(), "\n");
    }
  }

  void close() {
    if (std::ferror(file_.get()) != 0 || std::fflush(file_.get()) != 0)
      throw std::runtime_error(
          fmt::format("cannot write {}: the disk may be full", path_.string()));
  }

 private:
  // Whether some test has a p-value of its own, or estimates a difference.
  static bool records_more(const simulation::Plan& plan) {
    return std::ranges::any_of(plan.designs.front().labels, [](const result::AnalysisLabel& label) {
      return label.estimates_difference || label.test == "max-combo" || label.arms.size() > 2;
    });
  }

  // The look at which an analysis stopped; empty for one without looks.
  void add_look(const result::Outcome& outcome, std::size_t a) {
    if (outcome.looks.empty() || outcome.looks[a].empty()) {
      fmt::print(file_.get(), ",,,,");
      return;
    }
    const int number = outcome.analyses[a].look;
    const result::LookOutcome& look = outcome.looks[a][static_cast<std::size_t>(number) - 1];
    fmt::print(file_.get(), ",{},{},{},{}", number, look.due_months, look.events, int{look.futile});
  }

  static bool any_looks(const simulation::Plan& plan) {
    return std::ranges::any_of(plan.designs, [](const simulation::Design& design) {
      return std::ranges::any_of(design.analyses, &simulation::AnalysisPlan::has_looks);
    });
  }

  static std::string number_or_empty(double x) {
    return std::isfinite(x) ? fmt::format("{}", x) : std::string();
  }

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  const simulation::Plan& plan_;
  bool has_more_;
  bool has_looks_;
};

result::Runtime runtime(const simulation::RunTotals& totals, std::time_t started) {
  result::Runtime out;
  out.wall_seconds = totals.wall_seconds;
  out.cpu_seconds = totals.cpu_seconds;
  out.threads = totals.threads;
  std::uint64_t trials = 0;
  for (const result::Tally& tally : totals.tallies)
    trials += tally.replicates;
  out.cpu_microseconds_per_replicate =
      1e6 * totals.cpu_seconds / static_cast<double>(std::max<std::uint64_t>(trials, 1));
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) == 0) out.host = host;
  char text[32];
  std::tm utc{};
  gmtime_r(&started, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  out.started = text;
  out.instruction_set = math::instruction_set();
  return out;
}

// Each worker holds one cohort and its sorted views: some 400 bytes a patient. Workers are given up
// rather than the machine's memory.
int affordable_threads(const simulation::Plan& plan, int wanted) {
  std::size_t largest = 0;
  for (const simulation::Design& design : plan.designs)
    largest = std::max(largest, design.sizes.back().sample_size);
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  const double per_worker = 400.0 * static_cast<double>(largest);
  const int available = wanted > 0 ? wanted : static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const int affordable = std::max(1, static_cast<int>(std::min(0.5 * memory / per_worker, 1024.0)));
  if (affordable < available)
    fmt::print(stderr, "Using {} of {} threads: each holds {} patients in memory.\n", affordable,
               available, largest);
  return std::min(available, affordable);
}

// Says before long work what it will cost: a first guess of a few milliseconds decides whether a
// better one is worth half a second.
// @param passes how often the plan is simulated: twice with uncertain numbers
void announce_cost(const simulation::Plan& plan, int threads, int passes) {
  constexpr double long_work_seconds = 60;
  if (passes * simulation::measure_cost(plan, 0.02).cpu_seconds < long_work_seconds) return;
  const double cpu_seconds = passes * simulation::measure_cost(plan, 0.5).cpu_seconds;
  fmt::print(stderr, "About {:.2f} CPU hours: {} on {} {}.\n", cpu_seconds / 3600,
             duration_in_words(cpu_seconds / threads), threads,
             threads == 1 ? "thread" : "threads");
}

simulation::RunTotals simulate(const simulation::Plan& plan, int threads, int passes,
                               ReplicateTable* table) {
  const StopOnSignal stop;
  Progress progress(
      fmt::format("{} replicates at {} design points", plan.replicates, plan.points.size()));
  simulation::RunOptions options;
  options.threads = affordable_threads(plan, threads);
  announce_cost(plan, options.threads, passes);
  options.stop_requested = &StopOnSignal::requested;
  options.progress = [&](double share) { progress.update(share); };
  if (table)
    options.each_replicate = [&](std::size_t point, std::uint64_t number,
                                 const result::Outcome& outcome) {
      table->add(point, number, outcome);
    };
  return simulation::run(plan, options);
}

// @param written the folder that holds the finished part; empty when none was written
int report_interruption(const result::Result& result, const std::filesystem::path& written) {
  const auto [fewest, most] = std::ranges::minmax(
      result.points, {}, [](const result::PointResult& point) { return point.replicates; });
  const std::string count = fewest.replicates == most.replicates
                                ? std::to_string(fewest.replicates)
                                : fmt::format("{} to {}", fewest.replicates, most.replicates);
  fmt::print(stderr, "Interrupted after {} of {} replicates per design point. ", count,
             result.replicates);
  if (!written.empty())
    fmt::print(stderr, "{} holds what was finished and says that it is incomplete. ",
               (written / "result.json").string());
  fmt::print(stderr, "The same command runs the whole from the start.\n");
  return interrupted;
}

// Draws the uncertain numbers, after a run that was not interrupted. @return false when this was
bool simulate_draws(const scenario::Study& study, const simulation::Plan& plan, int threads,
                    result::Result& result) {
  const auto& uncertainty = study.points.front().scenario.uncertainty;
  if (!uncertainty) return true;
  const StopOnSignal stop;
  Progress progress(fmt::format("{} draws of the uncertain numbers", uncertainty->draws));
  simulation::RunOptions options;
  options.threads = affordable_threads(plan, threads);
  options.stop_requested = &StopOnSignal::requested;
  options.progress = [&](double share) { progress.update(share); };
  return add_assurance(study, plan, options, result);
}

int run_study(const RunArguments& arguments) {
  const scenario::Study study = read_trial(arguments.study);
  simulation::Plan plan = simulation::compile_plan(study);
  simulation::measure_truths(plan, arguments.threads);
  simulation::add_analytic_twins(study, plan);
  const bool write = !arguments.json || !arguments.output.empty() || arguments.replicate_table;
  const std::filesystem::path folder = output_folder(arguments);
  if (write) make_folder(folder);
  std::optional<ReplicateTable> table;
  if (arguments.replicate_table) table.emplace(folder / "replicates.csv", plan);
  const bool uncertain = study.points.front().scenario.uncertainty.has_value();
  const std::time_t started = std::time(nullptr);
  const simulation::RunTotals totals =
      simulate(plan, arguments.threads, uncertain ? 2 : 1, table ? &*table : nullptr);
  if (table) table->close();

  result::Result result = simulation::summarise(plan, totals);
  result.version = TRIALMILL_VERSION;
  const bool drawn = !result.complete || simulate_draws(study, plan, arguments.threads, result);
  if (!arguments.no_runtime) result.runtime = runtime(totals, started);
  const bool anything = std::ranges::any_of(
      result.points, [](const result::PointResult& point) { return point.replicates > 0; });
  if (write && anything) {
    write_file(folder / "result.json", result::to_json(result));
    write_file(folder / "power.csv", result::to_csv(result));
    if (result::has_looks(result)) write_file(folder / "looks.csv", result::looks_to_csv(result));
    if (result::has_multiplicity(result))
      write_file(folder / "multiplicity.csv", result::multiplicity_to_csv(result));
    write_file(folder / "power.svg", report::power_figure_svg(result));
  }
  if (anything && arguments.json)
    fmt::print("{}", result::to_json(result));
  else if (anything)
    fmt::print("{}\nWritten: {}/result.json, power.csv, {}{}power.svg\n",
               report::power_table(result, isatty(STDOUT_FILENO) == 1), folder.string(),
               result::has_looks(result) ? "looks.csv, " : "",
               result::has_multiplicity(result) ? "multiplicity.csv, " : "");
  if (!drawn)
    fmt::print(stderr, "Interrupted before the uncertain numbers were drawn: no assurance.\n");
  if (result.complete) return drawn ? done : interrupted;
  return report_interruption(result, write && anything ? folder : std::filesystem::path());
}

}  // namespace

void add_run(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App& verb = *program.add_subcommand(
      "run", "simulate a scenario: power, events, durations and bias, with Monte-Carlo error");
  add_scenario(verb, arguments->study);
  verb.add_option("-o,--output", arguments->output,
                  "folder for result.json, power.csv and power.svg (default: results/NAME)");
  arguments->study.replicates_given =
      verb.add_option("--replicates", arguments->study.replicates,
                      "simulated trials per design point")
          ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000000}));
  arguments->study.seed_given =
      verb.add_option("--seed", arguments->study.seed, "seed of all random streams")
          ->check(CLI::Range(std::uint64_t{0}, largest_seed));
  verb.add_option("--threads", arguments->threads, "threads to use (default: all)")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--no-runtime", arguments->no_runtime,
                "leave times, host and threads out: the same bytes on every run");
  verb.add_flag("--replicate-table", arguments->replicate_table,
                "also write replicates.csv: every replicate's statistics");
  verb.add_flag("--json", arguments->json,
                "print the result document and nothing else; files are written only with -o");
  verb.footer("Example: trialmill run scenarios/jnets-2021/perioperative.yaml -o results/power");
  verb.callback([arguments, &exit_status] { exit_status = run_study(*arguments); });
}

}  // namespace trialmill::cli
