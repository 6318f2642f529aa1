// Every `trialmill` command of the README's shell blocks runs, in order, in one folder.
#include <gtest/gtest.h>

#include "program.hpp"

namespace trialmill {
namespace {

std::vector<std::string> readme_commands() {
  std::istringstream readme(read_file(TRIALMILL_SOURCE_DIR "/README.md"));
  std::vector<std::string> commands;
  bool in_shell_block = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("```")) in_shell_block = line == "```sh";
    if (in_shell_block && line.starts_with("trialmill "))
      commands.push_back(line.substr(std::string("trialmill ").size()));
  }
  return commands;
}

TEST(Readme, EveryCommandRuns) {
  const Scratch folder;
  std::filesystem::create_directory_symlink(TRIALMILL_SOURCE_DIR "/scenarios",
                                            folder / "scenarios");
  const std::vector<std::string> commands = readme_commands();
  EXPECT_GE(commands.size(), 8u);
  for (const std::string& command : commands) {
    const Finished finished = run_program(folder, command);
    EXPECT_EQ(finished.exit_status, 0) << "trialmill " << command << "\n" << finished.errors;
  }
}

TEST(Readme, TheTwoScriptsExplainThemselves) {
  for (const char* script :
       {"run", "test", "benchmark", "update-goldens", "install-packages", "slurm/sweep"}) {
    const std::string command =
        std::string("'" TRIALMILL_SOURCE_DIR "/scripts/") + script + "' --help >/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << script;
  }
}

TEST(Readme, TheScenarioInItIsValid) {
  // The guided example's file stands in the README as a YAML block, in full.
  const std::string readme = read_file(TRIALMILL_SOURCE_DIR "/README.md");
  const auto start = readme.find("```yaml\ntrialmill: 1");
  ASSERT_NE(start, std::string::npos);
  const auto end = readme.find("```", start + 8);
  const Scratch folder;
  folder.write("trial.yaml", readme.substr(start + 8, end - start - 8));
  const Finished finished = run_program(folder, "check trial.yaml");
  EXPECT_EQ(finished.exit_status, 0) << finished.errors;
}

TEST(Readme, ItsPicturesNameTheirScenarioAsOthersWould) {
  std::size_t pictures = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TRIALMILL_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".svg") continue;
    ++pictures;
    const std::string scenario = entry.path().stem().string() + ".yaml (";
    EXPECT_NE(read_file(entry.path().string()).find(" scenario scenarios/jnets-2021/" + scenario),
              std::string::npos)
        << entry.path();
  }
  EXPECT_EQ(pictures, 2U);
}

}  // namespace
}  // namespace trialmill
