#include "base/parallel.h"

#include <omp.h>
#include <sched.h>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <exception>
#include <mutex>
#include <span>
#include <vector>

#include "base/text.h"

namespace scorefield {

namespace {

/// 1 for each processor that this rank may run on, else 0: the places of OpenMP where it has any (OMP_PROC_BIND leaves the main thread one
/// of them), else those of the process.
std::vector<std::int64_t> allowed_processors() {
  std::vector<std::int64_t> allowed(CPU_SETSIZE, 0);
  for (int place = 0; place < omp_get_num_places(); ++place) {
    std::vector<int> ids(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, ids.data());
    for (const int id : ids) allowed.at(static_cast<std::size_t>(id)) = 1;
  }
  cpu_set_t set;
  if (omp_get_num_places() > 0 || ::sched_getaffinity(0, sizeof(set), &set) != 0) return allowed;
  for (std::size_t i = 0; i < allowed.size(); ++i) allowed[i] = CPU_ISSET(i, &set) ? 1 : 0;
  return allowed;
}

/// This rank's share of the processors that it may run on, each shared evenly by those ranks of the node that may; and how many there are
/// on which any of these ranks may run.
struct Processors {
  int share = 0;
  int all = 0;
};

/// Collective over the node's ranks.
Processors processors(const Comm& node) {
  const std::vector<std::int64_t> mine = allowed_processors();
  std::vector<std::int64_t> ranks = mine;
  node.sum(std::span(ranks));
  constexpr double kRounding = 1e-9;
  double share = kRounding;
  Processors found;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] > 0) ++found.all;
    if (mine[i] > 0) share += 1.0 / static_cast<double>(ranks[i]);
  }
  found.share = static_cast<int>(share);
  return found;
}

}  // namespace

ThreadsOfRank set_threads(std::int64_t wanted, const Comm& node) {
  const Processors found = processors(node);
  ThreadsOfRank threads{wanted > 0 ? static_cast<int>(wanted) : std::max(1, found.share), ""};
  omp_set_num_threads(threads.count);
  const auto total = static_cast<int>(node.sum(static_cast<double>(threads.count)));
  if (total > found.all && found.all > 0) {
    threads.crowding =
        counted(total, "thread") + " of " + counted(node.size(), "rank") + " on " + counted(found.all, "processor") + " of this node";
  }
  return threads;
}

void parallel_for(std::int64_t begin, std::int64_t end, const std::function<void(std::int64_t)>& body) {
  std::exception_ptr failure;
  std::int64_t failed_at = end;
  std::mutex guard;
#pragma omp parallel for schedule(dynamic, 1)
  for (std::int64_t i = begin; i < end; ++i) {
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i < failed_at) {
        failed_at = i;
        failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLarge = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kLarge);
#endif
}

int thread_count() { return omp_get_max_threads(); }

int thread_number() { return omp_get_thread_num(); }

bool on_main_thread() { return thread_number() == 0; }

}  // namespace scorefield
