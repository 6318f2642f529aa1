#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/kept_work.hpp"
#include "cli/progress.hpp"
#include "cli/result_files.hpp"
#include "cli/run_arguments.hpp"
#include "cli/stop.hpp"
#include "cli/verbs.hpp"
#include "cli/write_file.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/result/result.hpp"
#include "trialmill/simulation/analytic_twin.hpp"
#include "trialmill/simulation/assurance.hpp"
#include "trialmill/simulation/cost.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/precision.hpp"
#include "trialmill/simulation/run.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::cli {
namespace {

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
    if (point >= plan_.study_points) return;  // a null twin beside the trial
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
  if (plan.precision) return;  // how long that takes shows on the way
  if (passes * simulation::measure_cost(plan, 0.02).cpu_seconds < long_work_seconds) return;
  const double cpu_seconds = passes * simulation::measure_cost(plan, 0.5).cpu_seconds;
  fmt::print(stderr, "About {:.2f} CPU hours: {} on {} {}.\n", cpu_seconds / 3600,
             duration_in_words(cpu_seconds / threads), threads,
             threads == 1 ? "thread" : "threads");
}

simulation::RunOptions run_options(const simulation::Plan& plan, int threads, Progress& progress) {
  simulation::RunOptions options;
  options.threads = affordable_threads(plan, threads);
  options.stop_requested = &StopConditions::requested;
  options.progress = [&](double share) { progress.update(share); };
  return options;
}

std::string task_in_words(const simulation::Plan& plan) {
  if (plan.precision)
    return fmt::format("a stage on the way to a standard error of {}", *plan.precision);
  return fmt::format("{} replicates at {} design points{}", plan.replicates, plan.study_points,
                     plan.points.size() > plan.study_points ? ", with null twins" : "");
}

// Without a file that could be gone on from.
// @param passes how often the plan is simulated
simulation::RunTotals simulate(const simulation::Plan& plan, int threads, int passes,
                               ReplicateTable* table) {
  Progress progress(task_in_words(plan));
  simulation::RunOptions options = run_options(plan, threads, progress);
  announce_cost(plan, options.threads, passes);
  if (table)
    options.each_replicate = [&](std::size_t point, std::uint64_t number,
                                 const result::Outcome& outcome) {
      table->add(point, number, outcome);
    };
  return plan.precision ? simulation::run_to_precision(plan, options)
                        : simulation::run(plan, options);
}

// With one, which is written every now and then and at the end.
simulation::RunTotals simulate(const simulation::Plan& plan, const RunArguments& arguments,
                               int passes, KeptWork work) {
  Progress progress(task_in_words(plan));
  simulation::RunOptions options = run_options(plan, arguments.threads, progress);
  if (!work.before) announce_cost(plan, options.threads, passes);
  work.description.threads = options.threads;
  Checkpoint checkpoint(work.path, work.description, arguments.checkpoint_every, work.before);
  std::vector<result::FinishedBlocks> finished;
  if (work.before) finished = std::move(work.before->designs);
  options.finished = [&](const std::vector<result::FinishedBlocks>& blocks) {
    checkpoint.offer(blocks);
  };
  simulation::RunTotals totals =
      plan.precision ? simulation::run_to_precision(plan, options, std::move(finished))
                     : simulation::run_share(plan, work.left, options, std::move(finished));
  checkpoint.write(totals.finished, totals.complete);
  totals.cpu_seconds = checkpoint.shard().cpu_seconds;
  totals.wall_seconds = checkpoint.shard().wall_seconds;
  return totals;
}

// Why the run ended early, and with which exit status.
std::pair<std::string, int> stop_in_words() {
  switch (StopConditions::reason()) {
    case StopReason::time_limit:
      return {"Stopped by --time-limit", incomplete};
    case StopReason::terminated:
      return {"Stopped by SIGTERM", incomplete};
    case StopReason::interrupted:
    case StopReason::none:
      break;
  }
  return {"Interrupted", interrupted};
}

