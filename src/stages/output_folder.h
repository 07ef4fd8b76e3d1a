// The output folder of a run at work.
#pragma once

#include <filesystem>
#include <optional>

#include "base/folder_lock.h"
#include "stages/context.h"

namespace scorefield {

/// Made if need be, and locked on the root as long as this object lives. Its functions are collective; errors are agreed on.
class OutputFolder {
 public:
  /// Locks the folder if it is there.
  explicit OutputFolder(const Context& context);

  /// Once it is known that there is something to do: makes the folder, opens its log, stores the resolved deck and removes a stop file
  /// that was left.
  void open();

 private:
  void take();
  std::string cannot_make(const std::string& reason) const;
  void store_deck() const;
  void remove_old_stop_file() const;

  const Context& context_;
  std::filesystem::path folder_;
  std::filesystem::file_time_type began_ = std::filesystem::file_time_type::clock::now();
  std::optional<FolderLock> lock_;
};

}  // namespace scorefield
