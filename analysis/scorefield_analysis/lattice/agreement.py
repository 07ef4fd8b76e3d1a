"""Whether two lattice runs agree in all of what was measured: chi-squared with full covariances, and distributions."""

from dataclasses import dataclass
from itertools import combinations
from typing import Mapping, Sequence

import numpy as np

from ..chi_squared import LEAST_BINS_A_NUMBER, LEAST_OF_FUNCTIONS, ChiSquared, chi_squared
from ..errors import UserError
from ..jackknife import covariance_of_replicas, variance_of_replicas
from ..notation import ABSENT, probability
from ..tables import Table
from .comparison import Run
from .distributions import KolmogorovSmirnov, compare_distributions
from .momenta import lattice_momenta
from .names import in_text
from .records import LatticeResults
from .replicas import Binning, CorrelatorReplicas, read_replicas, require_agreement, scalars_of

ENSEMBLE = "ensemble.h5"
SERIES = ("M", "action_density")
LEAST_OF_CORRELATORS = 1e-10  # these are means: below is rounding
SAME_MOMENTUM = 9  # decimals of khat^2


@dataclass(frozen=True)
class Correlators:
    """Numbers (n) of one kind with their jackknife replicas (bins, n)."""

    value: np.ndarray
    replicas: np.ndarray


def read_correlators(run: Run) -> dict[str, Correlators]:
    """Slice correlators of both directions, and the propagator averaged over momenta of equal length. UserError where the configurations
    are not there, or not those that were measured.
    """
    results = run.results
    path = run.folder / ENSEMBLE
    if not path.is_file():
        raise UserError(f"{path} is not there; the covariance of correlators is made from the configurations")
    checksum = next((source.checksum for source in results.sources if source.name == ENSEMBLE), "")
    found = read_replicas(path, checksum, Binning(results.bin_size, results.bins, scalars_of(list(results.quantities))))
    for name, estimate in (("slices_y", results.slices["y"]), ("slices_x", results.slices["x"]), ("spectrum", results.spectrum)):
        require_agreement(path, name, getattr(found, name), estimate.error)
    return {"slices": _slices(results, found), "G(k)": _propagator(results, found)}


def _slices(results: LatticeResults, found: CorrelatorReplicas) -> Correlators:
    return Correlators(np.concatenate([results.slices[axis].value for axis in "yx"]),
                       np.concatenate([found.slices_y, found.slices_x], axis=1))


def _propagator(results: LatticeResults, found: CorrelatorReplicas) -> Correlators:
    squares = lattice_momenta(results.shape).ravel().round(SAME_MOMENTUM)
    order = np.argsort(squares, kind="stable")
    _, first, count = np.unique(squares[order], return_index=True, return_counts=True)

    def averaged(rows: np.ndarray) -> np.ndarray:
        return np.add.reduceat(rows[:, order], first, axis=1) / count

    return Correlators(averaged(results.spectrum.value.reshape(1, -1))[0], averaged(found.spectrum.reshape(len(found.spectrum), -1)))


def correlators_agree(first: Correlators, second: Correlators) -> ChiSquared | None:
    """chi-squared of all of them. Where there are too few bins for so many numbers, neighbours are averaged, in units of their errors:
    a choice that does not look at the differences. None for different lattices.
    """
    if first.value.shape != second.value.shape:
        return None
    bins = min(len(first.replicas), len(second.replicas))
    error = np.sqrt(variance_of_replicas(first.replicas) + variance_of_replicas(second.replicas))
    average = _neighbours(error, bins // LEAST_BINS_A_NUMBER)
    covariance = sum(covariance_of_replicas(each.replicas @ average.T) for each in (first, second))
    return chi_squared(average @ (second.value - first.value), covariance, bins, LEAST_OF_CORRELATORS)


def _neighbours(error: np.ndarray, most: int) -> np.ndarray:
    """The matrix (m, n) that averages n numbers over their errors in m groups of neighbours, as many as there may be."""
    groups = max(1, min(len(error), most))
    group = np.arange(len(error)) * groups // len(error)
    matrix = np.zeros((groups, len(error)))
    matrix[group, np.arange(len(error))] = np.divide(1.0, error, out=np.zeros_like(error), where=error > 0.0)
    return matrix


def quantities_agree(first: LatticeResults, second: LatticeResults, names: Sequence[str]) -> ChiSquared | None:
    """chi-squared of these quantities. None without their covariance in results.h5."""
    if first.quantity_covariance is None or second.quantity_covariance is None:
        return None
    values, covariances = zip(*(_chosen(results, names) for results in (first, second)))
    return chi_squared(values[1] - values[0], sum(covariances), min(first.bins, second.bins), LEAST_OF_FUNCTIONS)


def _chosen(results: LatticeResults, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    places = [list(results.quantities).index(name) for name in names]
    return np.array([results.quantities[name].value for name in names]), results.quantity_covariance[np.ix_(places, places)]


def agreement_table(runs: Sequence[Run], names: Sequence[str], correlators: Mapping[str, Mapping[str, Correlators]]) -> Table:
    """A row for each pair of runs. correlators: of each run, by its name; of those without, nothing."""
    rows = []
    for first, second in combinations(runs, 2):
        of_both = [correlators.get(run.name) for run in (first, second)]
        fits = [quantities_agree(first.results, second.results, names),
                *(None if None in of_both else correlators_agree(of_both[0][kind], of_both[1][kind]) for kind in ("slices", "G(k)"))]
        tests = [compare_distributions(first.results.series, second.results.series, name) for name in SERIES]
        rows.append([f"{second.name} - {first.name}", *(cell for fit in fits for cell in _cells(fit)),
                     *(cell for test in tests for cell in _distance(test))])
    kinds = ("quantities", "slices", "G(k)")
    series = [in_text(name) for name in SERIES]
    return Table(["", *(column for kind in kinds for column in (f"χ²/dof of {kind}", f"p of {kind}")),
                  *(column for name in series for column in (f"KS of {name}", f"p of {name}"))], rows)


def _cells(fit: ChiSquared | None) -> tuple[str, str]:
    return (ABSENT, ABSENT) if fit is None else (f"{fit.value:.1f}/{fit.dof}", probability(fit.p_value))


def _distance(test: KolmogorovSmirnov) -> tuple[str, str]:
    """The distance, with the numbers of independent points."""
    sizes = ", ".join(f"{size:.0f}" if size > 0.0 else "?" for size in test.effective)
    return f"{test.distance:.3f} ({sizes})", probability(test.p_value)
