// What a run sends: preloaded into the ranks (LD_PRELOAD) by tests/bench/scaling.py. In MPI_Finalize each rank appends one line to the file
// of SCOREFIELD_MPI_COUNTS: the name of each function with its calls, the bytes that this rank gave to them, and for collectives the
// sum of ceil(log2 of the ranks), the messages that follow each other in one. HDF5's own calls by way of MPI-IO are among them.
#include <mpi.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace {

struct Counts {
  std::int64_t calls = 0;
  std::int64_t bytes = 0;
  std::int64_t hops = 0;
};

std::map<std::string, Counts>& counts() {
  static std::map<std::string, Counts> all;
  return all;
}

std::int64_t bytes_of(std::int64_t count, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  return count * size;
}

void collective(const char* name, MPI_Comm comm, std::int64_t bytes) {
  int size = 1;
  PMPI_Comm_size(comm, &size);
  Counts& own = counts()[name];
  ++own.calls;
  own.bytes += bytes;
  own.hops += std::bit_width(static_cast<unsigned>(size) - 1);
}

}  // namespace

extern "C" {

int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  Counts& own = counts()["Isend"];
  ++own.calls;
  own.bytes += bytes_of(count, type);
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}

int MPI_Allreduce(const void* mine, void* result, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  collective("Allreduce", comm, bytes_of(count, type));
  return PMPI_Allreduce(mine, result, count, type, op, comm);
}

int MPI_Bcast(void* data, int count, MPI_Datatype type, int from, MPI_Comm comm) {
  collective("Bcast", comm, bytes_of(count, type));
  return PMPI_Bcast(data, count, type, from, comm);
}

int MPI_Barrier(MPI_Comm comm) {
  collective("Barrier", comm, 0);
  return PMPI_Barrier(comm);
}

int MPI_Gather(const void* mine, int count, MPI_Datatype type, void* all, int each, MPI_Datatype their_type, int to, MPI_Comm comm) {
  collective("Gather", comm, bytes_of(count, type));
  return PMPI_Gather(mine, count, type, all, each, their_type, to, comm);
}

int MPI_Gatherv(const void* mine, int count, MPI_Datatype type, void* all, const int* counts_of, const int* places, MPI_Datatype their_type,
                int to, MPI_Comm comm) {
  collective("Gatherv", comm, bytes_of(count, type));
  return PMPI_Gatherv(mine, count, type, all, counts_of, places, their_type, to, comm);
}

int MPI_Finalize() {
  if (const char* file = std::getenv("SCOREFIELD_MPI_COUNTS")) {
    int rank = 0;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    std::ostringstream line;
    line << "rank " << rank;
    for (const auto& [name, own] : counts()) line << ' ' << name << ' ' << own.calls << ' ' << own.bytes << ' ' << own.hops;
    line << '\n';
    std::ofstream(file, std::ios::app) << line.str() << std::flush;
  }
  return PMPI_Finalize();
}
}
