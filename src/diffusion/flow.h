// What the integrators of the backward process need of a model: whitened numbers, and how they move.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/point_reference.h"
#include "diffusion/score.h"

namespace scorefield {

/// Corrections of configurations at a level: how many, and their random numbers.
struct Relaxation {
  std::int64_t count = 0;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;   ///< of the backward process
  std::uint64_t first = 0;  ///< number of the first configuration
};

/// Whitened numbers xh are standard normal where the data have the law of the reference, and then the reference's part of the
/// probability flow does not move them (doc/samplers.md). Arrays hold whole configurations, one behind the other. Objects may hold what
/// they work in: one a thread.
class Flow {
 public:
  virtual ~Flow() = default;
  /// Numbers of a configuration.
  virtual std::size_t numbers() const = 0;
  /// d xh/dl at a level, along the probability flow.
  virtual void slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) = 0;
  /// The forward process from a level to a noisier one, with standard normal numbers `noise`.
  virtual void lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) = 0;
  /// Moves configurations at a level without changing the law that the score stands for, where that is known: else not at all.
  virtual void relax(const NoiseLevel& /*level*/, const Relaxation& /*random*/, std::span<double> /*whitened*/) {}
  /// From a low level to t = 0 with the score taken as constant; no noise.
  virtual void finish(const NoiseLevel& from, std::span<double> whitened) = 0;
  /// The configurations x_t themselves; `whitened` and `out` may be the same array.
  virtual void to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) = 0;
  /// d/dx log P(x; t).
  virtual void score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) = 0;
};

/// Of zero-dimensional configurations, whitened along the axes of their covariance. With R = D - D_ref what the denoiser D(y) = (Xi s +
/// x)/f has beyond that of the reference, y = x/f and r = sqrt(Xi)/f:
///   d xh_i/dl = -R_i sqrt(r^2 + v)/(sqrt(v) sqrt(v_i + r^2)),   R_i = r^2 f (s_i + xh_i/sqrt(v_i f^2 + Xi)),   v the largest v_i.
class PointFlow : public Flow {
 public:
  PointFlow(const Score& score, PointReference reference) : score_(score), reference_(std::move(reference)) {}
  std::size_t numbers() const override { return reference_.components(); }
  void slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) override;
  void lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) override;
  void finish(const NoiseLevel& from, std::span<double> whitened) override;
  void to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) override;
  void score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) override { score_.evaluate(level, x, out); }

 private:
  const Score& score_;
  PointReference reference_;
  std::vector<double> field_, values_;
};

}  // namespace scorefield
