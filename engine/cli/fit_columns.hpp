#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/fit_report.hpp"
#include "trialmill/input/table.hpp"

namespace trialmill::cli {

/// A column of labels: its names, the reference first if one was asked for, else in increasing
/// order, numbers as numbers; and the place of each row's among them, -1 where it has none.
struct Labels {
  std::vector<std::string> names;
  std::vector<std::int32_t> index;
};

/// A term of a Cox model and its column of the design.
struct TermColumn {
  CoxTerm term;
  std::vector<double> value;  ///< NaN where missing
};

/// The columns that `fit` was asked about, a value per row of the file: NaN, 0 or -1 where missing.
struct FileColumns {
  std::vector<double> time, entry;
  std::vector<std::uint8_t> status;      ///< of any cause, when they compete
  std::vector<std::int32_t> cause;       ///< 0 censored, else the place of its code, from 1
  std::vector<std::int64_t> cause_code;  ///< the causes that occur, as the file names them
  std::vector<std::uint8_t> success;
  std::vector<std::vector<double>> outcome_time;  ///< by outcome of the win ratio
  std::vector<std::vector<std::uint8_t>> outcome_event;
  Labels group;                   ///< one, "all", when no column was named
  std::vector<Labels> strata;     ///< by column
  std::vector<TermColumn> terms;  ///< of the Cox model
  std::size_t merged_times = 0;   ///< values changed because they differed by rounding alone
};

/// @param grouped the rows whose groups are compared @param adjusted those of the Cox model
/// @throws input::InputError naming every field that cannot be read as what it should be
FileColumns read_columns(const input::Table& table, const FitRequest& request,
                         const std::vector<std::uint8_t>& grouped,
                         const std::vector<std::uint8_t>& adjusted);

}  // namespace trialmill::cli
