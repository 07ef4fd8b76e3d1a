"""Reads results.h5 of complexified fields on a lattice. A ValueError here is one line to the user."""

import re
from typing import Mapping, Sequence

import h5py
import numpy as np

from ..hdf5 import array, attribute, text
from ..plane.diffusion.reader import SCORES, read_process, score_of
from ..plane.diffusion.records import PlaneDiffusion, PlaneProcess
from ..plane.members import ORDERS, known, read_criteria, read_drift, sized, subgroup
from ..plane.names import PLANE
from ..plane.records import Estimate
from ..results import Source, interpolation
from .records import ComplexFieldResults, FieldSamples


def is_complex_field(file: h5py.File) -> bool:
    """Whether results.h5 is of complex Langevin on a lattice."""
    return "ensemble/averages" in file or ("ensemble/spectrum" in file and "ensemble/criteria" in file)


def read_complex_field(file: h5py.File, provenance: Mapping[str, str], sources: Sequence[Source]) -> ComplexFieldResults:
    """All measurements of the ensemble."""
    group = subgroup(file, "ensemble")
    spectrum = _known_estimate(group, "spectrum", _shape_of_spectrum(group))
    return ComplexFieldResults(
        provenance=provenance, sources=list(sources), samples=_count(group, "samples"), chains=_count(group, "chains"),
        bins=_count(group, "bins"), tau_int=float(attribute(group, "tau_int")), warnings=_warnings(text(attribute(group, "warnings"))),
        averages=_averages(group), cumulants=_known_estimate(group, "cumulants", (ORDERS, 2)),
        plane=_known_estimate(group, "plane", (len(PLANE),)), spectrum=spectrum,
        exact_spectrum=_known(group, "spectrum/exact", spectrum.value.shape) if "spectrum/exact" in group else None,
        drift=read_drift(group), criteria=read_criteria(subgroup(group, "criteria")), diffusion=_all_samples(file),
        processes=PlaneDiffusion(forward=_processes(file, "forward-"), backward=_processes(file, "backward-")))


def _all_samples(file: h5py.File) -> list[FieldSamples]:
    found = [_samples(subgroup(file, name)) for name in file if name.startswith("samples-")]
    return sorted(found, key=lambda each: (interpolation(each.process), SCORES.index(each.score)))


def _samples(group: h5py.Group) -> FieldSamples:
    against = subgroup(group, "against_ensemble")
    off = _known_estimate(against, "cumulants", (ORDERS, 2))
    return FieldSamples(
        process=text(attribute(group, "process")), score=score_of(group), samples=_count(group, "samples"),
        cumulants=_known_estimate(group, "cumulants", (ORDERS, 2)), averages=_averages(group), pulls=off.value / off.error,
        p_value=float(attribute(against, "p_value")),
        spectrum=(float(attribute(against, "spectrum_chi_squared")), _count(against, "spectrum_numbers")),
        told=bool(attribute(against, "told")))


def _processes(file: h5py.File, prefix: str) -> list[PlaneProcess]:
    found = [read_process(file[name]) for name in file if name.startswith(prefix)]
    return sorted(found, key=lambda each: (interpolation(each.process), SCORES.index(each.score) if each.score else 0))


def _count(group: h5py.Group, name: str) -> int:
    value = int(attribute(group, name))
    if value < 1:
        raise ValueError(f"{group.name} has {value} {name}")
    return value


def _known(group: h5py.Group, name: str, shape: tuple[int, ...]) -> np.ndarray:
    return known(group, name, sized(group, name, shape))


def _known_estimate(group: h5py.Group, name: str, shape: tuple[int, ...]) -> Estimate:
    """value and error: finite numbers, and no error below 0."""
    found = Estimate(_known(group, f"{name}/value", shape), _known(group, f"{name}/error", shape))
    if (found.error < 0.0).any():
        raise ValueError(f"{group.name}/{name}/error is below 0")
    return found


def _shape_of_spectrum(group: h5py.Group) -> tuple[int, ...]:
    shape = array(group, "spectrum/value").shape
    if len(shape) != 3 or shape[2] != 2 or 0 in shape:
        raise ValueError(f"{group.name}/spectrum/value has the shape {shape}, not momenta with Re and Im")
    return shape


def _averages(group: h5py.Group) -> dict[str, Estimate]:
    names = text(attribute(subgroup(group, "averages"), "names")).split(",")
    found = _known_estimate(group, "averages", (len(names), 2))
    return {name: Estimate(value, error) for name, value, error in zip(names, found.value, found.error)}


def _warnings(joined: str) -> list[str]:
    """Averages in other brackets: Markdown takes <z> for a tag, and shows nothing."""
    return [re.sub("<([^<>]*)>", r"⟨\1⟩", warning) for warning in joined.split("; ") if warning]
