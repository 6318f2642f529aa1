// Every shipped scenario gives the bytes of its golden result: trials are run, surveys checked.
// When a change is meant, run scripts/update-goldens and review the difference.
#include <gtest/gtest.h>

#include <set>

#include "program.hpp"

namespace trialmill {
namespace {

std::set<std::string> files_below(const std::filesystem::path& folder, const std::string& ending) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ending)
      names.insert(entry.path().lexically_relative(folder).replace_extension().generic_string());
  return names;
}

TEST(Golden, EveryShippedScenarioGivesItsRecordedResult) {
  std::set<std::string> scenarios = files_below(TRIALMILL_SOURCE_DIR "/scenarios", ".yaml");
  std::erase_if(scenarios, [](const std::string& name) { return name.starts_with("evidence/"); });
  EXPECT_EQ(scenarios, files_below(TRIALMILL_TEST_DATA "/golden", ".json"));
  EXPECT_GE(scenarios.size(), 10u);
  const Scratch folder;
  std::filesystem::create_directory_symlink(TRIALMILL_SOURCE_DIR "/scenarios",
                                            folder / "scenarios");
  for (const std::string& name : scenarios) {
    const std::string file = "scenarios/" + name + ".yaml";
    const bool survey = read_file(folder / file).find("\nsurvey:") != std::string::npos;
    const Finished finished =
        run_program(folder, survey ? "check " + file + " --set simulation.replicates=200 --json"
                                   : "run " + file + " --replicates 200 --no-runtime --json");
    ASSERT_EQ(finished.exit_status, 0) << finished.errors;
    EXPECT_EQ(finished.output, read_file(TRIALMILL_TEST_DATA "/golden/" + name + ".json")) << name;
  }
}

}  // namespace
}  // namespace trialmill
