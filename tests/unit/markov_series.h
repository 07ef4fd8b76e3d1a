// Markov chains whose autocorrelations are known, and the distribution of deviations in units of their errors.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "base/rng.h"

namespace scorefield::test {

/// x_{i+1} = a x_i + sqrt(1 - a^2) n_i from equilibrium: mean 0, variance 1, rho(t) = a^t.
inline std::vector<double> ar1(double a, std::size_t count, std::uint64_t seed) {
  std::vector<double> x(count);
  fill_normals({seed, Stream::prior, 0}, 0, x);
  for (std::size_t i = 1; i < count; ++i) x[i] = a * x[i - 1] + std::sqrt(1.0 - a * a) * x[i];
  return x;
}

inline double ar1_tau(double a) { return (1.0 + a) / (2.0 * (1.0 - a)); }

/// Chains of the given lengths, with seeds seed, seed + 1, ...
inline std::vector<std::vector<double>> ar1_replicas(double a, const std::vector<std::size_t>& lengths, std::uint64_t seed) {
  std::vector<std::vector<double>> replicas;
  for (const std::size_t n : lengths) replicas.push_back(ar1(a, n, seed++));
  return replicas;
}

/// Mean and root mean square of numbers that should be unit normal.
class Pulls {
 public:
  void add(double pull) {
    count_ += 1.0;
    sum_ += pull;
    squares_ += pull * pull;
  }
  double mean() const { return sum_ / count_; }
  double rms() const { return std::sqrt(squares_ / count_); }

 private:
  double count_ = 0.0, sum_ = 0.0, squares_ = 0.0;
};

}  // namespace scorefield::test
