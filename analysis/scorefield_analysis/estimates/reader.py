"""Finds all estimates in results.h5. A ValueError here is one line to the user."""

from hashlib import blake2s
from pathlib import Path
from typing import Iterator

import h5py
import numpy as np

from ..errors import UserError
from ..hdf5 import array, optional_array
from ..reader import MEASURE_AGAIN, opened_results
from .axes import axes_of
from .covariance import gradients_of
from .record import ENSEMBLE, Estimate

SUFFIX = "_error"  # of an attribute, beside the one whose error it is


def read_estimates(folder: Path) -> list[Estimate]:
    """All estimates in folder/results.h5, those of the ensemble first. UserError if there are none."""
    with opened_results(folder) as file:
        groups = sorted((name for name in file if isinstance(file[name], h5py.Group)), key=lambda name: (name != ENSEMBLE, name))
        found = [estimate for name in groups for estimate in _in_group(file[name], _ensemble_of(folder, file[name]))]
    if not found:
        raise UserError(f"{folder / 'results.h5'} holds no estimates; {MEASURE_AGAIN}")
    return found


def _ensemble_of(folder: Path, group: h5py.Group) -> str:
    """A name for the configurations that a group was measured on: of the folder and the group to be read, and of all values, which no
    two runs share.
    """
    values = [array(group, f"{path}/value") for path in _subgroups(group) if f"{path}/value".strip("/") in group]
    digest = blake2s(b"".join(np.ascontiguousarray(each).tobytes() for each in values), digest_size=8).hexdigest()
    return f"{folder.resolve().name.replace('|', '/')} {group.name.strip('/')} {digest}"


def _in_group(group: h5py.Group, ensemble: str) -> Iterator[Estimate]:
    """All in one group of the root, as deep as they are."""
    own = group.name.strip("/")
    for path in _subgroups(group):
        inner = group[path] if path else group
        if "value" in inner and "error" in inner:
            yield _estimate(group, ensemble, path)
        for name in inner.attrs:
            if name + SUFFIX in inner.attrs:
                pair = [np.float64(inner.attrs[each]) for each in (name, name + SUFFIX)]
                yield Estimate(ensemble, own, f"{path}/{name}".strip("/"), pair[0], pair[1], [])


def _subgroups(group: h5py.Group) -> list[str]:
    """Paths of the group itself ("") and of all groups below it."""
    paths = [""]
    group.visititems(lambda name, item: paths.append(name) if isinstance(item, h5py.Group) else None)
    return paths


def _estimate(group: h5py.Group, ensemble: str, path: str) -> Estimate:
    value, error = array(group, f"{path}/value"), array(group, f"{path}/error")
    if value.shape != error.shape:
        raise ValueError(f"{group.name}/{path} has values of the shape {value.shape} and errors of {error.shape}")
    exact, covariance = (optional_array(group, f"{path}/{name}") for name in ("exact", "covariance"))
    if exact is not None and (exact.shape != value.shape or np.isnan(exact).all()):
        exact = None
    if covariance is not None and covariance.shape != (value.size, value.size):
        raise ValueError(f"{group.name}/{path}/covariance has the shape {covariance.shape} for {value.size} numbers")
    gradients = None if covariance is None else gradients_of(covariance, error.ravel())
    return Estimate(ensemble, group.name.strip("/"), path, value, error, axes_of(group, path, value.shape), exact, covariance,
                    gradients=gradients, noise=f"{ensemble} {path}")
