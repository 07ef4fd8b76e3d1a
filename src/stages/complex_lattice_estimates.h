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

}  // namespace scorefield
