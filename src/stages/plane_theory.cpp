#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/text.h"
#include "ensemble/walkers.h"
#include "observables/plane_tally.h"
#include "physics/complex_moments.h"
#include "physics/fokker_planck.h"
#include "stages/measure_plane.h"

namespace scorefield {
namespace {

constexpr double kTolerance = 1e-6;   // relative change of moments at which the expansion is long enough
constexpr std::size_t kPoints = 161;  // of the grid of P(x,y), in x and in y
constexpr double kReachX = 5.0;       // standard deviations
constexpr double kReachY = 4.0;

/// The solution's numbers, as results.h5 keeps them.
struct Solved {
  std::vector<double> functions;  ///< [solution][x, y]
  std::vector<double> residual;   ///< [solution]
  std::vector<double> moments;    ///< [solution][kPlanePowers]
  std::vector<double> x, y;       ///< the grid
  std::vector<double> density;    ///< [x][y]
  std::vector<double> marginal_x, marginal_y;
  std::vector<double> complex_density;  ///< [x][re, im], may be empty

  std::vector<std::vector<double>*> arrays() {
    return {&functions, &residual, &moments, &x, &y, &density, &marginal_x, &marginal_y, &complex_density};
  }
};

std::vector<double> grid(double reach) {
  std::vector<double> points;
  for (std::size_t i = 0; i < kPoints; ++i) points.push_back(reach * (2.0 * static_cast<double>(i) / (kPoints - 1.0) - 1.0));
  return points;
}

Solved numbers_of(const std::vector<FokkerPlanck>& all) {
  Solved solved;
  for (const FokkerPlanck& each : all) {
    solved.functions.insert(solved.functions.end(), {static_cast<double>(each.functions_x()), static_cast<double>(each.functions_y())});
    solved.residual.push_back(each.residual());
    for (const auto& [m, n] : kPlanePowers) solved.moments.push_back(each.moment(m, n));
  }
  const FokkerPlanck& best = all.back();
  solved.x = grid(kReachX * std::sqrt(std::max(0.0, best.moment(2, 0))));
  solved.y = grid(kReachY * std::sqrt(std::max(0.0, best.moment(0, 2))));
  solved.density = best.density(solved.x, solved.y);
  solved.marginal_x = best.marginal_x(solved.x);
  solved.marginal_y = best.marginal_y(solved.y);
  solved.complex_density = in_pairs(best.complex_density(solved.x));
  return solved;
}

void broadcast(const Comm& comm, Solved& solved) {
  for (std::vector<double>* array : solved.arrays()) comm.broadcast(*array);
}

void write_solution(H5File& out, const Solved& solved, const QuarticAction& action) {
  const std::string group = "/fokker_planck";
  const std::uint64_t solutions = solved.residual.size(), x = solved.x.size(), y = solved.y.size();
  out.write_all(group + "/functions", {solutions, 2}, solved.functions, Stored::int64);
  out.write_all(group + "/residual", {solutions}, solved.residual);
  out.write_all(group + "/moments", {solutions, kPlanePowers.size()}, solved.moments);
  out.write_all(group + "/x", {x}, solved.x);
  out.write_all(group + "/y", {y}, solved.y);
  out.write_all(group + "/density", {x, y}, solved.density);
  out.write_all(group + "/marginal_x", {x}, solved.marginal_x);
  out.write_all(group + "/marginal_y", {y}, solved.marginal_y);
  if (solved.complex_density.empty()) return;
  out.write_all(group + "/complex_density/value", {x, 2}, solved.complex_density);
  out.write_all(group + "/complex_density/exact", {x, 2}, in_pairs(complex_weight(action, solved.x)));
}

/// Relative change of the moments from the last solution but one to the last.
double last_change(const Solved& solved) {
  const std::size_t count = solved.residual.size(), width = kPlanePowers.size();
  double change = 0.0;
  for (std::size_t i = 0; count > 1 && i < width; ++i) {
    change = std::max(change, std::fabs(solved.moments[(count - 2) * width + i] / solved.moments[(count - 1) * width + i] - 1.0));
  }
  return change;
}

}  // namespace

PlaneTheory write_plane_theory(const Context& context, H5File& out) {
  const Params& params = context.deck.params;
  const QuarticAction action = action_of(params.model);
  const double noise_y = params.generate.noise_y;
  const ComplexMoments exact = exact_moments(action);
  out.write_all("/exact/partition_function", {2}, std::vector<double>{exact.z.real(), exact.z.imag()});
  out.set_attribute("/exact", "phase", exact.phase);
  if (const auto border = strip(action, noise_y)) out.set_attribute("/exact", "strip", *border);
  PlaneTheory theory;
  if (params.measure.fokker_planck == "no") return theory;
  if (const std::string why = why_no_fokker_planck(action, noise_y); !why.empty()) {
    theory.lines = {"  the Fokker-Planck equation is not solved: " + why};
    return theory;
  }
  Solved solved;
  require_all(context.comm, [&] {
    if (!context.comm.is_root()) return;
    const std::vector<FokkerPlanck> all = solve_fokker_planck(action, noise_y, kTolerance);
    solved = numbers_of(all);
    theory.solution = all.back();
  });
  broadcast(context.comm, solved);
  write_solution(out, solved, action);
  const double change = last_change(solved);
  theory.solved = change <= kTolerance;
  out.set_attribute("/fokker_planck", "last_change", change);
  theory.lines = {
      formatted("  Fokker-Planck: %lld x %lld Hermite functions, residual %.1e, moments changed by %.1e at the last extension%s",
                static_cast<long long>(solved.functions[solved.functions.size() - 2]), static_cast<long long>(solved.functions.back()),
                solved.residual.back(), change, theory.solved ? "" : ": NOT converged; no score is compared with it")};
  return theory;
}

}  // namespace scorefield
