// The score of the noisy distribution, exact or learnt, behind one interface.
#pragma once

#include <span>

#include "diffusion/point_reference.h"

namespace scorefield {

class Score {
 public:
  virtual ~Score() = default;
  /// Gradients of log P(x; t) at configurations x, their numbers one behind the other. Local; safe to call from several threads.
  void evaluate(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const;

 private:
  virtual void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const = 0;
};

/// The score of the Gaussian with this mean and covariance: -xh_i/sqrt(v_i f^2 + Xi) along each axis.
class GaussianScore : public Score {
 public:
  explicit GaussianScore(PointReference reference) : reference_(std::move(reference)) {}

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override;
  PointReference reference_;
};

/// The score of a law that is known.
class ExactScore : public Score {
 public:
  explicit ExactScore(const ExactLaw& law) : law_(law) {}

 private:
  void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const override;
  const ExactLaw& law_;
};

}  // namespace scorefield
