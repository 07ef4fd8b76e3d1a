#include "diffusion/ensemble_denoiser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr std::size_t kPoints = 20000;

/// Points of the plane, ten times narrower in y, whose y depends on x.
std::vector<double> narrow_points() {
  std::vector<double> points = test::some_normals(2 * kPoints, 31);
  for (std::size_t i = 0; i < points.size(); i += 2) points[i + 1] = 0.1 * points[i + 1] + 0.2 * std::tanh(points[i]) + 0.05;
  return points;
}

struct Plain {
  double x = 0.0, y = 0.0, log_density = 0.0;
};

/// The sums over all points, and over their mirror images.
Plain plain_mean(const std::vector<double>& points, double r, double x, double y, bool symmetric) {
  double all = 0.0, along_x = 0.0, along_y = 0.0;
  const auto add = [&](double a, double b) {
    const double weight = std::exp(-((x - a) * (x - a) + (y - b) * (y - b)) / (2.0 * r * r));
    all += weight;
    along_x += weight * a;
    along_y += weight * b;
  };
  for (std::size_t i = 0; i < points.size(); i += 2) {
    add(points[i], points[i + 1]);
    if (symmetric) add(-points[i], -points[i + 1]);
  }
  const double count = static_cast<double>(points.size()) * (symmetric ? 1.0 : 0.5);
  return {along_x / all, along_y / all, std::log(all / (count * 2.0 * std::numbers::pi * r * r))};
}

// The mean and the density of plain sums, from noise that is narrower than the points to noise in which they all drown. Where a few points
// make the sums, cells move each by a part of r.
TEST(EnsembleDenoiser, IsTheMeanOfAllPoints) {
  const std::vector<double> points = narrow_points();
  for (const bool symmetric : {false, true}) {
    const EnsembleDenoiser denoiser(points, 0.05, symmetric);
    for (const double r : {0.05, 0.07, 0.3, 2.0, 50.0}) {
      const std::vector<double> noise = test::some_normals(200, 7);
      std::vector<double> noisy, out(200), log_density(100);
      for (std::size_t i = 0; i < noise.size(); ++i) noisy.push_back(points[i] + r * noise[i]);
      denoiser.denoise(r, noisy, out, log_density);
      double off = 0.0, off_density = 0.0;
      for (std::size_t i = 0; i < noise.size(); i += 2) {
        const Plain plain = plain_mean(points, r, noisy[i], noisy[i + 1], symmetric);
        off += (out[i] - plain.x) * (out[i] - plain.x) + (out[i + 1] - plain.y) * (out[i + 1] - plain.y);
        off_density += (log_density[i / 2] - plain.log_density) * (log_density[i / 2] - plain.log_density);
      }
      EXPECT_LT(std::sqrt(off / 200.0), r < 1.0 ? 0.03 * r : 3e-4) << r << " " << symmetric;
      EXPECT_LT(std::sqrt(off_density / 100.0), r < 1.0 ? 0.03 : 3e-4) << r << " " << symmetric;
    }
  }
}

// At the highest noise D is linear in y, with a slope that is the covariance over r^2, also of the narrow component: cells that are wider
// than the points would make another.
TEST(EnsembleDenoiser, CovarianceAtHighNoise) {
  const std::vector<double> points = narrow_points();
  const EnsembleDenoiser denoiser(points, 0.05, false);
  const double r = 50.0;
  std::vector<double> noisy = {0.0, 60.0, 0.0, -60.0}, out(4), log_density(2);
  denoiser.denoise(r, noisy, out, log_density);
  const Plain up = plain_mean(points, r, 0.0, 60.0, false), down = plain_mean(points, r, 0.0, -60.0, false);
  EXPECT_NEAR(out[0] - out[2], up.x - down.x, 0.01 * std::fabs(up.x - down.x));
  EXPECT_NEAR(out[1] - out[3], up.y - down.y, 0.01 * std::fabs(up.y - down.y));
}

TEST(EnsembleDenoiser, RefusesCellsWithoutNumber) {
  std::vector<double> points = narrow_points();
  points[0] = 1e6;
  EXPECT_THROW(EnsembleDenoiser(points, 0.05, false), InputError);
}

}  // namespace
}  // namespace scorefield
