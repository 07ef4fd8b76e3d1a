"""What was measured on an ensemble of configurations on a lattice: plain records of the group /ensemble of results.h5.

The lattice has Ly x Lx sites; all lengths are in lattice units.
"""

from dataclasses import dataclass, field
from typing import Mapping

import numpy as np

from ..results import Estimate, Histogram, Source, standardised
from .diffusion.records import Diffusion

# A Binder cumulant above it grows with the lattice, to the 2/3 of two sharp peaks: the one at the critical point of large square lattices
# (of Ising's class; Salas and Sokal, J. Stat. Phys. 98 (2000) 551). Below it xi is a length, and of finite size where it is near the lattice's.
TWO_PEAKS = 0.6107
ONE_SIGN = 0.999  # of <|M|>: a smaller <M> has both signs


@dataclass(frozen=True)
class Quantity:
    """A number with its error; exact is None where it is not known. A value that does not exist is NaN."""

    value: float
    error: float
    exact: float | None = None

    @property
    def deviation(self) -> float | None:
        """(value - exact) / error."""
        if self.exact is None:
            return None
        return float(standardised(np.float64(self.value - self.exact), np.float64(self.error)))


@dataclass(frozen=True)
class Autocorrelation:
    """Along the chains, in configurations; how well chains agree (R-hat), and how many independent ones there are."""

    mean: float
    error: float
    tau_int: float
    tau_int_error: float
    window: float
    r_hat: float
    effective_samples: float


@dataclass(frozen=True)
class Series:
    """Numbers of every so many configurations (`every`), chain by chain; all of shape (points)."""

    every: int
    chain: np.ndarray
    values: Mapping[str, np.ndarray]

    @property
    def chains(self) -> np.ndarray:
        """The numbers of the chains."""
        return np.unique(self.chain)

    def of(self, name: str, chain: int) -> np.ndarray:
        """One chain's values, in their order."""
        return self.values[name][self.chain == chain]


@dataclass(frozen=True)
class Updates:
    """What the updates between configurations did, which a Metropolis step can reject: means, and the step that was
    taken, of which `steps` make an update. exp_minus_delta_h: of exp(-ΔH), exactly 1 for a correct update.
    """

    acceptance: Quantity
    exp_minus_delta_h: Quantity
    step: float
    steps: int


@dataclass(frozen=True)
class LatticeResults:
    """Everything in /ensemble. slices, masses: along y and x; spectrum: Ly x (Lx/2+1); two_point: Ly x Lx.

    tau_int: the longest, in configurations of a chain; infinite if it was not found, NaN if the file does not tell. striped: share of the
    configurations with domain walls around the lattice. in_equilibrium: False where the chains
    themselves show that they are not; warnings can be of other things. updates: None of plain Langevin, and of what was
    made elsewhere. quantity_covariance: in the order of the quantities, None if it was not written. cumulants: kappa_1 .. kappa_8 of a
    site with their covariance (8, 8).
    """

    provenance: Mapping[str, str]
    sources: list[Source]
    samples: int
    chains: int
    bins: int
    bin_size: int
    tau_int: float
    striped: float
    in_equilibrium: bool
    warnings: list[str]
    updates: Updates | None
    quantities: Mapping[str, Quantity]
    quantity_covariance: np.ndarray | None
    cumulants: Estimate
    covariance: np.ndarray
    slices: Mapping[str, Estimate]
    masses: Mapping[str, Estimate]
    spectrum: Estimate
    exact_spectrum: np.ndarray | None
    two_point: Estimate
    autocorrelation: Mapping[str, Autocorrelation]
    series: Series
    histogram: Histogram
    histogram_m: Histogram
    diffusion: Diffusion = field(default_factory=Diffusion)

    @property
    def shape(self) -> tuple[int, int]:
        """Ly and Lx."""
        return self.two_point.value.shape

    @property
    def is_broken(self) -> bool:
        """Whether xi is of the constant ⟨M²⟩ and no length: longer than half the shorter extent, in a broken phase. Not of a free field, whose
        xi is right at any length: its Binder cumulant is 0.
        """
        return self._value("xi") > 0.5 * min(self.shape) and self._value("binder") > TWO_PEAKS

    @property
    def slices_end_at_a_constant(self) -> bool:
        """Whether ⟨φ⟩² does not take the constant out of C(t), since chains hold both signs."""
        return self.is_broken and abs(self._value("M1")) < ONE_SIGN * self._value("abs_M")

    def _value(self, name: str) -> float:
        """NaN, with which nothing compares, where there is no such quantity."""
        return self.quantities[name].value if name in self.quantities else np.nan
