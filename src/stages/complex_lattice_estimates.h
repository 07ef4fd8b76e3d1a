// What an ensemble of a complexified field says, from sums a bin of the rows of a ComplexFieldObserver. Local.
#pragma once

#include <vector>

#include "observables/chain_sums.h"
#include "observables/complex_field_observer.h"
#include "observables/correctness.h"
#include "observables/equilibrium.h"

namespace scorefield {

/// Complex numbers are pairs Re, Im.
struct ComplexLatticeResults {
  Estimate averages;                   ///< [names()][2]
  Estimate cumulants;                  ///< of a site, [n = 1 .. 8][2], with covariance
  Estimate plane;                      ///< <x^a y^b> of kPlanePowers
  Estimate spectrum;                   ///< [k_y][k_x][2]
  std::vector<double> exact_spectrum;  ///< the same, where it is known (lambda = 0); else empty
  PlaneEstimates criteria;             ///< boundary terms and <L z^n>, n = 2 and 4
  Verdict verdict;
};

/// `drifts`: the largest |K| of each configuration, counted in cells of kDriftCells an octave apart by 1/kDriftCellsAnOctave.
ComplexLatticeResults estimate_complex_lattice(const ModelParams& model, const FieldShape& shape, const ComplexFieldObserver& observer,
                                               const ChainSums::Binned& bins, std::span<const double> drifts,
                                               const Equilibrium& equilibrium);

/// What of an ensemble, or of samples, is compared: numbers of a site, and of modes.
struct ComparedComplexLattice {
  const Estimate& cumulants;
  const Estimate& spectrum;
  std::size_t bins;
};

/// Samples of a model less the ensemble that it learnt from.
struct ComplexLatticeDifference {
  Estimate cumulants, spectrum;
  double p_value = 0.0;           ///< of kappa_2, 4, 6, 8 together; NaN with too few bins for their covariance
  double largest_cumulant = 0.0;  ///< of these, in sigma
  double squares = 0.0;           ///< sum of the squares of the modes' deviations in sigma, each of k and -k once,
  std::size_t modes = 0;          ///< how many numbers that are,
  double largest_mode = 0.0;      ///< and the largest
};

/// `told`: whether the model was told kappa_2 of this ensemble, so that the samples' error alone is its. Of modes it was told the mean over
/// those that the lattice makes alike, and how much of the higher orders is told is not known: taken for independent, their errors are too
/// large rather than too small.
ComplexLatticeDifference difference_of(const ComparedComplexLattice& samples, const ComparedComplexLattice& ensemble, bool told,
                                       const FieldShape& shape);

}  // namespace scorefield
