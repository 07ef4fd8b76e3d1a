#include "denoiser/field_flow.h"

#include <algorithm>
#include <cmath>

namespace scorefield {

FieldFlow::FieldFlow(const FieldReference& reference, const Correction& correction, const Reference& scale)
    : reference_(reference), scale_(scale), correction_(correction.worker()), slopes_(reference.numbers()) {}

/// Calls action(first number, field) for each configuration.
template <class Action>
void FieldFlow::for_fields(std::span<double> fields, const Action& action) const {
  const std::size_t numbers = reference_.numbers();
  for (std::size_t first = 0; first < fields.size(); first += numbers) action(first, fields.subspan(first, numbers));
}

void FieldFlow::to_noisy(const ReferenceLevel& at, std::span<const double> whitened, std::vector<double>& y) const {
  y.resize(whitened.size());
  for_fields(y, [&](std::size_t first, std::span<double> one) { at.unwhiten(whitened.subspan(first, one.size()), one); });
}

/// out = R; leaves y in noisy_.
void FieldFlow::correct(const ReferenceLevel& at, std::span<const double> whitened, std::span<double> out) {
  to_noisy(at, whitened, noisy_);
  correction_->evaluate(at, noisy_, out);
}

/// (d xh/dy) r.
void FieldFlow::to_whitened(const ReferenceLevel& at, std::span<const double> y, std::span<double> r) {
  for_fields(r, [&](std::size_t first, std::span<double> of_field) {
    at.slopes(y[first], slopes_);
    for (std::size_t k = 0; k < of_field.size(); ++k) of_field[k] *= slopes_[k];
  });
}

void FieldFlow::to_slope(const ReferenceLevel& at, std::span<const double> y, std::span<double> r) {
  to_whitened(at, y, r);
  const double factor = -std::sqrt((at.ratio() * at.ratio() + scale_.variance) / scale_.variance);
  for (double& value : r) value *= factor;
}

void FieldFlow::slope(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  const ReferenceLevel at(reference_, noise_ratio(level));
  correct(at, whitened, out);
  to_slope(at, noisy_, out);
}

void FieldFlow::lift(const NoiseLevel& from, const NoiseLevel& to, std::span<const double> noise, std::span<double> whitened) {
  const double low = noise_ratio(from), high = noise_ratio(to);
  const ReferenceLevel before(reference_, low), after(reference_, high);
  const double amplitude = std::sqrt(high * high - low * low);
  for_fields(whitened, [&](std::size_t first, std::span<double> h) {
    before.unwhiten(h, h);
    for (std::size_t k = 0; k < h.size(); ++k) h[k] += amplitude * noise[first + k];
    after.whiten(h, h);
  });
}

void FieldFlow::finish(const NoiseLevel& from, std::span<double> whitened) {
  const ReferenceLevel at(reference_, noise_ratio(from));
  std::vector<double> moved(whitened.size());
  correct(at, whitened, moved);
  to_whitened(at, noisy_, moved);
  const auto filter = at.filter();
  for_fields(whitened, [&](std::size_t first, std::span<double> h) {
    for (std::size_t k = 0; k < h.size(); ++k) h[k] += 0.5 * moved[first + k] / std::sqrt(filter[k]);
  });
}

void FieldFlow::to_field(const NoiseLevel& level, std::span<const double> whitened, std::span<double> out) {
  const ReferenceLevel at(reference_, noise_ratio(level));
  for_fields(out, [&](std::size_t first, std::span<double> x) {
    at.unwhiten(whitened.subspan(first, x.size()), x);
    for (double& value : x) value *= level.kept;
  });
}

/// (f D(x/f) - x)/Xi.
void FieldFlow::score(const NoiseLevel& level, std::span<const double> x, std::span<double> out) {
  const ReferenceLevel at(reference_, noise_ratio(level));
  noisy_.assign(x.begin(), x.end());
  for (double& value : noisy_) value /= level.kept;
  correction_->evaluate(at, noisy_, out);
  for_fields(out, [&](std::size_t first, std::span<double> d) {
    at.add_denoised(std::span(noisy_).subspan(first, d.size()), d);
    for (std::size_t k = 0; k < d.size(); ++k) d[k] = (level.kept * d[k] - x[first + k]) / level.noise_variance;
  });
}

}  // namespace scorefield
