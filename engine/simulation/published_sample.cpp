#include "trialmill/simulation/published_sample.hpp"

#include <algorithm>
#include <cmath>

#include "simulation/in_batches.hpp"

namespace trialmill::simulation {
namespace {

using cohort::Milestone;
using cohort::Radicality;

// Replicates of runs are numbered from 1, those of the truth from 2^40, of the pathway from 2^41.
constexpr std::uint64_t first_replicate = std::uint64_t{1} << 42;

// Who of a group of patients is event-free at some months.
class Survivors {
 public:
  explicit Survivors(std::span<const double> months)
      : months_(months.begin(), months.end()), count_(months.size()) {}

  void add(double event_months) {
    ++patients_;
    for (std::size_t k = 0; k < months_.size(); ++k)
      count_[k] += event_months > months_[k];
  }

  std::vector<SampledShare> shares() const {
    std::vector<SampledShare> out;
    if (patients_ == 0) return out;
    const auto n = static_cast<double>(patients_);
    for (const std::size_t count : count_) {
      const double share = static_cast<double>(count) / n;
      out.push_back({share, std::sqrt(share * (1 - share) / n)});
    }
    return out;
  }

 private:
  std::vector<double> months_;
  std::vector<std::size_t> count_;
  std::size_t patients_ = 0;
};

template <typename Take>
void draw(const cohort::TrialModel& model, std::uint64_t seed, std::size_t patients, Take take) {
  cohort::CohortWorkspace workspace;
  cohort::Cohort cohort;
  in_batches(patients, first_replicate, [&](std::uint64_t number, std::size_t batch) {
    cohort::draw_cohort(model, seed, number, batch, workspace, cohort);
    take(cohort);
  });
}

}  // namespace

SampledCourse sample_published_course(const cohort::TrialModel& model, std::uint64_t seed,
                                      std::size_t patients, std::span<const double> rfs_months,
                                      std::span<const double> os_months) {
  Survivors recurrence_free(rfs_months), overall(os_months), r0_r1(os_months), r2(os_months);
  draw(model, seed, patients, [&](const cohort::Cohort& cohort) {
    const auto surgery = cohort.milestone(Milestone::surgery);
    const auto recurrence = cohort.milestone(Milestone::recurrence);
    const auto death = cohort.milestone(Milestone::death);
    const auto radicality = cohort.covariate(
        model.population.size() + static_cast<std::size_t>(cohort::Attribute::radicality));
    for (std::size_t i = 0; i < cohort.size; ++i) {
      const auto outcome = static_cast<Radicality>(static_cast<int>(radicality[i]));
      if (outcome == Radicality::unresected) continue;
      const double dies = death[i] - surgery[i];
      overall.add(dies);
      (outcome == Radicality::r2 ? r2 : r0_r1).add(dies);
      if (outcome != Radicality::r2)
        recurrence_free.add(std::min(recurrence[i], death[i]) - surgery[i]);
    }
  });
  return {recurrence_free.shares(), overall.shares(), r0_r1.shares(), r2.shares()};
}

std::vector<SampledShare> sample_published_event(const cohort::TrialModel& model,
                                                 std::uint64_t seed, std::size_t patients,
                                                 std::span<const double> months) {
  Survivors free(months);
  draw(model, seed, patients, [&](const cohort::Cohort& cohort) {
    for (const double event_months : cohort.event_months)
      free.add(event_months);
  });
  return free.shares();
}

}  // namespace trialmill::simulation
