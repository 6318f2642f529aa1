#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// How a group sequential design distributes its error probability over the looks.
///
/// A spending function gives the cumulative error allowed by information fraction t (Lan and DeMets
/// 1983, Biometrika 70: 659-663), so that neither the number nor the times of the looks need be
/// fixed in advance. Haybittle-Peto and Wang-Tsiatis bounds fix the bounds' shape instead.
namespace trialmill::design {

/// 2 - 2 Phi(z_{1 - a/2} / sqrt t): bounds near those of O'Brien and Fleming (Lan and DeMets 1983).
struct LanDeMetsObrienFleming {
  bool operator==(const LanDeMetsObrienFleming&) const = default;
};

/// a log(1 + (e - 1) t): bounds near those of Pocock (Lan and DeMets 1983).
struct LanDeMetsPocock {
  bool operator==(const LanDeMetsPocock&) const = default;
};

/// a (1 - exp(-gamma t)) / (1 - exp(-gamma)), or a t for gamma = 0 (Hwang, Shih and DeCani 1990).
struct HwangShihDeCani {
  double gamma = -4;  ///< in [-40, 40]; negative spends late
  bool operator==(const HwangShihDeCani&) const = default;
};

/// a t^rho (Kim and DeMets 1987).
struct PowerFamily {
  double rho = 3;  ///< above 0, at most 50
  bool operator==(const PowerFamily&) const = default;
};

/// Cumulative error by look, whatever the information there.
struct CustomSpending {
  std::vector<double> cumulative;  ///< one per look, not decreasing, ending at the design's level
  bool operator==(const CustomSpending&) const = default;
};

/// The same bound at every interim look; the last bound uses up what is left of alpha (Haybittle
/// 1971, Peto et al. 1976).
struct HaybittlePeto {
  double z = 3;  ///< above 0, at most 10
  bool operator==(const HaybittlePeto&) const = default;
};

/// z_k = C t_k^(delta - 1/2) with C from the planned looks (Wang and Tsiatis 1987): delta = 0 is
/// the classical O'Brien-Fleming design, 1/2 Pocock's. At other looks than planned the interim
/// bounds keep C, and the last bound uses up what is left of alpha.
struct WangTsiatis {
  double delta = 0;  ///< in [-0.5, 1]
  bool operator==(const WangTsiatis&) const = default;
};

using Spending = std::variant<LanDeMetsObrienFleming, LanDeMetsPocock, HwangShihDeCani, PowerFamily,
                              CustomSpending, HaybittlePeto, WangTsiatis>;

/// True for the families that are functions of the information fraction, and for `CustomSpending`;
/// false for bounds of a given shape, which spend what they happen to spend.
bool is_spending_function(const Spending& spending);

/// The cumulative error allowed at a look by a spending function.
/// @param level the total, in (0, 1) @param time information fraction at which it is spent; below 0
/// spends nothing, above 1 spends all (`CustomSpending` looks at `look` alone)
/// @param look from 0; beyond the last one of `CustomSpending`, its last
/// @pre is_spending_function(spending)
double spent(const Spending& spending, double level, double time, std::size_t look);

/// A spending family as users write it: obf, pocock, hsd(GAMMA), power(RHO), classical-obf,
/// classical-pocock, wang-tsiatis(DELTA), haybittle-peto(Z), custom(a1,a2,...). Blanks are allowed.
/// Nothing when the text is none of them; parameters out of range are for the design to refuse.
std::optional<Spending> parse_spending(std::string_view text);

/// The inverse: "hsd(-4)".
std::string name(const Spending& spending);

}  // namespace trialmill::design
