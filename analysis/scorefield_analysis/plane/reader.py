"""Reads results.h5 of complex Langevin walkers. A ValueError here is one line to the user."""

from typing import Mapping, Sequence

import h5py
import numpy as np

from ..hdf5 import array, attribute, optional_number, text
from ..results import Histogram, Source
from .names import BOUNDARY_POWERS, PLANE
from .records import (VERDICTS, Boundary, ComplexDensity, Criteria, Drift, Estimate, FokkerPlanck, Orders, PlaneMap,
                      PlaneResults)

ORDERS = 8


def is_plane(file: h5py.File) -> bool:
    """Whether results.h5 is of complex Langevin walkers."""
    return "ensemble/plane" in file or "ensemble/criteria" in file


def read_plane(file: h5py.File, provenance: Mapping[str, str], sources: Sequence[Source]) -> PlaneResults:
    """All measurements of the walkers, and what is known of their distribution."""
    group = _group(file, "ensemble")
    exact = _group(file, "exact")
    samples = int(attribute(group, "samples"))
    return PlaneResults(
        provenance=provenance, sources=list(sources), samples=samples, bins=int(attribute(group, "bins")),
        moments=_orders(group, "moments"), cumulants=_orders(group, "cumulants"),
        plane=_estimate(group, "plane", (len(PLANE),)),
        histogram_x=_histogram(group, "histogram_x", samples), histogram_y=_histogram(group, "histogram_y", samples),
        map=_map(group, samples), drift=_drift(group), criteria=_criteria(_group(group, "criteria")),
        partition_function=complex(*_array(exact, "partition_function", (2,))),
        phase=float(attribute(exact, "phase")), strip=optional_number(exact, "strip"),
        fokker_planck=_fokker_planck(file["fokker_planck"]) if "fokker_planck" in file else None)


def _group(parent: h5py.Group, name: str) -> h5py.Group:
    if name not in parent:
        raise ValueError(f"{parent.name.rstrip('/')}/{name} is missing")
    return parent[name]


def _array(group: h5py.Group, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """A dataset of this shape."""
    values = array(group, name)
    if values.shape != shape:
        raise ValueError(f"{group.name}/{name} has the shape {values.shape}, not {shape}")
    return values


def _line(group: h5py.Group, name: str) -> np.ndarray:
    """A dataset with one axis, and something in it."""
    values = array(group, name)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"{group.name}/{name} has the shape {values.shape}, not one axis")
    return values


def _estimate(group: h5py.Group, name: str, shape: tuple[int, ...]) -> Estimate:
    return Estimate(_array(group, f"{name}/value", shape), _array(group, f"{name}/error", shape))


def _orders(group: h5py.Group, name: str) -> Orders:
    estimate = _estimate(group, name, (ORDERS, 2))
    exact = _array(group, f"{name}/exact", (ORDERS, 2))
    own = group[name]
    return Orders(estimate.value, estimate.error, exact, float(attribute(own, "chi2")), int(attribute(own, "dof")),
                  float(attribute(own, "p_value")))


def _histogram(group: h5py.Group, name: str, samples: int) -> Histogram:
    counts = _line(group, f"{name}/counts")
    return Histogram(_array(group, f"{name}/edges", (len(counts) + 1,)), counts, None, samples)


def _map(group: h5py.Group, samples: int) -> PlaneMap:
    x, y = _line(group, "map/edges_x"), _line(group, "map/edges_y")
    return PlaneMap(x, y, _array(group, "map/counts", (len(x) - 1, len(y) - 1)), samples)


def _drift(group: h5py.Group) -> Drift:
    counts = _line(group, "drift/counts")
    return Drift(_array(group, "drift/lower_edge", counts.shape), counts)


def _criteria(group: h5py.Group) -> Criteria:
    verdict = text(attribute(group, "verdict"))
    if verdict not in VERDICTS:
        raise ValueError(f"unknown verdict '{verdict}' of {group.name}")
    return Criteria(
        verdict=verdict, text=text(attribute(group, "verdict_text")),
        schwinger_dyson=_estimate(group, "schwinger_dyson", (ORDERS, 2)),
        schwinger_dyson_p_value=float(attribute(group, "schwinger_dyson_p_value")),
        boundary=_boundary(group), boundary_cutoff=float(attribute(group, "boundary_cutoff")),
        boundary_sigmas=float(attribute(group, "boundary_sigmas")),
        late_less_early=_estimate(group, "late_less_early", (3,)) if "late_less_early" in group else None,
        exponent=float(attribute(group, "drift_exponent")), growth=float(attribute(group, "drift_exponent_growth")),
        growth_error=float(attribute(group, "drift_exponent_growth_error")))


def _boundary(group: h5py.Group) -> Boundary:
    cutoff = _line(group, "boundary/cutoff")
    return Boundary(cutoff, _array(group, "boundary/outside", cutoff.shape),
                    _estimate(group, "boundary", (len(cutoff), len(BOUNDARY_POWERS), 2)))


def _fokker_planck(group: h5py.Group) -> FokkerPlanck:
    residual, x, y = _line(group, "residual"), _line(group, "x"), _line(group, "y")
    return FokkerPlanck(
        functions=_array(group, "functions", (len(residual), 2)), residual=residual,
        moments=_array(group, "moments", (len(residual), len(PLANE))), x=x, y=y,
        density=_array(group, "density", (len(x), len(y))), marginal_x=_array(group, "marginal_x", x.shape),
        marginal_y=_array(group, "marginal_y", y.shape), complex_density=_complex_density(group, len(x)),
        last_change=float(attribute(group, "last_change")))


def _complex_density(group: h5py.Group, points: int) -> ComplexDensity | None:
    if "complex_density" not in group:
        return None
    return ComplexDensity(*(_array(group, f"complex_density/{name}", (points, 2)) for name in ("value", "exact")))
