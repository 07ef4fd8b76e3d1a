// Seals, which are looked at before HDF5 sees a file, and checkpoints with a good seal around bytes that nobody checked: whatever HDF5
// makes of them, the answer is a checkpoint, none, or an error of the user. The first byte says which.
#include <cstdlib>
#include <memory>

#include "base/checkpoint.h"
#include "base/error.h"
#include "base/hdf5_library.h"
#include "base/mpi.h"
#include "base/seal.h"
#include "scratch_file.h"

namespace {

using namespace scorefield;

struct Mpi {
  Mpi() { prepare_hdf5(); }
  MpiEnvironment environment{nullptr, nullptr};
  Comm comm = Comm::world();
};

const Comm& comm() {
  static const auto* const mpi = new Mpi;  // to the end of the process: libFuzzer leaves by _exit
  return mpi->comm;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::filesystem::path path = fuzz::scratch_file(data + 1, size - 1);
  try {
    if (data[0] % 2 == 0) {
      const Seal seal = check_seal(comm(), path);
      if (seal == Seal::good && sealed_checksum(path).size() != 16) std::abort();
    } else if (size > kSealSize) {
      seal_file(comm(), path);
      read_checkpoint(comm(), path);
    }
  } catch (const AgreedError& error) {
    if (error.code() != ExitCode::bad_input && error.code() != ExitCode::io) std::abort();
  }
  return 0;
}
