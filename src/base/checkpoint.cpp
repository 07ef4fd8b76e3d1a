#include "base/checkpoint.h"

#include "base/disk.h"
#include "base/hdf5.h"
#include "base/seal.h"

namespace scorefield {
namespace {

/// The file itself, by one rank.
void write_file(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const Comm self = Comm::self();
  H5File file = H5File::create(path, self);
  file.set_attribute("/", "fingerprint", checkpoint.fingerprint);
  file.set_attribute("/", "deck", checkpoint.deck);
  file.set_attribute("/", "wanted", checkpoint.wanted);
  file.set_attribute("/", "committed", checkpoint.committed);
  file.create_group("/arrays");
  file.create_group("/integers");
  for (const auto& [name, values] : checkpoint.arrays) {
    if (!values.empty()) file.write_all("/arrays/" + name, {values.size()}, values);
  }
  for (const auto& [name, value] : checkpoint.integers) file.set_attribute("/integers", name, value);
  file.close();
  seal_file(self, path);
}

Checkpoint read_file(const Comm& comm, const std::filesystem::path& path) {
  const H5File file = H5File::open(path, comm, Seal::good);
  Checkpoint result;
  result.fingerprint = file.text_attribute("/", "fingerprint").value_or("");
  result.deck = file.text_attribute("/", "deck").value_or("");
  result.wanted = file.integer_attribute("/", "wanted").value_or(0);
  result.committed = file.integer_attribute("/", "committed").value_or(0);
  for (const std::string& name : file.names("/arrays")) result.arrays[name] = file.read_all("/arrays/" + name);
  for (const std::string& name : file.attribute_names("/integers")) {
    result.integers[name] = file.integer_attribute("/integers", name).value_or(0);
  }
  return result;
}

bool is_folder(const Comm& comm, const std::filesystem::path& path) {
  std::error_code ignored;
  return comm.max(std::int64_t{comm.is_root() && std::filesystem::is_directory(path, ignored)}) == 1;
}

}  // namespace

std::filesystem::path previous_checkpoint(const std::filesystem::path& path) { return path.string() + ".previous"; }

void write_checkpoint(const Comm& comm, const std::filesystem::path& path, const Checkpoint& checkpoint) {
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    const std::filesystem::path partial = partial_path(path);
    make_folder(path.parent_path());
    write_file(partial, checkpoint);
    const bool good = std::filesystem::exists(path) && check_seal(Comm::self(), path) == Seal::good;
    if (good) rename_durably(path, previous_checkpoint(path));  // a damaged one must not take the place of the one before it
    rename_durably(partial, path);
  });
}

std::optional<Checkpoint> read_checkpoint(const Comm& comm, const std::filesystem::path& path) {
  bool damaged = false;
  for (const auto& candidate : {path, previous_checkpoint(path)}) {
    if (!file_exists(comm, candidate)) continue;
    if (!is_folder(comm, candidate) && check_seal(comm, candidate) == Seal::good) return read_file(comm, candidate);
    damaged = true;
  }
  require_all(comm, [&] {
    if (damaged) throw InputError("the checkpoint " + path.string() + " is damaged, and there is no whole one before it");
  });
  return std::nullopt;
}

void remove_checkpoint(const Comm& comm, const std::filesystem::path& path) {
  for (const auto& each : {path, previous_checkpoint(path), partial_path(path)}) remove_file(comm, each);
  std::error_code ignored;  // fails, rightly, as long as other checkpoints are there
  if (comm.is_root()) std::filesystem::remove(path.parent_path(), ignored);
}

}  // namespace scorefield
