#include "diffusion/point_reference.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/exact_sum.h"

namespace scorefield {
namespace {

constexpr std::size_t kTermsAtOnce = 4096;  // several blocks of an exact sum, and still in the first-level cache
constexpr double kThinnest = 1e-12;         // variance over the largest, below which there is nothing but rounding

/// Sum over all ranks of term(configuration) over the number of them.
template <class Term>
double mean_of(const Comm& comm, std::span<const double> part, std::size_t components, double count, const Term& term) {
  ExactSum sum;
  require_all(comm, [&] {
    std::vector<double> terms;
    while (!part.empty()) {
      const auto piece = part.first(std::min(part.size(), kTermsAtOnce * components));
      terms.clear();
      for (std::size_t i = 0; i < piece.size(); i += components) terms.push_back(term(&piece[i]));
      sum.add(terms);
      part = part.subspan(piece.size());
    }
  });
  sum.all_reduce(comm);
  return sum.value() / count;
}

void copy(std::span<const double> from, std::span<double> to) {
  if (from.data() != to.data()) std::copy(from.begin(), from.end(), to.begin());
}

}  // namespace

PointReference::PointReference(std::vector<double> of_mean, double xx, double xy, double yy) : mean(std::move(of_mean)) {
  const double angle = 0.5 * std::atan2(2.0 * xy, xx - yy), cosine = std::cos(angle), sine = std::sin(angle);
  const double half = 0.5 * (xx + yy), root = std::hypot(0.5 * (xx - yy), xy);
  variances = {half + root, (xx * yy - xy * xy) / (half + root)};
  axes = {cosine, sine, -sine, cosine};
}

void PointReference::to_axes(std::span<const double> from, std::span<double> to) const {
  if (components() == 1) return copy(from, to);
  for (std::size_t i = 0; i < from.size(); i += 2) {
    const double x = from[i], y = from[i + 1];
    to[i] = axes[0] * x + axes[1] * y;
    to[i + 1] = axes[2] * x + axes[3] * y;
  }
}

void PointReference::from_axes(std::span<const double> from, std::span<double> to) const {
  if (components() == 1) return copy(from, to);
  for (std::size_t i = 0; i < from.size(); i += 2) {
    const double a = from[i], b = from[i + 1];
    to[i] = axes[0] * a + axes[2] * b;
    to[i + 1] = axes[1] * a + axes[3] * b;
  }
}

void PointReference::whiten(const NoiseLevel& level, std::span<const double> from, std::span<double> to) const {
  const std::size_t n = components();
  for (std::size_t i = 0; i < from.size(); i += n) {
    for (std::size_t c = 0; c < n; ++c) to[i + c] = from[i + c] - level.kept * mean[c];
  }
  to_axes(to, to);
  for (std::size_t c = 0; c < n; ++c) {
    const double inverse = 1.0 / deviation(level, c);
    for (std::size_t i = c; i < to.size(); i += n) to[i] *= inverse;
  }
}

void PointReference::unwhiten(const NoiseLevel& level, std::span<const double> from, std::span<double> to) const {
  const std::size_t n = components();
  for (std::size_t c = 0; c < n; ++c) {
    const double scale = deviation(level, c);
    for (std::size_t i = c; i < to.size(); i += n) to[i] = scale * from[i];
  }
  from_axes(to, to);
  for (std::size_t i = 0; i < to.size(); i += n) {
    for (std::size_t c = 0; c < n; ++c) to[i + c] += level.kept * mean[c];
  }
}

std::vector<double> energy_slopes(const PointReference& reference) {
  std::vector<double> slopes;
  for (const double variance : reference.variances) slopes.push_back(std::sqrt(reference.variances.back() / variance));
  return slopes;
}

PointReference measure_reference(const Comm& comm, std::span<const double> part, std::size_t components, bool centred) {
  auto whole = static_cast<std::int64_t>(part.size() / components);
  comm.sum(std::span(&whole, 1));
  const auto count = static_cast<double>(whole);
  std::vector<double> mean;
  for (std::size_t c = 0; c < components; ++c) {
    mean.push_back(centred ? 0.0 : mean_of(comm, part, components, count, [c](const double* x) { return x[c]; }));
  }
  const auto covariance = [&](std::size_t a, std::size_t b) {
    return mean_of(comm, part, components, count, [&](const double* x) { return (x[a] - mean[a]) * (x[b] - mean[b]); });
  };
  const double xx = covariance(0, 0);
  if (components == 1) return {mean[0], xx};
  PointReference reference(mean, xx, covariance(0, 1), covariance(1, 1));
  require_all(comm, [&] {
    if (!(reference.variances[1] > kThinnest * reference.variances[0])) {
      throw InputError("the ensemble does not fluctuate along one of its axes: a theory with real couplings has no score in the plane");
    }
  });
  return reference;
}

}  // namespace scorefield
