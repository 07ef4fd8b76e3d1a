// This file is compiled with -ffp-contract=fast: a product and a sum of the vectors below fuse. Lanes never mix and
// the last group is padded, so every configuration sees the same operations.
#include "diffusion/fused_mlp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "diffusion/network_layout.h"

namespace scorefield {
namespace {

#ifdef __AVX512F__
constexpr int kVectorBytes = 64;
constexpr int kBlock = 8;  // outputs whose sums are kept in registers together: 8 x 2 of 32
#else
constexpr int kVectorBytes = 32;
constexpr int kBlock = 4;  // 4 x 2 of 16
#endif
constexpr int kLanes = kVectorBytes / 4;
constexpr int kVectors = 2;                // vectors of configurations worked on together
constexpr int kGroup = kLanes * kVectors;  // configurations of a group
constexpr float kLeak = 0.01f;

using Vector = float __attribute__((vector_size(kVectorBytes)));
using Bits = std::int32_t __attribute__((vector_size(kVectorBytes)));

Vector spread(float value) { return Vector{} + value; }

/// e^x in single precision, |x| <= 87: x = k ln2 + r, Taylor series of e^r to degree 7.
Vector exponential(Vector x) {
  x = x < -87.0f ? spread(-87.0f) : x;
  x = x > 87.0f ? spread(87.0f) : x;
  const Vector shifted = x * 1.44269504f + 12582912.0f;  // + 1.5 * 2^23 rounds to the nearest integer
  const Vector k = shifted - 12582912.0f;
  Vector r = x - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  Vector p = r * 1.9841270e-4f + 1.3888889e-3f;
  p = p * r + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const Bits exponent = ((Bits)shifted + 127) << 23;
  return p * (Vector)exponent;
}

struct Silu {
  Vector operator()(Vector x) const { return x / (1.0f + exponential(-x)); }
};

struct Tanh {
  Vector operator()(Vector x) const { return 1.0f - 2.0f / (1.0f + exponential(2.0f * x)); }
};

struct LeakyRelu {
  Vector operator()(Vector x) const { return x > 0.0f ? x : x * kLeak; }
};

struct Identity {
  Vector operator()(Vector x) const { return x; }
};

/// Activations of one layer for a group of configurations: [unit][vector].
using Activations = std::vector<std::array<Vector, kVectors>>;

/// The first `block` outputs from `weight`, `shift` and `out` on: their sums stay in registers over all inputs.
template <int block, class Activation>
void layer_block(const float* weight, std::int64_t stride, const float* shift, std::int64_t inputs, const std::array<Vector, kVectors>* in,
                 std::array<Vector, kVectors>* out, Activation activation) {
  Vector sums[block][kVectors];
  for (int j = 0; j < block; ++j) {
    for (int v = 0; v < kVectors; ++v) sums[j][v] = spread(shift[j]);
  }
  for (std::int64_t i = 0; i < inputs; ++i) {
    for (int j = 0; j < block; ++j) {
      for (int v = 0; v < kVectors; ++v) sums[j][v] = in[i][v] * weight[i * stride + j] + sums[j][v];
    }
  }
  for (int j = 0; j < block; ++j) {
    for (int v = 0; v < kVectors; ++v) out[j][v] = activation(sums[j][v]);
  }
}

}  // namespace

FusedMlp::FusedMlp(const NetworkParams& network, std::vector<double> frequencies, const std::vector<double>& weights)
    : activation_(network.activation), odd_(network.symmetry == "odd"), frequencies_(std::move(frequencies)) {
  std::size_t position = 0;
  const auto take = [&](std::int64_t count) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(position);
    position += static_cast<std::size_t>(count);
    return std::vector<double>(begin, begin + count);
  };
  std::vector<std::int64_t> widths = network.hidden;
  widths.push_back(1);
  std::int64_t inputs = 1;
  for (const std::int64_t outputs : widths) {
    Layer layer;
    layer.inputs = inputs;
    layer.outputs = outputs;
    const bool is_output = layers_.size() == network.hidden.size();
    layer.padded = is_output ? 1 : (outputs + kBlock - 1) / kBlock * kBlock;
    const std::vector<double> weight = take(inputs * outputs);
    layer.weight.assign(static_cast<std::size_t>(inputs * layer.padded), 0.0f);
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t j = 0; j < outputs; ++j) {
        layer.weight[static_cast<std::size_t>(i * layer.padded + j)] =
            static_cast<float>(weight[static_cast<std::size_t>(i * outputs + j)]);
      }
    }
    layer.embedding = take(network.embedding * outputs);
    layer.bias = take(outputs);
    widest_ = std::max(widest_, layer.padded);
    layers_.push_back(std::move(layer));
    inputs = outputs;
  }
}

