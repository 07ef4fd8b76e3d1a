#include "stages/output_folder.h"

#include <fstream>

#include "base/disk.h"

namespace scorefield {

OutputFolder::OutputFolder(const Context& context) : context_(context), folder_(context.deck.params.run.output) {
  require_all(context.comm, [&] {
    std::error_code ignored;
    if (context_.comm.is_root() && std::filesystem::exists(folder_, ignored)) take();
  });
}

void OutputFolder::open() {
  require_all(context_.comm, [&] {
    if (!context_.comm.is_root()) return;
    make_folder(folder_);
    if (!lock_) take();
    store_deck();
    context_.log.open_file(folder_ / "run.log");
    remove_old_stop_file();
  });
}

void OutputFolder::take() {
  if (!std::filesystem::is_directory(folder_)) throw IoError(cannot_make("a file of this name is in the way"));
  for (const char* name : {"deck.ini", "deck.ini.partial", "run.log", "results.h5"}) {
    if (std::filesystem::is_directory(folder_ / name)) {
      throw InputError((folder_ / name).string() + " is a folder where a file should be: move it away, or choose another --run.output");
    }
  }
  const std::filesystem::path checkpoints = folder_ / "checkpoint";
  if (std::filesystem::exists(checkpoints) && !std::filesystem::is_directory(checkpoints)) {
    throw InputError(checkpoints.string() + " is a file where a folder should be: move it away, or choose another --run.output");
  }
  lock_.emplace(folder_, this_process() + " since " + utc_now());
}

void OutputFolder::remove_old_stop_file() const {
  const auto path = folder_ / "stop";
  std::error_code failure;
  const auto made = std::filesystem::last_write_time(path, failure);
  if (failure || made >= began_ || !std::filesystem::remove(path, failure)) return;  // a newer one is for this run
  context_.log.line("removed an old stop file");
}

std::string OutputFolder::cannot_make(const std::string& reason) const {
  return "cannot make the output folder " + folder_.string() + ": " + reason + "; choose another --run.output";
}

void OutputFolder::store_deck() const {
  const std::filesystem::path path = folder_ / "deck.ini", partial = partial_path(path);
  std::ofstream stream(partial);
  stream << resolved_text(context_.deck.params) << std::flush;
  stream.close();
  if (!stream) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    throw IoError("cannot write " + path.string() + ": is the disk full, or the file not yours? Make room, or choose another --run.output");
  }
  sync_to_disk(partial);
  rename_durably(partial, path);
}

}  // namespace scorefield
