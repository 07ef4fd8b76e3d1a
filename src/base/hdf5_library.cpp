#include "base/hdf5_library.h"

#include <hdf5.h>
#include <mpi.h>

#include <array>
#include <cstdlib>

namespace scorefield {

void prepare_hdf5() {
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  H5dont_atexit();
  H5open();
}

std::string library_versions() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> mpi{};
  int length = 0;
  MPI_Get_library_version(mpi.data(), &length);
  const std::string name(mpi.data());
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return "MPI " + name.substr(0, name.find(',')) + "\nHDF5 " + std::to_string(major) + "." + std::to_string(minor) + "." +
         std::to_string(release) + "\n";
}

}  // namespace scorefield
