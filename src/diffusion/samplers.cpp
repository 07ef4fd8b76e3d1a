#include "diffusion/samplers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/finite.h"
#include "base/rng.h"

namespace scorefield {
namespace {

std::vector<NoiseLevel> time_grid(const Schedule& schedule, std::int64_t steps) {
  std::vector<NoiseLevel> levels;
  for (std::int64_t i = 0; i <= steps; ++i) {
    levels.push_back(schedule.at(static_cast<double>(steps - i) / static_cast<double>(steps)));
  }
  return levels;
}

/// Above this noise over signal no data are left in x (kappa_4/kappa_2^2 is below 1e-24), and slopes would be differences of numbers
/// alike to rounding: the backward process starts here if T lies higher.
constexpr double kHighestNoise = 1e6;

NoiseLevel start_level(const Schedule& schedule, const Reference& reference) {
  const double highest = kHighestNoise * std::sqrt(reference.variance);
  const NoiseLevel end = schedule.at(1.0);
  return noise_ratio(end) <= highest ? end : schedule.at_ratio(highest);
}

/// Uniform in the level coordinate from T to noise_min, and 0 behind.
std::vector<NoiseLevel> noise_grid(const Schedule& schedule, const Reference& reference, const SamplerSettings& s) {
  const NoiseLevel start = start_level(schedule, reference);
  std::vector<NoiseLevel> levels;
  for (const double l : even_coordinates(level_coordinate(start, reference), s.noise_min, s.steps)) {
    levels.push_back(levels.empty() ? start : schedule.at_ratio(ratio_of_coordinate(l, reference)));
  }
  levels.push_back(schedule.at(0.0));
  return levels;
}

}  // namespace

std::vector<double> even_coordinates(double top, double noise_min, std::int64_t count) {
  const double bottom = -std::asinh(1.0 / noise_min);
  if (bottom >= top) throw InputError("forward.noise-min is above the noise at T over the width of the data: raise forward.sigma");
  std::vector<double> coordinates;
  for (std::int64_t i = 0; i < count; ++i) {
    const double part = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0.0;
    coordinates.push_back(top + part * (bottom - top));
  }
  return coordinates;
}

/// The state of one run: the whitened field and work arrays.
class BackwardProcess::Run {
 public:
  Run(const BackwardProcess& process, Flow& flow, std::uint64_t seed, std::uint64_t first, std::span<double> x)
      : p_(process),
        flow_(flow),
        seed_(seed),
        first_(first * flow.numbers()),
        x_(x),
        noise_(x.size()),
        score_values_(x.size()),
        field_(x.size()),
        trial_(x.size()) {
    for (auto& slope : slopes_) slope.resize(x.size());
  }

  void start() {
    fill_normals({seed_, Stream::prior, 0}, first_, x_);
    if (p_.in_time_) flow_.to_field(p_.levels_.front(), x_, x_);
  }

  /// One step of any integrator, from level `step` to `step + 1`.
  void advance(std::size_t step) {
    const NoiseLevel& from = p_.levels_[step];
    const NoiseLevel& to = p_.levels_[step + 1];
    if (p_.in_time_) {
      euler_maruyama(step, from, to);
      if (p_.settings_.name == "predictor-corrector" && to.time > 0.0) correct(step, to);
    } else if (to.time == 0.0) {
      flow_.finish(from, x_);
    } else if (p_.settings_.name == "adams4") {
      adams(step, from, to);
    } else if (p_.settings_.name.starts_with("sde")) {
      stochastic(step, from, to);
    } else {
      deterministic(from, to);
    }
  }

  /// Behind step `step`, at the level that it ends at.
  void correct_by_density(std::size_t step) {
    const NoiseLevel& at = p_.levels_[step + 1];
    const std::int64_t count = p_.settings_.corrections;
    if (count > 0 && !p_.in_time_ && at.time > 0.0) flow_.relax(at, {count, seed_, step, first_ / flow_.numbers()}, x_);
  }

  /// The configurations at a level, in the units of the data.
  std::span<const double> field_at(const NoiseLevel& level) {
    if (p_.in_time_) return x_;
    flow_.to_field(level, x_, field_);
    return field_;
  }

 private:
  double coordinate(const NoiseLevel& level) const { return level_coordinate(level, p_.reference_); }

  NoiseLevel at_coordinate(double l) const { return p_.schedule_.at_ratio(ratio_of_coordinate(l, p_.reference_)); }

  void step_to_trial(double h, const std::vector<double>& along) {
    for (std::size_t i = 0; i < x_.size(); ++i) trial_[i] = x_[i] + h * along[i];
  }

  /// Ralston's or the classical Runge-Kutta scheme in l.
  void deterministic(const NoiseLevel& from, const NoiseLevel& to) {
    const double h = coordinate(to) - coordinate(from);
    auto& [k1, k2, k3, k4] = slopes_;
    flow_.slope(from, x_, k1);
    if (p_.settings_.name.ends_with('2')) {
      step_to_trial(Ralston::kStage * h, k1);
      flow_.slope(at_coordinate(coordinate(from) + Ralston::kStage * h), trial_, k2);
      for (std::size_t i = 0; i < x_.size(); ++i) x_[i] += h * (Ralston::kFirst * k1[i] + Ralston::kSecond * k2[i]);
      return;
    }
    const NoiseLevel middle = at_coordinate(coordinate(from) + 0.5 * h);
    step_to_trial(0.5 * h, k1);
    flow_.slope(middle, trial_, k2);
    step_to_trial(0.5 * h, k2);
    flow_.slope(middle, trial_, k3);
    step_to_trial(h, k3);
    flow_.slope(to, trial_, k4);
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] += h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
  }

