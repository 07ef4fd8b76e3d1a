"""Reads results.h5 and model-P.h5 into the records of results.py. Whatever is wrong with a file is one line."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Sequence

import h5py
import numpy as np

from .errors import UnreadableError, UserError
from .results import (Cumulants, FieldResult, GeneratingFunction, Histogram, LossHistory, ProcessResult, Results,
                      Source, interpolation)
from .seal import Seal, check_seal

SCHEMA_VERSION = 2
MEASURE_AGAIN = "write it again with 'scorefield measure'"
TRAIN_AGAIN = "train again with 'scorefield train'"
# what h5py and numpy raise on metadata that say what cannot be
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, MemoryError)


def read_results(folder: Path) -> Results:
    """All measurements in folder/results.h5. Raises UserError if folder or file are not what they must be."""
    with _readable(folder):
        if not folder.is_dir():
            raise UserError(f"no folder {folder}; give the output folder of a run (run.output of its deck)")
        path = folder / "results.h5"
        if not path.exists():
            raise UserError(f"no results.h5 in {folder}; write it with 'scorefield measure', or give another folder")
    with _reading(path, MEASURE_AGAIN) as file:
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
    with _readable(folder):  # Path.glob would pass over a folder that may not be listed
        paths = [path for path in folder.iterdir() if path.match("model-*.h5")]
    return sorted(map(_read_loss, paths), key=lambda loss: interpolation(loss.process))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Says in one line what the system does not let us read."""
    try:
        yield
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}; allow reading it, or read a copy") from None


@contextmanager
def _reading(path: Path, cure: str) -> Iterator[h5py.File]:
    """The file, opened after its seal was compared. One without a seal is read unverified, and may be damaged anywhere."""
    _verify(path, cure)
    try:
        with _open(path, cure) as file:
            yield file
    except DAMAGE as error:
        reason = " ".join(str(error).strip("\"'").split()) or type(error).__name__
        raise UserError(f"{path} is damaged, or was not written by scorefield ({reason}); {cure}") from None


def _verify(path: Path, cure: str) -> None:
    """Refuses what is no file, or whose bytes are not those that were sealed."""
    with _readable(path):
        if path.is_dir():
            raise UserError(f"{path} is a folder where a file should be; move it away, and {cure}")
        if not path.is_file():  # opening a pipe would wait for its other end
            raise UserError(f"{path} is no regular file; move it away, and {cure}")
        if path.stat().st_size == 0:
            raise UserError(f"{path} is empty; {cure}")
        if check_seal(path) is Seal.BROKEN:
            raise UserError(f"{path} is damaged: its checksum is not that of its bytes; {cure}")


def _open(path: Path, cure: str) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except (OSError, RuntimeError, ValueError):
        raise UserError(f"{path} is not a readable HDF5 file; {cure}") from None


def _read_loss(path: Path) -> LossHistory:
    with _reading(path, TRAIN_AGAIN) as file:
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
        sources=_sources([file[name] for name in names if name != "provenance"]),
    )


def _sources(groups: Sequence[h5py.Group]) -> list[Source]:
    """The sealed files that were measured, each once, by name; a file of an older program does not tell."""
    stated = {(_text(group.attrs["source"]), _text(group.attrs["source_checksum"])) for group in groups
              if "source" in group.attrs and "source_checksum" in group.attrs}
    return [Source(*each) for each in sorted(stated)]


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
    """Text of an attribute. ValueError for bytes that are none: h5py hands them on, and the report could not be written."""
    text = value.decode() if isinstance(value, bytes) else str(value)
    text.encode()
    return text
