"""Members of results.h5 that all runs of complex Langevin have. A ValueError here is one line to the user."""

import h5py
import numpy as np

from ..hdf5 import array, attribute, text
from .names import BOUNDARY_POWERS
from .records import VERDICTS, Boundary, Criteria, Drift, Estimate

ORDERS = 8


def subgroup(parent: h5py.Group, name: str) -> h5py.Group:
    """A group that must be there."""
    if name not in parent:
        raise ValueError(f"{parent.name.rstrip('/')}/{name} is missing")
    return parent[name]


def sized(group: h5py.Group, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """A dataset of this shape."""
    values = array(group, name)
    if values.shape != shape:
        raise ValueError(f"{group.name}/{name} has the shape {values.shape}, not {shape}")
    return values


def line(group: h5py.Group, name: str) -> np.ndarray:
    """A dataset with one axis, and something in it."""
    values = array(group, name)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"{group.name}/{name} has the shape {values.shape}, not one axis")
    return values


def rising(group: h5py.Group, name: str, values: np.ndarray, above: float = -np.inf) -> np.ndarray:
    """The values, which must be finite, beyond `above`, and each larger than the one before: an axis of a figure is made of them."""
    if not (np.isfinite(values).all() and values[0] > above and (np.diff(values) > 0.0).all()):
        raise ValueError(f"{group.name}/{name} does not rise")
    return values


def counted(group: h5py.Group, name: str, values: np.ndarray) -> np.ndarray:
    """The values, which must be counts, not all of them 0."""
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise ValueError(f"{group.name}/{name} holds no counts")
    return values


def known(group: h5py.Group, name: str, values: np.ndarray) -> np.ndarray:
    """The values, which must be finite."""
    if not np.isfinite(values).all():
        raise ValueError(f"{group.name}/{name} holds what is no number")
    return values


def estimate(group: h5py.Group, name: str, shape: tuple[int, ...]) -> Estimate:
    """value and error of this shape."""
    return Estimate(sized(group, f"{name}/value", shape), sized(group, f"{name}/error", shape))


def read_drift(group: h5py.Group) -> Drift:
    """The histogram of the drift's magnitude."""
    counts = counted(group, "drift/counts", line(group, "drift/counts"))
    edges = sized(group, "drift/lower_edge", counts.shape)
    if len(edges) < 2:
        raise ValueError(f"{group.name}/drift/counts has the shape {counts.shape}, too short for a histogram")
    return Drift(rising(group, "drift/lower_edge", edges, 0.0), counts)


def read_criteria(group: h5py.Group) -> Criteria:
    """The verdict, and the numbers behind it."""
    verdict = text(attribute(group, "verdict"))
    if verdict not in VERDICTS:
        raise ValueError(f"unknown verdict '{verdict}' of {group.name}")
    return Criteria(
        verdict=verdict, text=text(attribute(group, "verdict_text")),
        schwinger_dyson=estimate(group, "schwinger_dyson", (ORDERS, 2)),
        schwinger_dyson_p_value=float(attribute(group, "schwinger_dyson_p_value")),
        boundary=_boundary(group), boundary_cutoff=float(attribute(group, "boundary_cutoff")),
        boundary_sigmas=float(attribute(group, "boundary_sigmas")),
        late_less_early=estimate(group, "late_less_early", (3,)) if "late_less_early" in group else None,
        exponent=float(attribute(group, "drift_exponent")), growth=float(attribute(group, "drift_exponent_growth")),
        growth_error=float(attribute(group, "drift_exponent_growth_error")))


def _boundary(group: h5py.Group) -> Boundary:
    cutoff = rising(group, "boundary/cutoff", line(group, "boundary/cutoff"), 0.0)
    return Boundary(cutoff, sized(group, "boundary/outside", cutoff.shape),
                    estimate(group, "boundary", (len(cutoff), len(BOUNDARY_POWERS), 2)))
