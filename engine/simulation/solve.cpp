#include "trialmill/simulation/solve.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include "simulation/label.hpp"
#include "simulation/planned_looks.hpp"
#include "simulation/power_curve.hpp"
#include "simulation/solved_trial.hpp"
#include "simulation/workers.hpp"
#include "trialmill/design/design_error.hpp"
#include "trialmill/math/elementary.hpp"
#include "trialmill/simulation/analytic_twin.hpp"
#include "trialmill/simulation/plan.hpp"
#include "trialmill/simulation/replicate.hpp"
#include "trialmill/simulation/run.hpp"

namespace trialmill::simulation {
namespace {

using scenario::Analysis;
using scenario::Scenario;

// The search may cost so many runs at the answer; the run of the answer comes on top.
constexpr double search_runs = 3.4;

bool looks_are_a_design(Scenario& trial, std::size_t size) {
  trial.sample_size = size;
  try {
    planned_looks(trial, trial.analyses.front());
  } catch (const design::DesignError&) {
    return false;
  }
  return true;
}

/// Sizes that may be an answer.
struct Range {
  std::size_t step = 1, smallest = 1, largest = 1;

  std::size_t rounded_up(double size) const {
    if (!(size < static_cast<double>(largest))) return largest;
    const auto whole = static_cast<std::size_t>(std::ceil(std::max(size, 1.0) * (1 - 1e-12)));
    return std::clamp((whole + step - 1) / step * step, smallest, largest);
  }
};

// Events follow from a number of patients that need not be whole blocks.

Range range_of(const Scenario& scenario, const SolveOptions& options) {
  Range range;
  range.step = options.events ? 1 : size_step(scenario);
  range.smallest = (options.at_least + range.step - 1) / range.step * range.step;
  range.largest = std::max(options.at_most / range.step * range.step, range.smallest);
  Scenario trial = scenario;
  while (range.smallest < range.largest && !looks_are_a_design(trial, range.smallest))
    range.smallest += range.step;
  return range;
}

double critical_z(const Analysis& analysis) {
  return -math::normal_quantile(analysis.alpha / analysis.sided);
}

class Search {
 public:
  Search(const Scenario& scenario, std::uint64_t seed, std::uint64_t replicates,
         const SolveOptions& options)
      : trial_(scenario, options),
        options_(options),
        seed_(seed),
        replicates_(replicates),
        next_(replicates + 1),
        range_(range_of(trial_.growing(), options)),
        critical_z_(critical_z(trial_.growing().analyses.front())) {}

  // @return false when it was stopped
  bool find(std::optional<std::size_t> analytic) {
    centre_ =
        range_.rounded_up(static_cast<double>(analytic.value_or(trial_.growing().sample_size)));
    if (!analytic && !bracket()) return false;
    return refine();
  }

  std::optional<result::Solution> answer() {
    result::Solution out;
    const auto largest = static_cast<double>(range_.largest);
    const auto smallest = static_cast<double>(range_.smallest);
    const double chosen = options_.conservative ? found_.upper : found_.size;
    out.target_power = options_.power;
    if (chosen > largest) out.status = result::SolutionStatus::not_reached;
    if (chosen <= smallest) out.status = result::SolutionStatus::already_reached;
    out.size = trial_size(chosen);
    if (found_.size <= largest) out.estimate = trial_size(found_.size);
    if (found_.lower <= largest) out.lower = trial_size(found_.lower);
    if (found_.upper <= largest) out.upper = trial_size(found_.upper);
    const Scenario trial = trial_.at(out.size);
    if (!run_trial(trial, out)) return std::nullopt;
    out.formula_events = events_by_formula(trial, options_.power);
    out.rounds = batches_.size();
    out.search_replicates = next_ - replicates_ - 1;
    const auto run = static_cast<double>(replicates_) * static_cast<double>(out.size.patients);
    out.patients_analysed = spent_ + replicates_ * out.size.patients;
    out.runs_at_answer = static_cast<double>(out.patients_analysed) / run;
    return out;
  }

  AnalyticSize analytic_size() const {
    return analytic_sample_size(trial_.growing(), options_.power, range_.smallest, range_.largest,
                                range_.step);
  }

  result::TrialSize trial_size(double size) const {
    return trial_.size(options_.events ? std::clamp(size, static_cast<double>(range_.smallest),
                                                    static_cast<double>(range_.largest))
                                       : static_cast<double>(range_.rounded_up(size)));
  }

 private:
  Plan plan_of(const std::vector<Scenario>& trials) const {
    scenario::Study study;
    study.seed = seed_;
    study.replicates = replicates_;
    for (const Scenario& trial : trials)
      study.points.push_back({{{"sample_size", static_cast<double>(trial.sample_size)}}, trial});
    return compile_plan(study);
  }

