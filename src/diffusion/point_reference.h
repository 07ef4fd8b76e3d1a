// The Gaussian with the mean and covariance of zero-dimensional configurations, by which samplers and networks whiten them. Local.
#pragma once

#include <span>
#include <vector>

#include "base/mpi.h"
#include "diffusion/schedule.h"

namespace scorefield {

/// Configurations of one number x, or of two, (x, y), one behind the other in arrays. Along the axes of the covariance the numbers are
/// independent under this Gaussian, and at a level of the forward process they have the variances v_i f^2 + Xi. Whitened numbers are
///   xh_i = a_i (x - f mean)/sqrt(v_i f^2 + Xi).
struct PointReference {
  /// One number.
  PointReference() : PointReference(0.0, 1.0) {}
  PointReference(double of_mean, double variance) : mean{of_mean}, variances{variance}, axes{1.0} {}
  /// Two, with the covariance ((xx, xy), (xy, yy)).
  PointReference(std::vector<double> of_mean, double xx, double xy, double yy);

  std::vector<double> mean;
  std::vector<double> variances;  ///< v_i along the axes, the largest first
  std::vector<double> axes;       ///< [axis][component], orthonormal

  /// Numbers of a configuration.
  std::size_t components() const { return mean.size(); }
  /// The variance that sets the level coordinate: the largest.
  Reference scale() const { return {mean.front(), variances.front()}; }
  /// sqrt(v_i f^2 + Xi).
  double deviation(const NoiseLevel& level, std::size_t axis) const { return total_deviation(level, {0.0, variances[axis]}); }

  /// Whitened numbers of configurations, and back. `from` and `to` may be the same array.
  void whiten(const NoiseLevel& level, std::span<const double> from, std::span<double> to) const;
  void unwhiten(const NoiseLevel& level, std::span<const double> from, std::span<double> to) const;
  /// Components along the axes made of those along x and y, or of whitened numbers without their scale, and the inverse.
  void to_axes(std::span<const double> from, std::span<double> to) const;
  void from_axes(std::span<const double> from, std::span<double> to) const;
};

/// sqrt(v_n/v_i), v_n the smallest variance: by what the gradient of an energy is multiplied along each axis (learning/mlp.h).
std::vector<double> energy_slopes(const PointReference& reference);

/// Mean and covariance of configurations of one or two numbers of which each rank holds `part`, summed exactly: the same for any
/// distribution. `centred`: about 0, which is known to be their mean. InputError if points of the plane do not fluctuate along an axis.
/// Collective.
PointReference measure_reference(const Comm& comm, std::span<const double> part, std::size_t components, bool centred = false);

}  // namespace scorefield
