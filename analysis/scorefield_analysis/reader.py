"""Reads results.h5 and model-P.h5 into the records of results.py. Whatever is wrong with a file is one line."""

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import h5py

from .complex_field.reader import is_complex_field, read_complex_field
from .complex_field.records import ComplexFieldResults
from .errors import UserError
from .hdf5 import array, attribute, optional_array, optional_number, readable, reading, text
from .lattice.reader import is_lattice, read_lattice_run
from .lattice.records import LatticeResults
from .plane.reader import is_plane, read_plane
from .plane.records import PlaneResults
from .results import (Cumulants, FieldResult, GeneratingFunction, Histogram, LossHistory, ProcessResult, Results,
                      Source, interpolation)

SCHEMA_VERSION = 2
MEASURE_AGAIN = "write it again with 'scorefield measure'"
TRAIN_AGAIN = "train again with 'scorefield train'"


Run = Results | LatticeResults | PlaneResults | ComplexFieldResults


@contextmanager
def opened_results(folder: Path) -> Iterator[h5py.File]:
    """folder/results.h5 of the schema that is read here. Raises UserError if folder or file are not what they must be."""
    with readable(folder):
        if not folder.is_dir():
            raise UserError(f"no folder {folder}; give the output folder of a run (run.output of its deck)")
        path = folder / "results.h5"
        if not path.exists():
            raise UserError(f"no results.h5 in {folder}; write it with 'scorefield measure', or give another folder")
    with reading(path, MEASURE_AGAIN) as file:
        version = file.attrs.get("schema_version")
        if version is None or int(version) != SCHEMA_VERSION:
            raise UserError(f"{path} has schema_version {version}, this analysis reads {SCHEMA_VERSION}; "
                            f"use the analysis of the same release, or {MEASURE_AGAIN}")
        yield file


def read_run(folder: Path) -> Run:
    """All measurements in folder/results.h5. Raises UserError if folder or file are not what they must be."""
    with opened_results(folder) as file:
        if is_lattice(file):
            return read_lattice_run(file, _provenance(file), _sources_of(file))
        if is_complex_field(file):
            return read_complex_field(file, _provenance(file), _sources_of(file))
        if is_plane(file):
            return read_plane(file, _provenance(file), _sources_of(file))
        results = _read_groups(file)
    if not (results.fields or results.forward or results.backward):
        raise UserError(f"{folder / 'results.h5'} holds no measurement; {MEASURE_AGAIN}")
    return results


def read_results(folder: Path) -> Results:
    """As read_run, of a real zero-dimensional model; UserError for another."""
    return require_results(folder, read_run(folder))


def require_results(folder: Path, run: Run) -> Results:
    """The run, of a real zero-dimensional model; UserError for another."""
    if isinstance(run, PlaneResults):
        raise UserError(f"{folder} is a run of complex Langevin, and others are not; give runs of one deck")
    if isinstance(run, LatticeResults | ComplexFieldResults):
        raise UserError(f"{folder} is a run on a lattice, of which no spread is known here; use 'scorefield-analysis report' or 'compare'")
    return run


def read_ensemble(folder: Path) -> LatticeResults:
    """As read_run, of a run on a lattice; UserError for another."""
    run = read_run(folder)
    if isinstance(run, ComplexFieldResults):
        raise UserError(f"{folder} is a run of complex Langevin; use 'scorefield-analysis report' or 'scan', "
                        "or give runs of phi^4 or of the free field")
    if not isinstance(run, LatticeResults):
        raise UserError(f"{folder} is no run on a lattice; use 'scorefield-analysis report', "
                        "or give runs of phi^4 or of the free field")
    return run


def read_field_run(folder: Path) -> LatticeResults | ComplexFieldResults:
    """As read_run, of fields on a lattice, real or complex; UserError for another."""
    run = read_run(folder)
    if not isinstance(run, LatticeResults | ComplexFieldResults):
        raise UserError(f"{folder} is no run on a lattice; use 'scorefield-analysis report', or give runs of fields")
    return run


