"""What was measured on an ensemble of complexified fields: plain records of the groups of results.h5.

Complex numbers are pairs Re, Im along the last axis. The lattice has Ly x Lx sites; all lengths are in lattice units.
"""

from dataclasses import dataclass, field
from typing import Mapping

import numpy as np

from ..plane.diffusion.records import PlaneDiffusion
from ..plane.records import Criteria, Drift, Estimate
from ..results import Source, process_label


@dataclass(frozen=True)
class FieldSamples:
    """Fields that a score made. cumulants, averages: as of the ensemble; pulls: cumulants less those of the ensemble, (8, 2), in errors;
    p_value: of Re and Im of n = 2, 4, 6, 8; spectrum: χ² of its numbers against the ensemble's, and how many; told: whether the model
    knew the ensemble's κ2."""

    process: str
    score: str
    samples: int
    cumulants: Estimate
    averages: Mapping[str, Estimate]
    pulls: np.ndarray
    p_value: float
    spectrum: tuple[float, int]
    told: bool

    @property
    def label(self) -> str:
        return f"DM, {process_label(self.process)}, {self.score} score"


@dataclass(frozen=True)
class ComplexFieldResults:
    """Everything in results.h5. Averages are over sites, and over the pairs of components z = x + iy where there are several.

    averages: by name, (2) each; cumulants of a site, (8, 2); plane: averages of x^a y^b, (8), in the order of plane.names.PLANE;
    spectrum: <z(k) z(-k)>/V, (Ly, Lx/2+1, 2), with the exact one of a free field; drift: the largest of each configuration.
    tau_int: the longest, in configurations of a chain; infinite if it was not found. warnings: what speaks against equilibrium.
    diffusion: samples of diffusion models, and processes: what was recorded along theirs; empty without one.
    """

    provenance: Mapping[str, str]
    sources: list[Source]
    samples: int
    chains: int
    bins: int
    tau_int: float
    warnings: list[str]
    averages: Mapping[str, Estimate]
    cumulants: Estimate
    plane: Estimate
    spectrum: Estimate
    exact_spectrum: np.ndarray | None
    drift: Drift
    criteria: Criteria
    diffusion: list[FieldSamples] = field(default_factory=list)
    processes: PlaneDiffusion = field(default_factory=PlaneDiffusion)

    @property
    def in_equilibrium(self) -> bool:
        """False where the chains themselves show that they are not."""
        return not self.warnings
