#pragma once

#include <filesystem>
#include <string_view>

namespace trialmill::cli {

/// Replaces a file as a whole: written under another name beside it, then renamed, so that a reader
/// or a full disk never sees half a file. @throws std::runtime_error naming the path and the reason
void write_file(const std::filesystem::path& path, std::string_view content);

/// Makes the folder and its parents. @throws std::runtime_error naming the path and the reason
void make_folder(const std::filesystem::path& path);

}  // namespace trialmill::cli
