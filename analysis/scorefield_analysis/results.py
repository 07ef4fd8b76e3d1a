"""What a run measured: plain records of the groups of results.h5.

Arrays of orders hold the orders n = 1 .. 8 along their last axis (element n-1 has order n). The records of a
process carry a leading axis of K recorded times. The field has no unit; sources J are in field^-1.
"""

from dataclasses import dataclass
from typing import Mapping

import numpy as np

from .errors import UserError

EVEN_ORDERS = (2, 4, 6, 8)
ODD_ORDERS = (1, 3, 5, 7)


@dataclass(frozen=True)
class Cumulants:
    """kappa_n: value, error and exact have shape (8) or (K, 8)."""

    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray | None

    def deviation(self) -> np.ndarray:
        """(value - exact) / error, the same shape."""
        if self.exact is None:
            raise ValueError("no exact value is known")
        return standardised(self.value - self.exact, self.error)


@dataclass(frozen=True)
class GeneratingFunction:
    """W[J] = log <exp(J x)>; arrays of shape (J) or (K, J)."""

    source: np.ndarray
    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray | None


@dataclass(frozen=True)
class Histogram:
    """edges (H+1), counts (H), exact (H, the probability of each cell); or all with a leading axis K.

    samples: how many there were; those beyond the outer edges are in no cell.
    """

    edges: np.ndarray
    counts: np.ndarray
    exact: np.ndarray | None
    samples: int

    def at(self, time_index: int) -> "Histogram":
        """The histogram of one recorded time."""
        exact = None if self.exact is None else self.exact[time_index]
        return Histogram(self.edges[time_index], self.counts[time_index], exact, self.samples)


@dataclass(frozen=True)
class FieldResult:
    """One set of configurations: the ensemble, or the samples that a score made.

    chi2, dof and p_value compare its cumulants with the exact ones, with their full covariance.
    """

    process: str | None
    score: str | None
    sampler: str | None
    samples: int
    bins: int
    cumulants: Cumulants
    generating_function: GeneratingFunction
    histogram: Histogram
    chi2: float | None
    dof: int | None
    p_value: float | None

    @property
    def label(self) -> str:
        """How tables name it: "Data", or "VE, learnt score"."""
        return "Data" if self.process is None else f"{process_label(self.process)}, {self.score} score"


@dataclass(frozen=True)
class ProcessResult:
    """A forward process of the ensemble (score is None) or a backward process, in the order of recording.

    x_t = kept x_0 + sqrt(noise_variance) eps; time, kept and noise_variance have shape (K).
    """

    process: str
    score: str | None
    samples: int
    bins: int
    time: np.ndarray
    kept: np.ndarray
    noise_variance: np.ndarray
    cumulants: Cumulants
    generating_function: GeneratingFunction
    histogram: Histogram

    @property
    def label(self) -> str:
        """How tables name it: "VE forward", or "VE backward, learnt score"."""
        name = process_label(self.process)
        return f"{name} forward" if self.score is None else f"{name} backward, {self.score} score"


@dataclass(frozen=True)
class LossHistory:
    """The training of one process: step and value (n); validation (n) or None."""

    process: str
    step: np.ndarray
    value: np.ndarray
    validation: np.ndarray | None


@dataclass(frozen=True)
class Source:
    """A file that was measured: its name in the folder, and the checksum in its seal at that time (16 hex digits)."""

    name: str
    checksum: str


@dataclass(frozen=True)
class Results:
    """Everything in results.h5, processes from VE to VP, exact scores before learnt ones."""

    provenance: Mapping[str, str]
    ensemble: FieldResult | None
    samples: list[FieldResult]
    forward: list[ProcessResult]
    backward: list[ProcessResult]
    sources: list[Source]

    @property
    def fields(self) -> list[FieldResult]:
        """The ensemble (if measured), then the samples."""
        return ([] if self.ensemble is None else [self.ensemble]) + self.samples

    @property
    def processes(self) -> list[str]:
        """Names of the processes of which anything was measured, from VE to VP."""
        groups = [*self.samples, *self.forward, *self.backward]
        return sorted({group.process for group in groups}, key=interpolation)

    @property
    def exact_cumulants(self) -> np.ndarray | None:
        """Cumulants (8) of the model, if its law is known."""
        known = [field.cumulants.exact for field in self.fields if field.cumulants.exact is not None]
        return known[0] if known else None

    @property
    def symmetric(self) -> bool:
        """True if the exact law is even: its odd cumulants vanish."""
        exact = self.exact_cumulants
        return exact is not None and bool(np.all(exact[[n - 1 for n in ODD_ORDERS]] == 0.0))


def interpolation(process: str) -> float:
    """c of dx = -(c/2) g^2 x dt + g dW: 0 for "ve", 1 for "vp", and the number in "c0.5"."""
    named = {"ve": 0.0, "vp": 1.0}
    if process in named:
        return named[process]
    try:
        return float(process.removeprefix("c"))
    except ValueError:
        raise UserError(f"unknown process '{process}' in the results; expected ve, vp, or c with a number") from None


def process_label(process: str) -> str:
    """How tables and figures name a process: "VE", "VP" or "c = 0.5"."""
    return process.upper() if process in ("ve", "vp") else f"c = {interpolation(process):g}"


def standardised(deviation: np.ndarray, error: np.ndarray) -> np.ndarray:
    """deviation / error; 0 where both vanish (a quantity without fluctuations that is right)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((deviation == 0.0) & (error == 0.0), 0.0, deviation / error)


@dataclass(frozen=True)
class Estimate:
    """value and error of one shape."""

    value: np.ndarray
    error: np.ndarray

    def deviation(self, expected: np.ndarray | float) -> np.ndarray:
        """(value - expected) / error, the same shape."""
        return standardised(self.value - expected, self.error)
