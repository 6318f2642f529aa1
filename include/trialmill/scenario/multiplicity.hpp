#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trialmill/design/graph_procedure.hpp"

namespace trialmill::scenario {

/// Several analyses of a trial that share one familywise level. A hypothesis is an analysis by its
/// name: that treatment is of no benefit to its endpoint.
struct Multiplicity {
  enum class Procedure { fixed_sequence, bonferroni, holm, hochberg, graphical };

  Procedure procedure = Procedure::graphical;
  double alpha = 0.025;                 ///< one-sided, of the family
  std::vector<std::string> hypotheses;  ///< names of analyses, in order for a fixed sequence
  /// What the procedure is as a graph; of Hochberg's the equal weights alone.
  design::HypothesisGraph graph;
  design::PastLooks past_looks = design::PastLooks::last;

  /// Which hypothesis an analysis is; none when it keeps a level of its own.
  std::optional<std::size_t> place_of(std::string_view analysis) const;
};

/// "fixed-sequence", "bonferroni", "holm", "hochberg", "graphical".
std::string_view name(Multiplicity::Procedure procedure);

/// May a rejection pass level on to another hypothesis?
bool passes_on(Multiplicity::Procedure procedure);

}  // namespace trialmill::scenario
