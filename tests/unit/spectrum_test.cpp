#include "observables/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "plain_lattice.h"

namespace scorefield {
namespace {

using test::PlainField;

std::vector<double> spectrum_of(const PlainField& field) {
  std::vector<double> spectrum(field.extents.y * field.extents.half_x());
  PowerSpectrum(field.extents).observe(field.values, spectrum);
  return spectrum;
}

/// k x for k = 2 pi (n_y/Ly, n_x/Lx).
double phase(const FieldShape& e, std::size_t n_y, std::size_t n_x, std::size_t y, std::size_t x) {
  return 2 * std::numbers::pi *
         (static_cast<double>(n_y * y % e.y) / static_cast<double>(e.y) + static_cast<double>(n_x * x % e.x) / static_cast<double>(e.x));
}

std::vector<FieldShape> extents_and_large_primes() {
  auto all = test::kExtents;
  all.insert(all.end(), {{16, 37}, {41, 8}, {30, 20}});
  return all;
}

TEST(RealFft, IsTheDirectSum) {
  for (const FieldShape& e : extents_and_large_primes()) {
    const PlainField f = test::random_field(e, 40);
    RealFft fft(e);
    fft.transform(test::random_field(e, 41).values);  // leaves nothing behind
    fft.transform(f.values);
    std::vector<std::complex<double>> rows(e.y * e.half_x());  // transformed along x
    for (std::size_t y = 0; y < e.y; ++y) {
      for (std::size_t n = 0; n < e.half_x(); ++n) {
        for (std::size_t x = 0; x < e.x; ++x) rows[y * e.half_x() + n] += f(y, x) * std::polar(1.0, -phase(e, 0, n, 0, x));
      }
    }
    for (std::size_t n_y = 0; n_y < e.y; ++n_y) {
      for (std::size_t n_x = 0; n_x < e.half_x(); ++n_x) {
        std::complex<double> sum;
        for (std::size_t y = 0; y < e.y; ++y) sum += rows[y * e.half_x() + n_x] * std::polar(1.0, -phase(e, n_y, 0, y, 0));
        EXPECT_NEAR(fft.real(n_y)[n_x], sum.real(), 1e-12) << e.y << "x" << e.x << " at " << n_y << " " << n_x;
        EXPECT_NEAR(fft.imaginary(n_y)[n_x], sum.imag(), 1e-12);
      }
    }
  }
}

// S(0) = V M^2; sum_k S = sum_x phi^2 (Parseval), where wave numbers between 0 and Lx/2 count twice; a plane wave has its power in one.
TEST(PowerSpectrum, NormParsevalAndPlaneWave) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField f = test::random_field(e, 42, 0.1);
    const std::vector<double> s = spectrum_of(f);
    const double m = test::average(e, f), sites = static_cast<double>(e.sites());
    EXPECT_NEAR(s[0], sites * m * m, 1e-12);
    double sum = 0.0;
    for (std::size_t k = 0; k < s.size(); ++k) sum += s[k] * (k % e.half_x() == 0 || 2 * (k % e.half_x()) == e.x ? 1.0 : 2.0);
    EXPECT_NEAR(sum, sites * test::average(e, [&](auto y, auto x) { return f(y, x) * f(y, x); }), 1e-10);
  }
  const FieldShape e{10, 12};
  PlainField wave{e, std::vector<double>(e.sites())};
  for (std::size_t i = 0; i < e.sites(); ++i) wave.values[i] = std::cos(phase(e, 7, 2, i / e.x, i % e.x));
  const std::vector<double> s = spectrum_of(wave);
  for (std::size_t k = 0; k < s.size(); ++k) EXPECT_NEAR(s[k], k == 7 * e.half_x() + 2 ? 120.0 / 4 : 0.0, 1e-12);
}

// G from the mean spectrum of an ensemble is the mean of phi(x) phi(x+r) over it and all translations, connected and not.
TEST(TwoPointFunction, IsTheDirectAverage) {
  for (const FieldShape& e : test::kExtents) {
    const PlainField one = test::random_field(e, 43, 0.6), other = test::random_field(e, 44, 0.3);
    std::vector<double> mean = spectrum_of(one);
    const std::vector<double> second = spectrum_of(other);
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] = (mean[k] + second[k]) / 2;
    const double m = (test::average(e, one) + test::average(e, other)) / 2;
    const std::vector<double> all = two_point_function(e, mean, 0.0), connected = two_point_function(e, mean, m);
    ASSERT_EQ(all.size(), e.sites());
    for (std::size_t y = 0; y < e.y; ++y) {
      for (std::size_t x = 0; x < e.x; ++x) {
        const double direct =
            test::average(e, [&](auto v, auto u) { return (one(v, u) * one(v + y, u + x) + other(v, u) * other(v + y, u + x)) / 2; });
        EXPECT_NEAR(all[y * e.x + x], direct, 1e-13);
        EXPECT_NEAR(connected[y * e.x + x], direct - m * m, 1e-13);
      }
    }
  }
}

// The free propagator 1/(4 sum sin^2(k/2) + m^2), anisotropic, has the length 1/m along each axis; an extent of 2 included.
TEST(CorrelationLengths, OfTheFreePropagator) {
  for (const FieldShape& e : {FieldShape{24, 15}, FieldShape{2, 7}}) {
    const double my = 0.3, mx = 0.7;
    std::vector<double> spectrum;
    for (std::size_t n_y = 0; n_y < e.y; ++n_y) {
      for (std::size_t n_x = 0; n_x < e.half_x(); ++n_x) {
        const double sy = 2 * std::sin(phase(e, n_y, 0, 1, 0) / 2), sx = 2 * std::sin(phase(e, 0, n_x, 0, 1) / 2);
        spectrum.push_back(5.0 / (sy * sy / (my * my) + sx * sx / (mx * mx) + 1.0));
      }
    }
    const CorrelationLengths xi = correlation_lengths(e, spectrum);
    EXPECT_NEAR(xi.y, 1 / my, 1e-12);
    EXPECT_NEAR(xi.x, 1 / mx, 1e-12);
    EXPECT_NEAR(xi.mean, (1 / my + 1 / mx) / 2, 1e-12);
  }
  EXPECT_TRUE(std::isnan(second_moment_length(1.0, 1.1, 8)));
}

}  // namespace
}  // namespace scorefield
