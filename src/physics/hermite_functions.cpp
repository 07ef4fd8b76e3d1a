#include "physics/hermite_functions.h"

#include <array>
#include <cmath>
#include <numbers>

namespace scorefield {

std::vector<double> hermite_integrals(int count, double s, int power) {
  std::vector<double> integrals(static_cast<std::size_t>(count + power), 0.0);
  integrals[0] = std::sqrt(2.0 * s * std::sqrt(std::numbers::pi));
  for (std::size_t k = 2; k < integrals.size(); k += 2) {
    integrals[k] = integrals[k - 2] * std::sqrt(static_cast<double>(k - 1) / static_cast<double>(k));
  }
  for (int i = 0; i < power; ++i) {  // x psi_k = (s/sqrt 2)(sqrt k psi_{k-1} + sqrt(k+1) psi_{k+1})
    std::vector<double> next(integrals.size() - 1);
    for (std::size_t k = 0; k < next.size(); ++k) {
      const double below = k > 0 ? std::sqrt(static_cast<double>(k)) * integrals[k - 1] : 0.0;
      next[k] = s / std::numbers::sqrt2 * (below + std::sqrt(static_cast<double>(k + 1)) * integrals[k + 1]);
    }
    integrals = next;
  }
  return integrals;
}

std::vector<double> ladder_elements(int count, double s, int power, int derivatives) {
  constexpr int kWidth = 2 * kReach + 1;
  using Amplitudes = std::array<double, kWidth>;
  std::vector<double> elements;
  for (int k = 0; k < count; ++k) {
    Amplitudes state{};
    state[kReach] = 1.0;
    for (int i = 0; i < power + derivatives; ++i) {
      const bool derives = i < derivatives;
      const double factor = derives ? 1.0 / (s * std::numbers::sqrt2) : s / std::numbers::sqrt2;
      Amplitudes next{};
      for (int d = -kReach; d <= kReach; ++d) {
        const double amplitude = state[d + kReach];
        if (k + d < 0 || amplitude == 0.0) continue;
        if (d > -kReach) next[d - 1 + kReach] += factor * std::sqrt(static_cast<double>(k + d)) * amplitude;
        if (d < kReach) next[d + 1 + kReach] += (derives ? -factor : factor) * std::sqrt(static_cast<double>(k + d + 1)) * amplitude;
      }
      state = next;
    }
    elements.insert(elements.end(), state.begin(), state.end());
  }
  return elements;
}

}  // namespace scorefield
