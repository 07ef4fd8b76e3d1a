// How the program uses the HDF5 library as a whole.
#pragma once

#include <string>

namespace scorefield {

/// To be called before MPI starts. The library then is not taken down at the end: HDF5 1.10 crashes there if closing a file failed on a
/// full disk, and this program closes its files itself. Files are not locked by HDF5, either (not all file systems can): the output folder
/// has a lock of its own. Local.
void prepare_hdf5();

/// Lines naming the versions of MPI and HDF5 in use. Local.
std::string library_versions();

}  // namespace scorefield
