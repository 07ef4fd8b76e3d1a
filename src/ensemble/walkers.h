// Complex Langevin walkers of a zero-dimensional model: z = x + i y with
//   dx = K_x dt + sqrt(2 N_x) dW_x,   dy = K_y dt + sqrt(2 N_y) dW_y,   K = -dS/dz,   N_x - N_y = 1
// (Parisi 1983, Klauder 1983; complex noise as in Aarts, Seiler, Stamatescu 2009).
#pragma once

#include <cstdint>
#include <span>

#include "deck/params.h"
#include "physics/complex_action.h"

namespace scorefield {

/// How a step of Langevin time h is made. All noise is Gaussian.
enum class WalkerScheme {
  euler,         ///< z + h K(z) + noise: averages are wrong by O(h)
  second_order,  ///< stochastic Heun, z + h [K(z) + K(z + h K(z) + noise)]/2 + noise: wrong by O(h^2), for any drift
  exact,         ///< the Gaussian model's transition probability: no error at any h
};

/// Independent walkers, each a pure function of (seed, its number): they start from x normal, y = 0, move for a time, and then leave
/// `length` configurations at equal distances of Langevin time. Configuration i is number i mod length of walker i / length.
///
/// Where |K| h exceeds `largest_drift`, a walker's step is made shorter by a power of two, from the state before it; the times of
/// configurations stay the same, so that no configuration is worth more than another (Aarts, James, Seiler, Stamatescu 2010).
class Walkers {
 public:
  /// `generate.noise_y` is N_y. Scheme `exact` is for lambda = 0.
  Walkers(const QuarticAction& action, const GenerateParams& generate, std::uint64_t seed);

  /// Configurations first, first + 1, ... (`first` a multiple of the walkers' length) as x, y, x, y, ... Local, from any thread.
  /// NumericalError if a walker runs away: it names the walker, the time and the cure.
  void draw(std::int64_t first, std::span<double> xy) const;

 private:
  class Group;

  /// Of the Gaussian model over an update: z e^{-sigma t} plus noise of two normals.
  struct Transition {
    ComplexNumber<double> kept;
    double xx, yx, yy;  ///< Cholesky factor of the noise's covariance
  };
  static Transition transition_of(std::complex<double> sigma, double noise_y, double time);

  bool draws_y() const { return noise_y_ > 0.0 || scheme_ == WalkerScheme::exact; }

  QuarticAction action_;
  WalkerScheme scheme_;
  std::int64_t steps_;  ///< of an update
  double step_;
  double root_x_, root_y_;  ///< standard deviation of a step's noise
  double noise_y_;
  double largest_drift_;
  double largest_square_;                              ///< of a drift that a whole step is made with
  std::int64_t thermalisation_, separation_, length_;  ///< updates, updates, configurations
  std::uint64_t seed_;
  Transition transition_{};
};

/// The action of a walker model of the deck.
QuarticAction action_of(const ModelParams& model);

}  // namespace scorefield