  // A plan of the trial at some sizes, whose patients are in common.
  Plan plan_of(const std::vector<std::size_t>& sizes) const {
    std::vector<Scenario> trials(sizes.size(), trial_.growing());
    for (std::size_t k = 0; k < sizes.size(); ++k)
      trials[k].sample_size = sizes[k];
    return plan_of(trials);
  }

  bool stopped() const { return options_.stop_requested && options_.stop_requested(); }

  void tell_progress(double patients) const {
    if (!options_.progress) return;
    const double expected =
        (search_runs + 1) * static_cast<double>(replicates_) * static_cast<double>(centre_);
    options_.progress(std::min(1.0, patients / expected));
  }

  // The next replicates at some sizes. @return false when it was stopped
  bool add_round(std::vector<std::size_t> sizes, std::uint64_t replicates) {
    std::ranges::sort(sizes);
    sizes.erase(std::ranges::unique(sizes).begin(), sizes.end());
    const Plan plan = plan_of(sizes);
    const Design& design = plan.designs.front();
    const std::uint64_t blocks = (replicates + block_replicates - 1) / block_replicates;
    std::vector<std::vector<std::uint64_t>> both(blocks);
    std::atomic<bool> stop = false;
    tbb::enumerable_thread_specific<Workspace> workspaces;
    const auto simulate_block = [&](std::uint64_t block) {
      const HandOver hand_over;
      const std::uint64_t first = block * block_replicates;
      const std::uint64_t last = std::min(replicates, first + block_replicates);
      both[block].assign(sizes.size() * sizes.size(), 0);
      for (std::uint64_t k = first; k < last && !stop; ++k) {
        if (stopped()) stop = true;
        count(simulate_replicate(design, seed_, next_ + k, workspaces.local()), both[block]);
      }
    };
    Workers workers(options_.threads);
    workers.execute([&] { tbb::parallel_for(std::uint64_t{0}, blocks, simulate_block); });
    if (stop) return false;
    SizedRejections batch{sizes, replicates, std::vector<std::uint64_t>(both.front().size(), 0)};
    for (const auto& block : both)
      std::ranges::transform(block, batch.both, batch.both.begin(), std::plus<>());
    next_ += replicates;
    for (const std::size_t size : sizes)
      spent_ += replicates * size;
    batches_.push_back(std::move(batch));
    tell_progress(static_cast<double>(spent_));
    return true;
  }

  static void count(const std::vector<result::Outcome>& outcomes,
                    std::vector<std::uint64_t>& both) {
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      for (std::size_t j = 0; j < outcomes.size(); ++j)
        both[i * outcomes.size() + j] +=
            outcomes[i].analyses.front().rejected && outcomes[j].analyses.front().rejected;
  }

  // Fits the curve to the rounds near the answer, or to all when none is.
  void fit() {
    found_ =
        size_for_power(fit_power_curve(batches_, critical_z_), options_.power, options_.confidence);
    std::vector<SizedRejections> near;
    for (const SizedRejections& batch : batches_)
      if (static_cast<double>(batch.sizes.front()) > 0.6 * found_.size &&
          static_cast<double>(batch.sizes.back()) < 1.7 * found_.size)
        near.push_back(batch);
    fitted_ = 0;
    for (const SizedRejections& batch : near)
      fitted_ += batch.replicates;
    if (!near.empty())
      found_ =
          size_for_power(fit_power_curve(near, critical_z_), options_.power, options_.confidence);
  }

  // Is the power at the largest size four standard errors below the target? A curve without a slope
  // does not say so.
  bool largest_falls_short() const {
    const SizedRejections& last = batches_.back();
    if (last.sizes.back() != range_.largest) return false;
    const std::size_t place = last.sizes.size() - 1;
    const auto all = static_cast<double>(last.replicates);
    const double share = static_cast<double>(last.at(place, place)) / all;
    return share + 4 * std::sqrt(std::max(share * (1 - share), 1 / all) / all) < options_.power;
  }

  // The next centre, at most four times as far as the present one.
  void move_centre() {
    const auto centre = static_cast<double>(centre_);
    centre_ = range_.rounded_up(std::clamp(found_.size, 0.25 * centre, 4 * centre));
  }

  std::size_t near_centre(double factor) const {
    return range_.rounded_up(factor * static_cast<double>(centre_));
  }

  // Moves the centre until the target lies within the sizes tried.
  bool bracket() {
    const std::uint64_t few = std::clamp<std::uint64_t>(replicates_ / 50, 20, 100);
    constexpr int most_rounds = 12;
    for (int round = 0; round < most_rounds; ++round) {
      const std::size_t before = centre_;
      if (!add_round({near_centre(0.7), centre_, near_centre(1.4)}, few)) return false;
      fit();
      const SizedRejections& last = batches_.back();
      const bool within = found_.size >= static_cast<double>(last.sizes.front()) &&
                          found_.size <= static_cast<double>(last.sizes.back());
      move_centre();
      if (within || centre_ == before) break;
    }
    return true;
  }

