"""Runs of complex Langevin on one lattice at different values of a coupling."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from ..decks import deck_of
from ..errors import UserError
from ..notation import ABSENT, exact_number, in_sigma
from ..plane.records import FAILING, GOOD, UNDECIDED, Estimate
from ..plane.tables import measured, with_deviation
from ..plane.verdict import shown
from ..tables import Table
from .exact_values import ExactValues
from .model import MODEL, Model, model_of
from .names import DENSITY, SQUARE, in_text
from .records import ComplexFieldResults
from .tables import autocorrelation

DEFAULT = (DENSITY, SQUARE)
NOT_IN_EQUILIBRIUM = "not in equilibrium"
STATES = (GOOD, UNDECIDED, NOT_IN_EQUILIBRIUM, FAILING)  # from what is to be trusted to what is not
SEED = "run.seed"


@dataclass(frozen=True)
class Point:
    """A run, by its name, at a value of the coupling; seed as the deck has it."""

    name: str
    at: float
    seed: str
    model: Model
    results: ComplexFieldResults

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.results.criteria.verdict == FAILING or self.results.in_equilibrium:
            return self.results.criteria.verdict
        return NOT_IN_EQUILIBRIUM

    def real(self, name: str) -> tuple[float, float]:
        """The real part of an average, and its error."""
        estimate = self.results.averages[name]
        return float(estimate.value[0]), float(estimate.error[0])


def scan_points(runs: Mapping[Path, ComplexFieldResults], coupling: str) -> list[Point]:
    """The runs in the order of the coupling. UserError if there are fewer than two, or if they differ in more than that."""
    if len(runs) < 2:
        raise UserError("a scan needs at least two runs; give the output folders of runs at different values of the coupling")
    names = [folder.resolve().name for folder in runs]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in runs]
    found = [_point(name.replace("|", "/"), folder, results, coupling) for name, (folder, results) in zip(names, runs.items())]
    _require_one_model(found, coupling)
    return sorted(found, key=lambda point: point.at)


def _point(name: str, folder: Path, results: ComplexFieldResults, coupling: str) -> Point:
    deck = deck_of(results.provenance, folder)
    model = model_of(deck, folder, results.spectrum.value.shape)
    try:
        at = float(model.couplings[coupling])
    except (KeyError, ValueError):
        at = np.nan
    if not np.isfinite(at):
        raise UserError(f"{folder} has no number {MODEL}{coupling}; choose --against of {', '.join(model.couplings)}")
    return Point(name, at, deck.get(SEED, ""), model, results)


def _require_one_model(points: Sequence[Point], coupling: str) -> None:
    first = points[0]
    for other in points[1:]:
        keys = dict.fromkeys(["model.name", "lattice.size", *first.model.couplings, *other.model.couplings])
        for key in keys:
            one, another = _value(first.model, key), _value(other.model, key)
            if key != coupling and one != another:
                raise UserError(f"the runs differ in more than {MODEL}{coupling}: {key} is {one} in {first.name}, and {another} in "
                                f"{other.name}; give runs of one model on one lattice")


def _value(model: Model, key: str) -> str:
    if key == "model.name":
        return model.name
    return "{} × {}".format(*model.size) if key == "lattice.size" else model.couplings.get(key, "absent")


def chosen_averages(points: Sequence[Point], wanted: Sequence[str] | None) -> list[str]:
    """What is shown, by the names in results.h5. UserError for one that a run lacks."""
    names = list(dict.fromkeys(DEFAULT if wanted is None else wanted))
    for name in names:
        for point in points:
            if name not in point.results.averages:
                raise UserError(f"{point.name} has no average '{name}'; choose --quantities of {', '.join(point.results.averages)}")
    return names


def scan_table(points: Sequence[Point], names: Sequence[str], coupling: str, exact: ExactValues | None) -> Table:
    """A row for each run: real parts with their deviations from exact values where these are known, and the verdict."""
    header = ["", coupling]
    for name in names:
        header += [in_text(name), *([f"{in_text(name)} exact"] if _is_known(exact, name) else [])]
    rows = []
    for point in points:
        cells = [cell for name in names for cell in _cells(point, name, exact)]
        rows.append([point.name, f"{point.at:g}", *cells, autocorrelation(point.results), _in_bold(point.results.criteria.verdict, GOOD),
                     _in_bold("yes" if point.results.in_equilibrium else "no", "yes")])
    return Table([*header, "τ_int", "verdict", "equilibrium"], rows)


def _is_known(exact: ExactValues | None, name: str) -> bool:
    return exact is not None and name in exact.values


def _in_bold(cell: str, unless: str) -> str:
    return cell if cell == unless else f"**{cell}**"


def _cells(point: Point, name: str, exact: ExactValues | None) -> list[str]:
    value, error = point.real(name)
    if not _is_known(exact, name):
        return [measured(value, error)]
    known = exact.of(name, point.at)
    return [measured(value, error), ABSENT] if known is None else [with_deviation(value, error, known), exact_number(known)]


def deviations(points: Sequence[Point], name: str, exact: ExactValues) -> np.ndarray:
    """From the exact values in errors, (points); NaN where there is none."""
    result = []
    for point in points:
        known = exact.of(name, point.at)
        estimate = Estimate(*map(np.float64, point.real(name)))
        result.append(np.nan if known is None or estimate.error == 0.0 else float(estimate.deviation(known)))
    return np.array(result)


def agreement_lines(points: Sequence[Point], names: Sequence[str], exact: ExactValues) -> list[str]:
    """A line for each average: how far the runs that are to be trusted are from the exact values."""
    trusted = [point for point in points if point.state == GOOD]
    lines = []
    for name in names:
        if name in exact.values:
            known = deviations(trusted, name, exact)
            known = known[np.isfinite(known)]
            if len(known):
                lines.append(f"{in_text(name)}: Σσ²/n of the runs with a good verdict = {np.sum(known**2):.1f}/{len(known)}")
    return lines


def scan_warnings(points: Sequence[Point], names: Sequence[str]) -> list[str]:
    """What a reader must know before any number."""
    warnings = [f"{point.name}: {_doubt(point)}" for point in points if point.state != GOOD]
    for point in points:
        for name in names:
            estimate = point.results.averages[name]
            away = float(estimate.deviation(0.0)[1])
            if point.model.is_bose_gas and abs(away) > 5.0:
                warnings.append(f"{point.name}: the imaginary part of {in_text(name)} must vanish, and is {in_sigma(away)}")
    return [*warnings, *_seed_warnings(points)]


def _doubt(point: Point) -> str:
    """Why a run is not to be trusted."""
    criteria = point.results.criteria
    return shown(criteria.text) if criteria.verdict != GOOD else f"{NOT_IN_EQUILIBRIUM}, {'; '.join(point.results.warnings)}"


def _seed_warnings(points: Sequence[Point]) -> list[str]:
    by_seed: dict[str, list[str]] = {}
    for point in points:
        by_seed.setdefault(point.seed, []).append(point.name)
    return [f"{', '.join(names[:-1])} and {names[-1]} have the same {SEED}: they share noise, and their errors are correlated"
            for seed, names in by_seed.items() if seed and len(names) > 1]