def read_losses(folder: Path) -> list[LossHistory]:
    """The loss histories of all models in the folder, from VE to VP; empty if nothing was trained."""
    with readable(folder):  # Path.glob would pass over a folder that may not be listed
        paths = [path for path in folder.iterdir() if path.match("model-*.h5")]
    return sorted(map(_read_loss, paths), key=lambda loss: interpolation(loss.process))


def _read_loss(path: Path) -> LossHistory:
    with reading(path, TRAIN_AGAIN) as file:
        validation = array(file, "loss/validation") if "loss/validation" in file else None
        process = path.stem.removeprefix("model-")
        return LossHistory(process, array(file, "loss/step"), array(file, "loss/value"), validation)


def _read_groups(file: h5py.File) -> Results:
    names = list(file)
    samples = [_field(file[name]) for name in names if name.startswith("samples-")]
    forward = [_process(file[name]) for name in names if name.startswith("forward-")]
    backward = [_process(file[name]) for name in names if name.startswith("backward-")]
    return Results(
        provenance=_provenance(file),
        ensemble=_field(file["ensemble"]) if "ensemble" in file else None,
        samples=sorted(samples, key=_order),
        forward=sorted(forward, key=_order),
        backward=sorted(backward, key=_order),
        sources=_sources_of(file),
    )


def _provenance(file: h5py.File) -> dict[str, str]:
    attributes = dict(file["provenance"].attrs) if "provenance" in file else {}
    return {key: text(value) for key, value in attributes.items()}


def _sources_of(file: h5py.File) -> list[Source]:
    """The sealed files that were measured, each once, by name; a file of an older program does not tell."""
    groups = [file[name] for name in file if name != "provenance"]
    stated = {(text(group.attrs["source"]), text(group.attrs["source_checksum"])) for group in groups
              if "source" in group.attrs and "source_checksum" in group.attrs}
    return [Source(*each) for each in sorted(stated)]


def _order(group: FieldResult | ProcessResult) -> tuple[float, str]:
    return interpolation(group.process or "ve"), group.score or ""


def _field(group: h5py.Group) -> FieldResult:
    sampled = group.name != "/ensemble"
    degrees = group.attrs.get("dof")
    return FieldResult(
        process=text(attribute(group, "process")) if sampled else None,
        score=_score(group) if sampled else None,
        sampler=text(group.attrs["sampler"]) if "sampler" in group.attrs else None,
        samples=int(attribute(group, "samples")),
        bins=int(attribute(group, "bins")),
        cumulants=_cumulants(group),
        generating_function=_generating_function(group),
        histogram=_histogram(group),
        chi2=optional_number(group, "chi2"),
        dof=None if degrees is None else int(degrees),
        p_value=optional_number(group, "p_value"),
    )


def _process(group: h5py.Group) -> ProcessResult:
    backward = group.name.startswith("/backward-")
    for name in ("cumulants/exact", "generating_function/exact", "histogram/exact"):
        array(group, name)  # a process without its formulas cannot be reported: say so here, by name
    return ProcessResult(
        process=text(attribute(group, "process")),
        score=_score(group) if backward else None,
        samples=int(attribute(group, "samples")),
        bins=int(attribute(group, "bins")),
        time=array(group, "time"),
        kept=array(group, "kept"),
        noise_variance=array(group, "noise_variance"),
        cumulants=_cumulants(group),
        generating_function=_generating_function(group),
        histogram=_histogram(group),
    )


def _cumulants(group: h5py.Group) -> Cumulants:
    return Cumulants(array(group, "cumulants/value"), array(group, "cumulants/error"),
                     optional_array(group, "cumulants/exact"))


def _generating_function(group: h5py.Group) -> GeneratingFunction:
    name = "generating_function"
    return GeneratingFunction(array(group, f"{name}/source"), array(group, f"{name}/value"),
                              array(group, f"{name}/error"), optional_array(group, f"{name}/exact"))


def _histogram(group: h5py.Group) -> Histogram:
    return Histogram(array(group, "histogram/edges"), array(group, "histogram/counts"),
                     optional_array(group, "histogram/exact"), int(attribute(group, "samples")))


def _score(group: h5py.Group) -> str:
    score = text(attribute(group, "score"))
    if score not in ("exact", "learnt"):
        raise UserError(f"unknown score '{score}' of {group.name} in the results; expected exact or learnt")
    return score
