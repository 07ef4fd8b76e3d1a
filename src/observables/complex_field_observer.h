// What is measured on one configuration of a complexified field. Local; one object a thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lattice/real_fft.h"
#include "observables/plane_tally.h"
#include "physics/complex_field_action.h"
#include "physics/exact_law.h"

namespace scorefield {

/// A row of numbers: complex averages (Re, Im) in the order of names(), the x^a y^b of kPlanePowers, boundary terms, and the spectrum.
///
/// Averages are over sites and pairs of components z = x + i y: z^n, n = 1 .. 8; hop_y and hop_x, z(x) z(x+mu); L z^2 and L z^4 with L z^n
/// = n (n-1) z^{n-2} + n z^{n-1} K; V M^2 with M the average of z over the sites; and the model's own observables. A boundary term is L z^2
/// and L z^4 of configurations where all |y| are below a cutoff, and how many there are. Spectrum: z~(k) z~(-k)/V, Ly x (Lx/2+1), Re and
/// Im, averaged over the pairs.
class ComplexFieldObserver {
 public:
  /// Places among the averages, behind the powers of z.
  static constexpr std::size_t kHopY = kMaxOrder, kHopX = kHopY + 1, kLangevin = kHopX + 1, kMagnetisation = kLangevin + 2,
                               kOfModel = kMagnetisation + 1;

  ComplexFieldObserver(const FieldShape& shape, const ComplexFieldAction& action);

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<double>& cutoffs() const { return cutoffs_; }

  std::size_t averages() const { return 2 * names_.size(); }
  std::size_t boundary() const { return averages() + kPlanePowers.size(); }
  std::size_t spectrum() const { return boundary() + PlaneTally::kPerCutoff * kCutoffs; }
  std::size_t size() const { return spectrum() + 2 * shape_.y * shape_.half_x(); }
  std::size_t numbers() const { return static_cast<std::size_t>(action_->components()) * shape_.sites(); }

  /// `field`: numbers() of them, [component][y][x]; `row`: size().
  void observe(std::span<const double> field, std::span<double> row);
  /// |K| of the site and pair where it is largest, of the configuration that was observed last.
  double largest_drift() const { return largest_drift_; }

 private:
  void observe_pair(std::size_t pair, std::span<const double> field, std::span<double> row);
  void observe_spectrum(std::span<const double> x, std::span<const double> y, std::span<double> row);

  FieldShape shape_;
  const ComplexFieldAction* action_;
  std::vector<std::string> names_;
  std::vector<double> cutoffs_;
  RealFft fft_;
  std::vector<double> drift_;
  double largest_drift_ = 0.0;
};

}  // namespace scorefield
