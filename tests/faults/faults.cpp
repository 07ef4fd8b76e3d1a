// Faults for the tests: preloaded into the ranks (LD_PRELOAD), so that the program itself needs no hooks.
// Settings are environment variables; tests/python/faults.py sets them. Nothing happens in a process that never calls MPI_Init_thread,
// such as mpirun. Every count begins with 1 after MPI_Init_thread and is the same in each run, whatever the time it takes.
//
//   SCOREFIELD_FAULT_RANK=r           the rank on which the fault happens (default 0)
//   SCOREFIELD_FAULT_FOLDER=path      absolute, without links: only files below it count as written to
//   SCOREFIELD_FAULT_COUNT=file       each rank appends one line of names and values in MPI_Finalize: the counts below
//   SCOREFIELD_FAULT_RENAMES=file     the new name of each renamed file is appended, a line each, as soon as it is there
//   SCOREFIELD_FAULT_KILL_AT=n        all ranks are killed in place of the n-th collective
//   SCOREFIELD_FAULT_KILL_IN_WRITE=n  all ranks are killed at the n-th write event, half of its bytes written
//   SCOREFIELD_FAULT_ALONE=1          only this rank is killed; mpirun has to end the others
//   SCOREFIELD_FAULT_CLOCK_BACK=s     each reading of the date is s seconds before the one that it follows; the monotonic clock is left
//   SCOREFIELD_FAULT_FULL_AFTER=n     the disk is full for good from the write that exceeds n bytes in all; on every rank if RANK is unset
//   SCOREFIELD_FAULT_READ_FAILS=n     the n-th pread of a file *.partial fails (EIO)
//   SCOREFIELD_FAULT_THROW=n          the program's n-th own MPI_Allreduce throws
//   SCOREFIELD_FAULT_SIGNAL=S@n,m     S (SIGTERM, SIGINT, SIGUSR1, SIGUSR2) is raised before the n-th and the m-th collective
//
// Collectives are MPI_Allreduce, MPI_Gather, MPI_Gatherv, MPI_Bcast and MPI_Barrier as the program and HDF5 call them. Write events are
// write, pwrite, writev and pwritev (HDF5 files by way of MPI's, std::ofstream); a rename is two, just before it and just after.
// What libc's stdio writes is not seen: run.log, whose lines depend on the time.
#include <dlfcn.h>
#include <mpi.h>
#include <sys/auxv.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string text_setting(const char* name) {
  const char* value = std::getenv((std::string("SCOREFIELD_FAULT_") + name).c_str());
  return value != nullptr ? value : "";
}

/// -1, which no count reaches, where it is not set.
std::int64_t number_setting(const char* name) {
  const std::string text = text_setting(name);
  return text.empty() ? -1 : std::stoll(text);
}

/// The settings, this rank's counts, and the other ranks.
struct Faults {
  const std::string folder = text_setting("FOLDER"), count_file = text_setting("COUNT"), rename_file = text_setting("RENAMES");
  const std::int64_t kill_at = number_setting("KILL_AT"), kill_in_write = number_setting("KILL_IN_WRITE");
  const std::int64_t full_after = number_setting("FULL_AFTER"), throw_at = number_setting("THROW");
  const std::int64_t read_fails = number_setting("READ_FAILS"), clock_back = number_setting("CLOCK_BACK");
  const bool alone = number_setting("ALONE") > 0;
  int signal = 0;
  std::vector<std::int64_t> signal_at;
  int rank = 0;
  bool chosen = false;      ///< the faults happen on this rank
  bool fills = false;       ///< its disk gets full
  std::vector<pid_t> node;  ///< all ranks of this machine
  std::int64_t collectives = 0, writes = 0, bytes = 0, reads = 0, own_allreduces = 0;
  std::atomic<std::int64_t> dates = 0;  ///< that were read, by any thread
  std::map<std::string, std::int64_t> calls;
  std::vector<std::int64_t> renames;  ///< the events just before them
};

Faults* faults = nullptr;  // none before MPI_Init_thread; never freed, because files are written until the very end

