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

namespace scorefield {

int set_threads(std::int64_t wanted, const Comm& node) {
  const int mine = omp_get_num_procs();
  const bool apart = node.sum(static_cast<double>(mine)) <= static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
  const int threads = wanted > 0 ? static_cast<int>(wanted) : std::max(1, apart ? mine : mine / node.size());
  omp_set_num_threads(threads);
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
