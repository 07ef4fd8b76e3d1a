// What a network sees of a noisy field, and in which units it answers.
#pragma once

#include <span>
#include <vector>

#include "denoiser/field_layers.h"
#include "denoiser/field_reference.h"
#include "lattice/hartley.h"

namespace scorefield {

/// At each site of one field: D_ref(y) over its root mean square, y over its own, and R of the features over s_w, the posterior's
/// deviation at a site, s_w^2 = mean_k C r^2/(C + r^2). The network's answer times s_w is added to R. One object a thread. Local.
class NetworkInputs {
 public:
  /// `reference` must outlive it.
  explicit NetworkInputs(const FieldReference& reference);
  /// The noise of the fields that follow; `level` must live as long as they are worked on. To be called first.
  void set_level(const ReferenceLevel& level);
  /// `y` and `r` in Hartley coefficients; `to`: kNetworkInputs fields, [input][site].
  void fill(std::span<const double> y, std::span<const double> r, std::span<float> to);
  /// A field of Hartley coefficients over s_w, at sites.
  void to_target(std::span<const double> h, std::span<float> to);
  /// The inverse: added to `h`.
  void add_answer(std::span<const float> answer, std::span<double> h);

 private:
  void put(std::span<const double> h, double scale, std::span<float> to);

  const FieldReference& reference_;
  Hartley hartley_;
  const ReferenceLevel* level_ = nullptr;
  double posterior_ = 1.0, denoised_scale_ = 1.0, noisy_scale_ = 1.0;
  std::vector<double> work_;
};

}  // namespace scorefield
