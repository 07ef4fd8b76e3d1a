#include "denoiser/zero_mode.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace scorefield {
namespace {

constexpr std::size_t kCells = 1024;
constexpr int kMostSweeps = 4000;
constexpr double kRise = 1e-10;      // of the log-likelihood of a number in a sweep, below which the fit has converged
constexpr double kNarrowest = 0.02;  // of the mean distance of peaks: narrower ones would be single configurations

/// P(n > x) of a standard normal number.
double upper_tail(double x) { return 0.5 * std::erfc(x * std::numbers::sqrt2 / 2.0); }
/// The x with P(n > x) = p.
double from_upper_tail(double p) { return std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p); }
/// The x with P(0 < n < x) = p.
double from_middle(double p) { return std::numbers::sqrt2 * boost::math::erf_inv(2.0 * p); }
double normal_density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }

/// Numbers that are alike: how many (as a part of all), their mean and the mean of their squares.
struct Cell {
  double part = 0.0, mean = 0.0, square = 0.0;
};

std::vector<Cell> cells_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size(), cells = std::min(count, kCells);
  std::vector<Cell> made(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t begin = i * count / cells, end = (i + 1) * count / cells;
    for (std::size_t j = begin; j < end; ++j) {
      made[i].mean += values[j];
      made[i].square += values[j] * values[j];
    }
    const auto size = static_cast<double>(end - begin);
    made[i] = {size / static_cast<double>(count), made[i].mean / size, made[i].square / size};
  }
  return made;
}

/// What one pair is to one cell: how likely it is there, and the sign of the peak.
struct Share {
  double likelihood, sign;
};
Share share_of(const PeakPair& pair, double at) {
  const double deviation = std::sqrt(pair.variance), near = (at - pair.centre) / deviation, far = (at + pair.centre) / deviation;
  const double a = normal_density(near), b = normal_density(far);
  return {0.5 * pair.weight * (a + b) / deviation, a + b > 0.0 ? (a - b) / (a + b) : 1.0};
}

/// One sweep of expectation maximisation; returns the log-likelihood of a number before it.
double improve(std::vector<PeakPair>& pairs, const std::vector<Cell>& cells, double narrowest) {
  struct Sums {
    double weight = 0.0, first = 0.0, second = 0.0;
  };
  std::vector<Sums> sums(pairs.size());
  std::vector<Share> shares(pairs.size());
  double likelihood = 0.0;
  for (const Cell& cell : cells) {
    double all = 0.0;
    for (std::size_t j = 0; j < pairs.size(); ++j) all += (shares[j] = share_of(pairs[j], cell.mean)).likelihood;
    if (!(all > 0.0)) continue;
    likelihood += cell.part * std::log(all);
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const double part = cell.part * shares[j].likelihood / all;
      sums[j].weight += part;
      sums[j].first += part * shares[j].sign * cell.mean;
      sums[j].second += part * cell.square;
    }
  }
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    if (!(sums[j].weight > 0.0)) continue;
    const double centre = sums[j].first / sums[j].weight;
    const double variance = std::max(sums[j].second / sums[j].weight - centre * centre, narrowest * narrowest);
    pairs[j] = {sums[j].weight, centre, variance};
  }
  return likelihood;
}

}  // namespace

double ZeroMode::square() const {
  double sum = 0.0;
  for (const PeakPair& pair : pairs) sum += pair.weight * (pair.centre * pair.centre + pair.variance);
  return sum;
}

std::vector<double> numbers_of(const ZeroMode& law) {
  std::vector<double> numbers;
  for (const PeakPair& pair : law.pairs) numbers.insert(numbers.end(), {pair.weight, pair.centre, pair.variance});
  return numbers;
}

ZeroMode zero_mode_of(std::span<const double> numbers) {
  ZeroMode law;
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3) law.pairs.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  return law;
}

ZeroMode fit_zero_mode(std::vector<double> values, std::size_t pairs) {
  for (double& value : values) value = std::fabs(value);
  const std::vector<Cell> cells = cells_of(std::move(values));
  const double range = cells.back().mean - cells.front().mean;
  if (!(range > 0.0))
    throw InputError("the zero mode of the ensemble does not fluctuate: its score needs more, and different, configurations");
  const double between = range / static_cast<double>(pairs);
  ZeroMode law;
  for (std::size_t j = 0; j < pairs; ++j) {
    const double place = (static_cast<double>(j) + 0.5) / static_cast<double>(pairs);
    const Cell& cell = cells[static_cast<std::size_t>(place * static_cast<double>(cells.size()))];
    law.pairs.push_back({1.0 / static_cast<double>(pairs), cell.mean, between * between});
  }
  double before = -INFINITY;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    const double likelihood = improve(law.pairs, cells, kNarrowest * between);
    if (likelihood - before < kRise && sweep > 10) break;
    before = likelihood;
  }
  return law;
}

