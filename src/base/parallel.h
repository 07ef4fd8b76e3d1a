// A loop over OpenMP threads that lets exceptions out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/mpi.h"

namespace scorefield {

/// Threads of this rank, and whether its node has too many.
struct ThreadsOfRank {
  int count = 1;
  std::string crowding;  ///< "16 threads of 16 ranks on 2 processors of this node": more than may run at a time; else ""
};

/// Sets the threads of all parallel loops of this rank. 0 means this rank's share of the processors that it may run on, at least one: each
/// is shared by all ranks of the node that may run on it. Collective over the node's ranks.
ThreadsOfRank set_threads(std::int64_t wanted, const Comm& node);

/// Calls body(i) for begin <= i < end, each once, by the threads of this rank in any order. If calls throw, the
/// exception of the smallest i that threw is rethrown after the loop. Local.
void parallel_for(std::int64_t begin, std::int64_t end, const std::function<void(std::int64_t)>& body);

/// Tells the C library to keep freed memory instead of returning it to the system: loops that allocate large arrays again
/// and again (a training step) otherwise spend a third of their time in page faults. Local.
void keep_freed_memory();

/// Threads of this rank's loops, and which of them this is.
int thread_count();
int thread_number();

/// True on the thread that entered the parallel loop (the only one that may write progress).
bool on_main_thread();

}  // namespace scorefield
