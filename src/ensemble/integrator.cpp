#include "ensemble/integrator.h"

#include <array>

namespace scorefield {
namespace {

Integrator omf2() {
  constexpr double kXi = 0.1931833275037836;
  return {"omf2", {kXi, 1.0 - 2.0 * kXi, kXi}, {0.5, 0.5}};
}

Integrator omf4() {  // 4MN4FP there
  constexpr double kRho = 0.1786178958448091, kTheta = -0.06626458266981843, kLambda = 0.7123418310626056;
  return {"omf4", {kRho, kTheta, 1.0 - 2.0 * (kTheta + kRho), kTheta, kRho}, {kLambda, 0.5 - kLambda, 0.5 - kLambda, kLambda}};
}

}  // namespace

const Integrator& integrator_named(const std::string& name) {
  static const std::array<Integrator, 3> all = {Integrator{"leapfrog", {0.5, 0.5}, {1.0}}, omf2(), omf4()};
  for (const Integrator& each : all) {
    if (each.name == name) return each;
  }
  throw InputError("no integrator " + name);
}

MolecularDynamics make_trajectory(const Integrator& integrator, double step_size, std::int64_t steps) {
  MolecularDynamics result{step_size * integrator.drifts.front(), {}};
  const std::size_t kicks = integrator.kicks.size();
  for (std::int64_t step = 0; step < steps; ++step) {
    for (std::size_t i = 0; i < kicks; ++i) {
      const bool joined = i + 1 == kicks && step + 1 < steps;
      const double drift = integrator.drifts[i + 1] + (joined ? integrator.drifts.front() : 0.0);
      result.stages.push_back({step_size * integrator.kicks[i], step_size * drift});
    }
  }
  return result;
}

}  // namespace scorefield
