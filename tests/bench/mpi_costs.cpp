// What messages and sums cost, for the scaling model (doc/scaling.md). Run it under mpirun or srun with any number of ranks from two on:
// the first and the last of them exchange messages, all take part in sums. Prints a line for each: kind, ranks, bytes, seconds (the
// least of some rounds). The calls are those of the program.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "base/mpi.h"

namespace scorefield {
namespace {

constexpr int kRounds = 7;

/// The least time of one call over some rounds of `repetitions` calls, on the slowest rank. Collective.
double seconds_of(const Comm& comm, int repetitions, const std::function<void()>& call) {
  double least = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    comm.barrier();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repetitions; ++i) call();
    double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repetitions;
    comm.max(std::span(&taken, 1));
    least = std::min(least, taken);
  }
  return least;
}

void report(const Comm& comm, const char* kind, std::size_t bytes, double seconds) {
  if (comm.is_root()) std::printf("%s %d %zu %.4g\n", kind, comm.size(), bytes, seconds);
}

/// Both ranks send and receive, as neighbours do with their ghosts.
void exchange(const Comm& comm, std::size_t numbers) {
  const int last = comm.size() - 1, other = last - comm.rank();
  const bool takes_part = comm.rank() == 0 || comm.rank() == last;
  std::vector<double> mine(numbers, 1.0), theirs(numbers);
  const double seconds = seconds_of(comm, numbers > 10000 ? 100 : 1000, [&] {
    if (!takes_part) return;
    Messages messages(comm);
    messages.receive(std::span(theirs), other, 0);
    messages.send(std::span<const double>(mine), other, 0);
    messages.wait();
  });
  report(comm, "exchange", numbers * sizeof(double), seconds);
}

void reduction(const Comm& comm, std::size_t numbers) {
  std::vector<float> values(numbers, 0.0F);
  report(comm, "sum", numbers * sizeof(float), seconds_of(comm, numbers > 10000 ? 100 : 1000, [&] { comm.sum(std::span(values)); }));
}

}  // namespace
}  // namespace scorefield

int main(int argc, char** argv) {
  const scorefield::MpiEnvironment environment(&argc, &argv);
  const scorefield::Comm comm = scorefield::Comm::world();
  if (comm.size() < 2) {
    std::fputs("mpi_costs: error: there is nobody to send to; start two ranks or more, as in 'mpirun -n 2 mpi_costs'\n", stderr);
    return 2;
  }
  for (const std::size_t numbers : {1, 64, 512, 4096, 32768, 262144}) scorefield::exchange(comm, numbers);
  for (const std::size_t numbers : {2, 16, 1024, 16384, 131072}) scorefield::reduction(comm, numbers);
  return 0;
}
