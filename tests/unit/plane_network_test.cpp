#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "diffusion/data_order.h"
#include "diffusion/flow.h"
#include "diffusion/fused_mlp.h"
#include "diffusion/learnt_density.h"
#include "diffusion/model_file.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "plain_network.h"
#include "test_support.h"

namespace scorefield {
namespace {

const PointReference kReference({0.2, -0.1}, 0.75, -0.25, 0.25);

Model model(const std::string& activation, const std::string& symmetry, const std::string& energy, const std::string& limit) {
  Model m;
  m.network.hidden = {13, 48, 7};
  m.network.embedding = 10;
  m.network.activation = activation;
  m.network.symmetry = symmetry;
  m.network.energy = energy;
  m.network.limit = limit;
  m.reference = kReference;
  m.frequencies = embedding_frequencies(m.network, 1);
  m.weights.resize(static_cast<std::size_t>(parameter_count(m.network, 2)));
  fill_normals({2, Stream::network_init, 0}, 0, m.weights);
  for (double& w : m.weights) w *= 0.3;
  return m;
}

std::vector<float> some_points(std::size_t count) {
  std::vector<double> normals(2 * count);
  fill_normals({3, Stream::prior, 0}, 0, normals);
  return {normals.begin(), normals.end()};
}

std::vector<float> answers(const FusedMlp& mlp, double l, const std::vector<float>& xh) {
  std::vector<float> out(xh.size());
  mlp.evaluate(l, xh, out);
  return out;
}

FusedMlp fused(const Model& m) { return FusedMlp(m.network, m.frequencies, m.weights, m.reference); }

// The fast evaluation in the plane is the network of the description, with its factor 1/cosh(l) where it has a limit.
TEST(PlaneNetwork, IsThePlainNetwork) {
  const auto xh = some_points(37);
  for (const char* activation : {"silu", "tanh", "leaky-relu"}) {
    for (const char* limit : {"none", "smooth"}) {
      const Model m = model(activation, "odd", "no", limit);
      const FusedMlp mlp = fused(m);
      for (const double l : {-4.0, -1.0, -0.1}) {
        const auto got = answers(mlp, l, xh);
        const double scale = std::string(limit) == "smooth" ? 1.0 / std::cosh(l) : 1.0;
        for (std::size_t i = 0; i < xh.size(); i += 2) {
          const auto expected = test::plain_network(m.network, m.frequencies, m.weights, std::vector<double>{xh[i], xh[i + 1]}, l);
          for (std::size_t c = 0; c < 2; ++c)
            ASSERT_NEAR(got[i + c], scale * expected[c], 2e-6 * (1.0 + std::abs(expected[c]))) << activation;
        }
      }
    }
  }
}

// The answer of an energy is the gradient of its potential along each axis, times sqrt(v_n/v_i); with symmetry = odd it is odd, and the
// potential even.
TEST(PlaneNetwork, EnergyIsAGradient) {
  const auto xh = some_points(21);
  for (const char* activation : {"silu", "tanh"}) {
    for (const char* symmetry : {"none", "odd"}) {
      const Model m = model(activation, symmetry, "yes", "smooth");
      const FusedMlp mlp = fused(m);
      const double l = -0.7;
      const auto got = answers(mlp, l, xh);
      const auto potential = [&](double x, double y) {
        return test::plain_energy(m.network, m.frequencies, m.weights, {x, y}, l) / std::cosh(l);
      };
      std::vector<float> psi(xh.size() / 2);
      mlp.potential(l, xh, psi);
      for (std::size_t i = 0; i < xh.size(); i += 2) {
        const double x = xh[i], y = xh[i + 1], h = 1e-5;
        const double slopes[] = {(potential(x + h, y) - potential(x - h, y)) / (2.0 * h),
                                 (potential(x, y + h) - potential(x, y - h)) / (2.0 * h)};
        ASSERT_NEAR(psi[i / 2], potential(x, y), 1e-5);
        for (std::size_t c = 0; c < 2; ++c) {
          ASSERT_NEAR(got[i + c], slopes[c] * std::sqrt(kReference.variances[1] / kReference.variances[c]), 1e-5) << activation << symmetry;
        }
      }
    }
  }
}

double curl(const Score& score, const NoiseLevel& level, double x, double y, double h) {
  const auto at = [&](double a, double b) {
    std::vector<double> point = {a, b}, out(2);
    score.evaluate(level, point, out);
    return out;
  };
  return (at(x + h, y)[1] - at(x - h, y)[1]) / (2.0 * h) - (at(x, y + h)[0] - at(x, y - h)[0]) / (2.0 * h);
}

// What is learnt of P itself is a potential of the score.
TEST(PlaneNetwork, ScoreIsTheGradientOfTheLogDensity) {
  const Model m = model("tanh", "odd", "yes", "smooth");
  const NoiseLevel level = Schedule(0.5, 10.0).at(0.3);
  const double h = 0.02;
  const std::vector<double> at = {0.4, -0.3}, around = {0.4 + h, -0.3, 0.4 - h, -0.3, 0.4, -0.3 + h, 0.4, -0.3 - h};
  std::vector<double> score(2), log_density(4);
  make_learnt_score(m)->evaluate(level, at, score);
  std::vector<double> whitened(8);
  m.reference.whiten(level, around, whitened);
  LearntDensity(m).log_density(level, whitened, log_density);
  EXPECT_NEAR((log_density[0] - log_density[1]) / (2.0 * h), score[0], 2e-3);
  EXPECT_NEAR((log_density[2] - log_density[3]) / (2.0 * h), score[1], 2e-3);
}

// The score of an energy has no curl, to the rounding of single precision; one of two answers has.
TEST(PlaneNetwork, ScoreOfAnEnergyHasNoCurl) {
  const NoiseLevel level = Schedule(1.0, 10.0).at(0.2);
  for (const char* energy : {"yes", "no"}) {
    const auto score = make_learnt_score(model("silu", "none", energy, "smooth"));
    double most = 0.0;
    for (const double x : {-0.8, 0.1, 0.9}) {
      for (const double y : {-0.5, 0.2}) most = std::max(most, std::abs(curl(*score, level, x, y, 0.03)));
    }
    EXPECT_TRUE(std::string(energy) == "yes" ? most < 2e-3 : most > 0.05) << energy << " " << most;
  }
}

// The score of a Gaussian by its own reference: the flow does not move whitened numbers, and any sampler makes the Gaussian exactly.
TEST(PlaneFlow, GaussianIsSampledExactly) {
  const GaussianScore score(kReference);
  PointFlow flow(score, kReference);
  const NoiseLevel level = Schedule(0.5, 10.0).at(0.4);
  std::vector<double> point = {0.7, -0.3}, got(2), whitened(2), slope(2);
  score.evaluate(level, point, got);
  const double a = 0.75 * level.kept * level.kept + level.noise_variance, b = -0.25 * level.kept * level.kept,
               d = 0.25 * level.kept * level.kept + level.noise_variance, x = point[0] - 0.2 * level.kept, y = point[1] + 0.1 * level.kept;
  EXPECT_NEAR(got[0], -(d * x - b * y) / (a * d - b * b), 1e-12);
  EXPECT_NEAR(got[1], -(a * y - b * x) / (a * d - b * b), 1e-12);
  kReference.whiten(level, point, whitened);
  flow.slope(level, whitened, slope);
  EXPECT_NEAR(std::abs(slope[0]) + std::abs(slope[1]), 0.0, 1e-9);
  constexpr std::size_t kCount = 40000;
  for (const char* name : {"adams4", "sde2"}) {
    std::vector<double> xy(2 * kCount);
    BackwardProcess(Schedule(1.0, 10.0), kReference.scale(), {name, 12}).run(flow, 3, 0, xy, [](std::size_t, std::span<const double>) {});
    double xx = 0.0, off = 0.0, yy = 0.0;
    for (std::size_t i = 0; i < kCount; ++i) {
      xx += std::pow(xy[2 * i] - 0.2, 2);
      off += (xy[2 * i] - 0.2) * (xy[2 * i + 1] + 0.1);
      yy += std::pow(xy[2 * i + 1] + 0.1, 2);
    }
    EXPECT_NEAR(xx / kCount, 0.75, 4.5 * 0.75 * std::sqrt(2.0 / kCount)) << name;
    EXPECT_NEAR(yy / kCount, 0.25, 4.5 * 0.25 * std::sqrt(2.0 / kCount)) << name;
    EXPECT_NEAR(off / kCount, -0.25, 4.5 * std::sqrt((0.75 * 0.25 + 0.0625) / kCount)) << name;
  }
}

// Steps of the flow of a score that is not its reference's: along each axis d xh_i/dl of the denoiser's equation dy/dr = (y - D)/r.
TEST(PlaneFlow, SlopeIsThatOfTheProbabilityFlow) {
  const GaussianScore score(PointReference({0.0, 0.0}, 0.5, 0.1, 0.4));
  PointFlow flow(score, kReference);
  const Schedule schedule(0.0, 10.0);
  const double l = -0.8, h = 1e-5, root = std::sqrt(kReference.variances[0]);
  const auto level_at = [&](double at) { return schedule.at_ratio(root / std::sinh(-at)); };
  std::vector<double> whitened = {0.4, -1.1}, slope(2), x(2), s(2), ahead(2);
  flow.slope(level_at(l), whitened, slope);
  const auto advance = [&](double by) {
    kReference.unwhiten(level_at(l), whitened, x);
    score.evaluate(level_at(l), x, s);
    const double r = noise_ratio(level_at(l)), dr = noise_ratio(level_at(l + by)) - r;
    for (std::size_t c = 0; c < 2; ++c) x[c] -= r * s[c] * dr;  // VE: y - D = -r^2 s
    kReference.whiten(level_at(l + by), x, ahead);
    return ahead;
  };
  const std::vector<double> up = advance(h), down = advance(-h);
  for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(slope[c], (up[c] - down[c]) / (2.0 * h), 1e-6);
}

// The last step, to t = 0, of a Gaussian that is not the reference, against the exact map y -> C^(1/2) (C + r^2)^(-1/2) y of its
// probability flow: off by O(r^4). Half the step, as for the flow alone, is off by O(r^2).
TEST(PlaneFlow, FinishIsTheFlowToTheEnd) {
  const double c_xx = 0.6, c_yy = 0.3;
  const GaussianScore score(PointReference({0.0, 0.0}, c_xx, 0.0, c_yy));
  const PointReference reference({0.0, 0.0}, 0.75, 0.0, 0.25);
  PointFlow flow(score, reference);
  double before = 0.0;
  for (const double r : {0.1, 0.05}) {
    const NoiseLevel level = Schedule(1.0, 10.0).at_ratio(r);
    std::vector<double> x = {0.7 * level.kept, -0.4 * level.kept}, whitened(2), end(2);
    reference.whiten(level, x, whitened);
    flow.finish(level, whitened);
    reference.unwhiten({0.0, 1.0, 0.0}, whitened, end);
    const double off = std::hypot(end[0] - 0.7 * std::sqrt(c_xx / (c_xx + r * r)), end[1] + 0.4 * std::sqrt(c_yy / (c_yy + r * r)));
    EXPECT_LT(off, 2.0 * std::pow(r, 4)) << r;
    if (before > 0.0) {
      EXPECT_NEAR(before / off, 16.0, 2.0);
    }
    before = off;
  }
}

// A curve through the plane: neighbours along it are neighbours in the plane, and all points stay.
TEST(DataOrder, FollowsACurve) {
  constexpr std::size_t kCount = 20000;
  std::vector<double> normals(2 * kCount), xy(2 * kCount);
  fill_normals({4, Stream::prior, 0}, 0, normals);
  kReference.unwhiten({0.0, 1.0, 0.0}, normals, xy);
  std::vector<double> ordered = xy;
  order_for_picks(ordered, kReference);
  double together = 0.0, before = 0.0;
  for (std::size_t i = 2; i < ordered.size(); i += 2) {
    together += std::hypot(ordered[i] - ordered[i - 2], ordered[i + 1] - ordered[i - 1]);
    before += std::hypot(xy[i] - xy[i - 2], xy[i + 1] - xy[i - 1]);
  }
  EXPECT_LT(together, 0.029 * before);  // along a Z-order curve 0.040
  const auto sum = [](const std::vector<double>& v) {
    std::vector<double> sorted = v;
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  };
  EXPECT_EQ(sum(ordered), sum(xy));
}

}  // namespace
}  // namespace scorefield
