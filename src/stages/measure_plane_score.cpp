#include "stages/measure_plane_score.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "diffusion/model_file.h"
#include "diffusion/network_layout.h"
#include "diffusion/samplers.h"
#include "ensemble/walkers.h"
#include "physics/complex_gaussian.h"
#include "physics/vector_field.h"
#include "stages/prepare.h"

namespace scorefield {
namespace {

constexpr std::size_t kLevels = 4;      // of noise
constexpr std::size_t kPoints = 161;    // of the grid, in x and in y
constexpr double kReach = 4.5;          // deviations to each side
constexpr double kDifference = 0.02;    // deviations, of the curl and of fixed points
constexpr double kNegligible = 1e-4;    // of the largest density: fixed points are looked for above
constexpr std::size_t kEveryStart = 8;  // points of the grid apart, from which they are
constexpr double kUnknown = 1e-9;       // of the largest density, below which the expansion is rounding

/// Fields on a grid at one level, [x][y]; scores are (u, v) at each point.
struct Fields {
  std::vector<double> x, y;
  std::vector<double> learnt, exact;   ///< [x][y][2]
  std::vector<double> density, known;  ///< learnt, and exact or that of the Fokker-Planck equation
  double distance = NAN, curl = 0.0, total_variation = NAN;
};

std::vector<double> grid(double centre, double deviation) {
  std::vector<double> points;
  for (std::size_t i = 0; i < kPoints; ++i) {
    points.push_back(centre + kReach * deviation * (2.0 * static_cast<double>(i) / (kPoints - 1.0) - 1.0));
  }
  return points;
}

std::vector<double> all_points(const Fields& f, double shift_x, double shift_y) {
  std::vector<double> points;
  for (const double x : f.x) {
    for (const double y : f.y) points.insert(points.end(), {x + shift_x, y + shift_y});
  }
  return points;
}

std::vector<double> evaluated(const Score& score, const NoiseLevel& level, const std::vector<double>& points) {
  std::vector<double> out(points.size());
  score.evaluate(level, points, out);
  return out;
}

/// Normalised by the sum over cells of the grid.
void normalise(const Fields& f, std::vector<double>& density) {
  double sum = 0.0;
  for (const double p : density) sum += p;
  const double cell = (f.x[1] - f.x[0]) * (f.y[1] - f.y[0]);
  for (double& p : density) p /= sum * cell;
}

/// log P by integrating the score from the middle of the grid, first along one side and then along the other; the mean of both orders,
/// which agree where the score has no curl. The trapezoidal rule.
std::vector<double> integrated(const Fields& f) {
  const std::size_t n = kPoints, middle = n / 2;
  const double hx = f.x[1] - f.x[0], hy = f.y[1] - f.y[0];
  const auto u = [&](std::size_t i, std::size_t j) { return f.learnt[2 * (i * n + j)]; };
  const auto v = [&](std::size_t i, std::size_t j) { return f.learnt[2 * (i * n + j) + 1]; };
  std::vector<double> rows(n * n, 0.0), columns(n * n, 0.0);  // along x last, along y last
  const auto outwards = [&](const auto& visit) {
    for (std::size_t i = middle + 1; i < n; ++i) visit(i, i - 1, 1.0);
    for (std::size_t i = middle; i-- > 0;) visit(i, i + 1, -1.0);
  };
  outwards([&](std::size_t i, std::size_t before, double sign) {
    columns[i * n + middle] = columns[before * n + middle] + 0.5 * sign * hx * (u(i, middle) + u(before, middle));
    rows[middle * n + i] = rows[middle * n + before] + 0.5 * sign * hy * (v(middle, i) + v(middle, before));
  });
  for (std::size_t fixed = 0; fixed < n; ++fixed) {
    outwards([&](std::size_t i, std::size_t before, double sign) {
      columns[fixed * n + i] = columns[fixed * n + before] + 0.5 * sign * hy * (v(fixed, i) + v(fixed, before));
      rows[i * n + fixed] = rows[before * n + fixed] + 0.5 * sign * hx * (u(i, fixed) + u(before, fixed));
    });
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = 0.5 * (rows[i] + columns[i]);
  return rows;
}

/// exp(log_density), normalised.
std::vector<double> density_of(const Fields& f, std::vector<double> density) {
  const double most = *std::max_element(density.begin(), density.end());
  for (double& value : density) value = std::exp(value - most);
  normalise(f, density);
  return density;
}

/// Density and score of the Gaussian model.
void set_gaussian(const PointReference& gaussian, const NoiseLevel& level, Fields& f) {
  const std::vector<double> points = all_points(f, 0.0, 0.0);
  f.exact = evaluated(GaussianScore(gaussian), level, points);
  std::vector<double> whitened(points.size());
  gaussian.whiten(level, points, whitened);
  for (std::size_t i = 0; i < whitened.size(); i += 2) {
    f.known.push_back(std::exp(-0.5 * (whitened[i] * whitened[i] + whitened[i + 1] * whitened[i + 1])));
  }
  normalise(f, f.known);
}

/// Those of the Fokker-Planck equation, y = x/f with noise r; NaN where the expansion does not tell the score.
void set_solution(const FokkerPlanck& solution, const NoiseLevel& level, Fields& f) {
  std::vector<double> x = f.x, y = f.y;
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
  normalise(f, f.known);
}

/// Root of the mean of |s - s*|^2 over that of |s*|^2, both under P.
double distance_of(const Fields& f) {
  double off = 0.0, all = 0.0;
  for (std::size_t i = 0; i < f.known.size(); ++i) {
    if (std::isnan(f.exact[2 * i])) continue;
    for (std::size_t c = 2 * i; c < 2 * i + 2; ++c) {
      off += f.known[i] * (f.learnt[c] - f.exact[c]) * (f.learnt[c] - f.exact[c]);
      all += f.known[i] * f.exact[c] * f.exact[c];
    }
  }
  return std::sqrt(off / all);
}

double total_variation(const Fields& f) {
  double sum = 0.0;
  for (std::size_t i = 0; i < f.known.size(); ++i) sum += std::fabs(f.density[i] - f.known[i]);
  return 0.5 * sum * (f.x[1] - f.x[0]) * (f.y[1] - f.y[0]);
}

/// Root of the mean under P of (d_x v - d_y u)^2 over that of the squares of all four derivatives.
double curl_of(const Score& score, const NoiseLevel& level, const Fields& f, double step_x, double step_y) {
  const auto right = evaluated(score, level, all_points(f, step_x, 0.0)), left = evaluated(score, level, all_points(f, -step_x, 0.0)),
             above = evaluated(score, level, all_points(f, 0.0, step_y)), below = evaluated(score, level, all_points(f, 0.0, -step_y));
  double off = 0.0, all = 0.0;
  for (std::size_t i = 0; i < f.density.size(); ++i) {
    const double ux = (right[2 * i] - left[2 * i]) / (2.0 * step_x), vx = (right[2 * i + 1] - left[2 * i + 1]) / (2.0 * step_x),
                 uy = (above[2 * i] - below[2 * i]) / (2.0 * step_y), vy = (above[2 * i + 1] - below[2 * i + 1]) / (2.0 * step_y);
    off += f.density[i] * (vx - uy) * (vx - uy);
    all += f.density[i] * (ux * ux + uy * uy + vx * vx + vy * vy);
  }
  return std::sqrt(off / all);
}

/// Where the score vanishes, from points at which there is some density.
std::vector<FixedPoint> fixed_points_of(const Score& score, const NoiseLevel& level, const Fields& f, double step_x, double step_y) {
  const double most = *std::max_element(f.density.begin(), f.density.end());
  std::vector<double> start;
  for (std::size_t i = 0; i < kPoints; i += kEveryStart) {
    for (std::size_t j = 0; j < kPoints; j += kEveryStart) {
      if (f.density[i * kPoints + j] > kNegligible * most) start.insert(start.end(), {f.x[i], f.y[j]});
    }
  }
  const VectorField field = [&](double x, double y) {
    const auto value = evaluated(score, level, {x, y});
    return std::array{value[0], value[1]};
  };
  return fixed_points(field, start, step_x, step_y);
}

std::string text_of(const std::vector<FixedPoint>& points) {
  std::string text;
  for (const FixedPoint& point : points) {
    text += formatted("%s%s at (%.3g, %.3g)", text.empty() ? "" : ", ", point.kind.c_str(), point.x, point.y);
  }
  return text.empty() ? "none found" : text;
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

  void run() {
    for (const NoiseLevel& level : levels_) all_.push_back(at(level));
    const NoiseLevel& lowest = levels_.front();
    fixed_ = fixed_points_of(*score_, lowest, all_.front(), kDifference * deviation(lowest, 0), kDifference * deviation(lowest, 1));
  }

  /// What the learnt fields are compared with: known(level, fields) fills it in. On the root, and then on all ranks. Collective.
  template <class OfLevel>
  void compare(const Comm& comm, const OfLevel& known) {
    require_all(comm, [&] {
      for (std::size_t k = 0; comm.is_root() && k < all_.size(); ++k) known(levels_[k], all_[k]);
    });
    for (Fields& f : all_) {
      comm.broadcast(f.exact);
      comm.broadcast(f.known);
      f.distance = distance_of(f);
      f.total_variation = total_variation(f);
    }
  }

  const std::vector<NoiseLevel>& levels() const { return levels_; }
  const std::vector<Fields>& all() const { return all_; }
  const std::vector<FixedPoint>& fixed() const { return fixed_; }

 private:
  /// Of x or y under the reference.
  double deviation(const NoiseLevel& level, std::size_t component) const {
    double variance = 0.0;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      variance += reference_.variances[axis] * reference_.axes[2 * axis + component] * reference_.axes[2 * axis + component];
    }
    return total_deviation(level, {0.0, variance});
  }

  /// Of an energy as it is, else by integrating the score.
  std::vector<double> log_density(const NoiseLevel& level, const Fields& f) const {
    if (!is_energy(model_.network)) return integrated(f);
    std::vector<double> all(f.x.size() * f.y.size());
    learnt_log_density(model_, level, all_points(f, 0.0, 0.0), all);
    return all;
  }

  Fields at(const NoiseLevel& level) const {
    Fields f;
    f.x = grid(level.kept * reference_.mean[0], deviation(level, 0));
    f.y = grid(level.kept * reference_.mean[1], deviation(level, 1));
    f.learnt = evaluated(*score_, level, all_points(f, 0.0, 0.0));
    f.density = density_of(f, log_density(level, f));
    f.curl = curl_of(*score_, level, f, kDifference * deviation(level, 0), kDifference * deviation(level, 1));
    return f;
  }

  Model model_;
  PointReference reference_;
  std::unique_ptr<Score> score_;
  std::vector<NoiseLevel> levels_;
  std::vector<Fields> all_;
  std::vector<FixedPoint> fixed_;
};

/// One array of all levels' rows.
template <class Of>
std::vector<double> joined(const std::vector<Fields>& all, const Of& of) {
  std::vector<double> result;
  for (const Fields& f : all) {
    const std::vector<double>& row = of(f);
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

void write_fields(H5File& out, const std::string& group, const ScoreMeasurement& measured) {
  const auto& all = measured.all();
  const std::uint64_t levels = kLevels, n = kPoints;
  std::vector<double> ratio, distance, curl, variation, points;
  std::string kinds;
  for (const NoiseLevel& level : measured.levels()) ratio.push_back(noise_ratio(level));
  for (const Fields& f : all) {
    distance.push_back(f.distance);
    curl.push_back(f.curl);
    variation.push_back(f.total_variation);
  }
  for (const FixedPoint& point : measured.fixed()) {
    points.insert(points.end(), {point.x, point.y, point.eigenvalues[0], point.eigenvalues[1]});
    kinds += (kinds.empty() ? "" : ",") + point.kind;
  }
  out.write_all(group + "/noise_ratio", {levels}, ratio);
  out.write_all(group + "/x", {levels, n},
                joined(
                    all, [](const Fields& f) -> const auto& { return f.x; }));
  out.write_all(group + "/y", {levels, n},
                joined(
                    all, [](const Fields& f) -> const auto& { return f.y; }));
  out.write_all(group + "/learnt", {levels, n, n, 2},
                joined(
                    all, [](const Fields& f) -> const auto& { return f.learnt; }));
  out.write_all(group + "/density", {levels, n, n},
                joined(
                    all, [](const Fields& f) -> const auto& { return f.density; }));
  out.write_all(group + "/curl", {levels}, curl);
  if (!all.front().exact.empty()) {
    out.write_all(group + "/exact", {levels, n, n, 2},
                  joined(
                      all, [](const Fields& f) -> const auto& { return f.exact; }));
    out.write_all(group + "/exact_density", {levels, n, n},
                  joined(
                      all, [](const Fields& f) -> const auto& { return f.known; }));
    out.write_all(group + "/distance", {levels}, distance);
    out.write_all(group + "/total_variation", {levels}, variation);
  }
  if (points.empty()) return;
  out.write_all(group + "/fixed_points", {points.size() / 4, 4}, points);
  out.set_attribute(group + "/fixed_points", "kinds", kinds);
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
  const Fields& lowest = measured.all().front();
  std::string against;
  if (!std::isnan(lowest.distance)) {
    against = formatted("%.2f %% from %s (r.m.s. under P), P %.2f %% (total variation), ", 100.0 * lowest.distance,
                        gaussian ? "the exact one" : "that of the Fokker-Planck equation", 100.0 * lowest.total_variation);
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
  const PlaneCovariance c =
      gaussian ? stationary_covariance({params.model.a, params.model.b}, params.generate.noise_y) : PlaneCovariance{1.0, 0.0, 1.0};
  const PointReference exact({0.0, 0.0}, c.xx, c.xy, c.yy);
  for (const Process& process : params.forward.process) {
    const Surveyed found = survey(context, model_output(params, process));
    if (found.state != State::complete) continue;
    const Model model = read_model(context.files->open(context.comm, output_path(params, found.output.file)), params.network, 2);
    ScoreMeasurement measured(model, Schedule(process.c, params.forward.sigma), params.forward.noise_min);
    require_all(context.comm, [&] { measured.run(); });
    if (gaussian) measured.compare(context.comm, [&](const NoiseLevel& level, Fields& f) { set_gaussian(exact, level, f); });
    if (!gaussian && theory.solved) {
      measured.compare(context.comm, [&](const NoiseLevel& level, Fields& f) { set_solution(*theory.solution, level, f); });
    }
    write_fields(out, "/score-" + process.name, measured);
    lines.push_back(line_of(process.name, measured, gaussian));
  }
  if (!lines.empty()) lines.push_back("  the classical drift: " + drift_text(action_of(params.model)));
  return lines;
}

}  // namespace scorefield
