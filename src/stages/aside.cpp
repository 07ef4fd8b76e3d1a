#include "stages/aside.h"

#include "base/disk.h"

namespace scorefield {
namespace {

/// The first of `path`.old, .old.2, ... that is not there. Local.
std::filesystem::path free_name(const std::filesystem::path& path) {
  std::filesystem::path aside = path.string() + ".old";
  for (int n = 2; std::filesystem::exists(aside); ++n) aside = path.string() + ".old." + std::to_string(n);
  return aside;
}

/// Does `move` (a function of std::filesystem) with a file that is there and a free name for it. Collective.
template <class Move>
void to_free_name(const Context& context, const std::filesystem::path& path, const Move& move) {
  if (!file_exists(context.comm, path)) return;
  std::filesystem::path aside;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    aside = free_name(path);
    std::error_code failure;
    move(path, aside, failure);
    if (failure) throw IoError("cannot set aside " + path.string() + ": " + failure.message() + "; make its folder writable");
  });
  context.log.line("set aside: " + path.string() + " -> " + aside.string());
}

}  // namespace

void rename_aside(const Context& context, const std::filesystem::path& path) {
  to_free_name(context, path,
               [](const auto& from, const auto& to, std::error_code& failure) { std::filesystem::rename(from, to, failure); });
}

void keep_aside(const Context& context, const std::filesystem::path& path) {
  to_free_name(context, path, [](const auto& from, const auto& to, std::error_code& failure) {
    std::filesystem::create_hard_link(from, to, failure);
    if (failure) std::filesystem::copy_file(from, to, failure);  // a file system without links
  });
}

}  // namespace scorefield
