#include "physics/exact_law.h"

#include "base/error.h"
#include "physics/two_peak.h"

namespace scorefield {

Orders cumulants_at(const Orders& initial, const NoiseLevel& level) {
  Orders result{};
  double power = 1.0;
  for (int n = 1; n <= kMaxOrder; ++n) {
    power *= level.kept;
    result[n - 1] = initial[n - 1] * power + (n == 2 ? level.noise_variance : 0.0);
  }
  return result;
}

double generating_function_at(const ExactLaw& law, const NoiseLevel& level, double source) {
  return 0.5 * source * source * level.noise_variance + law.generating_function(source * level.kept);
}

std::unique_ptr<ExactLaw> make_exact_law(const ModelParams& model) {
  if (model.name == "two-peak") return std::make_unique<TwoPeak>(model.mu0, model.sigma0, model.weight);
  throw Error(ExitCode::internal, "no law for model " + model.name);
}

}  // namespace scorefield
