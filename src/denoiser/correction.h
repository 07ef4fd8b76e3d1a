// What a lattice score has beyond its reference.
#pragma once

#include <memory>
#include <span>

#include "denoiser/field_reference.h"

namespace scorefield {

/// Evaluates a correction; it holds what it works in, so that each thread has its own.
class CorrectionWorker {
 public:
  virtual ~CorrectionWorker() = default;
  /// R(y) = D(y) - D_ref(y) of several fields at one noise, all in orthogonal Hartley coefficients, [field][k].
  virtual void evaluate(const ReferenceLevel& level, std::span<const double> y, std::span<double> out) = 0;
};

class Correction {
 public:
  virtual ~Correction() = default;
  /// The correction must outlive it.
  virtual std::unique_ptr<CorrectionWorker> worker() const = 0;
};

/// None: the score of the reference alone.
class NoCorrection : public Correction {
 public:
  std::unique_ptr<CorrectionWorker> worker() const override;
};

}  // namespace scorefield
