#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>

#include "cli/merged_shards.hpp"
#include "cli/result_files.hpp"
#include "cli/verbs.hpp"
#include "cli/write_file.hpp"
#include "cli/wrong_option.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::cli {
namespace {

struct MergeArguments {
  std::vector<std::string> places;
  std::string output;
  bool no_runtime = false;
  bool partial = false;
  bool json = false;
  bool draw_twins = false;
};

int merge(const MergeArguments& arguments) {
  if (arguments.output.empty() && !arguments.json)
    refuse("merge", "needs a folder for the result, -o DIR, or --json");
  const std::time_t started = std::time(nullptr);
  const MergedShards merged = merge_shards(arguments.places);
  if (!merged.complete()) {
    fmt::print(stderr, "{}", missing_in_words(merged, arguments.places));
    if (!arguments.partial) return incomplete;
  }
  simulation::RunTotals totals;
  totals.tallies = simulation::tallies_of(merged.plan, merged.designs, merged.wanted.replicates);
  totals.complete = merged.complete();
  result::Result result = simulation::summarise(merged.plan, totals);
  result.version = TRIALMILL_VERSION;
  if (!arguments.no_runtime) result.runtime = complete_runtime(merged.runtime, result, started);
  if (!arguments.output.empty()) make_folder(arguments.output);
  if (!give_result(result, arguments.output, arguments.json, arguments.draw_twins))
    fmt::print(stderr, "Not one replicate is there: nothing is written.\n");
  return done;
}

}  // namespace

void add_merge(CLI::App& program, int& exit_status) {
  auto arguments = std::make_shared<MergeArguments>();
  CLI::App& verb = *program.add_subcommand(
      "merge", "put the shards of a run together: the same bytes as from one run");
  verb.add_option("PLACES", arguments->places, "folders with shard files, or such files")
      ->required();
  verb.add_option("-o,--output", arguments->output,
                  "folder for result.json, power.csv and power.svg");
  verb.add_flag("--no-runtime", arguments->no_runtime,
                "leave times, host and threads out: the same bytes as `run --no-runtime`");
  verb.add_flag("--partial", arguments->partial,
                "report on what is there when replicates are missing; every output says so");
  verb.add_flag("--draw-twins", arguments->draw_twins,
                "also draw the null twins in power.svg, as thin lines");
  verb.add_flag("--json", arguments->json,
                "print the result document; files are written only with -o");
  verb.footer("Example: trialmill merge shards -o results/power");
  verb.callback([arguments, &exit_status] { exit_status = merge(*arguments); });
}

}  // namespace trialmill::cli
