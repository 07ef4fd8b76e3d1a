// Everything that is measured on one configuration, in one row of numbers.
#pragma once

#include <span>
#include <vector>

#include "observables/lattice_observer.h"
#include "observables/slice_correlator.h"
#include "observables/spectrum.h"

namespace scorefield {

/// Where things stand in a row: scalars, slice correlators along y and x, spectrum.
struct RowLayout {
  explicit RowLayout(const LatticeObserver& observer);
  std::size_t scalars;
  std::size_t slices_y;
  std::size_t slices_x;
  std::size_t spectrum;
  std::size_t size() const { return scalars + slices_y + slices_x + spectrum; }

  std::span<const double> scalars_of(std::span<const double> row) const { return row.first(scalars); }
  std::span<const double> slices_y_of(std::span<const double> row) const { return row.subspan(scalars, slices_y); }
  std::span<const double> slices_x_of(std::span<const double> row) const { return row.subspan(scalars + slices_y, slices_x); }
  std::span<const double> spectrum_of(std::span<const double> row) const { return row.last(spectrum); }
};

/// One object a thread. Local; no errors.
class ConfigurationObserver {
 public:
  explicit ConfigurationObserver(const FieldShape& shape);

  const RowLayout& layout() const { return layout_; }
  const LatticeObserver& scalars() const { return scalars_; }
  /// `field`: Ly x Lx; `row`: layout().size() numbers.
  void observe(std::span<const double> field, std::span<double> row);

 private:
  LatticeObserver scalars_;
  SliceCorrelator correlator_;
  PowerSpectrum spectrum_;
  RowLayout layout_;
};

}  // namespace scorefield
