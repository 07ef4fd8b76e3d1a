#include "statistics/lagged_products.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace scorefield {
namespace {

constexpr std::size_t kLagsAtOnce = 32;    ///< sums that stay in registers
constexpr std::size_t kPiece = 4096;       ///< products that are added one by one; such sums are then added
constexpr std::size_t kDirectLags = 2048;  ///< from here on transforms are faster
constexpr std::size_t kGrowth = 8;

using Complexes = std::vector<std::complex<double>>;

/// sums[l] += sum_{i < count} d[i] shifted[i + l].
void add_products(const double* d, const double* shifted, std::size_t count, double* sums) {
  double sum[kLagsAtOnce] = {};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t l = 0; l < kLagsAtOnce; ++l) sum[l] += d[i] * shifted[i + l];
  }
  for (std::size_t l = 0; l < kLagsAtOnce; ++l) sums[l] += sum[l];
}

/// The same for lags first, first + 1, ... of a whole chain.
void add_lags(std::span<const double> d, std::size_t first, double* sums) {
  if (d.size() <= first) return;
  const std::size_t starts = d.size() - first;  // i that have a partner at the first lag
  const std::size_t full = starts - std::min(starts, kLagsAtOnce - 1);
  for (std::size_t i = 0; i < full; i += kPiece) add_products(&d[i], &d[i + first], std::min(kPiece, full - i), sums);
  for (std::size_t i = full; i < starts; ++i) {
    for (std::size_t l = 0; i + first + l < d.size(); ++l) sums[l] += d[i] * d[i + first + l];
  }
}

/// e^{-2 pi i j/n} for j < n/2.
Complexes roots_of_unity(std::size_t n) {
  Complexes roots(n / 2);
  for (std::size_t j = 0; j < n / 2; ++j) {
    roots[j] = std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(n));
  }
  return roots;
}

/// In place, sum_j z_j e^{-2 pi i j k/n}; n is a power of 2 (Stockham's radix-2 form). `next` is room for n numbers.
void fourier_transform(Complexes& z, const Complexes& roots, Complexes& next) {
  const std::size_t n = z.size();
  for (std::size_t stride = 1; stride < n; stride *= 2) {
    const std::size_t half = n / (2 * stride);
    for (std::size_t p = 0; p < half; ++p) {
      const double c = roots[p * stride].real(), s = roots[p * stride].imag();
      for (std::size_t q = 0; q < stride; ++q) {
        const std::complex<double> a = z[p * stride + q], b = z[(p + half) * stride + q];
        const double re = a.real() - b.real(), im = a.imag() - b.imag();
        next[2 * p * stride + q] = a + b;
        next[(2 * p + 1) * stride + q] = {re * c - im * s, re * s + im * c};
      }
    }
    z.swap(next);
  }
}

}  // namespace

LaggedProducts::LaggedProducts(Replicas deviations) : deviations_(deviations) {
  for (const auto& chain : deviations) longest_ = std::max(longest_, chain.size());
}

double LaggedProducts::sum(std::size_t lag) {
  if (lag >= longest_) return 0.0;
  while (lag >= sums_.size()) {
    if (sums_.size() < kDirectLags) {
      extend_directly();
    } else {
      extend_by_transforms();
    }
  }
  return sums_[lag];
}

double LaggedProducts::pairs(std::size_t lag) const {
  std::size_t count = 0;
  for (const auto& chain : deviations_) count += chain.size() - std::min(chain.size(), lag);
  return static_cast<double>(count);
}

void LaggedProducts::extend_directly() {
  const std::size_t first = sums_.size();
  sums_.resize(first + kLagsAtOnce);
  for (const auto& chain : deviations_) add_lags(chain, first, &sums_[first]);
}

// A chain is cut into pieces u of b numbers; v is the same piece and the `lags` numbers after it. z = u + i v, padded with zeros to
// n >= b + lags, is transformed once; U V* = (Z_k + Z_{-k}*)(Z_k* - Z_{-k})/(-4i) is the transform of the products, conjugated,
// so that one more forward transform of the sum over all pieces gives them.
void LaggedProducts::extend_by_transforms() {
  const std::size_t lags = std::min(kGrowth * sums_.size(), std::bit_ceil(longest_));
  const std::size_t n = std::bit_ceil(std::min(4 * lags, longest_ + lags));
  const std::size_t b = n - lags;
  const Complexes roots = roots_of_unity(n);
  Complexes spectrum(n), z(n), next(n);
  for (const auto& chain : deviations_) {
    for (std::size_t begin = 0; begin < chain.size(); begin += b) {
      const std::size_t left = chain.size() - begin;
      for (std::size_t i = 0; i < n; ++i) {
        z[i] = {i < std::min(b, left) ? chain[begin + i] : 0.0, i < left ? chain[begin + i] : 0.0};
      }
      fourier_transform(z, roots, next);
      for (std::size_t k = 0; k < n; ++k) {
        const std::complex<double> plus = z[k], minus = z[(n - k) % n];
        spectrum[k] += std::complex<double>(0.5 * (plus.real() * minus.imag() + plus.imag() * minus.real()),
                                            0.25 * (std::norm(plus) - std::norm(minus)));
      }
    }
  }
  fourier_transform(spectrum, roots, next);
  sums_.resize(lags);
  for (std::size_t t = 0; t < lags; ++t) sums_[t] = spectrum[t].real() / static_cast<double>(n);
}

}  // namespace scorefield
