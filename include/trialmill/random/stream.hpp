#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Random numbers that are addressed, not consumed: every replicate owns one stream per purpose, so
/// replicate 48,213 can be drawn alone, by any worker, on any day, and gives the same patients.
namespace trialmill::random {

/// What a stream is used for. The numbers are part of the file format: results depend on them, so a
/// purpose is never renumbered, only added.
enum class Purpose : std::uint64_t {
  enrolment = 1,      ///< gaps between the arrivals of patients
  covariate = 2,      ///< one lane per covariate; 2^32 + lane: whether it is recorded
  randomisation = 3,  ///< lane 0: the arm; lane 1: block sizes
  event_time = 4,     ///< one lane per transition of the disease course
  dropout = 5,
  pathway = 7,     ///< one lane per thing that can happen between randomisation and surgery
  assessment = 8,  ///< lane 0: a patient's lateness; lane 1: missed visits
  parameter = 20,  ///< one lane per uncertain number of a scenario; the replicate is the draw
};

/// The address of a stream.
struct Address {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::enrolment;
  std::uint64_t lane = 0;  ///< which of several streams of one purpose
  std::uint64_t replicate = 0;
};

/// A pcg64 generator (O'Neill 2014, XSL-RR 128/64 with selectable stream) whose 128-bit state and
/// 127-bit increment are both hashed from the address: neighbouring seeds, purposes, lanes and
/// replicates are unrelated.
class Stream {
 public:
  explicit Stream(const Address& address);

  /// The next 64 random bits.
  std::uint64_t next();

  /// Fills `out` with uniforms strictly inside (0, 1), one 64-bit draw each: (k + 1/2) / 2^52, the
  /// exact centre of one of 2^52 equal cells. Neither u nor 1 - u is ever 0, both are exact.
  /// Filling in pieces gives the same numbers as filling at once.
  void fill_uniform(std::span<double> out);

 private:
  alignas(16) std::array<std::byte, 32> generator_;  ///< holds the pcg64, whose type stays private
};

}  // namespace trialmill::random
