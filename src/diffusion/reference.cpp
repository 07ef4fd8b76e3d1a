#include "base/exact_sum.h"
#include "diffusion/trainer.h"

namespace scorefield {

Reference measure_reference(const Comm& comm, std::span<const double> part) {
  ExactSum sum;
  require_all(comm, [&] { sum.add(part); });
  sum.all_reduce(comm);
  std::int64_t count = static_cast<std::int64_t>(part.size());
  comm.sum(std::span(&count, 1));
  Reference reference;
  reference.mean = sum.value() / static_cast<double>(count);
  ExactSum squares;
  require_all(comm, [&] {
    for (const double x : part) squares.add((x - reference.mean) * (x - reference.mean));
  });
  squares.all_reduce(comm);
  reference.variance = squares.value() / static_cast<double>(count);
  return reference;
}

}  // namespace scorefield
