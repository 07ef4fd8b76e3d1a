#include "ensemble/walkers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "base/text.h"
#include "ensemble/lattice_chains.h"
#include "physics/complex_gaussian.h"

namespace scorefield {
namespace {

constexpr std::int64_t kTogether = 64;  // walkers that move together: numbers a multiple of it, and so on
constexpr std::size_t kSteps = 8;       // that noise is drawn for at once
constexpr double kShortest = 0x1p-48;   // part of a step: a walker that needs a shorter one has run away
constexpr double kFarthest = 1e6;       // that a drift may carry where all steps have one length

constexpr std::size_t kVectors = kTogether / kLanes;
using Numbers = std::array<Vec, kVectors>;
using Point = ComplexNumber<Vec>;

WalkerScheme scheme_named(const std::string& name) {
  if (name == "euler") return WalkerScheme::euler;
  return name == "exact" ? WalkerScheme::exact : WalkerScheme::second_order;
}

double square(double x) { return x * x; }

}  // namespace

/// Walkers kTogether n, ..., kTogether (n + 1) - 1 and where they are. Always all of these, so that what one does depends on nothing else.
class Walkers::Group {
 public:
  Group(const Walkers& all, std::int64_t number) : all_(all), first_(number * kTogether) {
    fill_normals({all_.seed_, Stream::start, 0}, static_cast<std::uint64_t>(first_), numbers_of(x_));
  }

  /// Moves all walkers by an update.
  void update() {
    if (all_.scheme_ == WalkerScheme::exact) {
      draw_transition();
    } else if (all_.scheme_ == WalkerScheme::euler) {
      move<false>();
    } else {
      move<true>();
    }
    ++updates_;
  }

  double x(std::int64_t walker) { return numbers_of(x_)[static_cast<std::size_t>(walker)]; }
  double y(std::int64_t walker) { return numbers_of(y_)[static_cast<std::size_t>(walker)]; }

 private:
  template <std::size_t vectors>
  static std::span<double> numbers_of(std::array<Vec, vectors>& numbers) {
    return {lanes_of(numbers.data()), vectors * kLanes};
  }

  /// Makes noise_x_ and noise_y_ point to the numbers of the next step.
  void next_noise() {
    if (step_ % kSteps == 0) {
      const std::uint64_t chunk = step_ / kSteps, first = static_cast<std::uint64_t>(first_) * kSteps;
      fill_normals({all_.seed_, Stream::walker_x, chunk}, first, numbers_of(many_x_));
      if (all_.draws_y()) fill_normals({all_.seed_, Stream::walker_y, chunk}, first, numbers_of(many_y_));
    }
    noise_x_ = &many_x_[step_ % kSteps * kVectors];
    noise_y_ = &many_y_[step_ % kSteps * kVectors];
    ++step_;
  }

  void draw_transition() {
    next_noise();
    const Transition& t = all_.transition_;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const Vec x = t.kept.re * x_[v] - t.kept.im * y_[v], y = t.kept.im * x_[v] + t.kept.re * y_[v];
      x_[v] = x + t.xx * noise_x_[v];
      y_[v] = y + t.yx * noise_x_[v] + t.yy * noise_y_[v];
    }
  }

  /// All walkers make whole steps until the drift of one is too large; from then on each has its own.
  template <bool second_order>
  void move() {
    std::int64_t whole = all_.steps_;
    for (; whole > 0; --whole) {
      next_noise();
      if (set_drifts()) break;
      const Vec h = broadcast(all_.step_), one = broadcast(1.0);
      for (std::size_t v = 0; v < kVectors; ++v) step_of<second_order>(v, h, one);
    }
    if (whole > 0) move_unevenly<second_order>(static_cast<double>(whole));
  }

  /// What is left of the update, `steps`, where the first of them has its noise and drifts already.
  template <bool second_order>
  void move_unevenly(double steps) {
    Numbers left;
    left.fill(broadcast(steps));
    for (bool first = true, moving = true; moving; first = false) {
      if (!first) {
        next_noise();
        set_drifts();
      }
      moving = false;
      for (std::size_t v = 0; v < kVectors; ++v) {
        const Vec part = part_of_step(v, left[v]);
        step_of<second_order>(v, all_.step_ * part, root_of(part));
        left[v] -= part;
        moving = moving || any((Bits)(left[v] > 0.0));
      }
    }
  }

  /// Sets the drift of all walkers; true if a whole step would be too long for one.
  bool set_drifts() {
    Bits good = ~Bits{};
    for (std::size_t v = 0; v < kVectors; ++v) {
      drift_[v] = all_.action_.drift(Point{x_[v], y_[v]});
      good &= (Bits)(square_of_drift(v) <= all_.largest_square_);  // false for what is not a number
    }
    return any(~good);
  }

  Vec square_of_drift(std::size_t v) const { return fused(drift_[v].re, drift_[v].re, drift_[v].im * drift_[v].im); }

