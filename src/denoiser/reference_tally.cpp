#include "denoiser/reference_tally.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/pairwise_sum.h"
#include "denoiser/mode_orbits.h"
#include "lattice/hartley.h"

namespace scorefield {

std::vector<double> ReferenceTally::sums(std::size_t /*record*/, std::span<const double> x) const {
  const std::size_t sites = shape_.sites();
  Hartley hartley = Hartley::orthogonal(shape_);
  std::vector<double> h(sites);
  return sum_configurations(x, sites, quantities(), [&](std::span<const double> field, std::span<double> sums) {
    hartley.transform(field, h);
    for (std::size_t k = 0; k < sites; ++k) sums[k] += h[k] * h[k];
    sums[sites] += std::fabs(h[0]);
  });
}

std::vector<double> ComponentTally::sums(std::size_t /*record*/, std::span<const double> x) const {
  const std::size_t sites = shape_.sites(), numbers = components_ * sites;
  const CrossSpectra spectra(orbits_, components_);
  Hartley hartley = Hartley::orthogonal(shape_);
  std::vector<double> h(numbers);
  return sum_configurations(x, numbers, quantities(), [&](std::span<const double> field, std::span<double> sums) {
    for (std::size_t at = 0; at < numbers; at += sites) hartley.transform(field.subspan(at, sites), std::span(h).subspan(at, sites));
    spectra.add(h, sums);
  });
}

std::vector<ModeMatrix::Values> ComponentTally::covariance(std::span<const double> sums, std::int64_t samples) const {
  const CrossSpectra spectra(orbits_, components_);
  std::vector<ModeMatrix::Values> all;
  for (std::size_t o = 0; o < orbits_.count(); ++o) {
    all.push_back(spectra.of_orbit(sums, o));
    for (auto& value : all.back()) value /= static_cast<double>(samples) * static_cast<double>(orbits_.size(o));
  }
  return all;
}

FieldReference component_reference(FieldShape shape, std::size_t components, bool directed, std::vector<ModeMatrix::Values> covariance) {
  FieldReference reference{shape, 0.0, {}, {}};
  reference.basis = std::make_shared<ModeBasis>(shape, components, directed, std::move(covariance));
  reference.spectrum = reference.basis->variances();
  reference.zero = {{{1.0, 0.0, reference.spectrum[0]}}};
  return reference;
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
