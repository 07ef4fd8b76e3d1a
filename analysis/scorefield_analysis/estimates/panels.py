"""What can be drawn of a run, by name: curves of estimates, numbers side by side, histograms. Nothing of matplotlib here."""

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Iterator, Sequence

import h5py
import numpy as np

from ..decks import read_deck
from ..hdf5 import array, optional_array, text
from ..lattice.momenta import lattice_momenta
from ..reader import opened_results
from ..results import Histogram
from .record import PARTS, Axis, Estimate, in_group

ALONG = ("time", "updates")  # axes of processes
MOST_LEVELS = 4  # of a process in one panel
AGAINST = {"order": "order n", "source": "source J", "distance": "distance", "wave number": "wave number", "cutoff": "cutoff",
           "time": "t", "updates": "updates", "index": "number"}


@dataclass(frozen=True)
class Curve:
    """Points with errors, and what is expected (or None) at the same places; name: of the curve in its panel, "" for an only one."""

    name: str
    x: np.ndarray
    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray | None


@dataclass(frozen=True)
class Panel:
    """One panel. names: the first is its own, all are found by a user's; group: of results.h5.

    against: what x is; "" where curves hold single numbers, which stand side by side under their names. histograms: instead of curves, with
    their names.
    """

    names: Sequence[str]
    group: str
    against: str
    curves: Sequence[Curve] = ()
    histograms: Sequence[tuple[str, Histogram]] = ()


def panels_of(folder: Path, estimates: Sequence[Estimate]) -> list[Panel]:
    """All of them, in the order of the estimates, then histograms."""
    with opened_results(folder) as file:
        extent = _extent_x(folder, file, estimates)
        made = [panel for estimate in estimates for panel in _panels(estimate, extent)]
        return [*_side_by_side(made), *(panel for name in file for panel in _histograms(file[name]))]


def _extent_x(folder: Path, file: h5py.File, estimates: Sequence[Estimate]) -> int | None:
    """Lx, which half a spectrum does not tell; None without a lattice."""
    for estimate in estimates:
        if estimate.key == "two_point":
            return estimate.value.shape[1]
    deck = read_deck(text(file["provenance"].attrs.get("deck", "")), folder) if "provenance" in file else {}
    return int(deck["lattice.size"].split(",")[1]) if "lattice.size" in deck else None


def _panels(estimate: Estimate, extent_x: int | None) -> Iterator[Panel]:
    """Of one estimate; of single numbers each one."""
    kinds = [axis.kind for axis in estimate.axes]
    if kinds and kinds[0] in ALONG:
        yield from _along(estimate)
    elif kinds[:2] == ["wave number along y", "wave number along x"]:
        yield _spectrum(estimate, extent_x or 2 * (estimate.value.shape[1] - 1))
    elif kinds[:2] == ["distance along y", "distance along x"]:
        yield _two_point(estimate)
    else:
        if kinds and kinds[0] not in ("name", "part"):
            yield Panel([estimate.name], estimate.group, AGAINST.get(kinds[0], kinds[0]), _curves(estimate))
        if set(kinds) <= {"name", "order", "part"}:
            yield from _numbers(estimate)


def _curves(estimate: Estimate, level: int | None = None) -> list[Curve]:
    """Against the first axis, one for each place on all others; of a process, against the second at one level."""
    if level is not None:
        estimate = _at(estimate, level)
    first, *others = estimate.axes
    curves = []
    for place in product(*(range(len(axis.values)) for axis in others)):
        name = " ".join(_place_name(axis, i) for axis, i in zip(others, place))
        curves.append(Curve(name, np.asarray(first.values, dtype=float), *(_values(array, place) for array in _arrays(estimate))))
    return curves


def _arrays(estimate: Estimate) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    return estimate.value, estimate.error, estimate.exact


def _values(values: np.ndarray | None, place: Sequence[int]) -> np.ndarray | None:
    return None if values is None else values[(slice(None), *place)]


def _place_name(axis: Axis, place: int) -> str:
    if axis.kind == "part":
        return PARTS[place]
    return f"n = {axis.values[place]}" if axis.kind in ("power", "order") else str(axis.values[place])


def _at(estimate: Estimate, level: int) -> Estimate:
    """A process at one recorded level."""
    axes = [replace(axis, values=axis.values[level]) if axis.values.ndim > 1 else axis for axis in estimate.axes[1:]]
    return Estimate(estimate.ensemble, estimate.group, estimate.key, estimate.value[level], estimate.error[level], axes,
                    None if estimate.exact is None else estimate.exact[level])


