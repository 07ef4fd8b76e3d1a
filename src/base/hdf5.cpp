#include "base/hdf5.h"

#include <cerrno>
#include <utility>

#include "base/disk.h"
#include "base/hdf5_handle.h"

namespace scorefield {

using namespace h5;

namespace {

/// Room for what HDF5 writes beside datasets: groups, attributes, its own tables.
constexpr std::uint64_t kMetadataRoom = 64 * 1024;

/// One rank alone reads without MPI. To write, it takes MPI, too: HDF5's own driver marks a file as open in its superblock, and a kill
/// must find nothing written but numbers.
void choose_driver(hid_t access, const Comm& comm, unsigned flags, const std::string& what) {
  if (comm.size() > 1 || flags != H5F_ACC_RDONLY) check(H5Pset_fapl_mpio(access, comm.handle(), MPI_INFO_NULL), what);
}

}  // namespace

H5File::H5File(std::filesystem::path path, const Comm& comm, std::int64_t file) : path_(std::move(path)), comm_(&comm), file_(file) {}

H5File::H5File(H5File&& other) noexcept
    : path_(std::move(other.path_)),
      comm_(other.comm_),
      file_(std::exchange(other.file_, -1)),
      reserved_(other.reserved_),
      unwritten_(std::move(other.unwritten_)),
      sealed_(other.sealed_) {}

H5File::~H5File() {
  // While a failed write unwinds, closing may write, too: where that fails again on one rank, HDF5 lets the others wait.
  if (file_ >= 0 && may_communicate() && !unwinding_from(ExitCode::io)) H5Fclose(file_);
}

/// A file that some rank could not write is left open: closing it would wait for other ranks, or crash (prepare_hdf5).
void H5File::writing(const std::function<void()>& action) {
  try {
    require_all(*comm_, [&] {
      if (file_ >= 0) action();
    });
  } catch (const AgreedError&) {
    file_ = -1;
    throw;
  }
}

H5File H5File::create(const std::filesystem::path& path, const Comm& comm) {
  H5Eset_auto(H5E_DEFAULT, nullptr, nullptr);
  std::int64_t file = -1;
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    create_with_room(path, kMetadataRoom);
    const std::string what = "cannot create " + path.string() + kMakeRoom;
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, what);
    const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, what);
    check(H5Pset_userblock(creation, kSealSize), what);
    file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
    if (file < 0) throw IoError(what);
  });
  H5File made(path, comm, file);
  made.reserved_ = kMetadataRoom;
  return made;
}

H5File H5File::open_with(const std::filesystem::path& path, const Comm& comm, unsigned flags, bool sealed) {
  H5Eset_auto(H5E_DEFAULT, nullptr, nullptr);
  std::int64_t file = -1;
  require_all(comm, [&] {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "cannot open " + path.string());
    choose_driver(access, comm, flags, "cannot open " + path.string());
    file = H5Fopen(path.c_str(), flags, access);
    if (file < 0 && sealed) throw IoError("cannot open " + path.string() + cure_of_disk(EIO));
    if (file < 0) throw InputError(path.string() + " is not a readable HDF5 file");
  });
  H5File opened(path, comm, file);
  opened.sealed_ = sealed;
  return opened;
}

H5File H5File::open(const std::filesystem::path& path, const Comm& comm) {
  require_all(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) throw InputError(path.string() + " is a folder where a file should be");
    if (!std::filesystem::exists(path, ignored)) throw InputError("no file " + path.string());
  });
  return open(path, comm, check_seal(comm, path));
}

H5File H5File::open(const std::filesystem::path& path, const Comm& comm, Seal seal) {
  require_all(comm, [&] {
    if (seal == Seal::broken) throw InputError(path.string() + " is damaged: its checksum is not that of its bytes");
  });
  return open_with(path, comm, H5F_ACC_RDONLY, seal == Seal::good);
}

H5File H5File::open_to_write(const std::filesystem::path& path, const Comm& comm) { return open_with(path, comm, H5F_ACC_RDWR, true); }

void H5File::create_group(const std::string& name) {
  writing([&] {
    const Handle group(H5Gcreate(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                       "cannot make group " + in(name, path_) + kMakeRoom);
  });
}

void H5File::flush() {
  writing([&] { check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "cannot write " + path_.string() + " to disk" + kMakeRoom); });
}

void H5File::require(bool good, const std::string& complaint, ExitCode code) const {
  require_all(*comm_, [&] {
    if (!good) throw Error(code, path_.string() + " " + complaint);
  });
}

void H5File::close() {
  writing([&] {
    check(H5Fclose(file_), "cannot close " + path_.string() + kMakeRoom);
    if (reserved_ > 0) give_back_room(path_);
  });
  file_ = -1;
}

}  // namespace scorefield
