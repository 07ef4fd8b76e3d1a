#include "observables/slice_correlator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "observables/spectrum.h"
#include "plain_lattice.h"

namespace scorefield {
namespace {

using test::PlainField;

TEST(SliceCorrelator, IsTheDirectSum) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 50, 0.2);
    SliceCorrelator correlator(e);
    std::vector<double> along_y(e.y / 2 + 1), along_x(e.x / 2 + 1);
    correlator.observe(test::random_field(e, 51).values, along_y, along_x);  // leaves nothing behind
    correlator.observe(f.values, along_y, along_x);
    const auto row = [&](std::size_t y) { return test::average({1, e.x}, [&](auto, auto x) { return f(y, x); }); };
    const auto column = [&](std::size_t x) { return test::average({e.y, 1}, [&](auto y, auto) { return f(y, x); }); };
    for (std::size_t t = 0; t <= e.y / 2; ++t) {
      EXPECT_NEAR(along_y[t], test::average({e.y, 1}, [&](auto tau, auto) { return row(tau) * row(tau + t); }), 1e-14);
    }
    for (std::size_t t = 0; t <= e.x / 2; ++t) {
      EXPECT_NEAR(along_x[t], test::average({e.x, 1}, [&](auto tau, auto) { return column(tau) * column(tau + t); }), 1e-14);
    }
  }
}

// C(t) = (1/V) sum_{n_y} S(n_y, 0) cos(k_y t).
TEST(SliceCorrelator, IsTheTransformOfTheSpectrum) {
  const FieldShape e{18, 11};
  const PlainField f = test::random_field(e, 52);
  std::vector<double> along_y(10), along_x(6), spectrum(e.y * e.half_x());
  SliceCorrelator(e).observe(f.values, along_y, along_x);
  PowerSpectrum(e).observe(f.values, spectrum);
  for (std::size_t t = 0; t < along_y.size(); ++t) {
    double sum = 0.0;
    for (std::size_t n = 0; n < e.y; ++n) {
      sum += spectrum[n * e.half_x()] * std::cos(2 * std::numbers::pi * static_cast<double>(n * t) / static_cast<double>(e.y));
    }
    EXPECT_NEAR(along_y[t], sum / static_cast<double>(e.sites()), 1e-14);
  }
}

// A correlator that is a cosh has its mass at every time, from small to large ones, on even and odd extents.
TEST(EffectiveMass, OfACosh) {
  for (const std::size_t extent : {2, 3, 16, 33}) {
    for (const double mass : {0.01, 0.4, 3.0}) {
      std::vector<double> correlator;
      for (std::size_t t = 0; t <= extent / 2; ++t) {
        correlator.push_back(0.3 * std::cosh(mass * (static_cast<double>(extent) / 2 - static_cast<double>(t))));
      }
      const std::vector<double> found = effective_mass(correlator, extent);
      ASSERT_EQ(found.size(), extent / 2);
      for (const double m : found) EXPECT_NEAR(m, mass, 1e-9) << extent;
    }
  }
}

TEST(EffectiveMass, WhereThereIsNone) {
  const std::vector<double> mass = effective_mass(std::vector<double>{1.0, 1.0, 2.0, 0.5, 0.0, -1.0, -0.5}, 12);
  EXPECT_TRUE(std::isnan(mass[0]));
  EXPECT_TRUE(std::isnan(mass[1]));
  EXPECT_GT(mass[2], std::log(4.0));
  for (std::size_t t = 3; t < 6; ++t) EXPECT_TRUE(std::isnan(mass[t]));
}

}  // namespace
}  // namespace scorefield
