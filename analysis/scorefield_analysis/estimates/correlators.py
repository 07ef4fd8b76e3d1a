"""Gives correlators of lattice fields the replicas that results.h5 has no room for, from the configurations beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Mapping, Sequence

import h5py
import numpy as np

from ..hdf5 import attribute, text
from ..lattice.replicas import Binning, read_replicas, require_agreement, scalars_of
from ..reader import opened_results
from .record import Estimate

CORRELATORS = ("slices_y", "slices_x")


def with_replicas(folder: Path, estimates: Sequence[Estimate], groups: Sequence[str]) -> list[Estimate]:
    """The same, correlators over slices in these groups with the replicas of all their distances. Reads the configurations of each group.
    UserError if they are not there, or not those that were measured.
    """
    replicas: dict[str, Mapping[str, np.ndarray]] = {}
    with opened_results(folder) as file:
        for name in groups:
            path, checksum, binning = _measured(folder, file[name])
            found = read_replicas(path, checksum, binning)
            replicas[name] = {key: getattr(found, key) for key in CORRELATORS}
            for key in CORRELATORS:
                require_agreement(path, f"{name}/{key}", replicas[name][key], file[f"{name}/{key}/error"][...])
    return [replace(each, replicas=replicas[each.group][each.key]) if each.key in CORRELATORS and each.group in groups else each
            for each in estimates]


def _measured(folder: Path, group: h5py.Group) -> tuple[Path, str, Binning]:
    names = text(attribute(group["quantities"], "names")).split(",")
    binning = Binning(int(attribute(group, "bin_size")), int(attribute(group, "bins")), scalars_of(names))
    return folder / text(attribute(group, "source")), text(group.attrs.get("source_checksum", "")), binning