/// e(l) U + b of every layer, what all configurations at a level share.
std::vector<std::vector<float>> FusedMlp::shifts(double l) const {
  const std::size_t half = frequencies_.size();
  std::vector<double> e(2 * half);
  for (std::size_t k = 0; k < half; ++k) {
    e[k] = std::sin(frequencies_[k] * l);
    e[half + k] = std::cos(frequencies_[k] * l);
  }
  std::vector<std::vector<float>> all;
  for (const Layer& layer : layers_) {
    const auto outputs = static_cast<std::size_t>(layer.outputs);
    std::vector<double> sum = layer.bias;
    for (std::size_t k = 0; k < e.size(); ++k) {
      for (std::size_t j = 0; j < outputs; ++j) sum[j] += e[k] * layer.embedding[k * outputs + j];
    }
    std::vector<float> shift(sum.begin(), sum.end());
    shift.resize(static_cast<std::size_t>(layer.padded), 0.0f);
    all.push_back(std::move(shift));
  }
  return all;
}

template <class Activation>
void FusedMlp::run(const std::vector<std::vector<float>>& shifts, float sign, std::span<const float> xh, std::span<float> out,
                   Activation activation) const {
  const auto width = static_cast<std::size_t>(widest_);
  Activations one(width), other(width);
  for (std::size_t first = 0; first < xh.size(); first += kGroup) {
    const std::size_t count = std::min<std::size_t>(kGroup, xh.size() - first);
    one[0] = {};
    for (std::size_t n = 0; n < count; ++n) one[0][n / kLanes][n % kLanes] = sign * xh[first + n];
    for (std::size_t k = 0; k + 1 < layers_.size(); ++k) {
      const Layer& layer = layers_[k];
      for (std::int64_t j = 0; j < layer.padded; j += kBlock) {
        layer_block<kBlock>(layer.weight.data() + j, layer.padded, shifts[k].data() + j, layer.inputs, one.data(), other.data() + j,
                            activation);
      }
      one.swap(other);
    }
    const Layer& output = layers_.back();
    layer_block<1>(output.weight.data(), 1, shifts.back().data(), output.inputs, one.data(), other.data(), Identity{});
    for (std::size_t n = 0; n < count; ++n) out[first + n] = other[0][n / kLanes][n % kLanes];
  }
}

void FusedMlp::run_any(const std::vector<std::vector<float>>& shifts, float sign, std::span<const float> xh, std::span<float> out) const {
  if (activation_ == "silu") return run(shifts, sign, xh, out, Silu{});
  if (activation_ == "tanh") return run(shifts, sign, xh, out, Tanh{});
  return run(shifts, sign, xh, out, LeakyRelu{});
}

void FusedMlp::evaluate(double l, std::span<const float> xh, std::span<float> out) const {
  const std::vector<std::vector<float>> at_level = shifts(l);
  run_any(at_level, 1.0f, xh, out);
  if (!odd_) return;
  std::vector<float> mirrored(out.size());
  run_any(at_level, -1.0f, xh, mirrored);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = 0.5f * (out[i] - mirrored[i]);
}

}  // namespace scorefield
