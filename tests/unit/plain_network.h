// The score network of learning/mlp.h as plain loops in double precision, written from its description.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "deck/params.h"
#include "diffusion/schedule.h"

namespace scorefield::test {

inline double plain_activation(const std::string& name, double h) {
  if (name == "silu") return h / (1.0 + std::exp(-h));
  if (name == "tanh") return std::tanh(h);
  return h > 0.0 ? h : 0.01 * h;
}

/// Without symmetry: for each layer act(h W + e(l) U + b), and the output without act.
inline std::vector<double> plain_layers(const NetworkParams& network, const std::vector<double>& frequencies,
                                        const std::vector<double>& weights, const std::vector<double>& xh, double l) {
  std::vector<double> e, h = xh;
  for (const double w : frequencies) e.push_back(std::sin(w * l));
  for (const double w : frequencies) e.push_back(std::cos(w * l));
  std::vector<std::int64_t> widths = network.hidden;
  widths.push_back(network.energy == "yes" ? 1 : static_cast<std::int64_t>(xh.size()));
  const double* next = weights.data();
  for (std::size_t layer = 0; layer < widths.size(); ++layer) {
    const auto outputs = static_cast<std::size_t>(widths[layer]);
    std::vector<double> sum(outputs, 0.0);
    for (const double input : h) {
      for (std::size_t j = 0; j < outputs; ++j) sum[j] += input * *next++;
    }
    for (const double feature : e) {
      for (std::size_t j = 0; j < outputs; ++j) sum[j] += feature * *next++;
    }
    for (std::size_t j = 0; j < outputs; ++j) {
      sum[j] += *next++;
      if (layer + 1 < widths.size()) sum[j] = plain_activation(network.activation, sum[j]);
    }
    h = sum;
  }
  return h;
}

/// Half the answer at xh and `sign` times half that at -xh.
inline std::vector<double> plain_halves(const NetworkParams& network, const std::vector<double>& frequencies,
                                        const std::vector<double>& weights, const std::vector<double>& xh, double l, double sign) {
  std::vector<double> mirrored = xh, answer = plain_layers(network, frequencies, weights, xh, l);
  if (network.symmetry == "none") return answer;
  for (double& value : mirrored) value = -value;
  const std::vector<double> other = plain_layers(network, frequencies, weights, mirrored, l);
  for (std::size_t i = 0; i < answer.size(); ++i) answer[i] = 0.5 * (answer[i] + sign * other[i]);
  return answer;
}

/// F of a network that is no energy and has no limit; of one number, and of some.
inline std::vector<double> plain_network(const NetworkParams& network, const std::vector<double>& frequencies,
                                         const std::vector<double>& weights, const std::vector<double>& xh, double l) {
  return plain_halves(network, frequencies, weights, xh, l, -1.0);
}
inline double plain_network(const NetworkParams& network, const std::vector<double>& frequencies, const std::vector<double>& weights,
                            double xh, double l) {
  return plain_network(network, frequencies, weights, std::vector<double>{xh}, l)[0];
}

/// Psi of an energy.
inline double plain_energy(const NetworkParams& network, const std::vector<double>& frequencies, const std::vector<double>& weights,
                           const std::vector<double>& xh, double l) {
  return plain_halves(network, frequencies, weights, xh, l, 1.0)[0];
}

/// alpha at a level: tan alpha = sqrt(Xi)/(f sd).
inline double angle(const NoiseLevel& level, const Reference& reference) {
  return std::atan2(std::sqrt(level.noise_variance), level.kept * std::sqrt(reference.variance));
}

}  // namespace scorefield::test
