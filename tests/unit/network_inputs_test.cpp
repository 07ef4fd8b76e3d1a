#include "denoiser/network_inputs.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{6, 6};
constexpr std::size_t kSites = 36, kFields = 4000;

// The first input is the reference's denoised field over its root mean square, also about two minima, whose sign is read from the mean
// field and so is known far beyond the noise that hides a site. (With the noise of a site in place of that of the mean it is 2.9 at r
// = 10.)
TEST(NetworkInputs, AreOfOrderOne) {
  const double m = 3.0;
  FieldReference reference{kShape, m, std::vector<double>(kSites, 0.5), {}};
  reference.zero = {{{1.0, m * std::sqrt(static_cast<double>(kSites)), 0.5}}};
  NetworkInputs inputs(reference);
  for (const double r : {0.3, 3.0, 10.0, 20.0}) {
    const ReferenceLevel at(reference, r);
    inputs.set_level(at);
    const std::vector<double> noise = test::some_normals(2 * kSites * kFields, 77);
    std::vector<double> y(kSites), correction(kSites, 0.0);
    std::vector<float> seen(3 * kSites);
    double denoised = 0.0, noisy = 0.0;
    for (std::size_t i = 0; i < kFields; ++i) {
      for (std::size_t k = 0; k < kSites; ++k) {
        y[k] = std::sqrt(0.5) * noise[(2 * i) * kSites + k] + r * noise[(2 * i + 1) * kSites + k];
      }
      y[0] += (i % 2 == 0 ? m : -m) * std::sqrt(static_cast<double>(kSites));
      inputs.fill(y, correction, seen);
      for (std::size_t x = 0; x < kSites; ++x) {
        denoised += static_cast<double>(seen[x] * seen[x]);
        noisy += static_cast<double>(seen[kSites + x] * seen[kSites + x]);
      }
    }
    EXPECT_NEAR(std::sqrt(denoised / (kFields * kSites)), 1.0, 0.15) << "r = " << r;
    EXPECT_NEAR(std::sqrt(noisy / (kFields * kSites)), 1.0, 0.03) << "r = " << r;
  }
}

}  // namespace
}  // namespace scorefield
