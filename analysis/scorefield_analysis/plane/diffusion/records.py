"""Plain records of the groups samples-P-S, forward-P and backward-P-S of results.h5."""

from dataclasses import dataclass, field

import numpy as np

from ...results import Estimate, process_label


@dataclass(frozen=True)
class ComplexDensity:
    """ρ(x) = ∫dy P(x - iy, y), (points, 2), at x, and exp(-S(x))/Z."""

    x: np.ndarray
    value: np.ndarray
    exact: np.ndarray


@dataclass(frozen=True)
class SampledOrders:
    """Moments or cumulants of samples, (8, 2) each, with their covariance (16, 16); p_value, largest_pull: of Re and Im of n = 2, 4, 6, 8
    against the ensemble.
    """

    estimate: Estimate
    covariance: np.ndarray
    p_value: float
    largest_pull: float


@dataclass(frozen=True)
class PlaneSamples:
    """Points that a score made. plane: averages of x^a y^b, in the order of names.PLANE."""

    process: str
    score: str
    samples: int
    moments: SampledOrders
    cumulants: SampledOrders
    plane: Estimate

    @property
    def label(self) -> str:
        return f"DM, {process_label(self.process)}, {self.score} score"


@dataclass(frozen=True)
class PlaneProcess:
    """A forward (score is None) or backward process; a leading axis of K recorded times.

    cumulants (K, 8, 2), beside κ_n fⁿ of the forward process's start; pull (K, 8) of Re and Im of n = 2, 4, 6, 8 from it, and
    p_value (K); None without a forward process.
    """

    process: str
    score: str | None
    samples: int
    time: np.ndarray
    kept: np.ndarray
    noise_variance: np.ndarray
    cumulants: Estimate
    law: np.ndarray | None
    pull: np.ndarray | None
    p_value: np.ndarray | None

    @property
    def label(self) -> str:
        name = process_label(self.process)
        return f"{name} forward" if self.score is None else f"{name} backward, {self.score} score"


@dataclass(frozen=True)
class FixedPoint:
    """A zero of a score: z = x + iy, and "attractor", "saddle" or "repeller"."""

    point: complex
    kind: str


@dataclass(frozen=True)
class ScoreFields:
    """A trained score on a grid at N noise levels, from the lowest; r = noise_ratio.

    x, y (N, G); learnt, exact (N, G, G, 2), x first; density, exact_density (N, G, G). curl (N): root of its mean square under P over
    that of all derivatives. distance (N): that of learnt less exact over exact; total_variation (N): of the densities. What is exact is
    None where nothing is known; then so are distance and total_variation. fixed_points: of the lowest level. complex_density: of P
    there, and complex_distance the integral of its difference from exp(-S)/Z over that of the latter; None and nan where it is not known.
    """

    process: str
    noise_ratio: np.ndarray
    x: np.ndarray
    y: np.ndarray
    learnt: np.ndarray
    density: np.ndarray
    curl: np.ndarray
    exact: np.ndarray | None
    exact_density: np.ndarray | None
    distance: np.ndarray | None
    total_variation: np.ndarray | None
    fixed_points: list[FixedPoint]
    complex_density: ComplexDensity | None
    complex_distance: float


@dataclass(frozen=True)
class PlaneDiffusion:
    """All of it; empty lists where a run has no diffusion model."""

    samples: list[PlaneSamples] = field(default_factory=list)
    forward: list[PlaneProcess] = field(default_factory=list)
    backward: list[PlaneProcess] = field(default_factory=list)
    scores: list[ScoreFields] = field(default_factory=list)
