"""Gives correlators of lattice fields the replicas that results.h5 has no room for, from the configurations beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Mapping, Sequence

import h5py
import numpy as np

from ..hdf5 import attribute, text
from ..jackknife import covariance_of_replicas
from ..lattice.replicas import Binning, read_replicas, require_agreement, scalars_of
from ..reader import opened_results
from .covariance import gradients_of
from .record import Estimate

CORRELATORS = ("slices_y", "slices_x")


def with_replicas(folder: Path, estimates: Sequence[Estimate], groups: Sequence[str]) -> list[Estimate]:
    """The same, correlators over slices in these groups with the replicas of all their distances. Reads the configurations of each group.
    UserError if they are not there, or not those that were measured.
    """
    found = list(estimates)
    with opened_results(folder) as file:
        for name in groups:
            path, checksum, binning = _measured(folder, file[name])
            replicas = read_replicas(path, checksum, binning)
            for key in CORRELATORS:
                require_agreement(path, f"{name}/{key}", getattr(replicas, key), file[f"{name}/{key}/error"][...])
            found = _given(found, name, {key: getattr(replicas, key) for key in CORRELATORS})
    return found


def _given(estimates: Sequence[Estimate], group: str, replicas: Mapping[str, np.ndarray]) -> list[Estimate]:
    """Those of one group with their replicas, and with gradients of one noise for both directions."""
    own = {each.key: each for each in estimates if each.group == group and each.key in replicas}
    error = np.concatenate([own[key].error for key in replicas])
    gradients = gradients_of(covariance_of_replicas(np.concatenate(list(replicas.values()), axis=1)), error)
    ends = np.cumsum([replicas[key].shape[1] for key in replicas])
    given = {key: replace(own[key], replicas=replicas[key], gradients=part, noise=f"{own[key].ensemble} bins")
             for key, part in zip(replicas, np.split(gradients, ends[:-1]))}
    return [given.get(each.key, each) if each.group == group else each for each in estimates]


def _measured(folder: Path, group: h5py.Group) -> tuple[Path, str, Binning]:
    names = text(attribute(group["quantities"], "names")).split(",")
    binning = Binning(int(attribute(group, "bin_size")), int(attribute(group, "bins")), scalars_of(names))
    return folder / text(attribute(group, "source")), text(group.attrs.get("source_checksum", "")), binning