  /// A step of size h, of which the noise's standard deviation is `root` times that of a whole step.
  template <bool second_order>
  void step_of(std::size_t v, Vec h, Vec root) {
    const Point k = drift_[v];
    const Vec to_x = root * (all_.root_x_ * noise_x_[v]), to_y = root * (all_.root_y_ * noise_y_[v]);
    const Point next{fused(h, k.re, x_[v]) + to_x, fused(h, k.im, y_[v]) + to_y};
    if (second_order) {
      const Point l = all_.action_.drift(next);
      x_[v] = fused(0.5 * h, k.re + l.re, x_[v]) + to_x;
      y_[v] = fused(0.5 * h, k.im + l.im, y_[v]) + to_y;
    } else {
      x_[v] = next.re;
      y_[v] = next.im;
    }
  }

  /// How much of a step each walker may make: at most one and what is left of the update, and less where the drift is large.
  Vec part_of_step(std::size_t v, Vec left) const {
    Vec part = select((Bits)(left < 1.0), left, broadcast(1.0));
    const Vec square = square_of_drift(v);
    const Bits good = (Bits)(square <= all_.largest_square_);
    for (int lane = 0; lane < kLanes; ++lane) {
      if (good[lane] != 0 || left[lane] == 0.0) continue;
      const double shorter = std::exp2(std::floor(0.5 * std::log2(all_.largest_square_ / square[lane])));
      if (all_.largest_drift_ == 0.0 || !(shorter >= kShortest)) {
        fail(static_cast<std::int64_t>(v) * kLanes + lane, std::hypot(x_[v][lane], y_[v][lane]));
      }
      part[lane] = std::min(part[lane], shorter);
    }
    return part;
  }

  [[noreturn]] void fail(std::int64_t walker, double distance) const {
    const double time = static_cast<double>(all_.steps_) * all_.step_ * static_cast<double>(updates_);
    const long long number = first_ + walker;
    throw NumericalError(formatted("walker %lld ran away after Langevin time %g, to |z| = %.3g, where its drift is not followed any more: ",
                                   number, time, distance) +
                         (all_.largest_drift_ == 0.0
                              ? "set generate.largest-drift (0.1, say), which makes steps shorter where they must be"
                              : "take a smaller generate.step; if that does not help, this action's drift carries walkers to infinity"));
  }

  const Walkers& all_;
  std::int64_t first_;
  std::uint64_t step_ = 0, updates_ = 0;
  Numbers x_{}, y_{};
  std::array<Point, kVectors> drift_{};
  std::array<Vec, kVectors * kSteps> many_x_{}, many_y_{};
  const Vec* noise_x_ = nullptr;
  const Vec* noise_y_ = nullptr;
};

QuarticAction action_of(const ModelParams& model) {
  const bool quartic = model.name == "quartic";
  return {{model.a, model.b}, quartic ? std::complex<double>(model.lambda, model.lambda_im) : 0.0};
}

Walkers::Walkers(const QuarticAction& action, const GenerateParams& generate, std::uint64_t seed)
    : action_(action),
      scheme_(scheme_named(generate.scheme)),
      steps_(steps_of(generate.trajectory, generate.step)),
      step_(generate.trajectory / static_cast<double>(steps_)),
      root_x_(std::sqrt(2.0 * (1.0 + generate.noise_y) * step_)),
      root_y_(std::sqrt(2.0 * generate.noise_y * step_)),
      noise_y_(generate.noise_y),
      largest_drift_(generate.largest_drift),
      largest_square_(square((largest_drift_ > 0.0 ? largest_drift_ : kFarthest) / step_)),
      thermalisation_(generate.thermalisation),
      separation_(generate.separation),
      length_(generate.length),
      seed_(seed) {
  if (scheme_ == WalkerScheme::exact) transition_ = transition_of(action.sigma, generate.noise_y, generate.trajectory);
}

Walkers::Transition Walkers::transition_of(std::complex<double> sigma, double noise_y, double time) {
  const std::complex<double> kept = std::exp(-sigma * time);
  const PlaneCovariance noise = transition_covariance(sigma, noise_y, time);
  const double xx = std::sqrt(noise.xx), yx = noise.xy / xx;
  return {{kept.real(), kept.imag()}, xx, yx, std::sqrt(std::max(0.0, noise.yy - yx * yx))};
}

void Walkers::draw(std::int64_t first, std::span<double> xy) const {
  const std::int64_t begin = first / length_, end = begin + (static_cast<std::int64_t>(xy.size()) / 2 + length_ - 1) / length_;
  for (std::int64_t number = begin / kTogether; number * kTogether < end; ++number) {
    Group group(*this, number);
    for (std::int64_t n = 0; n < thermalisation_; ++n) group.update();
    for (std::int64_t t = 0; t < length_; ++t) {
      for (std::int64_t n = 0; n < separation_; ++n) group.update();
      for (std::int64_t w = std::max(begin, number * kTogether); w < std::min(end, (number + 1) * kTogether); ++w) {
        const auto at = static_cast<std::size_t>(2 * ((w - begin) * length_ + t));
        if (at >= xy.size()) continue;
        xy[at] = group.x(w % kTogether);
        xy[at + 1] = group.y(w % kTogether);
      }
    }
  }
}

}  // namespace scorefield
