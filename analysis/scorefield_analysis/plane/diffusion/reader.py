"""Reads what a diffusion model of complex Langevin walkers made. A ValueError here is one line to the user."""

from typing import Callable

import h5py
import numpy as np

from ...hdf5 import array, attribute, optional_array, text
from ...results import Estimate, interpolation
from ..members import ORDERS, estimate, sized
from ..names import PLANE
from .records import ComplexDensity, FixedPoint, PlaneDiffusion, PlaneProcess, PlaneSamples, SampledOrders, ScoreFields

SCORES = ("exact", "reference", "learnt")


def read_plane_diffusion(file: h5py.File) -> PlaneDiffusion:
    """Groups of results.h5, by process and score."""
    def all_of(prefix: str, read: Callable) -> list:
        found = [read(file[name]) for name in file if name.startswith(prefix)]
        return sorted(found, key=lambda each: (interpolation(each.process), SCORES.index(each.score) if each.score else 0))

    return PlaneDiffusion(samples=all_of("samples-", _samples), forward=all_of("forward-", read_process),
                          backward=all_of("backward-", read_process),
                          scores=sorted((_fields(file[name]) for name in file if name.startswith("score-")),
                                        key=lambda each: interpolation(each.process)))


def _fields(group: h5py.Group) -> ScoreFields:
    x, y = array(group, "x"), array(group, "y")
    if x.ndim != 2 or x.shape != y.shape:
        raise ValueError(f"{group.name}/x and y are no grids")
    levels, points = x.shape
    known = "exact" in group
    kinds = text(group["fixed_points"].attrs["kinds"]).split(",") if "fixed_points" in group else []
    places = sized(group, "fixed_points", (len(kinds), 4)) if kinds else []
    density = read_complex_density(group, array(group, "complex_density/x")) if "complex_density" in group else None
    return ScoreFields(
        process=group.name.removeprefix("/score-"), noise_ratio=sized(group, "noise_ratio", (levels,)), x=x, y=y,
        learnt=sized(group, "learnt", (levels, points, points, 2)), density=sized(group, "density", (levels, points, points)),
        curl=sized(group, "curl", (levels,)), exact=sized(group, "exact", (levels, points, points, 2)) if known else None,
        exact_density=sized(group, "exact_density", (levels, points, points)) if known else None,
        distance=sized(group, "distance", (levels,)) if known else None,
        total_variation=sized(group, "total_variation", (levels,)) if known else None,
        fixed_points=[FixedPoint(complex(row[0], row[1]), kind) for row, kind in zip(places, kinds)],
        complex_density=density, complex_distance=float(attribute(group["complex_density"], "distance")) if density else float("nan"))


def read_complex_density(group: h5py.Group, x: np.ndarray) -> ComplexDensity | None:
    """ρ(x) of a density P(x,y) and the complex weight, if they were computed."""
    if "complex_density" not in group:
        return None
    return ComplexDensity(x, *(sized(group, f"complex_density/{name}", (len(x), 2)) for name in ("value", "exact")))


def _samples(group: h5py.Group) -> PlaneSamples:
    return PlaneSamples(process=text(attribute(group, "process")), score=score_of(group), samples=int(attribute(group, "samples")),
                        moments=_orders(group, "moments"), cumulants=_orders(group, "cumulants"),
                        plane=estimate(group, "plane", (len(PLANE),)))


def score_of(group: h5py.Group) -> str:
    """Which score made a group."""
    score = text(attribute(group, "score"))
    if score not in SCORES:
        raise ValueError(f"unknown score '{score}' of {group.name}")
    return score


def _orders(group: h5py.Group, name: str) -> SampledOrders:
    own = group[name].attrs
    return SampledOrders(estimate(group, name, (ORDERS, 2)), sized(group, f"{name}/covariance", (2 * ORDERS, 2 * ORDERS)),
                         *(float(own.get(key, float("nan"))) for key in ("ensemble_p_value", "ensemble_largest_pull")))


def read_process(group: h5py.Group) -> PlaneProcess:
    """What was recorded along a process."""
    time = array(group, "time")
    return PlaneProcess(
        process=text(attribute(group, "process")), score=score_of(group) if "score" in group.attrs else None,
        samples=int(attribute(group, "samples")), time=time, kept=array(group, "kept"), noise_variance=array(group, "noise_variance"),
        cumulants=Estimate(array(group, "cumulants/value"), array(group, "cumulants/error")),
        law=optional_array(group, "cumulants/exact"), pull=optional_array(group, "pull"), p_value=optional_array(group, "p_value"))
