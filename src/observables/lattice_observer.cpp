#include "observables/lattice_observer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "observables/slice_correlator.h"

namespace scorefield {
namespace {

/// Averages of phi^n, n = 1 .. 8.
Orders site_moments(const WrappedField& field) {
  return site_averages<kMaxOrder>(field, [](const SiteGroup& at, auto& sums) {
    const Octet phi = at();
    Octet power = phi;
    for (Octet& sum : sums) {
      sum += power;
      power *= phi;
    }
  });
}

/// Average over the bonds to the sites `distance` further on in memory of the product, and of whether it is negative.
std::array<double, 2> bonds(const WrappedField& field, std::size_t distance) {
  return site_averages<2>(field, [=](const SiteGroup& at, auto& sums) {
    const Octet product = at() * at(distance);
    sums[0] += product;
    sums[1] += below_zero(product);
  });
}

const FieldShape& require_two(const FieldShape& extents) {
  if (extents.smaller() < 2) throw InputError("a lattice needs at least two sites along each axis");
  return extents;
}

}  // namespace

LatticeObserver::LatticeObserver(FieldShape extents)
    : sides_(four_point_sides(require_two(extents))), field_(extents, sides_.back()), slices_y_(extents.y), slices_x_(extents.x) {}

std::vector<std::string> LatticeObserver::names() const {
  std::vector<std::string> names = {"M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "abs_M"};
  names.insert(names.end(), {"phi1", "phi2", "phi3", "phi4", "phi5", "phi6", "phi7", "phi8"});
  names.insert(names.end(), {"hop_x", "hop_y", "walls_x", "walls_y", "largest_slice_x", "smallest_slice_x", "largest_slice_y",
                             "smallest_slice_y", "striped"});
  for (const std::size_t side : sides_) {
    const std::vector<std::string> of_side = four_point_names(side);
    names.insert(names.end(), of_side.begin(), of_side.end());
  }
  return names;
}

void LatticeObserver::observe(std::span<const double> field, std::span<double> scalars) {
  field_.load(field);
  observe_sites(scalars);
  observe_slices(field, scalars);
  double* of_side = scalars.data() + scalar::four_points;
  for (const std::size_t side : sides_) {
    const FourPointAverages averages = four_point_averages(field_, side);
    of_side = std::copy(averages.begin(), averages.end(), of_side);
  }
}

void LatticeObserver::observe_sites(std::span<double> scalars) const {
  const Orders moments = site_moments(field_);
  std::copy(moments.begin(), moments.end(), scalars.begin() + scalar::site_moment);
  const double m = moments[0];
  double power = m;
  for (std::size_t n = 0; n < kMaxOrder; ++n, power *= m) scalars[scalar::magnetisation + n] = power;
  scalars[scalar::abs_magnetisation] = std::abs(m);
  const auto [hop_x, walls_x] = bonds(field_, 1);
  const auto [hop_y, walls_y] = bonds(field_, field_.stride());
  scalars[scalar::hop_x] = hop_x;
  scalars[scalar::hop_y] = hop_y;
  scalars[scalar::walls_x] = walls_x;
  scalars[scalar::walls_y] = walls_y;
}

void LatticeObserver::observe_slices(std::span<const double> field, std::span<double> scalars) {
  slice_averages(extents(), field, slices_y_, slices_x_);
  const auto [smallest_y, largest_y] = std::minmax_element(slices_y_.begin(), slices_y_.end());
  const auto [smallest_x, largest_x] = std::minmax_element(slices_x_.begin(), slices_x_.end());
  scalars[scalar::largest_slice_y] = *largest_y;
  scalars[scalar::smallest_slice_y] = *smallest_y;
  scalars[scalar::largest_slice_x] = *largest_x;
  scalars[scalar::smallest_slice_x] = *smallest_x;
  const double threshold = 0.5 * std::sqrt(scalars[scalar::site_moment + 1]);
  const auto striped = [=](double largest, double smallest) { return largest > threshold && smallest < -threshold; };
  scalars[scalar::striped] = striped(*largest_y, *smallest_y) || striped(*largest_x, *smallest_x) ? 1.0 : 0.0;
}

double action_density(std::span<const double> scalars, double kappa, double lambda) {
  return -2.0 * kappa * (scalars[scalar::hop_x] + scalars[scalar::hop_y]) + (1.0 - 2.0 * lambda) * scalars[scalar::site_moment + 1] +
         lambda * scalars[scalar::site_moment + 3];
}

}  // namespace scorefield