  // Rounds about the answer, each as long as all before, until the budget is spent.
  bool refine() {
    constexpr int most_rounds = 30;
    const std::uint64_t shortest = std::max<std::uint64_t>(10, replicates_ / 50);
    for (int round = 0; round < most_rounds; ++round) {
      std::size_t low = near_centre(0.9), high = near_centre(1.1);
      if (low == high) high = std::min(high + range_.step, range_.largest);
      const double budget =
          search_runs * static_cast<double>(replicates_) * static_cast<double>(centre_);
      const double left = (budget - static_cast<double>(spent_)) / static_cast<double>(low + high);
      const std::uint64_t wanted = std::max({replicates_ / 5, fitted_, shortest});
      if (round > 0 && left < static_cast<double>(shortest)) break;
      const auto affordable = static_cast<std::uint64_t>(std::max(left, 0.0));
      if (!add_round({low, high}, std::max(shortest, std::min(wanted, affordable)))) return false;
      fit();
      if (largest_falls_short()) found_ = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
      if (found_.lower > static_cast<double>(range_.largest)) break;
      if (found_.upper < static_cast<double>(range_.smallest)) break;
      if (found_.upper - found_.lower <= static_cast<double>(range_.step)) break;
      move_centre();
    }
    return true;
  }

  // What `run` says of a trial. @return false when it was stopped
  bool run_trial(const Scenario& trial, result::Solution& out) const {
    const Plan plan = plan_of(std::vector{trial});
    RunOptions options;
    options.threads = options_.threads;
    options.stop_requested = options_.stop_requested;
    options.progress = [&](double share) {
      tell_progress(static_cast<double>(spent_) + share * static_cast<double>(replicates_) *
                                                      static_cast<double>(trial.sample_size));
    };
    const RunTotals totals = run(plan, options);
    if (!totals.complete) return false;
    const result::PointResult point = summarise(plan, totals).points.front();
    const result::AnalysisResult& analysis = point.analyses.front();
    out.power = analysis.power;
    const auto& stop = analysis.stopping;
    out.events_mean = stop ? stop->events.mean : analysis.by_look.back().events_mean;
    out.time_mean = stop ? stop->time.mean : analysis.by_look.back().time_mean;
    return true;
  }

  SolvedTrial trial_;
  const SolveOptions& options_;
  std::uint64_t seed_, replicates_;
  std::uint64_t next_;  // replicate; the run at the answer has those up to replicates_
  Range range_;
  double critical_z_;
  std::size_t centre_ = 0;
  std::vector<SizedRejections> batches_;
  std::uint64_t spent_ = 0;   // patients analysed
  std::uint64_t fitted_ = 0;  // replicates near the answer
  SizeForPower found_;
};

}  // namespace

result::AnalysisLabel analysis_label(const Scenario& scenario, std::size_t analysis) {
  return label_of(scenario, scenario.analyses[analysis]);
}

std::size_t size_step(const Scenario& scenario) {
  if (scenario.randomisation != cohort::Randomisation::Method::permuted_blocks) return 1;
  std::int32_t step = 0;
  for (const std::int32_t block : scenario.block_sizes)
    step = std::gcd(step, block);
  return static_cast<std::size_t>(std::max(step, 1));
}

std::optional<std::string> reason_against_solving(const Scenario& scenario,
                                                  const SolveOptions& options) {
  const Analysis& analysis = scenario.analyses[options.analysis];
  if (scenario.multiplicity && scenario.multiplicity->place_of(analysis.name))
    return "this analysis is a hypothesis of `multiplicity`, and its power depends on the others: "
           "compare sizes by a sweep of `sample_size`, or solve without `multiplicity`";
  if (made_when_another_stops(scenario, options.analysis))
    return "this analysis is made when another one stops; solve for that one";
  const bool fixed = waits_for_fixed_events(scenario, analysis);
  if (fixed && !options.events)
    return "the analysis waits for a fixed number of events, whose power hardly depends on the "
           "patients: solve for the events with --events, or let them grow with the patients by "
           "`event_fraction`";
  if (!fixed && options.events)
    return "the analysis waits for no fixed number of events; leave --events out";
  return std::nullopt;
}

std::optional<result::Solution> solve(const Scenario& scenario, std::uint64_t seed,
                                      std::uint64_t replicates, const SolveOptions& options) {
  Search search(scenario, seed, replicates, options);
  const AnalyticSize analytic = search.analytic_size();
  if (!search.find(analytic.sample_size)) return std::nullopt;
  std::optional<result::Solution> out = search.answer();
  if (!out) return out;
  if (analytic.sample_size)
    out->analytic = search.trial_size(static_cast<double>(*analytic.sample_size));
  out->analytic_absent_because = analytic.absent_because;
  return out;
}

}  // namespace trialmill::simulation
