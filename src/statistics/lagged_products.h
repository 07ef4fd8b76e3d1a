// Sums of products at a distance along Markov chains: what autocorrelation times are made of. Local; no errors.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace scorefield {

/// Chains of one observable from independent runs of one simulation, of any lengths: [replica][configuration].
using Replicas = std::span<const std::vector<double>>;

/// sum_r sum_i d_r[i] d_r[i + t] for lags t = 0, 1, ... of deviations d_r from a mean, computed only as far as they are asked for. Up to
/// 2048 lags directly: one multiplication a lag and configuration. Beyond, by Fourier transforms, eight times as many each time, so
/// that chains that never forget their start (one a phase, say) cost N log N, not N^2.
class LaggedProducts {
 public:
  /// Keeps the span.
  explicit LaggedProducts(Replicas deviations);

  /// The sum at `lag`; 0 from the length of the longest chain on.
  double sum(std::size_t lag);
  /// Its number of terms, sum_r max(N_r - t, 0).
  double pairs(std::size_t lag) const;
  /// Length of the longest chain.
  std::size_t longest() const { return longest_; }

 private:
  void extend_directly();
  void extend_by_transforms();

  Replicas deviations_;
  std::size_t longest_ = 0;
  std::vector<double> sums_;
};

}  // namespace scorefield
