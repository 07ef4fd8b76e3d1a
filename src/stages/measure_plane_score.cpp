#include "stages/measure_plane_score.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "diffusion/learnt_density.h"
#include "diffusion/model_file.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "diffusion/score_fields.h"
#include "ensemble/walkers.h"
#include "observables/plane_estimates.h"
#include "physics/complex_gaussian.h"
#include "physics/complex_moments.h"
#include "stages/prepare.h"

namespace scorefield {
namespace {

constexpr std::size_t kLevels = 4;    // of noise
constexpr std::size_t kPoints = 161;  // of the grid, in x and in y
constexpr double kReach = 4.5;        // deviations to each side
constexpr double kFarReach = 6.5;     // of the grid for rho(x), which P(x,y) matters for far out
constexpr std::size_t kFarPoints = 241;
constexpr double kDifference = 0.02;  // deviations, of the curl and of fixed points
constexpr double kUnknown = 1e-9;     // of the largest density, below which the expansion is rounding

/// Density and score of the Gaussian model.
void set_gaussian(const PointReference& gaussian, const NoiseLevel& level, ScoreFields& f) {
  const std::vector<double> points = f.grid.points();
  f.exact = evaluated(GaussianScore(gaussian), level, points);
  std::vector<double> whitened(points.size());
  gaussian.whiten(level, points, whitened);
  for (std::size_t i = 0; i < whitened.size(); i += 2) {
    f.known.push_back(std::exp(-0.5 * (whitened[i] * whitened[i] + whitened[i + 1] * whitened[i + 1])));
  }
  normalise(f.grid, f.known);
}

/// Those of the Fokker-Planck equation, y = x/f with noise r; NaN where the expansion does not tell the score.
void set_solution(const FokkerPlanck& solution, const NoiseLevel& level, ScoreFields& f) {
  std::vector<double> x = f.grid.x, y = f.grid.y;
  for (auto* points : {&x, &y}) {
    for (double& value : *points) value /= level.kept;
  }
  const FokkerPlanck::Smoothed smoothed = solution.smoothed(x, y, noise_ratio(level));
  const double most = *std::max_element(smoothed.density.begin(), smoothed.density.end());
  for (std::size_t i = 0; i < smoothed.density.size(); ++i) {
    const double p = std::max(0.0, smoothed.density[i]);
    const bool told = p > kUnknown * most;
    f.known.push_back(p);
    f.exact.push_back(told ? smoothed.slope_x[i] / p / level.kept : NAN);
    f.exact.push_back(told ? smoothed.slope_y[i] / p / level.kept : NAN);
  }
  normalise(f.grid, f.known);
}

/// The complex weight with noise of equal strength in x and y, which no holomorphic average sees: rho(x/f)/f.
std::vector<std::complex<double>> weight_at(const QuarticAction& action, const NoiseLevel& level, std::vector<double> x) {
  for (double& value : x) value /= level.kept;
  std::vector<std::complex<double>> weight = complex_weight(action, x);
  for (auto& value : weight) value /= level.kept;
  return weight;
}

/// The same on all ranks, but for what the root alone knows of the Fokker-Planck equation.
class ScoreMeasurement {
 public:
  ScoreMeasurement(const Model& model, const Schedule& schedule, double noise_min)
      : model_(model), reference_(model.reference), score_(make_learnt_score(model)) {
    const double top = level_coordinate(schedule.at(1.0), reference_.scale());
    std::vector<double> coordinates = even_coordinates(top, noise_min, kLevels + 1);
    for (std::size_t i = kLevels + 1; i-- > 1;)
      levels_.push_back(schedule.at_ratio(ratio_of_coordinate(coordinates[i], reference_.scale())));
  }

  /// `action`: its complex weight stands beside rho(x) at the lowest noise.
  void run(const QuarticAction& action) {
    for (const NoiseLevel& level : levels_) all_.push_back(at(level));
    const NoiseLevel& lowest = levels_.front();
    complex_ = complex_at(action, lowest);
    fixed_ = fixed_points_of(*score_, lowest, all_.front(), difference(lowest));
  }

  /// What the learnt fields are compared with: known(level, fields) fills it in. On the root, and then on all ranks. Collective.
  template <class OfLevel>
  void compare(const Comm& comm, const OfLevel& known) {
    require_all(comm, [&] {
      for (std::size_t k = 0; comm.is_root() && k < all_.size(); ++k) known(levels_[k], all_[k]);
    });
    for (ScoreFields& f : all_) {
      comm.broadcast(f.exact);
      comm.broadcast(f.known);
      set_distances(f);
    }
  }

  const std::vector<NoiseLevel>& levels() const { return levels_; }
  const std::vector<ScoreFields>& all() const { return all_; }
  const std::vector<FixedPoint>& fixed() const { return fixed_; }
  const ComplexFields& complex() const { return complex_; }

