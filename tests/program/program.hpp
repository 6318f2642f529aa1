#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace trialmill {

/// A folder of its own for one test, removed afterwards.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trialmill-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

struct Finished {
  int exit_status = -1;
  std::string output;  ///< standard output
  std::string errors;  ///< standard error
};

/// Runs the built program in a folder with arguments as a shell would read them.
inline Finished run_program(const Scratch& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder.path().string() + "' && '" TRIALMILL_PROGRAM "' " +
                              arguments + " >stdout.txt 2>stderr.txt </dev/null";
  const int status = std::system(command.c_str());
  Finished finished;
  finished.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.output = read_file(folder / "stdout.txt");
  finished.errors = read_file(folder / "stderr.txt");
  std::filesystem::remove(folder / "stdout.txt");
  std::filesystem::remove(folder / "stderr.txt");
  return finished;
}

inline std::string shipped(const std::string& scenario) {
  return "'" TRIALMILL_SOURCE_DIR "/scenarios/" + scenario + "'";
}

}  // namespace trialmill
