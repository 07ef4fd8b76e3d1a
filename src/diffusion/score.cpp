#include "diffusion/score.h"

#include "base/error.h"

namespace scorefield {

void Score::evaluate(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const {
  if (x.size() != out.size()) throw Error(ExitCode::internal, "score: input and output differ in size");
  compute(level, x, out);
}

void GaussianScore::compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const {
  reference_.whiten(level, x, out);
  for (std::size_t c = 0; c < reference_.components(); ++c) {
    const double inverse = 1.0 / reference_.deviation(level, c);
    for (std::size_t i = c; i < out.size(); i += reference_.components()) out[i] *= -inverse;
  }
  reference_.from_axes(out, out);
}

void ExactScore::compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const { law_.score(level, x, out); }

}  // namespace scorefield
