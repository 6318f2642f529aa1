#pragma once

#include <CLI/CLI.hpp>

/// One function per verb: it adds the verb and its options to the program, and a callback that runs
/// it and leaves the exit status in `exit_status`.
namespace trialmill::cli {

/// `incomplete` (EX_TEMPFAIL of sysexits.h): not all is there yet, and the same command, run again,
/// goes on from there.
enum ExitStatus { done = 0, failed = 1, wrong_input = 2, incomplete = 75, interrupted = 130 };

void add_run(CLI::App& program, int& exit_status);
void add_merge(CLI::App& program, int& exit_status);
void add_plan(CLI::App& program, int& exit_status);
void add_check(CLI::App& program, int& exit_status);
void add_cohort(CLI::App& program, int& exit_status);
void add_fit(CLI::App& program, int& exit_status);
void add_bounds(CLI::App& program, int& exit_status);
void add_solve(CLI::App& program, int& exit_status);
void add_schema(CLI::App& program, int& exit_status);

}  // namespace trialmill::cli
