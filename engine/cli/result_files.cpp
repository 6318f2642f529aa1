#include "cli/result_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/write_file.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/report/power_figure.hpp"
#include "trialmill/report/power_table.hpp"

namespace trialmill::cli {

result::Runtime complete_runtime(result::Runtime runtime, const result::Result& result,
                                 std::time_t started) {
  std::uint64_t trials = 0;
  for (const result::PointResult& point : result.points)
    trials += point.replicates;
  runtime.cpu_microseconds_per_replicate =
      1e6 * runtime.cpu_seconds / static_cast<double>(std::max<std::uint64_t>(trials, 1));
  runtime.host = host_name();
  char text[32];
  std::tm utc{};
  gmtime_r(&started, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  runtime.started = text;
  runtime.instruction_set = math::instruction_set();
  return runtime;
}

bool give_result(const result::Result& result, const std::filesystem::path& folder, bool json,
                 bool draw_twins) {
  const bool anything = std::ranges::any_of(
      result.points, [](const result::PointResult& point) { return point.replicates > 0; });
  if (!anything) return false;
  if (!folder.empty()) {
    write_file(folder / "result.json", result::to_json(result));
    write_file(folder / "power.csv", result::to_csv(result));
    if (result::has_looks(result)) write_file(folder / "looks.csv", result::looks_to_csv(result));
    if (result::has_multiplicity(result))
      write_file(folder / "multiplicity.csv", result::multiplicity_to_csv(result));
    write_file(folder / "power.svg", report::power_figure_svg(result, draw_twins));
  }
  if (json)
    fmt::print("{}", result::to_json(result));
  else
    fmt::print("{}\nWritten: {}/result.json, power.csv, {}{}power.svg\n",
               report::power_table(result, isatty(STDOUT_FILENO) == 1), folder.string(),
               result::has_looks(result) ? "looks.csv, " : "",
               result::has_multiplicity(result) ? "multiplicity.csv, " : "");
  return true;
}

}  // namespace trialmill::cli
