"""What was measured on complex Langevin walkers: plain records of the groups of results.h5.

Complex numbers are pairs Re, Im along the last axis. Arrays of orders hold n = 1 .. 8 (element n-1 has order n).
"""

from dataclasses import dataclass, field
from typing import Mapping

import numpy as np

from ..results import Estimate, Histogram, Source
from .diffusion.records import ComplexDensity, PlaneDiffusion

GOOD, FAILING, UNDECIDED = "good", "failing", "undecided"
VERDICTS = (GOOD, FAILING, UNDECIDED)


@dataclass(frozen=True)
class Orders:
    """Moments or cumulants, (8, 2) each, with the covariance (16, 16) of Re κ_1, Im κ_1, Re κ_2, ...; chi2, dof, p_value: of Re and Im of
    n = 2, 4, 6, 8 against the exact ones.
    """

    value: np.ndarray
    error: np.ndarray
    covariance: np.ndarray
    exact: np.ndarray
    chi2: float
    dof: int
    p_value: float


@dataclass(frozen=True)
class PlaneMap:
    """Counts (X, Y) in cells of the plane; samples: how many there were, in cells or beyond."""

    edges_x: np.ndarray
    edges_y: np.ndarray
    counts: np.ndarray
    samples: int

    def density(self) -> np.ndarray:
        """P(x, y) in each cell, (X, Y)."""
        area = np.multiply.outer(np.diff(self.edges_x), np.diff(self.edges_y))
        return self.counts / (self.samples * area)


@dataclass(frozen=True)
class Drift:
    """Histogram of |K|: lower edges of the cells and counts; the first and the last cell take what is beyond."""

    lower_edge: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Boundary:
    """Terms <θ(Y - |y|) L zⁿ>, (cutoffs, n = 2 or 4, Re or Im), and the share of the walkers with |y| >= Y."""

    cutoff: np.ndarray
    outside: np.ndarray
    terms: Estimate


@dataclass(frozen=True)
class Criteria:
    """Whether averages are those with exp(-S). schwinger_dyson: <L zⁿ>, (8, 2).

    late_less_early: Re <z²>, Im <z²>, <|z|²> of the walkers' later configurations less those of their earlier ones.
    exponent: of the tail of |K|, with its growth towards rarer values; boundary_cutoff, boundary_sigmas: where the
    boundary terms were judged, and the largest of them in errors.
    """

    verdict: str
    text: str
    schwinger_dyson: Estimate
    schwinger_dyson_p_value: float
    boundary: Boundary
    boundary_cutoff: float
    boundary_sigmas: float
    late_less_early: Estimate | None
    exponent: float
    growth: float
    growth_error: float


@dataclass(frozen=True)
class FokkerPlanck:
    """Solutions of the Fokker-Planck equation, from small to large: functions (S, 2), residual (S), moments (S, 8).

    Of the last one P(x, y) on a grid, density (x, y), its marginals, and ρ(x) where that was computed. last_change: relative,
    of the moments from the last but one to the last.
    """

    functions: np.ndarray
    residual: np.ndarray
    moments: np.ndarray
    x: np.ndarray
    y: np.ndarray
    density: np.ndarray
    marginal_x: np.ndarray
    marginal_y: np.ndarray
    complex_density: ComplexDensity | None
    last_change: float


@dataclass(frozen=True)
class PlaneResults:
    """Everything in results.h5. plane: averages of x^a y^b, (8), in the order of names.PLANE; strip: |y| below which walkers
    stay, if there is such a border; phase: the average sign.
    """

    provenance: Mapping[str, str]
    sources: list[Source]
    samples: int
    bins: int
    moments: Orders
    cumulants: Orders
    plane: Estimate
    histogram_x: Histogram
    histogram_y: Histogram
    map: PlaneMap
    drift: Drift
    criteria: Criteria
    partition_function: complex
    phase: float
    strip: float | None
    fokker_planck: FokkerPlanck | None
    diffusion: PlaneDiffusion = field(default_factory=PlaneDiffusion)
