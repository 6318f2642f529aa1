#include "trialmill/simulation/truth.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "simulation/analyse.hpp"
#include "simulation/null_hypothesis.hpp"
#include "simulation/workers.hpp"
#include "trialmill/simulation/replicate.hpp"

namespace trialmill::simulation {
namespace {

// Replicates of runs are numbered from 1; those of the truth start far above.
constexpr std::uint64_t first_replicate = std::uint64_t{1} << 40;

// The patients of one analysis, everybody twice: once in each arm compared.
struct BothArms {
  std::vector<double> time;
  std::vector<std::uint8_t> event;
  std::vector<std::int32_t> group, stratum;
  std::vector<std::vector<double>> columns;  // treatment, then the plan's covariates
  double known = 0, control_successes = 0, experimental_successes = 0;
  double different = 0;  // of the known, those with another outcome in the other arm
};

// The patients of one replicate in each arm that is compared, and when data are cut.
struct Worlds {
  std::vector<double> cuts;
  std::vector<std::int32_t> arms;
  std::vector<Workspace> in_arm;  // by arm

  Workspace& of(std::int32_t arm) { return in_arm[static_cast<std::size_t>(arm)]; }
  const Workspace& of(std::int32_t arm) const { return in_arm[static_cast<std::size_t>(arm)]; }
};

// When the trials of some replicates are cut, in the middle. A cut that waits for events comes
// early where they do, so that patients followed to their own trial's cut are a selection.
std::vector<double> median_cuts(const Design& design, std::uint64_t seed, std::uint64_t replicates,
                                Workspace& randomised) {
  std::vector<std::vector<double>> months(design.cuts.size());
  for (std::uint64_t k = 0; k < replicates; ++k) {
    draw_replicate(design, seed, first_replicate + k, randomised);
    for (std::size_t c = 0; c < design.cuts.size(); ++c)
      months[c].push_back(cohort::find_cut(design.cuts[c].when, randomised.endpoints,
                                           randomised.cohort.enrolment_months, randomised.looking)
                              .calendar_months);
  }
  std::vector<double> medians;
  for (std::vector<double>& cut : months) {
    const auto middle = cut.begin() + static_cast<std::ptrdiff_t>(cut.size() / 2);
    std::ranges::nth_element(cut, middle);
    medians.push_back(*middle);
  }
  return medians;
}

// `design` has a single size.
void draw_worlds(const Design& design, std::uint64_t seed, std::uint64_t number, Worlds& worlds) {
  for (const std::int32_t arm : worlds.arms) {
    Workspace& world = worlds.of(arm);
    cohort::draw_cohort_under(design.model, arm, seed, number, design.sizes.front().sample_size,
                              world.drawing, world.cohort);
    define_endpoints(design, world);
  }
}

// A patient belongs when he is analysed at the cut in both worlds compared, and all that the
// analysis needs is recorded.
bool belongs(const AnalysisPlan& plan, const LookPlan& look, const Worlds& worlds, double cut,
             std::size_t i) {
  for (const std::int32_t arm : plan.arms)
    if (!worlds.of(arm).endpoints[look.endpoint].analyses(i, cut)) return false;
  const cohort::Cohort& cohort = worlds.of(plan.arms[0]).cohort;
  return std::ranges::none_of(look.recorded, [&](std::size_t covariate) {
    return std::isnan(cohort.recorded_covariate(covariate)[i]);
  });
}

void add_row(const AnalysisPlan& plan, const cohort::EndpointColumns& endpoint,
             const Workspace& world, std::int32_t group, double cut, std::size_t i,
             BothArms& rows) {
  const double followed = cut - endpoint.origin_months[i];
  const bool event = endpoint.known_months[i] <= followed;
  rows.time.push_back(event ? endpoint.event_months[i] : followed);
  rows.event.push_back(event);
  rows.group.push_back(group);
  rows.stratum.push_back(world.stratum[i]);
  rows.columns[0].push_back(group);
  for (std::size_t c = 0; c < plan.covariates.size(); ++c) {
    const CoxColumn& column = plan.covariates[c];
    const double x = world.cohort.recorded_covariate(column.covariate)[i];
    rows.columns[c + 1].push_back(column.level < 0 ? x : x == column.level ? 1.0 : 0.0);
  }
}

void add_patients(const Design& design, const AnalysisPlan& plan, Worlds& worlds, BothArms& rows) {
  const LookPlan& look = design.looks[plan.look];
  const double cut = worlds.cuts[look.cut];
  const bool time_to_event = design.endpoints[look.endpoint].time_to_event();
  const std::size_t size = worlds.of(plan.arms[0]).cohort.size;
  rows.columns.resize(1 + plan.covariates.size());
  for (const std::int32_t arm : plan.arms) {
    Workspace& world = worlds.of(arm);
    // An attribute acquired on the way puts a patient into another stratum in another arm.
    world.stratum.assign(size, 0);
    if (!plan.strata.covariates.empty())
      cohort::assign_strata(plan.strata, world.cohort, world.stratum);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (!belongs(plan, look, worlds, cut, i)) continue;
    if (!time_to_event) {
      const double never = std::numeric_limits<double>::infinity();
      const auto succeeds = [&](std::int32_t arm) {
        return worlds.of(arm).endpoints[look.endpoint].event_months[i] < never;
      };
      const bool control = succeeds(plan.arms[0]), experimental = succeeds(plan.arms[1]);
      ++rows.known;
      rows.control_successes += control;
      rows.experimental_successes += experimental;
      rows.different += control != experimental;
      continue;
    }
    for (std::int32_t group = 0; group < 2; ++group) {
      const Workspace& world = worlds.of(plan.arms[static_cast<std::size_t>(group)]);
      add_row(plan, world.endpoints[look.endpoint], world, group, cut, i, rows);
    }
  }
}

survival::SortedTimes sorted_rows(const AnalysisPlan& plan, const BothArms& rows) {
  survival::Observations seen;
  seen.time = rows.time;
  seen.event = rows.event;
  seen.group = rows.group;
  seen.groups = 2;
  seen.stratum = rows.stratum;
  seen.strata = static_cast<std::int32_t>(plan.strata.count());
  survival::SortedTimes sorted;
  survival::sort_times(seen, sorted);
  return sorted;
}

// Of restricted means, or of survival at the milestone; NaN when nobody was followed as long.
double difference_of_curves(const AnalysisPlan& plan, const BothArms& rows) {
  ArmCurves curves;
  draw_curves(sorted_rows(plan, rows), curves);
  return (plan.test == scenario::Analysis::Test::rmst ? rmst_outcome(plan, curves)
                                                      : milestone_outcome(plan, curves))
      .difference.estimate;
}

double log_hazard_ratio(const AnalysisPlan& plan, const BothArms& rows) {
  const survival::SortedTimes sorted = sorted_rows(plan, rows);
  survival::Covariates covariates;
  for (const std::vector<double>& column : rows.columns)
    covariates.columns.emplace_back(column);
  survival::CoxWorkspace workspace;
  survival::CoxFit fit;
  survival::fit_cox(sorted, covariates, plan.cox, workspace, fit);
  const bool estimable = std::isfinite(fit.coefficient.front()) && !fit.aliased.front();
  return estimable ? fit.coefficient.front() : result::not_a_number;
}

// A landmark is a means to choose patients fairly, and counting chosen patients from randomisation
// an unfair one; their truth is that of the comparison they stand for, from surgery. (Who is free
// of events at the landmark in both arms is nobody's question.) What is analysed before it is known
// stands for the comparison once it is.
cohort::Endpoint comparison_meant(cohort::Endpoint endpoint) {
  using Origin = cohort::Endpoint::Origin;
  using Kind = cohort::EndpointEvent::Kind;
  endpoint.analysed_once_due |= !endpoint.time_to_event() || endpoint.dated_before_known();
  if (!endpoint.time_to_event()) return endpoint;
  if (endpoint.patients != cohort::Endpoint::Patients::all) {
    endpoint.origin = Origin::surgery;
    endpoint.analysed_once_due = false;
    for (cohort::EndpointEvent& what : endpoint.events)
      if (what.kind == Kind::r2_dated) what.kind = Kind::r2;
  } else if (endpoint.origin == Origin::landmark) {
    endpoint.origin = Origin::randomisation;
  }
  return endpoint;
}

bool has_estimate(const Design& design, const AnalysisPlan& plan) {
  using enum scenario::Analysis::Test;
  return plan.test == cox || plan.test == rmst || plan.test == milestone ||
         !design.endpoints[design.looks[plan.look].endpoint].time_to_event();
}

// The arms that some estimate or hypothesis compares, increasing.
std::vector<std::int32_t> arms_to_follow(const Design& design) {
  std::set<std::int32_t> arms;
  for (const AnalysisPlan& plan : design.analyses)
    if (plan.hypothesis || has_estimate(design, plan))
      arms.insert(plan.arms.begin(), plan.arms.end());
  return {arms.begin(), arms.end()};
}

// One of several parts of the patients, who are rows two by two.
BothArms part_of(const BothArms& all, std::size_t part, std::size_t parts) {
  BothArms out;
  out.columns.resize(all.columns.size());
  for (std::size_t row = 0; row < all.time.size(); ++row) {
    if (row / 2 % parts != part) continue;
    out.time.push_back(all.time[row]);
    out.event.push_back(all.event[row]);
    out.group.push_back(all.group[row]);
    out.stratum.push_back(all.stratum[row]);
    for (std::size_t c = 0; c < all.columns.size(); ++c)
      out.columns[c].push_back(all.columns[c][row]);
  }
  return out;
}

// The Monte-Carlo standard error of what `estimate` finds in all, by its variation between parts.
template <class Estimate>
double mc_se_between_parts(const BothArms& all, Estimate estimate) {
  constexpr std::size_t parts = 20;
  result::Moments found;
  for (std::size_t part = 0; part < parts; ++part) {
    const double value = estimate(part_of(all, part, parts));
    if (std::isfinite(value)) found.add(value);
  }
  return found.count < parts ? result::not_a_number : found.sd() / std::sqrt(double{parts});
}

void take_truth(const Design& design, const AnalysisPlan& plan, const BothArms& rows,
                result::AnalysisTruth& truth) {
  const auto ratio = [&](const BothArms& some) { return log_hazard_ratio(plan, some); };
  const auto difference = [&](const BothArms& some) { return difference_of_curves(plan, some); };
  if (plan.test == scenario::Analysis::Test::cox) {
    truth.log_hazard_ratio = ratio(rows);
    truth.mc_se = mc_se_between_parts(rows, ratio);
  } else if (design.endpoints[design.looks[plan.look].endpoint].time_to_event()) {
    truth.difference = difference(rows);
    truth.mc_se = mc_se_between_parts(rows, difference);
  } else {
    truth.risk_difference = (rows.experimental_successes - rows.control_successes) / rows.known;
    const double variance =
        rows.different / rows.known - truth.risk_difference * truth.risk_difference;
    truth.mc_se = std::sqrt(std::max(0.0, variance) / rows.known);
  }
}

// The truths of a design, given as a copy, at one of its sizes.
std::vector<result::AnalysisTruth> measure(Design design, std::uint64_t seed, DesignSize size) {
  design.sizes = {size};
  Design without_dropout = design;
  for (cohort::Endpoint& endpoint : without_dropout.endpoints)
    endpoint = comparison_meant(endpoint);
  for (cohort::EventTimeLaw& law : without_dropout.model.dropout_time_by_arm)
    law = cohort::EventTimeLaw(survival::PiecewiseHazard{{0.0}, {0.0}}, {});
  const std::uint64_t replicates = (truth_patients + size.sample_size - 1) / size.sample_size;
  std::vector<BothArms> patients(design.analyses.size());
  Workspace randomised;
  Worlds worlds{median_cuts(design, seed, replicates, randomised), arms_to_follow(design),
                std::vector<Workspace>(design.model.arms())};
  std::vector<PairedOutcomes> pairs(design.analyses.size());
  for (std::uint64_t k = 0; k < replicates; ++k) {
    draw_worlds(without_dropout, seed, first_replicate + k, worlds);
    for (std::size_t a = 0; a < design.analyses.size(); ++a) {
      const AnalysisPlan& plan = design.analyses[a];
      if (has_estimate(design, plan)) add_patients(design, plan, worlds, patients[a]);
      for (std::size_t arm = 1; plan.hypothesis && arm < plan.arms.size(); ++arm)
        compare_arms(without_dropout, plan, worlds.of(plan.arms[0]), worlds.of(plan.arms[arm]),
                     worlds.cuts[design.looks[plan.look].cut], pairs[a]);
    }
  }
  for (std::size_t a = 0; a < design.analyses.size(); ++a) {
    const AnalysisPlan& plan = design.analyses[a];
    if (plan.hypothesis) size.truths[a].null_holds = null_hypothesis_holds(plan, pairs[a]);
    if (has_estimate(design, plan)) take_truth(design, plan, patients[a], size.truths[a]);
  }
  return size.truths;
}

bool needs_truth(const Design& design) {
  return design.model.course && std::ranges::any_of(design.analyses, [&](const AnalysisPlan& plan) {
           return plan.hypothesis || has_estimate(design, plan);
         });
}

}  // namespace

void measure_truths(Plan& plan, int threads) {
  std::vector<std::pair<const Design*, DesignSize*>> tasks;
  // Of null twins no estimate is reported.
  for (Design& design : std::span(plan.designs).first(plan.study_designs))
    if (needs_truth(design))
      for (DesignSize& size : design.sizes)
        tasks.emplace_back(&design, &size);
  // Tasks read the plan and write to places of their own, so that their order does not matter.
  std::vector<std::vector<result::AnalysisTruth>> truths(tasks.size());
  const auto measure_one = [&](std::size_t k) {
    const HandOver hand_over;
    truths[k] = measure(*tasks[k].first, plan.seed, *tasks[k].second);
  };
  Workers workers(threads);
  workers.execute([&] { tbb::parallel_for(std::size_t{0}, tasks.size(), measure_one); });
  for (std::size_t k = 0; k < tasks.size(); ++k)
    tasks[k].second->truths = std::move(truths[k]);
}

}  // namespace trialmill::simulation
