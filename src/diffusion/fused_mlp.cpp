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

/// Activations, and their derivatives.
struct Silu {
  Vector operator()(Vector x) const { return x / (1.0f + exponential(-x)); }
  static Vector slope(Vector x) {
    const Vector sigmoid = 1.0f / (1.0f + exponential(-x));
    return sigmoid * (1.0f + x * (1.0f - sigmoid));
  }
};

struct Tanh {
  Vector operator()(Vector x) const { return 1.0f - 2.0f / (1.0f + exponential(2.0f * x)); }
  Vector slope(Vector x) const {
    const Vector value = (*this)(x);
    return 1.0f - value * value;
  }
};

struct LeakyRelu {
  Vector operator()(Vector x) const { return x > 0.0f ? x : x * kLeak; }
  static Vector slope(Vector x) { return x > 0.0f ? spread(1.0f) : spread(kLeak); }
};

/// Of one layer for a group of configurations: [unit][vector].
using Activations = std::vector<std::array<Vector, kVectors>>;

/// The first `block` outputs from `weight` and `shift` on: their sums stay in registers over all inputs, and go to finish(j, v, sum).
template <int block, class Finish>
void layer_block(const float* weight, std::int64_t stride, const float* shift, std::int64_t inputs, const std::array<Vector, kVectors>* in,
                 const Finish& finish) {
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
    for (int v = 0; v < kVectors; ++v) finish(j, v, sums[j][v]);
  }
}

std::int64_t whole_blocks(std::int64_t count) { return (count + kBlock - 1) / kBlock * kBlock; }

/// rows x columns numbers as [rows][padded], zeros behind; or their transpose.
std::vector<float> padded_matrix(const std::vector<double>& from, std::int64_t rows, std::int64_t columns, std::int64_t padded,
                                 bool transpose) {
  std::vector<float> to(static_cast<std::size_t>((transpose ? columns : rows) * padded), 0.0f);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      to[static_cast<std::size_t>(transpose ? j * padded + i : i * padded + j)] =
          static_cast<float>(from[static_cast<std::size_t>(i * columns + j)]);
    }
  }
  return to;
}

}  // namespace

/// What a group of configurations is worked on in.
struct FusedMlp::Work {
  Work(std::size_t width, std::size_t layers) : one(width), other(width), slopes(layers, Activations(width)) {}
  Activations one, other;           ///< what goes into a layer, and what comes out
  Activations potential{1};         ///< the only answer of an energy, if its gradient is wanted, too
  std::vector<Activations> slopes;  ///< of the activations of each hidden layer
};

FusedMlp::FusedMlp(const NetworkParams& network, std::vector<double> frequencies, const std::vector<double>& weights,
                   const PointReference& reference)
    : network_(network), components_(reference.components()), frequencies_(std::move(frequencies)) {
  for (const double slope : energy_slopes(reference)) slopes_.push_back(static_cast<float>(slope));
  std::size_t position = 0;
  const auto take = [&](std::int64_t count) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(position);
    position += static_cast<std::size_t>(count);
    return std::vector<double>(begin, begin + count);
  };
  std::vector<std::int64_t> widths = network.hidden;
  auto inputs = static_cast<std::int64_t>(components_);
  const bool energy = is_energy(network);
  widths.push_back(energy ? 1 : inputs);
  widest_ = std::max(inputs, whole_blocks(1));
  for (const std::int64_t outputs : widths) {
    Layer layer;
    layer.inputs = inputs;
    layer.outputs = outputs;
    const bool is_output = layers_.size() == network.hidden.size();
    layer.padded = is_output ? outputs : whole_blocks(outputs);
    layer.padded_back = layers_.empty() ? inputs : whole_blocks(inputs);
    const std::vector<double> weight = take(inputs * outputs);
    layer.weight = padded_matrix(weight, inputs, outputs, layer.padded, false);
    if (energy && !is_output) layer.transposed = padded_matrix(weight, inputs, outputs, layer.padded_back, true);
    layer.embedding = take(network.embedding * outputs);
    layer.bias = take(outputs);
    widest_ = std::max(widest_, layer.padded);
    layers_.push_back(std::move(layer));
    inputs = outputs;
  }
}

