#include "observables/complex_field_observer.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace scorefield {
namespace {

using Complex = std::complex<double>;

void add(std::span<double> row, std::size_t place, Complex value) {
  row[2 * place] += value.real();
  row[2 * place + 1] += value.imag();
}

}  // namespace

ComplexFieldObserver::ComplexFieldObserver(const FieldShape& shape, const ComplexFieldAction& action)
    : shape_(shape),
      action_(&action),
      names_({"z", "z^2", "z^3", "z^4", "z^5", "z^6", "z^7", "z^8", "hop_y", "hop_x", "L z^2", "L z^4", "V M^2"}),
      cutoffs_(boundary_cutoffs(1.0)),
      fft_(shape),
      drift_(numbers()) {
  for (const std::string& name : action.observable_names()) names_.push_back(name);
}

void ComplexFieldObserver::observe(std::span<const double> field, std::span<double> row) {
  std::fill(row.begin(), row.end(), 0.0);
  const Extents lattice{static_cast<std::int64_t>(shape_.y), static_cast<std::int64_t>(shape_.x)};
  action_->drift(lattice, field, drift_);
  const std::size_t pairs = numbers() / (2 * shape_.sites());
  largest_drift_ = 0.0;
  for (std::size_t pair = 0; pair < pairs; ++pair) observe_pair(pair, field, row);
  for (double& value : row) value /= static_cast<double>(pairs);
  std::size_t place = kOfModel;
  for (const Complex& value : action_->observables(lattice, field)) add(row, place++, value);
  double farthest = 0.0;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    for (const double y : field.subspan((2 * pair + 1) * shape_.sites(), shape_.sites())) farthest = std::max(farthest, std::fabs(y));
  }
  for (std::size_t c = 0; c < kCutoffs; ++c) {
    if (!(farthest < cutoffs_[c])) continue;
    const std::span<double> terms = row.subspan(boundary() + c * PlaneTally::kPerCutoff, PlaneTally::kPerCutoff);
    terms[0] = 1.0;
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(2 * kLangevin), 2 * kBoundaryPowers.size(), terms.begin() + 1);
  }
}

void ComplexFieldObserver::observe_pair(std::size_t pair, std::span<const double> field, std::span<double> row) {
  const std::size_t sites = shape_.sites(), lx = shape_.x;
  const auto x = field.subspan(2 * pair * sites, sites), y = field.subspan((2 * pair + 1) * sites, sites);
  const auto at = [&](std::size_t site) { return Complex(x[site], y[site]); };
  const double share = 1.0 / static_cast<double>(sites);
  Complex sum = 0.0;
  for (std::size_t i = 0; i < sites; ++i) {
    const Complex z = at(i), k(drift_[2 * pair * sites + i], drift_[(2 * pair + 1) * sites + i]);
    Complex power = 1.0;
    for (std::size_t n = 0; n < kMaxOrder; ++n) add(row, n, share * (power *= z));
    const std::size_t below = (i + lx) % sites, right = i % lx + 1 < lx ? i + 1 : i + 1 - lx;
    add(row, kHopY, share * z * at(below));
    add(row, kHopX, share * z * at(right));
    add(row, kLangevin, share * (2.0 + 2.0 * z * k));
    add(row, kLangevin + 1, share * (12.0 * z * z + 4.0 * z * z * z * k));
    for (std::size_t p = 0; p < kPlanePowers.size(); ++p) {
      row[averages() + p] += share * plane_power(x[i], y[i], kPlanePowers[p]);
    }
    largest_drift_ = std::max(largest_drift_, std::abs(k));
    sum += z;
  }
  add(row, kMagnetisation, share * sum * sum);
  observe_spectrum(x, y, row);
}

/// x~(k) x~(k)* - y~(k) y~(k)* + i [x~(k) y~(k)* + y~(k) x~(k)*].
void ComplexFieldObserver::observe_spectrum(std::span<const double> x, std::span<const double> y, std::span<double> row) {
  const std::size_t half = shape_.half_x();
  const double share = 1.0 / static_cast<double>(shape_.sites());
  std::vector<Complex> of_x(shape_.y * half);
  fft_.transform(x);
  for (std::size_t n = 0; n < of_x.size(); ++n) of_x[n] = {fft_.real(n / half)[n % half], fft_.imaginary(n / half)[n % half]};
  fft_.transform(y);
  for (std::size_t n = 0; n < of_x.size(); ++n) {
    const Complex of_y(fft_.real(n / half)[n % half], fft_.imaginary(n / half)[n % half]);
    row[spectrum() + 2 * n] += share * (std::norm(of_x[n]) - std::norm(of_y));
    row[spectrum() + 2 * n + 1] += share * 2.0 * (of_x[n] * std::conj(of_y)).real();
  }
}

}  // namespace scorefield