 private:
  /// Deviations of x and y under the reference.
  std::array<double, 2> deviations(const NoiseLevel& level) const {
    std::array<double, 2> result{};
    for (std::size_t component = 0; component < 2; ++component) {
      double variance = 0.0;
      for (std::size_t axis = 0; axis < 2; ++axis) {
        variance += reference_.variances[axis] * reference_.axes[2 * axis + component] * reference_.axes[2 * axis + component];
      }
      result[component] = total_deviation(level, {0.0, variance});
    }
    return result;
  }

  std::array<double, 2> difference(const NoiseLevel& level) const {
    const auto deviation = deviations(level);
    return {kDifference * deviation[0], kDifference * deviation[1]};
  }

  PlaneGrid grid_at(const NoiseLevel& level, double reach, std::size_t points) const {
    const std::array<double, 2> centre = {level.kept * reference_.mean[0], level.kept * reference_.mean[1]};
    return PlaneGrid::around(centre, deviations(level), reach, points);
  }

  ComplexFields complex_at(const QuarticAction& action, const NoiseLevel& level) const {
    const PlaneGrid grid = grid_at(level, kFarReach, kFarPoints);
    const std::vector<double> learnt = evaluated(*score_, level, grid.points());
    return complex_fields(grid, density_of(grid, log_density(level, grid, learnt)), weight_at(action, level, grid.x));
  }

  /// Of an energy as it is, else by integrating the score.
  std::vector<double> log_density(const NoiseLevel& level, const PlaneGrid& grid, const std::vector<double>& learnt) const {
    if (!is_energy(model_.network)) return integrated(grid, learnt);
    std::vector<double> whitened(2 * grid.size()), all(grid.size());
    reference_.whiten(level, grid.points(), whitened);
    LearntDensity(model_).log_density(level, whitened, all);
    return all;
  }

  ScoreFields at(const NoiseLevel& level) const {
    ScoreFields f;
    f.grid = grid_at(level, kReach, kPoints);
    f.learnt = evaluated(*score_, level, f.grid.points());
    f.density = density_of(f.grid, log_density(level, f.grid, f.learnt));
    f.curl = curl_of(*score_, level, f, difference(level));
    return f;
  }

