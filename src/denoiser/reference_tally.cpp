#include "denoiser/reference_tally.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/pairwise_sum.h"
#include "base/work_plan.h"
#include "lattice/hartley.h"

namespace scorefield {

std::vector<double> ReferenceTally::sums(std::size_t /*record*/, std::span<const double> x) const {
  const std::size_t sites = shape_.sites(), a_leaf = static_cast<std::size_t>(kSmallestBlock) * sites;
  Hartley hartley = Hartley::orthogonal(shape_);
  std::vector<double> h(sites), leaf(quantities());
  PairwiseSum tree(quantities());
  for (std::size_t begin = 0; begin < x.size(); begin += a_leaf) {
    std::fill(leaf.begin(), leaf.end(), 0.0);
    for (std::size_t first = begin; first < std::min(x.size(), begin + a_leaf); first += sites) {
      hartley.transform(x.subspan(first, sites), h);
      for (std::size_t k = 0; k < sites; ++k) leaf[k] += h[k] * h[k];
      leaf[sites] += std::fabs(h[0]);
    }
    tree.add(leaf);
  }
  return tree.total();
}

namespace {

/// Averages over k -> -k along each axis, and over their exchange on square lattices.
std::vector<double> symmetrised(const std::vector<double>& spectrum, FieldShape shape) {
  const auto at = [&](std::size_t y, std::size_t x) { return spectrum[(y % shape.y) * shape.x + x % shape.x]; };
  const auto reflected = [&](std::size_t y, std::size_t x) {
    return 0.25 * ((at(y, x) + at(shape.y - y, x)) + (at(y, shape.x - x) + at(shape.y - y, shape.x - x)));
  };
  std::vector<double> result;
  for (std::size_t y = 0; y < shape.y; ++y) {
    for (std::size_t x = 0; x < shape.x; ++x) {
      result.push_back(shape.y == shape.x ? 0.5 * (reflected(y, x) + reflected(x, y)) : reflected(y, x));
    }
  }
  return result;
}

}  // namespace

FieldReference reference_from(const std::string& kind, FieldShape shape, std::span<const double> sums, double samples) {
  const std::size_t sites = shape.sites();
  std::vector<double> spectrum(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(sites));
  for (double& value : spectrum) value /= samples;
  FieldReference reference{shape, 0.0, symmetrised(spectrum, shape)};
  if (kind == "mixture") {
    const double centre = sums[sites] / samples;
    reference.magnetisation = centre / std::sqrt(static_cast<double>(sites));
    reference.spectrum[0] -= centre * centre;
  } else if (kind == "none") {
    std::fill(reference.spectrum.begin(), reference.spectrum.end(), reference.site_variance());
  }
  if (!(*std::min_element(reference.spectrum.begin(), reference.spectrum.end()) > 0.0)) {
    throw InputError("a mode of the ensemble does not fluctuate: its score needs more, and different, configurations");
  }
  return reference;
}

}  // namespace scorefield
