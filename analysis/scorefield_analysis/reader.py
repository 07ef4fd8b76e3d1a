"""Reads results.h5 and model-P.h5 into the records of results.py."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from .errors import UserError
from .results import (Cumulants, FieldResult, GeneratingFunction, Histogram, LossHistory, ProcessResult, Results,
                      interpolation)

SCHEMA_VERSION = 2
MEASURE_AGAIN = "write it again with 'scorefield measure'"


def read_results(folder: Path) -> Results:
    """All measurements in folder/results.h5. Raises UserError if folder or file are not what they must be."""
    if not folder.is_dir():
        raise UserError(f"no folder {folder}; give the output folder of a run (run.output of its deck)")
    path = folder / "results.h5"
    if not path.is_file():
        raise UserError(f"no results.h5 in {folder}; write it with 'scorefield measure', or give another folder")
    with _open(path, MEASURE_AGAIN) as file:
        version = file.attrs.get("schema_version")
        if version is None or int(version) != SCHEMA_VERSION:
            raise UserError(f"{path} has schema_version {version}, this analysis reads {SCHEMA_VERSION}; "
                            f"use the analysis of the same release, or {MEASURE_AGAIN}")
        results = _read_groups(file)
    if not (results.fields or results.forward or results.backward):
        raise UserError(f"{path} holds no measurement; {MEASURE_AGAIN}")
    return results


def read_losses(folder: Path) -> list[LossHistory]:
    """The loss histories of all models in the folder, from VE to VP; empty if nothing was trained."""
    losses = [_read_loss(path) for path in folder.glob("model-*.h5")]
    return sorted(losses, key=lambda loss: interpolation(loss.process))


def _open(path: Path, cure: str) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except OSError:
        raise UserError(f"{path} is not a readable HDF5 file; {cure}") from None


def _read_loss(path: Path) -> LossHistory:
    with _open(path, "train again") as file:
        validation = _array(file, "loss/validation") if "loss/validation" in file else None
        process = path.stem.removeprefix("model-")
        return LossHistory(process, _array(file, "loss/step"), _array(file, "loss/value"), validation)


def _read_groups(file: h5py.File) -> Results:
    names = list(file)
    provenance = dict(file["provenance"].attrs) if "provenance" in file else {}
    samples = [_field(file[name]) for name in names if name.startswith("samples-")]
    forward = [_process(file[name]) for name in names if name.startswith("forward-")]
    backward = [_process(file[name]) for name in names if name.startswith("backward-")]
    return Results(
        provenance={key: _text(value) for key, value in provenance.items()},
        ensemble=_field(file["ensemble"]) if "ensemble" in file else None,
        samples=sorted(samples, key=_order),
        forward=sorted(forward, key=_order),
        backward=sorted(backward, key=_order),
    )


def _order(group: FieldResult | ProcessResult) -> tuple[float, str]:
    return interpolation(group.process or "ve"), group.score or ""


def _field(group: h5py.Group) -> FieldResult:
    sampled = group.name != "/ensemble"
    degrees = group.attrs.get("dof")
    return FieldResult(
        process=_text(_attribute(group, "process")) if sampled else None,
        score=_score(group) if sampled else None,
        sampler=_text(group.attrs["sampler"]) if "sampler" in group.attrs else None,
        samples=int(_attribute(group, "samples")),
        bins=int(_attribute(group, "bins")),
        cumulants=_cumulants(group),
        generating_function=_generating_function(group),
        histogram=_histogram(group),
        chi2=_optional_number(group, "chi2"),
        dof=None if degrees is None else int(degrees),
        p_value=_optional_number(group, "p_value"),
    )


def _process(group: h5py.Group) -> ProcessResult:
    backward = group.name.startswith("/backward-")
    for name in ("cumulants/exact", "generating_function/exact", "histogram/exact"):
        _array(group, name)  # a process without its formulas cannot be reported: say so here, by name
    return ProcessResult(
        process=_text(_attribute(group, "process")),
        score=_score(group) if backward else None,
        samples=int(_attribute(group, "samples")),
        bins=int(_attribute(group, "bins")),
        time=_array(group, "time"),
        kept=_array(group, "kept"),
        noise_variance=_array(group, "noise_variance"),
        cumulants=_cumulants(group),
        generating_function=_generating_function(group),
        histogram=_histogram(group),
    )


def _cumulants(group: h5py.Group) -> Cumulants:
    return Cumulants(_array(group, "cumulants/value"), _array(group, "cumulants/error"),
                     _optional_array(group, "cumulants/exact"))


def _generating_function(group: h5py.Group) -> GeneratingFunction:
    name = "generating_function"
    return GeneratingFunction(_array(group, f"{name}/source"), _array(group, f"{name}/value"),
                              _array(group, f"{name}/error"), _optional_array(group, f"{name}/exact"))


def _histogram(group: h5py.Group) -> Histogram:
    return Histogram(_array(group, "histogram/edges"), _array(group, "histogram/counts"),
                     _optional_array(group, "histogram/exact"), int(_attribute(group, "samples")))


def _array(group: h5py.Group, name: str) -> np.ndarray:
    if name not in group:
        raise UserError(f"{group.file.filename}: {group.name} has no dataset '{name}'; "
                        "it was written by another version, or is incomplete: write it again")
    try:
        return group[name][...]
    except OSError:
        raise UserError(f"{group.file.filename}: cannot read '{name}' of {group.name}; "
                        "the file is damaged: write it again") from None


def _optional_array(group: h5py.Group, name: str) -> np.ndarray | None:
    return _array(group, name) if name in group else None


def _attribute(group: h5py.Group, name: str) -> Any:
    if name not in group.attrs:
        raise UserError(f"{group.file.filename}: {group.name} has no attribute '{name}'; "
                        "it was written by another version, or is incomplete: write it again")
    return group.attrs[name]


def _score(group: h5py.Group) -> str:
    score = _text(_attribute(group, "score"))
    if score not in ("exact", "learnt"):
        raise UserError(f"unknown score '{score}' of {group.name} in the results; expected exact or learnt")
    return score


def _optional_number(group: h5py.Group, name: str) -> float | None:
    value = group.attrs.get(name)
    return None if value is None else float(value)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