void read_signal(Faults& f) {
  static const std::map<std::string, int> signals = {{"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}, {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}};
  std::istringstream text(text_setting("SIGNAL"));
  std::string part;
  if (!std::getline(text, part, '@')) return;
  f.signal = signals.at(part);
  while (std::getline(text, part, ',')) f.signal_at.push_back(std::stoll(part));
}

void start_faults() {
  auto* f = new Faults;
  read_signal(*f);
  PMPI_Comm_rank(MPI_COMM_WORLD, &f->rank);
  const std::int64_t wanted = number_setting("RANK");
  f->chosen = f->rank == std::max<std::int64_t>(wanted, 0);
  f->fills = f->full_after >= 0 && (wanted < 0 || f->chosen);
  MPI_Comm node = MPI_COMM_NULL;
  PMPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int size = 0;
  PMPI_Comm_size(node, &size);
  f->node.resize(static_cast<std::size_t>(size));
  const pid_t mine = ::getpid();
  PMPI_Allgather(&mine, sizeof mine, MPI_BYTE, f->node.data(), sizeof mine, MPI_BYTE, node);
  PMPI_Comm_free(&node);
  faults = f;
}

void append_line(const std::string& file, const std::string& line) {
  if (!file.empty()) std::ofstream(file, std::ios::app) << line + "\n" << std::flush;
}

void write_counts(const Faults& f) {
  std::ostringstream line;
  line << "rank " << f.rank << " dates " << f.dates << " collectives " << f.collectives << " writes " << f.writes << " bytes " << f.bytes
       << " own_allreduces " << f.own_allreduces;
  for (const auto& [name, count] : f.calls) line << ' ' << name << ' ' << count;
  line << " renames ";
  for (const std::int64_t event : f.renames) line << event << ',';
  append_line(f.count_file, line.str());
}

[[noreturn]] void kill_ranks() {
  for (const pid_t pid : faults->node) {
    if (pid != ::getpid() && !faults->alone) ::kill(pid, SIGKILL);
  }
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

void before_collective(const char* name) {
  if (faults == nullptr) return;
  ++faults->calls[name];
  const std::int64_t n = ++faults->collectives;
  if (!faults->chosen) return;
  if (n == faults->kill_at) kill_ranks();
  if (std::count(faults->signal_at.begin(), faults->signal_at.end(), n) > 0) std::raise(faults->signal);
}

/// Not HDF5's: an exception must not pass through its C code.
bool called_by_program(void* return_address) {
  Dl_info caller{}, program{};
  ::dladdr(return_address, &caller);
  ::dladdr(reinterpret_cast<void*>(::getauxval(AT_ENTRY)), &program);
  return caller.dli_fbase == program.dli_fbase;
}

bool counts(const std::string& path) { return path.rfind(faults->folder + "/", 0) == 0; }

std::string path_of(int descriptor) {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  return {path.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

bool counts(int descriptor) { return faults != nullptr && !faults->folder.empty() && counts(path_of(descriptor)); }

/// One more write event. True if it is the one to be killed in.
bool last_event() { return ++faults->writes == faults->kill_in_write && faults->chosen; }

/// The next definition of a function, which is libc's.
template <class Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// A write of `bytes`: write_half(bytes / 2) and the end, or no room, or write().
template <class Half, class Write>
ssize_t write_event(int descriptor, std::size_t bytes, Half write_half, Write write) {
  if (!counts(descriptor)) return write();
  if (last_event()) {
    write_half(bytes / 2);
    kill_ranks();
  }
  faults->bytes += static_cast<std::int64_t>(bytes);
  if (faults->fills && faults->bytes > faults->full_after) {
    errno = ENOSPC;
    return -1;
  }
  return write();
}

std::string joined(const iovec* parts, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return all;
}

}  // namespace

extern "C" {

int MPI_Init_thread(int* argc, char*** argv, int required, int* provided) {
  const int result = PMPI_Init_thread(argc, argv, required, provided);
  start_faults();
  return result;
}

int MPI_Finalize() {
  write_counts(*faults);
  return PMPI_Finalize();
}

int MPI_Allreduce(const void* from, void* to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  before_collective("allreduce");
  if (called_by_program(__builtin_return_address(0)) && ++faults->own_allreduces == faults->throw_at && faults->chosen) {
    throw std::runtime_error("planted fault");
  }
  return PMPI_Allreduce(from, to, count, type, op, comm);
}

int MPI_Gather(const void* from, int count, MPI_Datatype type, void* to, int to_count, MPI_Datatype to_type, int root, MPI_Comm comm) {
  before_collective("gather");
  return PMPI_Gather(from, count, type, to, to_count, to_type, root, comm);
}

int MPI_Gatherv(const void* from, int count, MPI_Datatype type, void* to, const int to_counts[], const int starts[], MPI_Datatype to_type,
                int root, MPI_Comm comm) {
  before_collective("gatherv");
  return PMPI_Gatherv(from, count, type, to, to_counts, starts, to_type, root, comm);
}

int MPI_Bcast(void* data, int count, MPI_Datatype type, int root, MPI_Comm comm) {
  before_collective("bcast");
  return PMPI_Bcast(data, count, type, root, comm);
}

int MPI_Barrier(MPI_Comm comm) {
  before_collective("barrier");
  return PMPI_Barrier(comm);
}

ssize_t pread(int descriptor, void* data, size_t bytes, off_t offset) {
  if (faults != nullptr && faults->read_fails > 0 && faults->chosen &&
      std::filesystem::path(path_of(descriptor)).extension() == ".partial" && ++faults->reads == faults->read_fails) {
    errno = EIO;
    return -1;
  }
  return next(&::pread, "pread")(descriptor, data, bytes, offset);
}

ssize_t write(int descriptor, const void* data, size_t bytes) {
  const auto part = [&](std::size_t size) { return next(&::write, "write")(descriptor, data, size); };
  return write_event(descriptor, bytes, part, [&] { return part(bytes); });
}

ssize_t pwrite(int descriptor, const void* data, size_t bytes, off_t offset) {
  const auto part = [&](std::size_t size) { return next(&::pwrite, "pwrite")(descriptor, data, size, offset); };
  return write_event(descriptor, bytes, part, [&] { return part(bytes); });
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  const auto half = [&](std::size_t size) { return next(&::write, "write")(descriptor, joined(parts, count).data(), size); };
  return write_event(descriptor, joined(parts, count).size(), half, [&] { return next(&::writev, "writev")(descriptor, parts, count); });
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  const auto half = [&](std::size_t size) { return next(&::pwrite, "pwrite")(descriptor, joined(parts, count).data(), size, offset); };
  return write_event(descriptor, joined(parts, count).size(), half,
                     [&] { return next(&::pwritev, "pwritev")(descriptor, parts, count, offset); });
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = next(&::clock_gettime, "clock_gettime")(clock, now);
  if (faults != nullptr && faults->clock_back > 0 && clock == CLOCK_REALTIME) now->tv_sec -= ++faults->dates * faults->clock_back;
  return result;
}

time_t time(time_t* to) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (to != nullptr) *to = now.tv_sec;
  return now.tv_sec;
}

ssize_t pread64(int descriptor, void* data, size_t bytes, off64_t offset) { return pread(descriptor, data, bytes, offset); }
ssize_t pwrite64(int descriptor, const void* data, size_t bytes, off64_t offset) { return pwrite(descriptor, data, bytes, offset); }
ssize_t pwritev64(int descriptor, const iovec* parts, int count, off64_t offset) { return pwritev(descriptor, parts, count, offset); }

int rename(const char* from, const char* to) {
  const auto real = next(&::rename, "rename");
  if (faults == nullptr || !counts(std::filesystem::weakly_canonical(to).string())) return real(from, to);
  if (last_event()) kill_ranks();
  faults->renames.push_back(faults->writes);
  const int result = real(from, to);
  if (result == 0) append_line(faults->rename_file, to);
  if (last_event()) kill_ranks();
  return result;
}

}  // extern "C"
