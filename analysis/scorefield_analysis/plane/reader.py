"""Reads results.h5 of complex Langevin walkers. A ValueError here is one line to the user."""

from typing import Mapping, Sequence

import h5py
import numpy as np

from ..hdf5 import attribute, optional_number
from ..results import Histogram, Source
from .diffusion.reader import read_complex_density, read_plane_diffusion
from .members import ORDERS, counted, estimate, known, line, read_criteria, read_drift, rising, sized, subgroup
from .names import PLANE
from .records import FokkerPlanck, Orders, PlaneMap, PlaneResults


def is_plane(file: h5py.File) -> bool:
    """Whether results.h5 is of complex Langevin walkers."""
    return "ensemble/plane" in file or "ensemble/criteria" in file


def read_plane(file: h5py.File, provenance: Mapping[str, str], sources: Sequence[Source]) -> PlaneResults:
    """All measurements of the walkers, and what is known of their distribution."""
    group = subgroup(file, "ensemble")
    exact = subgroup(file, "exact")
    samples = int(attribute(group, "samples"))
    return PlaneResults(
        provenance=provenance, sources=list(sources), samples=samples, bins=int(attribute(group, "bins")),
        moments=_orders(group, "moments"), cumulants=_orders(group, "cumulants"),
        plane=estimate(group, "plane", (len(PLANE),)),
        histogram_x=_histogram(group, "histogram_x", samples), histogram_y=_histogram(group, "histogram_y", samples),
        map=_map(group, samples), drift=read_drift(group), criteria=read_criteria(subgroup(group, "criteria")),
        partition_function=complex(*sized(exact, "partition_function", (2,))),
        phase=float(attribute(exact, "phase")), strip=optional_number(exact, "strip"),
        fokker_planck=_fokker_planck(file["fokker_planck"]) if "fokker_planck" in file else None,
        diffusion=read_plane_diffusion(file))


def _orders(group: h5py.Group, name: str) -> Orders:
    found = estimate(group, name, (ORDERS, 2))
    exact = sized(group, f"{name}/exact", (ORDERS, 2))
    own = group[name]
    covariance = sized(group, f"{name}/covariance", (2 * ORDERS, 2 * ORDERS))
    return Orders(found.value, found.error, covariance, exact, float(attribute(own, "chi2")), int(attribute(own, "dof")),
                  float(attribute(own, "p_value")))


def _histogram(group: h5py.Group, name: str, samples: int) -> Histogram:
    counts = counted(group, f"{name}/counts", line(group, f"{name}/counts"))
    edges = rising(group, f"{name}/edges", sized(group, f"{name}/edges", (len(counts) + 1,)))
    return Histogram(edges, counts, None, samples)


def _map(group: h5py.Group, samples: int) -> PlaneMap:
    x, y = (rising(group, name, line(group, name)) for name in ("map/edges_x", "map/edges_y"))
    return PlaneMap(x, y, counted(group, "map/counts", sized(group, "map/counts", (len(x) - 1, len(y) - 1))), samples)


def _fokker_planck(group: h5py.Group) -> FokkerPlanck:
    residual = line(group, "residual")
    x, y = (rising(group, name, line(group, name)) for name in ("x", "y"))
    return FokkerPlanck(
        functions=sized(group, "functions", (len(residual), 2)), residual=residual,
        moments=sized(group, "moments", (len(residual), len(PLANE))), x=x, y=y,
        density=known(group, "density", sized(group, "density", (len(x), len(y)))),
        marginal_x=known(group, "marginal_x", sized(group, "marginal_x", x.shape)),
        marginal_y=known(group, "marginal_y", sized(group, "marginal_y", y.shape)), complex_density=read_complex_density(group, x),
        last_change=float(attribute(group, "last_change")))
