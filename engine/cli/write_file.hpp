#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace trialmill::cli {

/// Of this machine; empty where it has none.
std::string host_name();

/// Replaces a file as a whole: written under another name beside it, flushed to the disk, then
/// renamed, so that nobody ever sees half a file, neither a reader nor after a full disk or a power
/// cut. The other name is unique to this process, also on a file system shared by machines. @throws
/// std::runtime_error naming the path and the reason
void write_file(const std::filesystem::path& path, std::string_view content);

/// Makes the folder and its parents. Removes from it what processes of this machine left behind
/// that were killed as they wrote, ten minutes ago or more. @throws std::runtime_error naming the
/// path and the reason
void make_folder(const std::filesystem::path& path);

}  // namespace trialmill::cli
