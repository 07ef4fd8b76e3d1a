#include "denoiser/field_recorder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{4, 6};
constexpr std::size_t kSites = 24;

FieldRecorder recorder() {
  FieldReference reference{kShape, 0.0, std::vector<double>(kSites, 1.5), {{{1.0, 0.0, 1.5}}}};
  MeasureParams measure;
  measure.sources = {-0.7, 0.7, 1.0};
  measure.histogram_bins = 10;
  return FieldRecorder({{0.0, 1.0, 0.0}, {1.0, 0.5, 2.0}}, reference, measure);
}

/// G of k = (0, n), by the plain sum, averaged over +-n.
double plain_mode(std::span<const double> phi, std::size_t n) {
  std::complex<double> sum = 0.0;
  for (std::size_t x = 0; x < kSites; ++x) sum += phi[x] * std::polar(1.0, 2.0 * M_PI * static_cast<double>(n * (x % 6)) / 6.0);
  return std::norm(sum) / kSites;
}

// Sums over three configurations against plain loops, and the parts make up the quantities.
TEST(FieldRecorder, SumsWhatItSays) {
  const FieldRecorder r = recorder();
  const std::vector<double> x = test::some_normals(3 * kSites, 5);
  const std::vector<double> sums = r.sums(1, x);
  std::size_t of_parts = 0;
  for (const auto& part : r.parts()) of_parts += part.quantities;
  ASSERT_EQ(of_parts, r.quantities());
  ASSERT_EQ(sums.size(), 8u + 3u + 3u + 4u);
  const double deviation = std::sqrt(1.5 * 0.25 + 2.0);
  double fourth = 0.0, cosh = 0.0, abs_m = 0.0, m4 = 0.0;
  std::vector<double> modes(4, 0.0);
  for (std::size_t first = 0; first < x.size(); first += kSites) {
    const auto phi = std::span(x).subspan(first, kSites);
    double m = 0.0;
    for (const double v : phi) {
      fourth += std::pow(v, 4) / kSites;
      cosh += std::cosh(0.7 / deviation * v) / kSites;
      m += v / kSites;
    }
    abs_m += std::fabs(m);
    m4 += std::pow(m, 4);
    for (std::size_t n = 0; n < 4; ++n) modes[n] += plain_mode(phi, n);
  }
  EXPECT_NEAR(sums[3], fourth, 1e-12 * fourth);
  EXPECT_EQ(sums[0], 0.0);
  EXPECT_NEAR(sums[8], cosh, 1e-12 * cosh);
  EXPECT_EQ(sums[8], sums[9]);
  EXPECT_NEAR(sums[11], abs_m, 1e-12);
  EXPECT_NEAR(sums[13], m4, 1e-12);
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(sums[14 + n], modes[n], 1e-12 * (1.0 + modes[n])) << n;
}

}  // namespace
}  // namespace scorefield
