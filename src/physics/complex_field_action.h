// Actions of complexified fields on the lattice, as complex Langevin needs them: their holomorphic drift.
#pragma once

#include <complex>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "deck/params.h"
#include "lattice/field.h"

namespace scorefield {

/// The same block of all components of a field, real and imaginary part of the first, then of the second, ...
using ComponentBlocks = std::span<const Block>;

/// A Langevin step of size h on one chain; noise of the components is multiplied by root_re and root_im (real and imaginary parts).
struct FieldStep {
  double h = 0.0;
  double root_re = 0.0;
  double root_im = 0.0;
};

/// All functions are local and work on one tile of one chain. They read ghosts of what they take the drift of, one site deep.
class ComplexFieldAction {
 public:
  virtual ~ComplexFieldAction() = default;

  /// Real numbers a site.
  virtual std::int64_t components() const = 0;
  /// next = z + h K(z) + root noise; returns the largest |K|^2 of a site and a pair of components; infinity if one is not finite.
  virtual double predict(ComponentBlocks z, ComponentBlocks noise, ComponentBlocks next, const FieldStep& step) const = 0;
  /// z = (z + next + root noise + h K(next))/2, which is z + h [K(z) + K(next)]/2 + root noise (stochastic Heun).
  virtual void correct(ComponentBlocks z, ComponentBlocks noise, ComponentBlocks next, const FieldStep& step) const = 0;

  /// K(z) of a whole lattice, arrays [component][y][x].
  virtual void drift(const Extents& lattice, std::span<const double> z, std::span<double> k) const = 0;
  /// The model's own observables, averages over the sites of a whole lattice, and their names.
  virtual std::vector<std::complex<double>> observables(const Extents& lattice, std::span<const double> z) const = 0;
  virtual std::vector<std::string> observable_names() const = 0;
};

/// The action of the deck's model. InputError if it is not a complex one on a lattice.
std::unique_ptr<ComplexFieldAction> make_complex_field_action(const ModelParams& model);

}  // namespace scorefield
