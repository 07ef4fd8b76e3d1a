#include "denoiser/network_inputs.h"

#include <algorithm>
#include <cmath>

namespace scorefield {
namespace {

/// An answer beyond one deviation of the posterior is cut: no field that the network has not seen runs away.
constexpr float kLargestAnswer = 1.0F;

}  // namespace

NetworkInputs::NetworkInputs(const FieldReference& reference)
    : reference_(reference), hartley_(Hartley::orthogonal(reference.shape)), work_(reference.shape.sites()) {}

void NetworkInputs::set_level(const ReferenceLevel& level) {
  level_ = &level;
  const double square = level.ratio() * level.ratio(), m = reference_.magnetisation;
  const double of_zero_mode = square / static_cast<double>(work_.size());  // the sign is read from the mean field
  posterior_ = std::sqrt(level.posterior_variance());
  denoised_scale_ = std::sqrt(level.denoised_variance() + m * m * m * m / (m * m + of_zero_mode));
  noisy_scale_ = std::sqrt(reference_.site_variance() + square);
}

void NetworkInputs::put(std::span<const double> h, double scale, std::span<float> to) {
  hartley_.transform(h, work_);
  std::transform(work_.begin(), work_.end(), to.begin(), [scale](double v) { return static_cast<float>(v / scale); });
}

void NetworkInputs::fill(std::span<const double> y, std::span<const double> r, std::span<float> to) {
  const std::size_t sites = y.size();
  std::vector<double> denoised(sites, 0.0);
  level_->add_denoised(y, denoised);
  put(denoised, denoised_scale_, to.first(sites));
  put(y, noisy_scale_, to.subspan(sites, sites));
  put(r, posterior_, to.subspan(2 * sites, sites));
}

void NetworkInputs::to_target(std::span<const double> h, std::span<float> to) { put(h, posterior_, to); }

void NetworkInputs::add_answer(std::span<const float> answer, std::span<double> h) {
  std::transform(answer.begin(), answer.end(), work_.begin(),
                 [this](float v) { return posterior_ * static_cast<double>(std::clamp(v, -kLargestAnswer, kLargestAnswer)); });
  hartley_.transform(work_, work_);
  for (std::size_t k = 0; k < h.size(); ++k) h[k] += work_[k];
}

}  // namespace scorefield
