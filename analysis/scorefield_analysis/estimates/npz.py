"""Estimates in numpy files (.npz), whose members have the names of the estimates (doc/file-formats.md)."""

import zipfile
import zlib
from pathlib import Path
from typing import Iterator, Mapping, Sequence

import numpy as np

from ..errors import UserError
from ..hdf5 import readable
from ..jackknife import covariance_of_replicas
from ..outputs import written_aside
from .record import Estimate, Number

SCHEMA = "scorefield estimates 1"
DAMAGE = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, MemoryError)


def write_npz(target: Path, estimates: Sequence[Estimate], description: str) -> None:
    """Writes all of them."""
    members = {"schema": np.array(SCHEMA), "description": np.array(description), "names": np.array([each.name for each in estimates])}
    for estimate in estimates:
        members |= {f"{estimate.name}/{member}": value for member, value in _members(estimate)}
    with written_aside(target) as partial, partial.open("wb") as file:  # given a path, numpy may change its ending
        np.savez_compressed(file, **members)


def _members(estimate: Estimate) -> Iterator[tuple[str, np.ndarray]]:
    """What is known of one."""
    yield from (("value", estimate.value), ("error", estimate.error), ("labels", np.array(estimate.labels)))
    yield "ensemble", np.array(estimate.ensemble)
    yield "axes", np.array([axis.kind for axis in estimate.axes], dtype=str)
    for number, axis in enumerate(estimate.axes):
        yield f"axis{number}", axis.values
    if estimate.exact is not None:
        yield "exact", estimate.exact
    if estimate.replicas is not None:
        yield from (("replicas", estimate.replicas), ("covariance", covariance_of_replicas(estimate.replicas)))
    elif estimate.covariance is not None:
        yield "covariance", estimate.covariance


def read_npz(path: Path) -> list[Number]:
    """All numbers of such a file. UserError if it is none, or damaged."""
    with readable(path):
        try:
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:  # also what is not needed here
                    raise zipfile.BadZipFile("a checksum is wrong")
            with np.load(path, allow_pickle=False) as file:
                if "schema" not in file or str(file["schema"]) != SCHEMA:
                    raise UserError(f"{path} was not written by 'scorefield-analysis export'; give a file that was")
                return [number for name in file["names"] for number in _numbers(file, str(name))]
        except DAMAGE as error:
            raise UserError(f"{path} is damaged, or no numpy file ({' '.join(str(error).split())}); export it again") from None


def _numbers(file: Mapping[str, np.ndarray], name: str) -> list[Number]:
    labels, value, error = (file[f"{name}/{member}"].ravel() for member in ("labels", "value", "error"))
    if not len(labels) == len(value) == len(error):
        raise ValueError(f"{name} has {len(labels)} labels, {len(value)} values and {len(error)} errors")
    return [Number(str(label), float(v), float(e)) for label, v, e in zip(labels, value, error)]