  /// Adams-Bashforth of order 4 in l; the three slopes it needs behind it come from Runge-Kutta steps. (Started by its own lower
  /// orders, 48 steps of the variance-expanding process are off by 1.5e-3 in kappa_8 rather than 1e-4.)
  void adams(std::size_t step, const NoiseLevel& from, const NoiseLevel& to) {
    std::rotate(history_.begin(), history_.end() - 1, history_.end());
    history_[0].resize(x_.size());
    if (step < 3) {
      deterministic(from, to);
      history_[0] = slopes_[0];
      return;
    }
    const double h = coordinate(to) - coordinate(from);
    flow_.slope(from, x_, history_[0]);
    const auto& [d0, d1, d2, d3] = history_;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      x_[i] += h / 24.0 * (55.0 * d0[i] - 59.0 * d1[i] + 37.0 * d2[i] - 9.0 * d3[i]);
    }
  }

  /// Forward noise up by one step in l (not above T), then the deterministic scheme down.
  void stochastic(std::size_t step, const NoiseLevel& from, const NoiseLevel& to) {
    const double top = coordinate(p_.levels_.front());
    const double up = std::min(top, 2.0 * coordinate(from) - coordinate(to));
    NoiseLevel noisier = from;
    if (up > coordinate(from)) {
      noisier = up == top ? p_.levels_.front() : at_coordinate(up);
      fill_normals({seed_, Stream::sampler_noise, step}, first_, noise_);
      flow_.lift(from, noisier, noise_, x_);
    }
    deterministic(noisier, to);
  }

  /// x -> kept x + amplitude eta.
  void add_noise(Stream stream, std::size_t step, double kept, double amplitude) {
    fill_normals({seed_, stream, step}, first_, noise_);
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = kept * x_[i] + amplitude * noise_[i];
  }

  /// x(t-h) = x + h (k x/2 + g^2 s) + g sqrt(h) eta; no noise in the last step.
  void euler_maruyama(std::size_t step, const NoiseLevel& from, const NoiseLevel& to) {
    const double h = from.time - to.time;
    const double g2 = p_.schedule_.diffusion_squared(from.time);
    const double grow = 1.0 + 0.5 * h * p_.schedule_.contraction(from.time);
    flow_.score(from, x_, score_values_);
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = grow * x_[i] + h * g2 * score_values_[i];
    if (to.time > 0.0) add_noise(Stream::sampler_noise, step, 1.0, std::sqrt(h * g2));
  }

  /// One Langevin step x + e s + sqrt(2e) eta with e = 2 snr^2 Xi (2011.13456, algorithm 4, with |s|^2 = 1/Xi).
  void correct(std::size_t step, const NoiseLevel& at) {
    const double e = 2.0 * p_.settings_.corrector_snr * p_.settings_.corrector_snr * at.noise_variance;
    flow_.score(at, x_, score_values_);
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] += e * score_values_[i];
    add_noise(Stream::corrector_noise, step, 1.0, std::sqrt(2.0 * e));
  }

  const BackwardProcess& p_;
  Flow& flow_;
  std::uint64_t seed_;
  std::uint64_t first_;  ///< number of the first of x
  std::span<double> x_;  ///< the whitened field, or the field itself if steps are in time
  std::vector<double> noise_;
  std::vector<double> score_values_;
  std::vector<double> field_;
  std::vector<double> trial_;
  std::array<std::vector<double>, 4> slopes_;   ///< of one Runge-Kutta step
  std::array<std::vector<double>, 4> history_;  ///< of the latest steps, for Adams-Bashforth
};

BackwardProcess::BackwardProcess(const Schedule& schedule, const Reference& reference, const SamplerSettings& settings)
    : schedule_(schedule),
      reference_(reference),
      settings_(settings),
      in_time_(settings.name == "euler-maruyama" || settings.name == "predictor-corrector"),
      levels_(in_time_ ? time_grid(schedule, settings.steps) : noise_grid(schedule, reference, settings)) {}

std::int64_t evaluations_of(const SamplerSettings& settings) {
  const std::int64_t steps = settings.steps;
  if (settings.corrections > 0) {
    SamplerSettings plain = settings;
    plain.corrections = 0;
    return evaluations_of(plain) + (steps - 1) * (settings.corrections + 1);
  }
  if (settings.name == "predictor-corrector") return 2 * steps - 1;
  if (settings.name.ends_with('2')) return 2 * (steps - 1) + 1;
  if (settings.name == "ode4" || settings.name == "sde4") return 4 * (steps - 1) + 1;
  if (settings.name == "adams4") return steps + 3 * std::min<std::int64_t>(3, steps - 1);
  return steps;
}

void BackwardProcess::run(Flow& flow, std::uint64_t seed, std::uint64_t first, std::span<double> x, const Observer& observer) const {
  Run run(*this, flow, seed, first, x);
  run.start();
  observer(0, run.field_at(levels_[0]));
  for (std::size_t step = 0; step + 1 < levels_.size(); ++step) {
    run.advance(step);
    run.correct_by_density(step);
    observer(step + 1, run.field_at(levels_[step + 1]));
  }
  if (!in_time_) {
    const auto field = run.field_at(levels_.back());
    std::copy(field.begin(), field.end(), x.begin());
  }
  if (!all_finite(x)) {
    throw NumericalError("a configuration of the backward process ran away (sampler " + settings_.name + "): take more steps");
  }
}

}  // namespace scorefield
