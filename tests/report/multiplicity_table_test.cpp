#include "report/multiplicity_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/wording.hpp"

namespace trialmill::report {
namespace {

using testing::HasSubstr;

result::PointResult point(double hazard_ratio, double os_weight,
                          std::optional<result::SimulatedProportion> error) {
  result::PointResult out;
  out.set = {{"sample_size", 200}, {"arms.new.effects.os.hazard_ratio", hazard_ratio}};
  out.replicates = 1000;
  result::MultiplicityResult& found = out.multiplicity.emplace();
  found.label = {"graphical", 0.025, "last", {{"efs", 0.8}, {"overall_survival", os_weight}}};
  found.null_holds = {false, error.has_value()};
  found.any = {0.812, 0.0124, 0.79, 0.83};
  found.all = {0.345, 0.015, 0.32, 0.37};
  found.rejections = {1.157, 0.7, 0.022};
  found.familywise_error = error;
  return out;
}

TEST(MultiplicityTable, HasARowPerPointAndSaysWhatIsTrue) {
  result::Result result;
  result.points = {point(0.7, 0.2, {}),
                   point(1, 0.2, result::SimulatedProportion{0.0213, 0.0045, 0.01, 0.03})};
  const std::string text = multiplicity_table(result, {});
  EXPECT_THAT(text, HasSubstr("Hypotheses of the graphical procedure, familywise level 0.025: "
                              "efs (0.8), overall survival (0.2)"));
  EXPECT_THAT(text, HasSubstr("0.812"));
  EXPECT_THAT(text, HasSubstr("0.0213"));
  EXPECT_THAT(text, HasSubstr("overall survival (at 1 of 2 design points)"));
}

TEST(MultiplicityTable, NamesNoWeightsThatAreSwept) {
  result::Result result;
  result.points = {point(0.7, 0.2, {}), point(0.7, 0.1, {})};
  EXPECT_EQ(multiplicity_words(result),
            "Hypotheses of the graphical procedure, familywise level 0.025: efs, overall survival");
}

TEST(MultiplicityTable, IsEmptyWithoutAProcedure) {
  result::Result result;
  result.points.emplace_back();
  EXPECT_EQ(multiplicity_table(result, {}), "");
  EXPECT_EQ(multiplicity_words(result), "");
}

}  // namespace
}  // namespace trialmill::report
