// What is known exactly about a model's distribution, and how to draw from it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "deck/params.h"

namespace scorefield {

constexpr int kMaxOrder = 8;  ///< moments and cumulants go up to this order

/// Values of order 1 .. 8; element n-1 has order n.
using Orders = std::array<double, kMaxOrder>;

/// A point of the forward process: x_t = kept x_0 + sqrt(noise_variance) eps.
struct NoiseLevel {
  double time = 0.0;
  double kept = 1.0;            ///< f(t,0)
  double noise_variance = 0.0;  ///< Xi(t)
};

/// The distribution P_0 of a zero-dimensional model and its convolutions along the forward process.
/// All functions are local; arrays hold one number a configuration.
class ExactLaw {
 public:
  virtual ~ExactLaw() = default;

  /// Independent draws number first, first+1, ... for this seed.
  virtual void draw(std::uint64_t seed, std::uint64_t first, std::span<double> x) const = 0;
  /// d/dx log P(x; t).
  virtual void score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const = 0;
  /// Cumulants of P_0.
  virtual Orders cumulants() const = 0;
  /// log E exp(source x) under P_0.
  virtual double generating_function(double source) const = 0;
  /// Probability that x_t < x.
  virtual double distribution_function(const NoiseLevel& level, double x) const = 0;
  /// True if P(-x) = P(x).
  virtual bool symmetric() const = 0;
};

/// Cumulants at a level: kappa_n f^n, and Xi added to the second (doc/forward-process.md).
Orders cumulants_at(const Orders& initial, const NoiseLevel& level);

/// W[J] at a level: Xi J^2 / 2 + W_0[f J].
double generating_function_at(const ExactLaw& law, const NoiseLevel& level, double source);

/// The law of the deck's model.
std::unique_ptr<ExactLaw> make_exact_law(const ModelParams& model);

}  // namespace scorefield
