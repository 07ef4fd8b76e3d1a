#include "base/parallel.h"

#include <omp.h>
#include <unistd.h>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <exception>
#include <mutex>

#include "base/text.h"

namespace scorefield {

namespace {

/// Processors of this rank and of all ranks of its node together, who may all run on the same ones, or each on its own.
struct Processors {
  int mine;
  int all;
  bool apart;
};

/// Collective over the node's ranks.
Processors processors(const Comm& node) {
  const int mine = omp_get_num_procs();
  const auto sum = static_cast<int>(node.sum(static_cast<double>(mine)));
  const bool apart = sum <= ::sysconf(_SC_NPROCESSORS_ONLN);
  return {mine, apart ? sum : static_cast<int>(node.max(mine)), apart};
}

}  // namespace

int set_threads(std::int64_t wanted, const Comm& node) {
  const Processors found = processors(node);
  const int threads = wanted > 0 ? static_cast<int>(wanted) : std::max(1, found.apart ? found.mine : found.mine / node.size());
  omp_set_num_threads(threads);
  return threads;
}

std::string crowding(int threads, const Comm& node) {
  const int all = processors(node).all;
  if (threads * node.size() <= all) return "";
  return counted(node.size(), "rank") + " x " + counted(threads, "thread") + " on a node that has " + counted(all, "core") + " for them";
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
