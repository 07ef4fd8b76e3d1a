// The score of the noisy distribution, exact or learnt, behind one interface.
#pragma once

#include <span>

#include "diffusion/schedule.h"

namespace scorefield {

class Score {
 public:
  virtual ~Score() = default;
  /// out_i = d/dx log P(x_i; t). Local; safe to call from several threads.
  void evaluate(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const;

 private:
  virtual void compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const = 0;
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