std::vector<ZeroModeLevel::Peak> ZeroModeLevel::peaks_of(const ZeroMode& law, double ratio) {
  std::vector<Peak> peaks;
  for (const PeakPair& pair : law.pairs)
    peaks.push_back({pair.weight, pair.centre, pair.variance, std::sqrt(pair.variance + ratio * ratio)});
  return peaks;
}

ZeroModeLevel::ZeroModeLevel(const ZeroMode& law, double ratio)
    : peaks_(peaks_of(law, ratio)),
      widest_(std::ranges::max(peaks_, {}, &Peak::deviation).deviation),
      outermost_(std::ranges::max(peaks_, {}, &Peak::centre).centre),
      reach_(denoised(unwhiten(3.0))) {}

double ZeroModeLevel::density(double h) const {
  double sum = 0.0;
  for (const Peak& p : peaks_) {
    sum += p.weight * (normal_density((h - p.centre) / p.deviation) + normal_density((h + p.centre) / p.deviation)) / p.deviation;
  }
  return 0.5 * sum;
}

/// P(X > h), for h >= 0.
double ZeroModeLevel::tail(double h) const {
  double sum = 0.0;
  for (const Peak& p : peaks_) sum += p.weight * (upper_tail((h - p.centre) / p.deviation) + upper_tail((h + p.centre) / p.deviation));
  return 0.5 * sum;
}

/// P(0 < X < h): exact between the peaks, where tails are nearly 1/2.
double ZeroModeLevel::middle(double h) const {
  double sum = 0.0;
  for (const Peak& p : peaks_) sum += p.weight * (upper_tail((p.centre - h) / p.deviation) - upper_tail((p.centre + h) / p.deviation));
  return 0.5 * sum;
}

double ZeroModeLevel::whiten(double h) const {
  if (gaussian()) return h / peaks_[0].deviation;
  const double at = std::fabs(h), above = tail(at);
  if (above == 0.0) return std::copysign((at - outermost_) / widest_, h);  // 38 deviations away
  return std::copysign(above < 0.25 ? from_upper_tail(above) : from_middle(middle(at)), h);
}

/// Newton where it stays inside a bracket that always holds the root, else bisection: the function is monotonic.
double ZeroModeLevel::unwhiten(double whitened) const {
  if (gaussian()) return whitened * peaks_[0].deviation;
  const double wanted = std::fabs(whitened);
  double low = 0.0, high = outermost_ + widest_ * (wanted + 1.0);
  double x = std::min(outermost_ + widest_ * (wanted - 0.5), high);
  for (int i = 0; i < 200; ++i) {
    if (!(x > low && x < high)) x = 0.5 * (low + high);
    const double difference = whiten(x) - wanted;
    (difference > 0.0 ? high : low) = x;
    const double step = difference / slope(x);
    if (std::fabs(step) < 1e-14 * (widest_ + x) || high - low < 1e-15 * (widest_ + high)) break;
    x -= step;
  }
  return std::copysign(x, whitened);
}

double ZeroModeLevel::slope(double h) const {
  if (gaussian()) return 1.0 / peaks_[0].deviation;
  const double here = density(h);
  return here > 0.0 ? here / normal_density(whiten(h)) : 1.0 / widest_;  // 38 deviations away
}

/// The mean of value(peak, s) over the peaks at s centre, s = +-1, from which h came; what they have in common is taken out of the
/// exponents, so that it exists however far h is from all of them.
template <class Value>
double ZeroModeLevel::posterior_mean(double h, const Value& value) const {
  double least = INFINITY;
  for (const Peak& p : peaks_) {
    const double near = (std::fabs(h) - p.centre) / p.deviation;
    least = std::min(least, 0.5 * near * near);
  }
  double sum = 0.0, all = 0.0;
  for (const Peak& p : peaks_) {
    for (const double s : {1.0, -1.0}) {
      const double x = (h - s * p.centre) / p.deviation, likelihood = p.weight / p.deviation * std::exp(least - 0.5 * x * x);
      all += likelihood;
      sum += likelihood * value(p, s);
    }
  }
  return sum / all;
}

double ZeroModeLevel::denoised(double h) const {
  return posterior_mean(
      h, [h](const Peak& p, double s) { return s * p.centre + p.variance / (p.deviation * p.deviation) * (h - s * p.centre); });
}

double ZeroModeLevel::sign(double h) const {
  return posterior_mean(h, [](const Peak& p, double s) { return p.centre > 0.0 ? s : 0.0; });
}

}  // namespace scorefield
