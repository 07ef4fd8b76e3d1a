#include "diffusion/score.h"

#include "base/error.h"

namespace scorefield {

void Score::evaluate(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const {
  if (x.size() != out.size()) throw Error(ExitCode::internal, "score: input and output differ in size");
  compute(level, x, out);
}

void ExactScore::compute(const NoiseLevel& level, std::span<const double> x, std::span<double> out) const { law_.score(level, x, out); }

}  // namespace scorefield