/// e(l) U + b of every layer, what all configurations at a level share.
FusedMlp::Shifts FusedMlp::shifts(double l) const {
  const std::size_t half = frequencies_.size();
  std::vector<double> e(2 * half);
  for (std::size_t k = 0; k < half; ++k) {
    e[k] = std::sin(frequencies_[k] * l);
    e[half + k] = std::cos(frequencies_[k] * l);
  }
  Shifts all;
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

/// All layers; what comes out of the last is in work.one, or in work.potential if slopes are wanted, too, and nowhere if they alone are.
template <class Activation>
void FusedMlp::forward(const Shifts& shifts, Wanted wanted, Work& work, Activation activation) const {
  const bool keep = wanted != Wanted::answer;
  for (std::size_t k = 0; k + 1 < layers_.size(); ++k) {
    const Layer& layer = layers_[k];
    auto* const slopes = work.slopes[keep ? k : 0].data();
    for (std::int64_t j = 0; j < layer.padded; j += kBlock) {
      auto* const out = work.other.data() + j;
      const float *weight = layer.weight.data() + j, *shift = shifts[k].data() + j;
      if (keep) {
        layer_block<kBlock>(weight, layer.padded, shift, layer.inputs, work.one.data(), [&](int i, int v, Vector sum) {
          out[i][v] = activation(sum);
          slopes[j + i][v] = activation.slope(sum);
        });
      } else {
        layer_block<kBlock>(weight, layer.padded, shift, layer.inputs, work.one.data(),
                            [&](int i, int v, Vector sum) { out[i][v] = activation(sum); });
      }
    }
    work.one.swap(work.other);
  }
  if (wanted == Wanted::gradient) return;
  const Layer& output = layers_.back();
  Activations& to = keep ? work.potential : work.other;
  for (std::int64_t j = 0; j < output.outputs; ++j) {
    layer_block<1>(output.weight.data() + j, output.padded, shifts.back().data() + j, output.inputs, work.one.data(),
                   [&](int, int v, Vector sum) { to[static_cast<std::size_t>(j)][v] = sum; });
  }
  if (!keep) work.one.swap(work.other);
}

/// From the slopes of all hidden layers the gradient of the only output with respect to what went in, in work.one.
void FusedMlp::backward(Work& work) const {
  const std::vector<float> none(static_cast<std::size_t>(widest_), 0.0f);
  const std::size_t hidden = layers_.size() - 1;
  const Layer& output = layers_.back();
  for (std::int64_t i = 0; i < output.inputs; ++i) {
    const auto at = static_cast<std::size_t>(i);
    for (int v = 0; v < kVectors; ++v) work.one[at][v] = work.slopes[hidden - 1][at][v] * output.weight[at];
  }
  for (std::size_t k = hidden; k-- > 0;) {
    const Layer& layer = layers_[k];
    if (k == 0) {
      for (std::int64_t i = 0; i < layer.inputs; ++i) {
        layer_block<1>(layer.transposed.data() + i, layer.padded_back, none.data(), layer.outputs, work.one.data(),
                       [&](int, int v, Vector sum) { work.other[static_cast<std::size_t>(i)][v] = sum; });
      }
    } else {
      const auto* const slopes = work.slopes[k - 1].data();
      for (std::int64_t i = 0; i < layer.padded_back; i += kBlock) {
        layer_block<kBlock>(layer.transposed.data() + i, layer.padded_back, none.data(), layer.outputs, work.one.data(),
                            [&](int j, int v, Vector sum) { work.other[static_cast<std::size_t>(i + j)][v] = sum * slopes[i + j][v]; });
      }
    }
    work.one.swap(work.other);
  }
}

template <class Activation>
void FusedMlp::run(const Shifts& shifts, Wanted wanted, float sign, std::span<const float> xh, std::span<float> out,
                   Activation activation) const {
  Work work(static_cast<std::size_t>(widest_), wanted == Wanted::answer ? 1 : layers_.size() - 1);
  const std::size_t n = components_, total = xh.size() / n, answers = out.size() / total;
  for (std::size_t first = 0; first < total; first += kGroup) {
    const std::size_t count = std::min<std::size_t>(kGroup, total - first);
    for (std::size_t c = 0; c < n; ++c) {
      work.one[c] = {};
      for (std::size_t i = 0; i < count; ++i) work.one[c][i / kLanes][i % kLanes] = sign * xh[(first + i) * n + c];
    }
    forward(shifts, wanted, work, activation);
    if (wanted != Wanted::answer) backward(work);
    const std::size_t ahead = wanted == Wanted::both ? 1 : 0;
    for (std::size_t c = 0; c < answers; ++c) {
      const auto& from = c < ahead ? work.potential[c] : work.one[c - ahead];
      for (std::size_t i = 0; i < count; ++i) out[(first + i) * answers + c] = from[i / kLanes][i % kLanes];
    }
  }
}

void FusedMlp::run_any(const Shifts& shifts, Wanted wanted, float sign, std::span<const float> xh, std::span<float> out) const {
  if (xh.empty()) return;
  if (network_.activation == "silu") return run(shifts, wanted, sign, xh, out, Silu{});
  if (network_.activation == "tanh") return run(shifts, wanted, sign, xh, out, Tanh{});
  return run(shifts, wanted, sign, xh, out, LeakyRelu{});
}

/// Odd networks: half the answer at xh less that at -xh. A gradient is odd, its potential even.
void FusedMlp::run_both(double l, Wanted wanted, std::span<const float> xh, std::span<float> out) const {
  const Shifts at_level = shifts(l);
  run_any(at_level, wanted, 1.0f, xh, out);
  if (network_.symmetry == "odd") {
    const std::size_t answers = out.size() / std::max<std::size_t>(1, xh.size() / components_);
    const std::size_t even = is_energy(network_) && wanted != Wanted::gradient ? 1 : 0;  // of the answers to a configuration
    std::vector<float> mirrored(out.size());
    run_any(at_level, wanted, -1.0f, xh, mirrored);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const float sign = i % answers < even ? 1.0f : -1.0f;
      out[i] = 0.5f * (out[i] + sign * mirrored[i]);
    }
  }
  const auto scale = static_cast<float>(answer_scale(network_, l));
  if (scale == 1.0f) return;
  for (float& value : out) value *= scale;
}

void FusedMlp::evaluate(double l, std::span<const float> xh, std::span<float> out) const {
  const bool energy = is_energy(network_);
  run_both(l, energy ? Wanted::gradient : Wanted::answer, xh, out);
  if (!energy) return;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] *= slopes_[i % components_];
}

void FusedMlp::evaluate(double l, std::span<const float> xh, std::span<float> out, std::span<float> potential) const {
  std::vector<float> both(out.size() + potential.size());
  run_both(l, Wanted::both, xh, both);
  for (std::size_t j = 0; j < potential.size(); ++j) {
    const float* const of = both.data() + j * (components_ + 1);
    potential[j] = of[0];
    for (std::size_t c = 0; c < components_; ++c) out[j * components_ + c] = of[1 + c] * slopes_[c];
  }
}

void FusedMlp::potential(double l, std::span<const float> xh, std::span<float> out) const { run_both(l, Wanted::answer, xh, out); }

}  // namespace scorefield
