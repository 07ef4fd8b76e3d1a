"""Reads what a diffusion model of a lattice field made. A ValueError here is one line to the user."""

from pathlib import Path
from typing import Callable

import h5py

from ...hdf5 import array, attribute, optional_array, reading_part, text
from ...results import Cumulants, interpolation
from ..records import LatticeResults
from .records import Diffusion, Distance, FieldProcess, Finish, Samples

TRAIN_AGAIN = "train again with 'scorefield train'"
ORDER = {"learnt": 0, "reference": 1}


def read_diffusion(file: h5py.File, read_measured: Callable[[h5py.Group], LatticeResults]) -> Diffusion:
    """Groups of results.h5; `read_measured` reads configurations measured as an ensemble."""
    def all_of(prefix: str, read: Callable) -> list:
        found = [read(file[name]) for name in file if name.startswith(prefix)]
        return sorted(found, key=lambda each: (interpolation(each.process), ORDER.get(each.score, 2)))

    return Diffusion(
        samples=[*all_of("samples-", lambda group: _samples(group, read_measured)),
                 *all_of("finished-", lambda group: _samples(group, read_measured))],
        forward=all_of("forward-", _process), backward=all_of("backward-", _process))


def read_distances(folder: Path) -> list[Distance]:
    """/validation of all models in the folder; empty where none was validated."""
    found = []
    for path in sorted(folder.glob("model-*.h5")):
        with reading_part(path, TRAIN_AGAIN) as file:
            if "validation" not in file:
                continue
            ratio, table = array(file, "validation/ratio"), array(file, "validation/distance")
            if table.shape != (len(ratio), 4):
                raise ValueError(f"{path}: /validation/distance does not have four columns for each noise")
            found.append(Distance(path.stem.removeprefix("model-"), ratio, *table.T))
    return sorted(found, key=lambda each: interpolation(each.process))


def _name(group: h5py.Group, name: str) -> str | None:
    """An attribute of a group or, where it was measured from a file's name, of that."""
    return text(group.attrs[name]) if name in group.attrs else None


def _process(group: h5py.Group) -> FieldProcess:
    def quantity(name: str) -> Cumulants:
        return Cumulants(array(group, f"{name}/value"), array(group, f"{name}/error"), optional_array(group, f"{name}/exact"))

    return FieldProcess(
        process=text(attribute(group, "process")), score=_name(group, "score"), samples=int(attribute(group, "samples")),
        time=array(group, "time"), kept=array(group, "kept"), noise_variance=array(group, "noise_variance"),
        cumulants=quantity("cumulants"), modes=quantity("modes"),
        pull=optional_array(group, "pull"), mode_pull=optional_array(group, "mode_pull"), p_value=optional_array(group, "p_value"),
        snapshots=optional_array(group, "snapshots"))


def _samples(group: h5py.Group, read_measured: Callable[[h5py.Group], LatticeResults]) -> Samples:
    _, process, score = group.name.strip("/").split("-", 2)
    return Samples(process, score, read_measured(group), _finish(group["finish"]) if "finish" in group else None)


def _finish(group: h5py.Group) -> Finish:
    names = text(attribute(group, "columns")).split(", ")
    value, error = array(group, "value"), array(group, "error")
    if value.shape != error.shape or value.shape[1:] != (len(names),):
        raise ValueError(f"{group.name}: {len(names)} names for columns of shape {value.shape}")
    return Finish(array(group, "updates"), dict(zip(names, value.T)), dict(zip(names, error.T)))
