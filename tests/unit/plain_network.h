// The score network of diffusion/network.h as plain loops in double precision, written from its description.
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

/// F(xh, l) without symmetry: for each layer act(h W + e(l) U + b), and the output without act.
inline double plain_layers(const NetworkParams& network, const std::vector<double>& frequencies, const std::vector<double>& weights,
                           double xh, double l) {
  std::vector<double> e, h = {xh};
  for (const double w : frequencies) e.push_back(std::sin(w * l));
  for (const double w : frequencies) e.push_back(std::cos(w * l));
  std::vector<std::int64_t> widths = network.hidden;
  widths.push_back(1);
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
  return h[0];
}

inline double plain_network(const NetworkParams& network, const std::vector<double>& frequencies, const std::vector<double>& weights,
                            double xh, double l) {
  if (network.symmetry == "none") return plain_layers(network, frequencies, weights, xh, l);
  return 0.5 * (plain_layers(network, frequencies, weights, xh, l) - plain_layers(network, frequencies, weights, -xh, l));
}

/// alpha at a level: tan alpha = sqrt(Xi)/(f sd).
inline double angle(const NoiseLevel& level, const Reference& reference) {
  return std::atan2(std::sqrt(level.noise_variance), level.kept * std::sqrt(reference.variance));
}

}  // namespace scorefield::test
