#include "observables/derived.h"

#include <algorithm>

#include "observables/lattice_observer.h"
#include "statistics/cumulants.h"

namespace scorefield {
namespace {

Orders orders_from(std::span<const double> means, std::size_t first) {
  Orders orders{};
  std::copy_n(means.begin() + static_cast<std::ptrdiff_t>(first), kMaxOrder, orders.begin());
  return orders;
}

double mean_square(std::span<const double> means) { return means[scalar::magnetisation + 1]; }

}  // namespace

Orders magnetisation_cumulants(std::span<const double> means) { return cumulants_from_moments(orders_from(means, scalar::magnetisation)); }

Orders site_cumulants(std::span<const double> means) { return cumulants_from_moments(orders_from(means, scalar::site_moment)); }

double binder_cumulant(std::span<const double> means) {
  return 1.0 - means[scalar::magnetisation + 3] / (3.0 * mean_square(means) * mean_square(means));
}

double susceptibility(const FieldShape& extents, std::span<const double> means) {
  const double abs_m = means[scalar::abs_magnetisation];
  return static_cast<double>(extents.sites()) * (mean_square(means) - abs_m * abs_m);
}

ConnectedFourPoint connected_four_point(std::span<const double> means, std::size_t index) {
  return connected_four_point(orders_from(means, scalar::site_moment),
                              means.subspan(scalar::four_points + index * four_point::count, four_point::count));
}

std::vector<double> derived_quantities(const FieldShape& extents, std::span<const double> means) {
  std::vector<double> all;
  for (const Orders& cumulants : {magnetisation_cumulants(means), site_cumulants(means)}) {
    all.insert(all.end(), cumulants.begin(), cumulants.end());
  }
  all.insert(all.end(),
             {binder_cumulant(means), susceptibility(extents, means), static_cast<double>(extents.sites()) * mean_square(means)});
  for (std::size_t i = 0; i < four_point_sides(extents).size(); ++i) {
    const ConnectedFourPoint k = connected_four_point(means, i);
    all.insert(all.end(), {k.square, k.two_two_x, k.two_two_y, k.three_one_x, k.three_one_y});
  }
  return all;
}

std::vector<std::string> derived_names(const FieldShape& extents) {
  std::vector<std::string> names;
  for (const char* of : {"M", "phi"}) {
    for (int n = 1; n <= kMaxOrder; ++n) names.push_back("kappa" + std::to_string(n) + "_" + of);
  }
  names.insert(names.end(), {"binder", "chi", "V_M2"});
  for (const std::size_t side : four_point_sides(extents)) {
    for (const char* of : {"square", "22_x", "22_y", "31_x", "31_y"})
      names.push_back(std::string("kappa_") + of + "_r" + std::to_string(side));
  }
  return names;
}

}  // namespace scorefield
