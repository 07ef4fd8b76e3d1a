#include "denoiser/reference_tally.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/pairwise_sum.h"
#include "base/work_plan.h"
#include "denoiser/mode_orbits.h"
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

FieldReference reference_from(const std::string& kind, FieldShape shape, std::span<const double> sums, std::size_t peaks,
                              std::vector<double> zero_modes) {
  const std::size_t sites = shape.sites();
  const auto samples = static_cast<double>(zero_modes.size());
  std::vector<double> spectrum(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(sites));
  for (double& value : spectrum) value /= samples;
  FieldReference reference{shape, 0.0, ModeOrbits(shape).averaged(spectrum), {}};
  double centre = 0.0;
  if (kind == "mixture") {
    centre = sums[sites] / samples;
    reference.magnetisation = centre / std::sqrt(static_cast<double>(sites));
    reference.spectrum[0] -= centre * centre;
  } else if (kind == "none") {
    std::fill(reference.spectrum.begin(), reference.spectrum.end(), reference.site_variance());
  }
  if (!(*std::min_element(reference.spectrum.begin(), reference.spectrum.end()) > 0.0)) {
    throw InputError("a mode of the ensemble does not fluctuate: its score needs more, and different, configurations");
  }
  reference.zero = {{{1.0, centre, reference.spectrum[0]}}};
  if (peaks > 0 && kind != "none") reference.zero = fit_zero_mode(std::move(zero_modes), peaks);
  return reference;
}

}  // namespace scorefield
