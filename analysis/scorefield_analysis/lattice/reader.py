"""Reads the group /ensemble of a run on a lattice, and configurations. A ValueError here is one line to the user."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Mapping, Sequence

import h5py
import numpy as np

from ..errors import UserError
from ..hdf5 import array, attribute, optional_array, reading_part, text
from ..results import Histogram, Source
from .diffusion.reader import read_diffusion
from .records import Autocorrelation, Estimate, LatticeResults, Quantity, Series, Updates

COLUMNS = ("mean", "error", "tau_int", "tau_int_error", "window", "r_hat", "effective_samples")
MAKE_AGAIN = "make it again with 'scorefield generate'"


def is_lattice(file: h5py.File) -> bool:
    """Whether results.h5 is of a model on a lattice."""
    return "ensemble/quantities" in file


def read_lattice_run(file: h5py.File, provenance: Mapping[str, str], sources: Sequence[Source]) -> LatticeResults:
    """The ensemble, and what a diffusion model of it made."""
    diffusion = read_diffusion(file, lambda group: read_lattice(group, provenance, sources))
    return replace(read_lattice(file["ensemble"], provenance, sources), diffusion=diffusion)


def read_lattice(group: h5py.Group, provenance: Mapping[str, str], sources: Sequence[Source]) -> LatticeResults:
    """All measurements of a lattice ensemble."""
    spectrum = _estimate(group, "spectrum")
    exact = optional_array(group, "spectrum/exact")
    two_point = _estimate(group, "two_point", 2)
    y, x = two_point.value.shape
    _require(spectrum.value.shape == (y, x // 2 + 1), "the spectrum is of another lattice than the two-point function")
    samples = int(attribute(group, "samples"))
    return LatticeResults(
        provenance=provenance, sources=list(sources), samples=samples, chains=int(attribute(group, "chains")),
        bins=int(attribute(group, "bins")), bin_size=int(attribute(group, "bin_size")),
        tau_int=float(group.attrs.get("tau_int", np.nan)), striped=float(attribute(group, "striped")),
        in_equilibrium=bool(attribute(group, "in_equilibrium")), warnings=_warnings(text(attribute(group, "warnings"))),
        updates=_updates(group["updates"]) if "updates" in group else None,
        quantities=_quantities(group), quantity_covariance=optional_array(group, "quantities/covariance"),
        cumulants=_estimate(group, "cumulants"),
        covariance=array(group, "cumulants/covariance"),
        slices={axis: _estimate(group, f"slices_{axis}") for axis in "yx"},
        masses={axis: _estimate(group, f"mass_{axis}") for axis in "yx"},
        spectrum=spectrum, exact_spectrum=None if exact is None or np.isnan(exact).all() else exact,
        two_point=two_point,
        autocorrelation=_autocorrelation(group), series=_series(group),
        histogram=_histogram(group, "histogram", samples * y * x),
        histogram_m=_histogram(group, "histogram_M", samples))


def read_configurations(folder: Path, rows: Sequence[tuple[int, int]]) -> np.ndarray:
    """Configurations (n, Ly, Lx) of folder/ensemble.h5, each by its chain and its place in the chain.

    The seal is not compared: that would read the whole ensemble.
    """
    with reading_part(folder / "ensemble.h5", MAKE_AGAIN) as file:
        field = file["field"]
        chain = array(file, "chain") if "chain" in file else np.zeros(len(field), dtype=int)
        _require(field.ndim == 4 and len(chain) == len(field), "/field and /chain do not belong together")
        places = {number: np.flatnonzero(chain == number) for number in {number for number, _ in rows}}
        return np.array([field[int(places[number][place]), 0] for number, place in rows], dtype=float)


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)


def _warnings(joined: str) -> list[str]:
    """Averages in other brackets: Markdown takes <phi dS/dphi> for a tag, and shows nothing."""
    return [re.sub("<([^<>]*)>", r"⟨\1⟩", warning) for warning in joined.split("; ") if warning]


def _updates(group: h5py.Group) -> Updates:
    def number(name: str) -> float:
        return float(attribute(group, name))

    return Updates(
        acceptance=Quantity(number("acceptance"), number("acceptance_error")),
        exp_minus_delta_h=Quantity(number("exp_minus_delta_h"), number("exp_minus_delta_h_error"), 1.0),
        step=number("step"), steps=int(attribute(group, "steps")))


def _names(group: h5py.Group, name: str) -> list[str]:
    return text(attribute(group[name], "names")).split(",")


def _estimate(group: h5py.Group, name: str, dimensions: int | None = None) -> Estimate:
    value, error = array(group, f"{name}/value"), array(group, f"{name}/error")
    _require(value.shape == error.shape and dimensions in (None, value.ndim), f"{name} has errors of another shape")
    return Estimate(value, error)


def _quantities(group: h5py.Group) -> dict[str, Quantity]:
    values, exact = _estimate(group, "quantities", 1), array(group, "quantities/exact")
    names = _names(group, "quantities")
    _require(len(names) == len(values.value) == len(exact), f"{len(names)} names for {len(values.value)} quantities")
    return {name: Quantity(float(value), float(error), None if np.isnan(known) else float(known))
            for name, value, error, known in zip(names, values.value, values.error, exact)}


def _autocorrelation(group: h5py.Group) -> dict[str, Autocorrelation]:
    table, names = array(group, "autocorrelation"), _names(group, "autocorrelation")
    columns = text(attribute(group["autocorrelation"], "columns")).split(",")
    _require(table.shape == (len(names), len(columns)), f"{len(names)} names for {len(table)} autocorrelations")
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise UserError(f"{group.file.filename}: /ensemble/autocorrelation has no column '{missing[0]}'; "
                        "it was written by another version: write it again")
    return {name: Autocorrelation(*(float(row[columns.index(column)]) for column in COLUMNS))
            for name, row in zip(names, table)}


def _series(group: h5py.Group) -> Series:
    chain = array(group, "series/chain")
    values = {name: array(group, f"series/{name}") for name in group["series"] if name != "chain"}
    _require(all(len(value) == len(chain) > 0 for value in values.values()), "series of different lengths, or none")
    for name in ("M", "striped"):
        array(group, f"series/{name}")  # named here if it is missing
    return Series(int(attribute(group["series"], "every")), chain, values)


def _histogram(group: h5py.Group, name: str, samples: int) -> Histogram:
    edges, counts = array(group, f"{name}/edges"), array(group, f"{name}/counts")
    _require(len(edges) == len(counts) + 1, f"{name} has {len(edges)} edges for {len(counts)} cells")
    return Histogram(edges, counts, None, samples)
