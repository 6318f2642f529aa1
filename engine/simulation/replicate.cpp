#include "trialmill/simulation/replicate.hpp"

#include <algorithm>

#include "simulation/arm_imbalance.hpp"
#include "simulation/hold_looks.hpp"
#include "simulation/look_tables.hpp"
#include "trialmill/simulation/pathway_counts.hpp"

namespace trialmill::simulation {
namespace {

// Cuts, looks and views whose analyses are all made once, at a time that is known.
void prepare_single_looks(const Design& design, std::size_t sample_size, Workspace& workspace) {
  const auto arrivals = std::span(workspace.cohort.enrolment_months).first(sample_size);
  const auto single = [&](std::size_t look) {
    return design.cuts[design.looks[look].cut].interim.empty();
  };
  for (std::size_t c = 0; c < design.cuts.size(); ++c)
    if (design.cuts[c].interim.empty())
      workspace.cuts[c] =
          cohort::find_cut(design.cuts[c].when, workspace.endpoints, arrivals, workspace.looking);
  for (std::size_t k = 0; k < design.looks.size(); ++k)
    if (single(k)) observe_look(design, k, sample_size, workspace);
  for (std::size_t v = 0; v < design.views.size(); ++v)
    if (single(design.views[v].look)) sort_view(design, v, sample_size, workspace);
}

// The reported endpoint of all patients at the last analysis, which need not be one of it.
const cohort::LookData& data_at_the_end(const Design& design, std::size_t sample_size,
                                        double months, Workspace& workspace) {
  for (std::size_t k = 0; k < design.looks.size(); ++k) {
    const LookPlan& look = design.looks[k];
    if (look.endpoint == design.reported_endpoint && look.arms.empty() && look.recorded.empty() &&
        workspace.cuts[look.cut].calendar_months == months)
      return workspace.looks[k].data;
  }
  cohort::observe(workspace.endpoints[design.reported_endpoint], sample_size, months, {},
                  workspace.last);
  return workspace.last;
}

}  // namespace

void analyse_cohort(const Design& design, const DesignSize& size, Workspace& workspace,
                    result::Outcome& outcome, std::optional<int> look) {
  const std::size_t sample_size = size.sample_size;
  workspace.cuts.resize(design.cuts.size());
  workspace.looks.resize(design.looks.size());
  workspace.sorted.resize(design.views.size());
  workspace.risk.resize(design.views.size());
  workspace.tests.curves.resize(design.views.size());
  outcome.analyses.resize(design.analyses.size());
  prepare_single_looks(design, sample_size, workspace);
  hold_looks(design, size, look, workspace, outcome);
  const auto arrivals = std::span(workspace.cohort.enrolment_months).first(sample_size);
  outcome.analysis_months =
      std::ranges::max(workspace.cuts, {}, &cohort::Cut::calendar_months).calendar_months;
  outcome.enrolled = enrolled_by(outcome.analysis_months, arrivals);
  outcome.last_patient_in_months = outcome.enrolled == 0 ? 0.0 : arrivals[outcome.enrolled - 1];
  const cohort::LookData& last =
      data_at_the_end(design, sample_size, outcome.analysis_months, workspace);
  outcome.events = last.events;
  outcome.dropouts = dropouts_in(design.endpoints[design.reported_endpoint], last, {},
                                 outcome.analysis_months, sample_size, workspace.cohort);
  outcome.events_reached = std::ranges::all_of(workspace.cuts, &cohort::Cut::reached);
  for (std::size_t a = 0; a < design.analyses.size(); ++a)
    if (!design.analyses[a].has_looks && !design.analyses[a].hypothesis)
      outcome.analyses[a] = analyse(design.analyses[a], design, sample_size, workspace);
  count_pathway(design.model, sample_size, workspace.cohort, outcome.pathway);
  measure_imbalance(design, outcome.enrolled, workspace.cohort, workspace.arm_counts,
                    outcome.imbalance);
}

void define_endpoints(const Design& design, Workspace& workspace) {
  workspace.endpoint_storage.resize(design.endpoints.size());
  workspace.endpoints.resize(design.endpoints.size());
  for (std::size_t e = 0; e < design.endpoints.size(); ++e)
    workspace.endpoints[e] =
        cohort::endpoint_columns(design.endpoints[e], workspace.cohort,
                                 design.model.population.size(), workspace.endpoint_storage[e]);
}

void draw_replicate(const Design& design, std::uint64_t seed, std::uint64_t number,
                    Workspace& workspace) {
  cohort::draw_cohort(design.model, seed, number, design.sizes.back().sample_size,
                      workspace.drawing, workspace.cohort);
  define_endpoints(design, workspace);
}

const std::vector<result::Outcome>& simulate_replicate(const Design& design, std::uint64_t seed,
                                                       std::uint64_t number, Workspace& workspace) {
  draw_replicate(design, seed, number, workspace);
  workspace.outcomes.resize(design.sizes.size());
  for (std::size_t s = 0; s < design.sizes.size(); ++s)
    analyse_cohort(design, design.sizes[s], workspace, workspace.outcomes[s]);
  return workspace.outcomes;
}

}  // namespace trialmill::simulation
