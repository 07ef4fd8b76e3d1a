"""Runs on a lattice at different values of a coupling."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from ..decks import deck_of
from ..errors import UserError
from ..lattice_model import MODEL, Model, model_of
from ..spelling import nearest
from .kinds import FieldRun, Found, Kind, found_in, kind_of

SEED = "run.seed"


@dataclass(frozen=True)
class Point:
    """A run, by its name, at a value of the coupling; seed as the deck has it."""

    name: str
    at: float
    seed: str
    model: Model
    run: Found

    @property
    def lattice(self) -> str:
        """Ly × Lx."""
        return "{} × {}".format(*self.model.size)


@dataclass(frozen=True)
class Scan:
    """Runs of one kind, in the order of lattices and, on each, of the coupling; the averages that are shown, by the names in results.h5."""

    points: Sequence[Point]
    coupling: str
    names: Sequence[str]

    @property
    def kind(self) -> Kind:
        return self.points[0].run.kind

    @property
    def lattices(self) -> list[str]:
        """The different ones."""
        return list(dict.fromkeys(point.lattice for point in self.points))


def scan_of(runs: Mapping[Path, FieldRun], coupling: str | None, wanted: Sequence[str] | None) -> Scan:
    """UserError if there are fewer than two runs, or if they differ in more than the coupling and the lattice, or lack an average. Without a
    wish, the coupling and the averages that most scans of such runs are of.
    """
    if len(runs) < 2:
        raise UserError("a scan needs at least two runs; give the output folders of runs at different values of the coupling")
    names = [folder.resolve().name for folder in runs]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in runs]
    points = [_point(name.replace("|", "/"), folder, results, coupling) for name, (folder, results) in zip(names, runs.items())]
    kind = points[0].run.kind
    for other in points[1:]:
        if other.run.kind is not kind:
            raise UserError(f"{points[0].name} is {kind.name}, and {other.name} is {other.run.kind.name}; give runs of one model")
    coupling = coupling or kind.coupling
    _require_one_model(points, coupling)
    points.sort(key=lambda point: (point.model.size[0] * point.model.size[1], point.model.size, point.at))
    return Scan(points, coupling, _averages(points, kind.averages if wanted is None else wanted))


def _point(name: str, folder: Path, results: FieldRun, wanted: str | None) -> Point:
    deck = deck_of(results.provenance, folder)
    model = model_of(deck, folder, results.spectrum.value.shape)
    kind = kind_of(results, model)
    coupling = wanted or kind.coupling
    try:
        at = float(model.couplings[coupling])
    except (KeyError, ValueError):
        at = math.nan
    if not math.isfinite(at):
        raise UserError(f"{folder} has no number {MODEL}{coupling}; choose --against of {', '.join(model.couplings)}")
    return Point(name, at, deck.get(SEED, ""), model, found_in(results, kind))


def _require_one_model(points: Sequence[Point], coupling: str) -> None:
    first = points[0]
    for other in points[1:]:
        for key in dict.fromkeys(["model.name", *first.model.couplings, *other.model.couplings]):
            one, another = _value(first.model, key), _value(other.model, key)
            if key != coupling and one != another:
                raise UserError(f"the runs differ in more than {MODEL}{coupling}: {key} is {one} in {first.name}, and {another} in "
                                f"{other.name}; give runs of one model")


def _value(model: Model, key: str) -> str:
    return model.name if key == "model.name" else model.couplings.get(key, "absent")


def _averages(points: Sequence[Point], wanted: Sequence[str]) -> list[str]:
    kind = points[0].run.kind
    names = list(dict.fromkeys(kind.short_names.get(name, name) for name in wanted))
    for name in names:
        for point in points:
            if name not in point.run.averages:
                raise UserError(f"{point.name} has no average '{name}'; {nearest(name, kind.main, list(point.run.averages))}")
    return names


def scan_warnings(scan: Scan) -> list[str]:
    """What a reader must know before any number; what is said of several runs, once."""
    said: dict[str, list[str]] = {}
    for point in scan.points:
        for warning in [*point.run.warnings, *(point.run.warnings_of[name] for name in scan.names if name in point.run.warnings_of)]:
            said.setdefault(warning, []).append(point.name)
    return [*(f"{', '.join(names)}: {warning}" for warning, names in said.items()), *_seed_warnings(scan.points)]


def _seed_warnings(points: Sequence[Point]) -> list[str]:
    by_seed: dict[str, list[str]] = {}
    for point in points:
        by_seed.setdefault(point.seed, []).append(point.name)
    return [f"{', '.join(names[:-1])} and {names[-1]} have the same {SEED}: they share noise, and their errors are correlated"
            for seed, names in by_seed.items() if seed and len(names) > 1]
