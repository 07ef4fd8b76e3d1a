#include "stages/output_folder.h"

#include <fstream>

#include "base/seal.h"

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
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    if (failure) throw IoError("cannot make the output folder " + folder_.string() + ": " + failure.message());
    if (!lock_) take();
    context_.log.open_file(folder_ / "run.log");
    store_deck();
    if (std::filesystem::remove(folder_ / "stop", failure)) context_.log.line("removed an old stop file");
  });
}

void OutputFolder::take() {
  if (!std::filesystem::is_directory(folder_)) {
    throw IoError("cannot make the output folder " + folder_.string() + ": a file of this name is in the way");
  }
  lock_.emplace(folder_, this_process() + " since " + utc_now());
}

void OutputFolder::store_deck() const {
  const std::filesystem::path path = folder_ / "deck.ini", partial = folder_ / "deck.ini.partial";
  std::ofstream stream(partial);
  stream << resolved_text(context_.deck.params) << std::flush;
  stream.close();
  if (!stream) throw IoError("cannot write " + path.string() + ": is the disk full, or the folder read-only?");
  rename_durably(partial, path);
}

}  // namespace scorefield