def _along(estimate: Estimate) -> Iterator[Panel]:
    """A process: several levels in one panel of what has an axis of its own; else each number against the level."""
    levels = estimate.axes[0]
    if len(estimate.axes) > 1 and estimate.axes[1].kind not in ("name", "order", "part"):
        shown = np.unique(np.linspace(0, len(levels.values) - 1, MOST_LEVELS).round().astype(int))
        curves = [replace(curve, name=f"{AGAINST[levels.kind]} = {levels.values[level]:.3g} {curve.name}".strip())
                  for level in shown for curve in _curves(estimate, level)]
        yield Panel([estimate.name], estimate.group, AGAINST.get(estimate.axes[1].kind, estimate.axes[1].kind), curves)
        return
    labels = _at(estimate, 0).labels
    shape = (len(levels.values), -1)
    value, error = estimate.value.reshape(shape), estimate.error.reshape(shape)
    exact = None if estimate.exact is None else estimate.exact.reshape(shape)
    for number, label in enumerate(labels):
        curve = Curve("", levels.values.astype(float), value[:, number], error[:, number], None if exact is None else exact[:, number])
        yield Panel([label, estimate.name], estimate.group, AGAINST[levels.kind], [curve])


def _spectrum(estimate: Estimate, extent_x: int) -> Panel:
    """Against the lattice momentum."""
    y, half = estimate.value.shape[:2]
    momenta = lattice_momenta((y, extent_x)).ravel()
    order = np.argsort(momenta, kind="stable")
    flat = replace(estimate, axes=[Axis("momentum", momenta[order]), *estimate.axes[2:]],
                   **{name: None if values is None else values.reshape(y * half, *values.shape[2:])[order]
                      for name, values in zip(("value", "error", "exact"), _arrays(estimate))})
    return Panel([estimate.name], estimate.group, "lattice momentum squared", _curves(flat))


def _two_point(estimate: Estimate) -> Panel:
    """Along both axes, up to half the lattice."""
    y, x = estimate.value.shape[:2]
    curves = [Curve(f"along {name}", np.arange(extent // 2 + 1, dtype=float), *(None if values is None else line(values)
                                                                             for values in _arrays(estimate)))
              for name, extent, line in (("y", y, lambda values: values[:y // 2 + 1, 0]), ("x", x, lambda values: values[0, :x // 2 + 1]))]
    return Panel([estimate.name], estimate.group, AGAINST["distance"], curves)


def _numbers(estimate: Estimate) -> Iterator[Panel]:
    """Each alone: a curve of one point."""
    exact = np.full(estimate.value.size, np.nan) if estimate.exact is None else estimate.exact.ravel()
    for number, known in zip(estimate.numbers(), exact):
        curve = Curve(estimate.group, np.zeros(1), np.array([number.value]), np.array([number.error]), np.array([known]))
        yield Panel([number.label, estimate.name], estimate.group, "", [curve])


def _side_by_side(panels: Sequence[Panel]) -> list[Panel]:
    """Single numbers with those of the same name in other groups beside them: of samples beside the ensemble."""
    same: dict[str, list[Panel]] = {}
    for panel in panels:
        if not panel.against:
            same.setdefault(_without_group(panel), []).append(panel)
    return [panel if panel.against else replace(panel, curves=[curve for other in same[_without_group(panel)] for curve in other.curves])
            for panel in panels]


def _without_group(panel: Panel) -> str:
    return panel.names[0].removeprefix(f"{panel.group}/")


def _histograms(group: h5py.Group) -> Iterator[Panel]:
    """Of one group of the root: datasets edges and counts."""
    if not isinstance(group, h5py.Group):
        return
    own = group.name.strip("/")
    for key in group:
        if not (isinstance(group[key], h5py.Group) and {"edges", "counts"} <= set(group[key])):
            continue
        edges, counts, exact = array(group, f"{key}/edges"), array(group, f"{key}/counts"), optional_array(group, f"{key}/exact")
        if counts.ndim > 2 or edges.shape != (*counts.shape[:-1], counts.shape[-1] + 1):
            raise ValueError(f"{group.name}/{key} has {edges.shape} edges for {counts.shape} cells")
        samples = int(group.attrs["samples"])
        if counts.ndim == 1:
            found = [("", Histogram(edges, counts, exact, max(samples, int(counts.sum()))))]
        else:
            whole = Histogram(edges, counts, exact, max(samples, int(counts.sum(axis=-1).max())))
            shown = np.unique(np.linspace(0, len(counts) - 1, MOST_LEVELS).round().astype(int))
            found = [(f"t = {array(group, 'time')[level]:.3g}", whole.at(level)) for level in shown]
        yield Panel([in_group(own, key)], own, "field", histograms=found)