// @param written the folder that holds the finished part; empty when none was written
// @param kept can the run go on from there?
int report_interruption(const result::Result& result, const std::filesystem::path& written,
                        bool kept) {
  const auto [fewest, most] = std::ranges::minmax(
      result.points, {}, [](const result::PointResult& point) { return point.replicates; });
  const std::string count = fewest.replicates == most.replicates
                                ? std::to_string(fewest.replicates)
                                : fmt::format("{} to {}", fewest.replicates, most.replicates);
  const auto [why, exit_status] = stop_in_words();
  const std::string asked = result.precision ? "" : fmt::format(" of {}", result.replicates);
  fmt::print(stderr, "{} after {}{} replicates per design point. ", why, count, asked);
  if (!written.empty())
    fmt::print(stderr, "{} holds what was finished and says that it is incomplete. ",
               (written / "result.json").string());
  fmt::print(stderr, "{}\n",
             kept ? "The same command goes on from there."
                  : "The same command runs the whole from the start.");
  return exit_status;
}

int report_missing_draws() {
  const auto [why, exit_status] = stop_in_words();
  fmt::print(stderr,
             "{} before the uncertain numbers were drawn: there is no assurance yet. The same "
             "command draws them.\n",
             why);
  return exit_status;
}

int run_shard(const RunArguments& arguments, const scenario::Study& study,
              const simulation::Plan& plan) {
  const ShardNumber shard = parse_shard(*arguments.shard);
  make_folder(arguments.output);
  KeptWork work = open_shard(arguments, shard, study, plan, arguments.output);
  const std::string path = work.path.string();
  const std::uint64_t wanted = work.share.replicate_total();
  const simulation::Share left = work.left;
  const simulation::RunTotals totals = simulate(plan, arguments, 1, std::move(work));
  if (totals.complete) {
    fmt::print("Shard {} of {} is complete: {} replicates, {}\n", shard.number, shard.of, wanted,
               path);
    return done;
  }
  const std::uint64_t to_do = simulation::without(left, totals.finished).replicate_total();
  const auto [why, exit_status] = stop_in_words();
  fmt::print(stderr,
             "{}. Shard {} of {} is incomplete: {} of {} replicates are done, {}\n"
             "The same command goes on from there.\n",
             why, shard.number, shard.of, wanted - to_do, wanted, path);
  return exit_status;
}

void require_options_that_go_together(const RunArguments& arguments, const scenario::Study& study) {
  if (!arguments.shard && !arguments.finished.empty())
    refuse("--finished",
           "belongs to a share of the work: --shard 1/1 computes all that is missing");
  if (arguments.draw_twins && study.null_twins != scenario::NullTwins::beside)
    refuse("--draw-twins",
           "there are no twins beside the trial: `simulation: {null_twin: true}` or --set "
           "simulation.null_twin=true");
  if (!arguments.shard) return;
  parse_shard(*arguments.shard);
  if (arguments.draw_twins) refuse("--draw-twins", "a shard has no figure; `merge` takes this");
  if (arguments.output.empty()) refuse("--shard", "needs a folder for its file: -o DIR");
  if (arguments.json) refuse("--json", "a shard has no result; `merge` prints it");
  if (arguments.no_runtime) refuse("--no-runtime", "a shard has no result; `merge` takes this");
  if (arguments.replicate_table)
    refuse("--replicate-table", "a shard has no such table; run without --shard");
  if (const auto why = indivisible(study)) refuse("--shard", *why);
}

// Of a run whose result is asked for. @param keep in a file that it can go on from
simulation::RunTotals simulate_whole(const RunArguments& arguments, const scenario::Study& study,
                                     const simulation::Plan& plan,
                                     const std::filesystem::path& folder, bool keep) {
  const int passes = study.points.front().scenario.uncertainty ? 2 : 1;
  if (keep) return simulate(plan, arguments, passes, open_run(arguments, study, plan, folder));
  std::optional<ReplicateTable> table;
  if (arguments.replicate_table) table.emplace(folder / "replicates.csv", plan);
  const simulation::RunTotals totals =
      simulate(plan, arguments.threads, passes, table ? &*table : nullptr);
  if (table) table->close();
  return totals;
}

