"""Plain records of the groups forward-P, backward-P-S, samples-P-S and finished-P-S of results.h5, and of model-P.h5."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...results import Cumulants, process_label

if TYPE_CHECKING:
    from ..records import LatticeResults


@dataclass(frozen=True)
class FieldProcess:
    """A forward (score is None) or backward process, in the order of recording; a leading axis of K recorded times.

    cumulants (K, 8) of a site, made even, beside kappa_n f^n of the forward process's start. modes (K, N): <|phi~(k)|^2>/V
    for k = (0, n), beside G_0 f^2 + Xi. pull (K, 4) of cumulants 2, 4, 6, 8 and mode_pull (K, N): deviation from the law over the error
    that it has (forward, value and law are of the same configurations; backward, samples share the fluctuation of what their model was
    told). p_value (K, 2) of each against the law: of the cumulants, of the modes. None without it.
    snapshots (K, configurations, Ly, Lx), or None.
    """

    process: str
    score: str | None
    samples: int
    time: np.ndarray
    kept: np.ndarray
    noise_variance: np.ndarray
    cumulants: Cumulants
    modes: Cumulants
    pull: np.ndarray | None
    mode_pull: np.ndarray | None
    p_value: np.ndarray | None
    snapshots: np.ndarray | None

    @property
    def label(self) -> str:
        name = process_label(self.process)
        return f"{name} forward" if self.score is None else f"{name} backward, {self.score} score"


@dataclass(frozen=True)
class Finish:
    """Along the updates that made samples exact: columns by name, value and error (records)."""

    updates: np.ndarray
    value: dict[str, np.ndarray]
    error: dict[str, np.ndarray]


@dataclass(frozen=True)
class Samples:
    """Configurations of a score, as they came or finished, measured like an ensemble."""

    process: str
    score: str
    measured: LatticeResults
    finish: Finish | None

    @property
    def group(self) -> str:
        """Of results.h5."""
        return f"{'samples' if self.finish is None else 'finished'}-{self.process}-{self.score}"

    @property
    def label(self) -> str:
        made = f"{process_label(self.process)}, {self.score} score"
        return made if self.finish is None else f"{made}, finished"


@dataclass(frozen=True)
class Distance:
    """How far the denoiser of a model is from the exact one, over the posterior's variance, at each noise r = sqrt(Xi)/f."""

    process: str
    ratio: np.ndarray
    left: np.ndarray
    left_error: np.ndarray
    reference: np.ndarray
    reference_error: np.ndarray


@dataclass(frozen=True)
class Diffusion:
    """All of it; empty lists where a run has no diffusion model."""

    samples: list[Samples] = field(default_factory=list)
    forward: list[FieldProcess] = field(default_factory=list)
    backward: list[FieldProcess] = field(default_factory=list)
    distances: list[Distance] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.samples or self.forward or self.backward)
