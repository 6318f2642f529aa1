#include "simulation/null_twins.hpp"

#include <algorithm>
#include <iterator>

#include "trialmill/scenario/null_twin.hpp"

namespace trialmill::simulation {
namespace {

using scenario::NullTwin;

void append(Plan twins, const scenario::TwinStudy& study, Plan& plan) {
  const std::size_t designs = plan.designs.size(), points = plan.points.size();
  for (Design& design : twins.designs)
    for (DesignSize& size : design.sizes)
      size.point += points;
  for (std::size_t p = 0; p < twins.points.size(); ++p) {
    twins.points[p].design += designs;
    twins.points[p].twin = study.twin;
    twins.points[p].twin_of = study.of[p];
  }
  std::ranges::move(twins.designs, std::back_inserter(plan.designs));
  std::ranges::move(twins.points, std::back_inserter(plan.points));
}

void attach(const PlannedPoint& planned, const result::PointResult& twin,
            const PlannedPoint& original, result::PointResult& point) {
  const bool schedule = planned.twin->kind == NullTwin::Kind::schedule_alone;
  for (std::size_t a = 0; a < point.analyses.size(); ++a) {
    const auto* null = std::get_if<NullTwin>(&original.null_of[a]);
    const result::NullTwinRejections found =
        result::null_twin_rejections(twin.analyses[a], twin.replicates);
    if (null && *null == *planned.twin) {
      point.analyses[a].null_twin = found;
      if (null->kind == NullTwin::Kind::at_margin)
        point.analyses[a].null_twin->margin = null->margin;
    } else if (schedule && null && *null == NullTwin{}) {
      point.analyses[a].schedule_twin = found;
    }
  }
  // Of a procedure that tests a margin as well there is no twin.
  const bool one_null = std::ranges::all_of(original.null_of, [](const auto& null) {
    const auto* kind = std::get_if<NullTwin>(&null);
    return kind && *kind == NullTwin{};
  });
  if (!point.multiplicity || !one_null) return;
  (schedule ? point.multiplicity->schedule_twin : point.multiplicity->null_twin) =
      twin.multiplicity->any;
}

}  // namespace

void add_null_twins(const scenario::Study& study, Plan& plan) {
  for (std::size_t p = 0; p < study.points.size(); ++p)
    for (const scenario::Analysis& analysis : study.points[p].scenario.analyses)
      plan.points[p].null_of.push_back(scenario::null_of(study.points[p].scenario, analysis));
  for (const scenario::TwinStudy& twins : scenario::null_twins(study))
    append(compile_plan(twins.study), twins, plan);
}

void attach_null_twins(const Plan& plan, std::vector<result::PointResult>& points) {
  for (std::size_t p = 0; p < plan.study_points; ++p)
    for (std::size_t a = 0; a < points[p].analyses.size() && a < plan.points[p].null_of.size(); ++a)
      if (const auto* none = std::get_if<std::string>(&plan.points[p].null_of[a]))
        points[p].analyses[a].null_twin.emplace().absent_because = *none;
  for (std::size_t t = plan.study_points; t < plan.points.size(); ++t)
    for (const std::size_t p : plan.points[t].twin_of)
      if (points[t].replicates > 0 && points[p].replicates > 0)
        attach(plan.points[t], points[t], plan.points[p], points[p]);
  points.resize(plan.study_points);
}

}  // namespace trialmill::simulation