// Draws the uncertain numbers, after a run that was not interrupted. @return false when this was
bool simulate_draws(const scenario::Study& study, const simulation::Plan& plan, int threads,
                    result::Result& result) {
  const auto& uncertainty = study.points.front().scenario.uncertainty;
  if (!uncertainty) return true;
  Progress progress(fmt::format("{} draws of the uncertain numbers", uncertainty->draws));
  simulation::RunOptions options;
  options.threads = affordable_threads(plan, threads);
  options.stop_requested = &StopConditions::requested;
  options.progress = [&](double share) { progress.update(share); };
  return add_assurance(study, plan, options, result);
}

int run_study(const RunArguments& arguments) {
  const StopConditions stop(arguments.time_limit);
  const scenario::Study study = read_trial(arguments.study);
  simulation::Plan plan = simulation::compile_plan(study);
  require_options_that_go_together(arguments, study);
  simulation::measure_truths(plan, arguments.threads);
  simulation::add_analytic_twins(study, plan);
  if (arguments.shard) return run_shard(arguments, study, plan);
  const bool write = !arguments.json || !arguments.output.empty() || arguments.replicate_table;
  // A table has every replicate, also those of the sessions before: such a run starts anew.
  const bool keep = write && !arguments.replicate_table;
  const std::filesystem::path folder = write ? output_folder(arguments) : std::filesystem::path();
  if (write) make_folder(folder);
  const std::time_t started = std::time(nullptr);
  const simulation::RunTotals totals = simulate_whole(arguments, study, plan, folder, keep);
  result::Result result = simulation::summarise(plan, totals);
  result.version = TRIALMILL_VERSION;
  const bool drawn = !result.complete || simulate_draws(study, plan, arguments.threads, result);
  if (!drawn) result.complete = false;
  if (!arguments.no_runtime)
    result.runtime = complete_runtime(
        {totals.wall_seconds, totals.cpu_seconds, 0, totals.threads, {}, {}, {}}, result, started);
  const bool anything = give_result(result, folder, arguments.json, arguments.draw_twins);
  if (result.complete) return done;
  if (!drawn) return report_missing_draws();
  return report_interruption(result, anything ? folder : std::filesystem::path(), keep);
}

}  // namespace

void add_run(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App& verb = *program.add_subcommand(
      "run", "simulate a scenario: power, events, durations and bias, with Monte-Carlo error");
  add_scenario(verb, arguments->study);
  verb.add_option("-o,--output", arguments->output,
                  "folder for result.json, power.csv, power.svg and run.shard, from which the same "
                  "command goes on (default: results/NAME)");
  add_replicates_and_seed(verb, arguments->study);
  verb.add_option("--threads", arguments->threads, "threads to use (default: all)")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--no-runtime", arguments->no_runtime,
                "leave times, host and threads out: the same bytes on every run");
  verb.add_flag("--replicate-table", arguments->replicate_table,
                "also write replicates.csv: every replicate's statistics");
  add_null(verb, arguments->study);
  verb.add_flag("--draw-twins", arguments->draw_twins,
                "also draw the null twins in power.svg, as thin lines");
  verb.add_flag("--json", arguments->json,
                "print the result document and nothing else; files are written only with -o");
  verb.add_option("--shard", arguments->shard,
                  "do only part I of N of the work, I/N, and keep it in -o DIR for `merge`");
  verb.add_option("--finished", arguments->finished,
                  "further shard files or folders whose replicates a shard need not compute")
      ->allow_extra_args(false);
  verb.add_option("--checkpoint-every", arguments->checkpoint_every,
                  "seconds between two writings of finished work (default: 60)")
      ->check(CLI::Range(0.0, 86400.0));
  verb.add_option("--time-limit", arguments->time_limit,
                  "stop after so many minutes, keep what is finished, exit with 75")
      ->check(CLI::Range(0.0, 1e6));
  verb.add_flag("--fresh", arguments->fresh,
                "throw away what the folder holds of this run or shard, and start anew");
  verb.footer("Example: trialmill run scenarios/jnets-2021/perioperative.yaml -o results/power");
  verb.callback([arguments, &exit_status] { exit_status = run_study(*arguments); });
}

}  // namespace trialmill::cli
