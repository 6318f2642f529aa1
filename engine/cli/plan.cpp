#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/run_arguments.hpp"
#include "cli/shard_file.hpp"
#include "cli/verbs.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/simulation/cost.hpp"
#include "trialmill/simulation/share.hpp"
#include "trialmill/simulation/truth.hpp"

namespace trialmill::cli {
namespace {

struct PlanArguments {
  StudyArguments study;
  unsigned shards = 1;
  std::string output;
  std::vector<std::string> finished;
  int threads = 1;
  bool json = false;
};

struct PlannedShard {
  std::uint64_t units = 0, units_left = 0, replicates_left = 0;
  double cpu_seconds_left = 0;
  std::string file;
};

struct WorkPlan {
  simulation::Plan plan;
  double cpu_seconds = 0;  // of all, whatever is finished
  std::uint64_t memory_bytes = 0;
  std::vector<PlannedShard> shards;
};

double cost_of(const simulation::Share& share, const simulation::Cost& cost) {
  double seconds = 0;
  for (std::size_t d = 0; d < share.blocks.size(); ++d) {
    simulation::Share one{share.replicates,
                          std::vector<std::vector<result::BlockRange>>(share.blocks.size())};
    one.blocks[d] = share.blocks[d];
    seconds += static_cast<double>(one.replicate_total()) * cost.seconds_per_replicate[d];
  }
  return seconds;
}

// An upper bound: the program with the patients in whom truths are measured; per thread a cohort
// with its sorted views, some 400 bytes a patient; and of every design point a dozen tallies, which
// are large where they hold distributions of trials with looks.
std::uint64_t memory_of(const simulation::Plan& plan, int threads) {
  constexpr std::uint64_t program = 24'000'000, per_patient = 400;
  constexpr std::uint64_t per_analysis = 20'000, per_distribution = 250'000;
  std::uint64_t largest = 0, results = 0;
  for (const simulation::Design& design : plan.designs) {
    largest = std::max<std::uint64_t>(largest, design.sizes.back().sample_size);
    const auto sequential = static_cast<std::uint64_t>(
        std::ranges::count_if(design.analyses, &simulation::AnalysisPlan::has_looks));
    const std::uint64_t distributions = sequential > 0 ? 3 + 3 * sequential : 0;
    results += design.sizes.size() *
               (design.analyses.size() * per_analysis + distributions * per_distribution);
  }
  return program + results + static_cast<std::uint64_t>(threads) * largest * per_patient;
}

WorkPlan plan_work(const PlanArguments& arguments) {
  const scenario::Study study = read_trial(arguments.study);
  WorkPlan work;
  work.plan = simulation::compile_plan(study);
  if (const auto why = indivisible(study)) refuse("plan", *why);
  simulation::measure_truths(work.plan);
  const simulation::Cost cost = simulation::measure_cost(work.plan, 0.5);
  work.cpu_seconds = cost.cpu_seconds;
  work.memory_bytes = memory_of(work.plan, arguments.threads);
  std::vector<std::string> places = arguments.finished;
  if (!arguments.output.empty() && std::filesystem::exists(arguments.output))
    places.push_back(arguments.output);
  const result::Shard description = describe_shard(study, work.plan, arguments.study);
  const FinishedElsewhere finished = read_finished(places, {}, description);
  for (unsigned number = 1; number <= arguments.shards; ++number) {
    const simulation::Share share =
        simulation::share_of(work.plan, number, arguments.shards, finished.earlier);
    const simulation::Share left = simulation::without(share, finished.designs);
    work.shards.push_back({share.block_total(), left.block_total(), left.replicate_total(),
                           cost_of(left, cost),
                           shard_file_name(number, arguments.shards, work.plan.replicates)});
  }
  return work;
}

std::string to_json(const WorkPlan& work) {
  using nlohmann::ordered_json;
  ordered_json shards = ordered_json::array();
  for (std::size_t k = 0; k < work.shards.size(); ++k) {
    const PlannedShard& shard = work.shards[k];
    shards.push_back({{"shard", k + 1},
                      {"of", work.shards.size()},
                      {"units", shard.units},
                      {"units_left", shard.units_left},
                      {"replicates_left", shard.replicates_left},
                      {"cpu_seconds_left", shard.cpu_seconds_left},
                      {"file", shard.file}});
  }
  const simulation::Plan& plan = work.plan;
  const ordered_json document = {
      {"schema", "trialmill.plan/1"},
      {"scenario", {{"title", plan.title}, {"file", plan.file}, {"digest", plan.digest}}},
      {"seed", plan.seed},
      {"replicates", plan.replicates},
      {"design_points", plan.study_points},
      {"units", plan.designs.size() * result::block_count(plan.replicates)},
      {"unit_replicates", result::block_replicates},
      {"cpu_seconds", work.cpu_seconds},
      {"memory_bytes", work.memory_bytes},
      {"shards", shards}};
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_table(const WorkPlan& work) {
  const simulation::Plan& plan = work.plan;
  std::string table = fmt::format(
      "{}\n{} replicates at {} design points{}, in {} designs (points that share patients).\n"
      "{} units of {} replicates, {:.3g} CPU hours in all, at most {} MB of memory per shard.\n\n"
      "{:>6} {:>10} {:>10} {:>12}\n",
      plan.title, plan.replicates, plan.study_points,
      plan.points.size() > plan.study_points ? " with null twins" : "", plan.designs.size(),
      plan.designs.size() * result::block_count(plan.replicates), result::block_replicates,
      work.cpu_seconds / 3600, (work.memory_bytes + 999'999) / 1'000'000, "shard", "units", "left",
      "CPU hours");
  for (std::size_t k = 0; k < work.shards.size(); ++k)
    table += fmt::format("{:>6} {:>10} {:>10} {:>12.3g}\n", k + 1, work.shards[k].units,
                         work.shards[k].units_left, work.shards[k].cpu_seconds_left / 3600);
  return table + "\nCPU hours: of the units left, from a few replicates on this machine.\n";
}

int print_plan(const PlanArguments& arguments) {
  const WorkPlan work = plan_work(arguments);
  fmt::print("{}", arguments.json ? to_json(work) : to_table(work));
  return done;
}

}  // namespace

void add_plan(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App& verb = *program.add_subcommand(
      "plan", "what a run divided into shards will take: units, CPU hours, memory");
  add_scenario(verb, arguments->study);
  add_replicates_and_seed(verb, arguments->study);
  add_null(verb, arguments->study);
  verb.add_option("--shards", arguments->shards, "into how many parts the work is divided")
      ->check(CLI::Range(1U, 100000U));
  verb.add_option("-o,--output", arguments->output,
                  "folder of the shard files: what is there is not left to do");
  verb.add_option("--finished", arguments->finished,
                  "further shard files or folders whose replicates need not be computed")
      ->allow_extra_args(false);
  verb.add_option("--threads", arguments->threads, "threads of a shard (default: 1)")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--json", arguments->json, "print JSON");
  verb.footer("Example: trialmill plan scenarios/jnets-2021/perioperative.yaml --shards 8");
  verb.callback([arguments, &exit_status] { exit_status = print_plan(*arguments); });
}

}  // namespace trialmill::cli
