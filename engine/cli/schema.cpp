#include <fmt/format.h>

#include <memory>

#include "cli/scenario_schema.hpp"
#include "cli/verbs.hpp"

namespace trialmill::cli {

void add_schema(CLI::App& program, int& exit_status) {
  CLI::App& verb = *program.add_subcommand(
      "schema", "print the JSON Schema of scenario files, for editors that complete and check");
  verb.footer("Example: trialmill schema > scenario.schema.json");
  verb.callback([&exit_status] {
    fmt::print("{}", scenario_schema);
    exit_status = done;
  });
}

}  // namespace trialmill::cli
