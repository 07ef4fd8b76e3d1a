#include "observables/derived.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "observables/lattice_observer.h"
#include "plain_lattice.h"
#include "statistics/cumulants.h"

namespace scorefield {
namespace {

constexpr std::size_t kFields = 6;
constexpr FieldShape kLattice{5, 4};

/// Scalars of some fields, one after the other.
std::vector<double> observed() {
  LatticeObserver observer(kLattice);
  std::vector<double> scalars(kFields * observer.count());
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto field = test::random_field(kLattice, 60 + i, i % 3 == 0 ? -0.5 : 0.8);
    observer.observe(field.values, std::span(scalars).subspan(i * observer.count(), observer.count()));
  }
  return scalars;
}

std::vector<double> means_of(const std::vector<double>& scalars) {
  std::vector<double> means(scalars.size() / kFields);
  for (std::size_t i = 0; i < scalars.size(); ++i) means[i % means.size()] += scalars[i] / kFields;
  return means;
}

TEST(Derived, FormulasFromDirectMeans) {
  double m1 = 0, m2 = 0, m4 = 0, abs_m = 0, phi1 = 0, phi2 = 0, phi3 = 0;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto field = test::random_field(kLattice, 60 + i, i % 3 == 0 ? -0.5 : 0.8);
    const double m = test::average(kLattice, field);
    m1 += m / kFields;
    m2 += m * m / kFields;
    m4 += std::pow(m, 4) / kFields;
    abs_m += std::abs(m) / kFields;
    for (const double phi : field.values) {
      phi1 += phi / (kFields * 20);
      phi2 += phi * phi / (kFields * 20);
      phi3 += std::pow(phi, 3) / (kFields * 20);
    }
  }
  const std::vector<double> means = means_of(observed());
  EXPECT_NEAR(binder_cumulant(means), 1 - m4 / (3 * m2 * m2), 1e-13);
  EXPECT_NEAR(susceptibility(kLattice, means), 20 * (m2 - abs_m * abs_m), 1e-12);
  EXPECT_NEAR(magnetisation_cumulants(means)[1], m2 - m1 * m1, 1e-13);
  const std::vector<std::string> names = LatticeObserver(kLattice).names();
  const auto at_two = std::find(names.begin(), names.end(), "m12_r2") - names.begin();
  Orders site{};
  std::copy_n(means.begin() + scalar::site_moment, kMaxOrder, site.begin());
  EXPECT_EQ(connected_four_point(means, 1).square,
            connected_four_point(site, std::span(means).subspan(static_cast<std::size_t>(at_two), four_point::count)).square);
  EXPECT_NEAR(site_cumulants(means)[2], phi3 - 3 * phi2 * phi1 + 2 * std::pow(phi1, 3), 1e-12);
}

TEST(Derived, AllInOneVectorWithNames) {
  const std::vector<double> means = means_of(observed());
  const std::vector<double> all = derived_quantities(kLattice, means);
  const std::vector<std::string> names = derived_names(kLattice);
  ASSERT_EQ(all.size(), names.size());
  const auto named = [&](const std::string& name) {
    return all.at(static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin()));
  };
  EXPECT_EQ(named("kappa4_M"), magnetisation_cumulants(means)[3]);
  EXPECT_EQ(named("kappa8_phi"), site_cumulants(means)[7]);
  EXPECT_EQ(named("binder"), binder_cumulant(means));
  EXPECT_EQ(named("chi"), susceptibility(kLattice, means));
  EXPECT_EQ(named("V_M2"), 20 * means[scalar::magnetisation + 1]);
  EXPECT_EQ(named("kappa_square_r2"), connected_four_point(means, 1).square);
  EXPECT_EQ(named("kappa_22_y_r1"), connected_four_point(means, 0).two_two_y);
  EXPECT_EQ(named("kappa_31_x_r2"), connected_four_point(means, 1).three_one_x);
}

// One bin a field: the value is that of the means, and the error of V <M^2> that of a mean.
TEST(Derived, GoThroughTheJackknife) {
  const std::vector<double> scalars = observed();
  const std::size_t count = scalars.size() / kFields;
  const Estimate e = jackknife(scalars, std::vector<double>(kFields, 1.0),
                               [](std::span<const double> means) { return derived_quantities(kLattice, means); });
  EXPECT_NEAR(e.value[16], binder_cumulant(means_of(scalars)), 1e-13);
  double mean = 0.0, square = 0.0;
  for (std::size_t i = 0; i < kFields; ++i) {
    const double v = 20 * scalars[i * count + scalar::magnetisation + 1];
    mean += v / kFields;
    square += v * v / kFields;
  }
  EXPECT_NEAR(e.error[18], std::sqrt((square - mean * mean) / (kFields - 1)), 1e-12);
}

}  // namespace
}  // namespace scorefield
