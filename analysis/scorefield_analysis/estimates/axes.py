"""What the numbers of a dataset of results.h5 belong to, along each of its axes."""

import h5py
import numpy as np

from ..hdf5 import array, attribute, text
from ..plane.names import BOUNDARY_POWERS, PLANE
from .record import PARTS, Axis


def axes_of(group: h5py.Group, key: str, shape: tuple[int, ...]) -> list[Axis]:
    """Of the estimate group[key] of this shape; `group` is a group of the root. What is not known by its name is numbered."""
    axes = _leading(group, key, shape)
    axes += _own(group, key, shape[len(axes):])
    rest = shape[len(axes):]
    if rest == (len(PARTS),):
        return [*axes, Axis("part", np.array(PARTS))]
    return [*axes, *(Axis("index", np.arange(size)) for size in rest)]


def _leading(group: h5py.Group, key: str, shape: tuple[int, ...]) -> list[Axis]:
    """Along a process or along updates."""
    for kind, name in (("time", "time"), ("updates", f"{key}/updates")):
        if name in group and array(group, name).shape == shape[:1]:
            return [Axis(kind, array(group, name))]
    return []


def _own(group: h5py.Group, key: str, shape: tuple[int, ...]) -> list[Axis]:
    """By the name of the estimate; none where sizes do not fit."""
    kind = key.rpartition("/")[2]
    found = _listed(group, key) or _derived(kind, shape) or _stored(group, key, shape)
    fits = len(found) <= len(shape) and all(axis.values.shape[-1] == size for axis, size in zip(found, shape))
    return found if fits else []


def _listed(group: h5py.Group, key: str) -> list[Axis]:
    """Names that the file gives."""
    for name in ("names", "columns"):
        if name in group[key].attrs:
            return [Axis("name", np.array([each.strip() for each in text(attribute(group[key], name)).split(",")]))]
    return []


def _derived(kind: str, shape: tuple[int, ...]) -> list[Axis]:
    """Those that follow from the shape."""
    if kind in ("cumulants", "moments", "schwinger_dyson") and shape:
        return [Axis("order", np.arange(1, shape[0] + 1))]
    if kind == "plane":
        return [Axis("name", np.array([f"{_power('x', x)} {_power('y', y)}".strip() for x, y in PLANE]))]
    if kind.startswith("slices_"):
        return [Axis("distance", np.arange(shape[0]))]
    if kind.startswith("mass_"):
        return [Axis("distance", np.arange(shape[0]) + 0.5)]
    if kind == "modes":
        return [Axis("wave number", np.arange(shape[0]))]
    if kind in ("spectrum", "two_point") and len(shape) > 1:
        what = "wave number" if kind == "spectrum" else "distance"
        return [Axis(f"{what} along {along}", np.arange(size)) for along, size in zip("yx", shape)]
    if kind == "zero_mode":
        return [Axis("name", np.array(["abs_M", "M^2", "M^4"]))]
    return []


def _power(symbol: str, exponent: int) -> str:
    return {0: "", 1: symbol}.get(exponent, f"{symbol}^{exponent}")


def _stored(group: h5py.Group, key: str, shape: tuple[int, ...]) -> list[Axis]:
    """Those beside the estimate."""
    if f"{key}/source" in group:
        return [Axis("source", array(group, f"{key}/source"))]
    if f"{key}/cutoff" in group:
        return [Axis("cutoff", array(group, f"{key}/cutoff")), Axis("power", np.array(BOUNDARY_POWERS))]
    return []
