// Markov chains of a configuration given its noisy version, for the exact denoiser and so the exact score of a lattice action.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ensemble/chains.h"
#include "ensemble/hmc.h"

namespace scorefield {

/// Chains with the law p(phi | y) ~ exp(-S(phi) - sum_x (y - phi)^2/(2 r^2)), y = phi_0 + r eps: a theory with the mass raised by 1/r^2 in
/// the external field y/r^2. Its mean is the denoiser D*(y), and the score of y is (D* - y)/r^2 (Tweedie). The phi_0 that made y is a draw
/// of it already, so that a chain from there needs no thermalisation. Updates are trajectories of HMC, each with a heat-bath choice between
/// phi and -phi, where S is even: p(-phi)/p(phi) = exp(-2 a), a = sum_x phi y/r^2. Without that choice the two signs of a broken phase
/// would not mix. One whole lattice, one thread; the object holds what it works in. Local.
class Posterior {
 public:
  /// Of phi^4 theory or the free field. InputError for other models.
  Posterior(ModelParams model, const Extents& lattice, std::uint64_t seed);
  ~Posterior();
  Posterior(const Posterior&) = delete;
  Posterior& operator=(const Posterior&) = delete;

  /// The noise r; the trajectory's length and step follow from it and from the mean of phi^2.
  void set_noise(double ratio, double variance);
  /// Starts chain number `chain`, which selects its random numbers: at `phi`, given `y`, both [row][column].
  void start(std::int64_t chain, std::span<const double> y, std::span<const double> phi);
  /// `count` updates. Adds tanh(a) phi after each to `sum`: the mean of phi over the choice of signs.
  void advance(std::int64_t count, std::span<double> sum);

  /// Updates since the last set_noise, and their mean acceptance; 0 if there were none.
  std::int64_t updates() const { return updates_; }
  double acceptance() const;

 private:
  class Action;

  Extents lattice_;
  ModelParams model_;
  std::uint64_t seed_;
  Comm self_;
  Domain domain_;
  Layout layout_;
  Field noisy_;  ///< y
  std::unique_ptr<Action> action_;
  std::unique_ptr<Workspace> work_;
  std::vector<std::unique_ptr<Hmc>> trajectories_;  ///< in turn: some for most modes, and one for the slowest
  ChainGroup group_;
  double ratio_ = 0.0;
  std::uint64_t update_ = 0;
  double accepted_ = 0.0;
  std::int64_t updates_ = 0;
};

}  // namespace scorefield
