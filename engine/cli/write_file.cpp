#include "cli/write_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace trialmill::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* reason) {
  throw std::runtime_error(fmt::format("cannot write {}: {}", path.string(), reason));
}

// So that a renamed file keeps its new name when the machine goes down. File systems that cannot do
// this for a folder do without.
void keep_name(const std::filesystem::path& folder) {
  const int handle = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (handle < 0) return;
  fsync(handle);
  close(handle);
}

}  // namespace

std::string host_name() {
  char host[256] = "";
  return gethostname(host, sizeof host - 1) == 0 ? host : "";
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path temporary =
      fmt::format("{}.{}-{}.tmp", path.string(), host_name(), getpid());
  const auto close = [](std::FILE* file) { return std::fclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(temporary.c_str(), "wb"), close);
  if (!file) fail(path, std::strerror(errno));
  const bool written =
      std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
      std::fflush(file.get()) == 0 && fsync(fileno(file.get())) == 0;
  const int reason = errno;
  file.reset();
  std::error_code renaming;
  if (written) std::filesystem::rename(temporary, path, renaming);
  if (!written || renaming) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    fail(path, written ? renaming.message().c_str() : std::strerror(reason));
  }
  keep_name(path.parent_path());
}

namespace {

// "run.shard.node3-4711.tmp" of this machine: the number of the process; otherwise none.
std::optional<pid_t> writer_of(const std::filesystem::path& file) {
  const std::string name = file.filename().string(), ending = ".tmp";
  const std::size_t dash = name.rfind('-');
  const std::string host = "." + host_name();
  if (!name.ends_with(ending) || dash == std::string::npos || dash < host.size() ||
      name.compare(dash - host.size(), host.size(), host) != 0)
    return std::nullopt;
  pid_t process = 0;
  const char* end = name.data() + name.size() - ending.size();
  const auto [stop, error] = std::from_chars(name.data() + dash + 1, end, process);
  return error == std::errc{} && stop == end ? std::optional(process) : std::nullopt;
}

// What processes left behind that were killed as they wrote.
void remove_leftovers(const std::filesystem::path& folder) {
  constexpr auto surely_dead = std::chrono::minutes(10);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const auto process = writer_of(entry.path());
    const auto age = std::filesystem::file_time_type::clock::now() -
                     std::filesystem::last_write_time(entry.path(), ignored);
    if (process && age > surely_dead && kill(*process, 0) != 0 && errno == ESRCH)
      std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path))
    throw std::runtime_error(fmt::format("cannot make the folder {}: {}", path.string(),
                                         error ? error.message() : "a file of that name exists"));
  remove_leftovers(path);
}

}  // namespace trialmill::cli
