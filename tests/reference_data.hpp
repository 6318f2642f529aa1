#pragma once

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Reads tests/reference: data sets as CSV and expected values as JSON.
namespace trialmill::reference {

inline std::filesystem::path path(const std::string& name) {
  return std::filesystem::path(TRIALMILL_TEST_DATA) / "reference" / name;
}

/// @param name below tests/reference, such as "expected/survival-lung.json"
inline nlohmann::json read_json(const std::string& name) {
  std::ifstream in(path(name));
  if (!in) throw std::runtime_error("cannot read " + path(name).string());
  return nlohmann::json::parse(in);
}

/// A number as the reference files write it: null is R's NA or NaN, "inf" and "-inf" are infinite.
inline double number(const nlohmann::json& value) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (value.is_string()) {
    const double infinity = std::numeric_limits<double>::infinity();
    const std::string text = value.get<std::string>();
    if (text == "inf") return infinity;
    if (text == "-inf") return -infinity;
    throw std::runtime_error("not a number: " + text);
  }
  return value.get<double>();
}

/// An array of numbers, or a single number as an array of one.
inline std::vector<double> numbers(const nlohmann::json& value) {
  std::vector<double> result;
  if (!value.is_array()) return {number(value)};
  for (const auto& element : value)
    result.push_back(number(element));
  return result;
}

/// Text columns of one file; an empty field is a missing value. Fields hold no comma inside quotes.
struct Csv {
  std::vector<std::string> header;
  std::map<std::string, std::vector<std::string>> column;
  std::size_t rows = 0;

  bool has(const std::string& name) const { return column.contains(name); }
};

inline std::vector<std::string> split_fields(const std::string& line) {
  std::vector<std::string> fields;
  std::string field;
  for (const char c : line) {
    if (c == '\r' || c == '"') continue;
    if (c == ',') {
      fields.push_back(field);
      field.clear();
    } else {
      field += c;
    }
  }
  fields.push_back(field);
  return fields;
}

/// @param name below tests/reference, such as "input/lung.csv"
inline Csv read_csv(const std::string& name) {
  std::ifstream in(path(name));
  if (!in) throw std::runtime_error("cannot read " + path(name).string());
  Csv csv;
  std::string line;
  std::getline(in, line);
  csv.header = split_fields(line);
  while (std::getline(in, line)) {
    const std::vector<std::string> fields = split_fields(line);
    if (fields.size() != csv.header.size()) throw std::runtime_error("ragged row in " + name);
    for (std::size_t i = 0; i < fields.size(); ++i)
      csv.column[csv.header[i]].push_back(fields[i]);
    ++csv.rows;
  }
  return csv;
}

/// Rows in which none of the columns is missing ("" or "NA"), in file order.
inline std::vector<std::size_t> complete_rows(const Csv& csv,
                                              const std::vector<std::string>& columns) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < csv.rows; ++i) {
    bool complete = true;
    for (const std::string& name : columns) {
      const std::string& field = csv.column.at(name)[i];
      complete = complete && !field.empty() && field != "NA";
    }
    if (complete) rows.push_back(i);
  }
  return rows;
}

inline std::vector<double> values(const Csv& csv, const std::string& column,
                                  const std::vector<std::size_t>& rows) {
  std::vector<double> result;
  for (const std::size_t i : rows)
    result.push_back(std::stod(csv.column.at(column)[i]));
  return result;
}

inline std::vector<std::string> texts(const Csv& csv, const std::string& column,
                                      const std::vector<std::size_t>& rows) {
  std::vector<std::string> result;
  for (const std::size_t i : rows)
    result.push_back(csv.column.at(column)[i]);
  return result;
}

/// phi(b) of the formula in numerics-*.json: the digits of `i` in base `b` mirrored about the
/// point, as an integer over a power of b and one division.
inline double radical_inverse(std::size_t i, std::size_t base) {
  std::size_t mirrored = 0;
  std::size_t power = 1;
  for (; i > 0; i /= base) {
    mirrored = mirrored * base + i % base;
    power *= base;
  }
  return static_cast<double>(mirrored) / static_cast<double>(power);
}

/// Counts comparisons, so that a test can say how many it made.
class Comparison {
 public:
  /// True when both are NaN, equal, or differ by at most `relative` x |expected| + `absolute`.
  bool close(double actual, double expected, double relative, double absolute = 0) {
    ++count_;
    if (std::isnan(expected) || std::isnan(actual)) {
      return std::isnan(expected) && std::isnan(actual);
    }
    return actual == expected ||
           std::abs(actual - expected) <= relative * std::abs(expected) + absolute;
  }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

}  // namespace trialmill::reference
