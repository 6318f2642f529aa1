#pragma once

#include <CLI/CLI.hpp>

/// One function per verb: it adds the verb and its options to the program, and a callback that runs
/// it and leaves the exit status in `exit_status`.
namespace trialmill::cli {

enum ExitStatus { done = 0, failed = 1, wrong_input = 2, interrupted = 130 };

void add_run(CLI::App& program, int& exit_status);
void add_check(CLI::App& program, int& exit_status);
void add_cohort(CLI::App& program, int& exit_status);
void add_fit(CLI::App& program, int& exit_status);
void add_bounds(CLI::App& program, int& exit_status);
void add_solve(CLI::App& program, int& exit_status);
void add_schema(CLI::App& program, int& exit_status);

}  // namespace trialmill::cli
