// Two Gaussian peaks: P_0 = w N(mu0, sigma0^2) + (1-w) N(-mu0, sigma0^2). Source: arXiv 2410.21212.
#pragma once

#include "physics/exact_law.h"

namespace scorefield {

/// With h = (1/2) log(w/(1-w)), m = mu0 f and s^2 = sigma0^2 f^2 + Xi:
///   score       -x/s^2 + (m/s^2) tanh(m x/s^2 + h)
///   W[J]        sigma0^2 J^2/2 + log(w e^{mu0 J} + (1-w) e^{-mu0 J})
///   cumulants   mu0^n times those of +-1 with mean a = 2w-1, plus sigma0^2 for n = 2.
class TwoPeak : public ExactLaw {
 public:
  TwoPeak(double mu0, double sigma0, double weight);

  void draw(std::uint64_t seed, std::uint64_t first, std::span<double> x) const override;
  void score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override;
  Orders cumulants() const override;
  double generating_function(double source) const override;
  double distribution_function(const NoiseLevel& level, double x) const override;
  bool symmetric() const override;

 private:
  double mu0_;
  double sigma0_;
  double weight_;
};

}  // namespace scorefield
