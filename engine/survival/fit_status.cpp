#include "trialmill/survival/fit_status.hpp"

#include <cassert>

namespace trialmill::survival {

std::string_view name(FitStatus status) {
  switch (status) {
    case FitStatus::ok:
      return "ok";
    case FitStatus::no_events:
      return "no_events";
    case FitStatus::one_group_empty:
      return "one_group_empty";
    case FitStatus::no_information:
      return "no_information";
    case FitStatus::singular:
      return "singular";
    case FitStatus::monotone_likelihood:
      return "monotone_likelihood";
    case FitStatus::not_converged:
      return "not_converged";
    case FitStatus::follow_up_too_short:
      return "follow_up_too_short";
  }
  assert(false && "every status has a name");
  return "";
}

std::string_view explanation(FitStatus status) {
  switch (status) {
    case FitStatus::ok:
      return "The estimate can be used.";
    case FitStatus::no_events:
      return "Nobody had the event, so nothing can be estimated or tested.";
    case FitStatus::one_group_empty:
      return "A group to be compared holds no patient.";
    case FitStatus::no_information:
      return "The variance is zero: no event happened while patients of different groups were at "
             "risk and could have had it, or each curve compared is 0 or 1.";
    case FitStatus::singular:
      return "A covariate is constant or a linear combination of the others and was dropped.";
    case FitStatus::monotone_likelihood:
      return "The likelihood rises for ever: some hazard ratio is estimated as zero or infinite.";
    case FitStatus::not_converged:
      return "The iteration limit was reached before the estimate settled.";
    case FitStatus::follow_up_too_short:
      return "A survival curve is needed at a time to which nobody was followed.";
  }
  assert(false && "every status has an explanation");
  return "";
}

}  // namespace trialmill::survival
