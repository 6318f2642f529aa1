#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/verbs.hpp"
#include "trialmill/input/diagnostic.hpp"
#include "trialmill/math/elementary.hpp"

namespace trialmill::cli {
namespace {

int run_program(int argc, char** argv) {
  CLI::App program{
      "trialmill simulates clinical trials with time-to-event endpoints: from a scenario file to "
      "a\n"
      "power curve with its Monte-Carlo error."};
  program.name("trialmill");
  program.set_version_flag("--version", fmt::format("trialmill {} (vector arithmetic: {})",
                                                    TRIALMILL_VERSION, math::instruction_set()));
  program.require_subcommand(1);
  program.footer(
      "Example: trialmill run scenarios/jnets-2021/perioperative.yaml\n"
      "Exit status: 0 done, 1 failed, 2 the input is wrong, 75 incomplete: run again, 130 "
      "interrupted.");
  int exit_status = done;
  add_run(program, exit_status);
  add_merge(program, exit_status);
  add_plan(program, exit_status);
  add_solve(program, exit_status);
  add_check(program, exit_status);
  add_cohort(program, exit_status);
  add_fit(program, exit_status);
  add_bounds(program, exit_status);
  add_schema(program, exit_status);
  if (argc < 2) {
    fmt::print(stderr, "{}", program.help());
    return wrong_input;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? done : wrong_input;
  } catch (const input::InputError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return wrong_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "trialmill: {}\n", error.what());
    return failed;
  }
  return exit_status;
}

}  // namespace
}  // namespace trialmill::cli

int main(int argc, char** argv) {
  return trialmill::cli::run_program(argc, argv);
}
