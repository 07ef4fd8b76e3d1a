#include "denoiser/learning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lattice_support.h"

namespace scorefield {
namespace {

constexpr FieldShape kShape{4, 8};
constexpr std::size_t kSites = 32;

Params params_for(const std::string& kind, const std::string& activation) {
  Params params;
  params.model.name = "phi4";
  params.lattice.size = {4, 8};
  params.run.device = "cpu";
  params.network.kind = kind;
  params.network.activation = activation;
  params.network.symmetry = "odd";
  params.network.embedding = 8;
  params.network.channels = {8, 8};
  params.network.hidden = {16};
  params.train.steps = 300;
  params.train.warmup = 5;
  params.train.learning_rate = 1e-2;
  return params;
}

FieldReference reference() {
  FieldReference made{kShape, 0.0, {}, {}};
  for (std::size_t k = 0; k < kSites; ++k) made.spectrum.push_back(2.0 / (1.0 + static_cast<double>(std::min(k % 8, 8 - k % 8))));
  made.zero = {{{1.0, 0.0, made.spectrum[0]}}};
  return made;
}

/// R of a network with random weights.
class RandomNetwork {
 public:
  RandomNetwork(const std::string& kind, const std::string& activation, const std::string& normalisation = "none")
      : reference_(reference()) {
    NetworkParams network = params_for(kind, activation).network;
    network.normalisation = normalisation;
    const auto count = static_cast<std::size_t>(field_parameter_count(network, kShape));
    weights_ = {network, test::some_normals(4, 3), test::some_normals(count, 4)};
    for (double& w : weights_.weights) w *= 0.2;
  }
  std::vector<double> at_sites(const std::vector<double>& phi) const {
    const NoCorrection none;
    const auto correction = learning().network_correction(reference_, none, weights_, reference_.widest(), "cpu");
    Hartley hartley = Hartley::orthogonal(kShape);
    std::vector<double> y(kSites), r(kSites);
    hartley.transform(phi, y);
    correction->worker()->evaluate(ReferenceLevel(reference_, 0.7), y, r);
    hartley.transform(r, r);
    return r;
  }

 private:
  FieldReference reference_;
  FieldWeights weights_;
};

std::vector<double> moved(const std::vector<double>& phi, std::size_t y, std::size_t x) {
  std::vector<double> to(kSites);
  for (std::size_t i = 0; i < kSites; ++i) to[(i / 8 + y) % 4 * 8 + (i % 8 + x) % 8] = phi[i];
  return to;
}

double largest(const std::vector<double>& values) {
  double most = 0.0;
  for (const double v : values) most = std::max(most, std::fabs(v));
  return most;
}

double distance(std::vector<double> a, const std::vector<double>& b, double sign) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += sign * b[i];
  return largest(a);
}

// R(-y) = -R(y) for every kind, with activations that are odd and one that is not; single precision.
TEST(FieldNetwork, Odd) {
  for (const char* kind : {"resnet", "unet", "mlp"}) {
    for (const char* activation : {"cubic", "tanh", "silu"}) {
      for (const char* normalisation : {"none", "group"}) {
        if (std::string(kind) == "mlp" && std::string(normalisation) == "group") continue;
        const RandomNetwork network(kind, activation, normalisation);
        std::vector<double> phi = test::some_normals(kSites, 8), negative = phi;
        for (double& v : negative) v = -v;
        const std::vector<double> r = network.at_sites(phi);
        EXPECT_GT(largest(r), 1e-3) << kind;
        EXPECT_LT(distance(r, network.at_sites(negative), 1.0), 1e-5 * (1.0 + largest(r))) << kind << activation << normalisation;
      }
    }
  }
}

// Convolutions move with the field: a resnet by any number of sites, a unet of two resolutions by an even one; a dense network does not.
TEST(FieldNetwork, MovesWithTheField) {
  const std::vector<double> phi = test::some_normals(kSites, 8);
  const auto error = [&](const char* kind, std::size_t y, std::size_t x) {
    const RandomNetwork network(kind, "cubic");
    const std::vector<double> r = network.at_sites(phi);
    return distance(moved(r, y, x), network.at_sites(moved(phi, y, x)), -1.0) / largest(r);
  };
  EXPECT_LT(error("resnet", 1, 3), 1e-4);
  EXPECT_LT(error("unet", 2, 4), 1e-4);
  EXPECT_GT(error("unet", 1, 1), 1e-2);
  EXPECT_GT(error("mlp", 2, 4), 1e-2);
}

/// Configurations [first, end) of a batch with target 0.3 u^3 - 0.2 u, u the first input.
FieldBatch batch_of(std::uint64_t step, std::int64_t first, std::int64_t end) {
  FieldBatch batch;
  for (std::int64_t i = first; i < end; ++i) {
    const auto inputs = test::some_normals(kNetworkInputs * kSites, 1000 * step + static_cast<std::uint64_t>(i));
    for (const double v : inputs) batch.inputs.push_back(static_cast<float>(v));
    for (std::size_t x = 0; x < kSites; ++x) batch.targets.push_back(static_cast<float>(0.3 * std::pow(inputs[x], 3) - 0.2 * inputs[x]));
    batch.coordinates.push_back(-2.0F);
  }
  return batch;
}

// The loss of a planted cubic falls to a tenth, and going on from a state gives the same numbers as going on at once.
TEST(FieldTrainer, LearnsAndGoesOn) {
  const Comm self = Comm::self();
  const Params params = params_for("resnet", "cubic");
  const auto trainer = learning().field_trainer(self, params, kShape, 5, "cpu"),
             other = learning().field_trainer(self, params, kShape, 5, "cpu");
  double first = 0.0;
  for (std::uint64_t step = 0; step < 150; ++step) {
    const double loss = trainer->step(batch_of(step, 0, 8), 8);
    if (step == 0) first = loss;
  }
  other->restore(trainer->state());
  for (std::uint64_t step = 150; step < 250; ++step) trainer->step(batch_of(step, 0, 8), 8);
  for (std::uint64_t step = 150; step < 250; ++step) other->step(batch_of(step, 0, 8), 8);
  EXPECT_LT(trainer->loss(batch_of(999, 0, 8), 8), 0.1 * first);
  EXPECT_EQ(trainer->state().weights, other->state().weights);
}

// Each rank with its part of a batch: first gradients as those of one rank with all of it, to 1e-5 of the largest.
TEST(FieldTrainer, RanksShareABatch) {
  const Comm self = Comm::self();
  const Comm& world = test::world();
  const Params params = params_for("unet", "cubic");
  const auto alone = learning().field_trainer(self, params, kShape, 5, "cpu"),
             together = learning().field_trainer(world, params, kShape, 5, "cpu");
  const Range mine = share(8, world.size(), world.rank());
  const double loss = together->step(batch_of(1, mine.begin, mine.end), 8);
  EXPECT_NEAR(loss, alone->step(batch_of(1, 0, 8), 8), 1e-5 * loss);
  const auto a = together->state().gradient_mean, b = alone->state().gradient_mean;
  EXPECT_GT(largest(b), 0.0);
  EXPECT_LT(distance(a, b, -1.0), 1e-5 * largest(b));
}

}  // namespace
}  // namespace scorefield