  Model model_;
  PointReference reference_;
  std::unique_ptr<Score> score_;
  std::vector<NoiseLevel> levels_;
  std::vector<ScoreFields> all_;
  std::vector<FixedPoint> fixed_;
  ComplexFields complex_;
};

/// One array of all levels' rows.
std::vector<double> rows_of(const std::vector<ScoreFields>& all, std::vector<double> ScoreFields::*rows) {
  std::vector<double> result;
  for (const ScoreFields& f : all) result.insert(result.end(), (f.*rows).begin(), (f.*rows).end());
  return result;
}

/// A number of each level.
std::vector<double> numbers(const std::vector<ScoreFields>& all, double ScoreFields::*number) {
  std::vector<double> result;
  for (const ScoreFields& f : all) result.push_back(f.*number);
  return result;
}

/// The root's, for ranks on other processors may find others.
void write_fixed_points(const Comm& comm, H5File& out, const std::string& group, const std::vector<FixedPoint>& found) {
  std::vector<double> points;
  for (const FixedPoint& point : found) points.insert(points.end(), {point.x, point.y, point.eigenvalues[0], point.eigenvalues[1]});
  std::string kinds = joined(found, ",", [](const FixedPoint& point) { return point.kind; });
  comm.broadcast(points);
  comm.broadcast(kinds);
  if (points.empty()) return;
  out.write_all(group + "/fixed_points", {points.size() / 4, 4}, points);
  out.set_attribute(group + "/fixed_points", "kinds", kinds);
}

/// Nothing where the root does not know it.
void write_complex(const Comm& comm, H5File& out, const std::string& group, const ComplexFields& f) {
  std::vector<double> x = f.density.empty() ? std::vector<double>{} : f.x;
  comm.broadcast(x);
  if (x.empty()) return;
  out.write_all(group + "/x", {x.size()}, x);
  out.write_all(group + "/value", {x.size(), 2}, in_pairs(f.density));
  out.write_all(group + "/exact", {x.size(), 2}, in_pairs(f.weight));
  out.set_attribute(group, "distance", f.distance);
}

void write_fields(const Comm& comm, H5File& out, const std::string& group, const ScoreMeasurement& measured) {
  const auto& all = measured.all();
  const std::uint64_t levels = kLevels, n = kPoints;
  std::vector<double> ratio, x, y;
  for (const NoiseLevel& level : measured.levels()) ratio.push_back(noise_ratio(level));
  for (const ScoreFields& f : all) {
    x.insert(x.end(), f.grid.x.begin(), f.grid.x.end());
    y.insert(y.end(), f.grid.y.begin(), f.grid.y.end());
  }
  out.write_all(group + "/noise_ratio", {levels}, ratio);
  out.write_all(group + "/x", {levels, n}, x);
  out.write_all(group + "/y", {levels, n}, y);
  out.write_all(group + "/learnt", {levels, n, n, 2}, rows_of(all, &ScoreFields::learnt));
  out.write_all(group + "/density", {levels, n, n}, rows_of(all, &ScoreFields::density));
  out.write_all(group + "/curl", {levels}, numbers(all, &ScoreFields::curl));
  if (!all.front().exact.empty()) {
    out.write_all(group + "/exact", {levels, n, n, 2}, rows_of(all, &ScoreFields::exact));
    out.write_all(group + "/exact_density", {levels, n, n}, rows_of(all, &ScoreFields::known));
    out.write_all(group + "/distance", {levels}, numbers(all, &ScoreFields::distance));
    out.write_all(group + "/total_variation", {levels}, numbers(all, &ScoreFields::total_variation));
  }
  write_complex(comm, out, group + "/complex_density", measured.complex());
  write_fixed_points(comm, out, group, measured.fixed());
}

/// The classical drift's fixed points: 0 and +-sqrt(-sigma/lambda).
std::string drift_text(const QuarticAction& action) {
  std::vector<FixedPoint> points;
  std::vector<std::complex<double>> zeros = {0.0};
  if (action.lambda != 0.0) {
    const auto root = std::sqrt(-action.sigma / action.lambda);
    zeros.insert(zeros.end(), {root, -root});
  }
  for (const auto& z : zeros) {
    const double slope = -(action.sigma + 3.0 * action.lambda * z * z).real();  // K is holomorphic: both eigenvalues have this real part
    points.push_back({z.real(), z.imag(), {slope, slope}, slope < 0.0 ? "attractor" : "repeller"});
  }
  return text_of(points);
}

std::string line_of(const std::string& process, const ScoreMeasurement& measured, bool gaussian) {
  const ScoreFields& lowest = measured.all().front();
  std::string against;
  if (!std::isnan(lowest.distance)) {
    against = formatted("%.2f %% from %s (r.m.s. under P), P %.2f %% (total variation), ", 100.0 * lowest.distance,
                        gaussian ? "the exact one" : "that of the Fokker-Planck equation", 100.0 * lowest.total_variation);
  }
  if (!std::isnan(measured.complex().distance)) {
    against += formatted("int dy P(x-iy,y) %.2g %% from the complex weight, ", 100.0 * measured.complex().distance);
  }
  return formatted("  score-%s at r = %.2g: %scurl %.2g %%; fixed points: %s", process.c_str(), noise_ratio(measured.levels().front()),
                   against.c_str(), 100.0 * lowest.curl, text_of(measured.fixed()).c_str());
}

}  // namespace

std::vector<std::string> measure_plane_scores(const Context& context, const PlaneTheory& theory, H5File& out) {
  const Params& params = context.deck.params;
  std::vector<std::string> lines;
  if (!diffuses(params) || !learns(params)) return lines;
  const bool gaussian = params.model.name == "gaussian";
  const QuarticAction action = action_of(params.model);
  const PlaneCovariance c =
      gaussian ? stationary_covariance({params.model.a, params.model.b}, params.generate.noise_y) : PlaneCovariance{1.0, 0.0, 1.0};
  const PointReference exact({0.0, 0.0}, c.xx, c.xy, c.yy);
  for (const Process& process : params.forward.process) {
    const Surveyed found = survey(context, model_output(params, process));
    if (found.state != State::complete) continue;
    const Model model = read_model(context.files->open(context.comm, output_path(params, found.output.file)), params.network, 2);
    std::optional<ScoreMeasurement> measured;
    require_all(context.comm, [&] {
      measured.emplace(model, Schedule(process.c, params.forward.sigma), params.forward.noise_min);
      measured->run(action);
    });
    if (gaussian) measured->compare(context.comm, [&](const NoiseLevel& level, ScoreFields& f) { set_gaussian(exact, level, f); });
    if (!gaussian && theory.solved) {
      measured->compare(context.comm, [&](const NoiseLevel& level, ScoreFields& f) { set_solution(*theory.solution, level, f); });
    }
    write_fields(context.comm, out, "/score-" + process.name, *measured);
    lines.push_back(line_of(process.name, *measured, gaussian));
  }
  if (!lines.empty()) lines.push_back("  the classical drift: " + drift_text(action));
  return lines;
}

}  // namespace scorefield
