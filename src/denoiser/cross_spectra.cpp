#include "denoiser/cross_spectra.h"

#include <Eigen/Core>
#include <algorithm>
#include <numeric>

namespace scorefield {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

CrossSpectra::CrossSpectra(const ModeOrbits& orbits, std::size_t fields) : orbits_(orbits), fields_(fields), order_(orbits.modes()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return orbits.of(a) < orbits.of(b); });
}

void CrossSpectra::add(std::span<const double> fields, std::span<double> sums) const {
  const std::size_t modes = order_.size();
  std::vector<double> sorted(modes * fields_), mirrored(orbits_.directed() ? sorted.size() : 0);  // [place][r]; of -k, times the sign of k
  for (std::size_t place = 0; place < modes; ++place) {
    const std::size_t k = order_[place];
    for (std::size_t r = 0; r < fields_; ++r) sorted[place * fields_ + r] = fields[r * modes + k];
    if (mirrored.empty()) continue;
    for (std::size_t r = 0; r < fields_; ++r) mirrored[place * fields_ + r] = orbits_.sign(k) * fields[r * modes + orbits_.mirror(k)];
  }
  const auto rows = static_cast<Eigen::Index>(fields_);
  std::size_t place = 0;
  for (std::size_t o = 0; o < orbits_.count(); place += orbits_.size(o++)) {
    const auto size = static_cast<Eigen::Index>(orbits_.size(o));
    const Eigen::Map<const Matrix> of_orbit(&sorted[place * fields_], size, rows);
    Eigen::Map<Matrix>(&sums[o * fields_ * fields_], rows, rows).noalias() += of_orbit.transpose() * of_orbit;
    if (mirrored.empty()) continue;
    const Eigen::Map<const Matrix> of_mirror(&mirrored[place * fields_], size, rows);
    Eigen::Map<Matrix>(&sums[(orbits_.count() + o) * fields_ * fields_], rows, rows).noalias() += of_mirror.transpose() * of_orbit;
  }
}

ModeMatrix::Values CrossSpectra::of_orbit(std::span<const double> sums, std::size_t orbit) const {
  const std::size_t entries = fields_ * fields_;
  ModeMatrix::Values values(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    values[i] = {sums[orbit * entries + i], orbits_.directed() ? sums[(orbits_.count() + orbit) * entries + i] : 0.0};
  }
  return values;
}

}  // namespace scorefield
