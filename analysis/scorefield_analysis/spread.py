"""How much learnt samples differ between runs that differ in the seed: the systematic error of a training."""

from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from .decks import deck_of, first_difference
from .errors import UserError
from .notation import compact
from .reader import Run
from .results import EVEN_ORDERS, FieldResult, Results
from .tables import Table


def spread_table(runs: Mapping[Path, Results]) -> Table:
    """For every learnt score, 100 (κ_n/κ_n(its training ensemble) - 1) over the runs (by folder): mean with its error from the
    spread (standard deviation over √runs), the standard deviation itself, and the statistical error of one run.
    """
    rows = []
    for label, members in _learnt(list(runs.values())).items():
        relative = np.array([_relative(field, data) for field, data in members])
        statistical = np.array([_statistical(field, data) for field, data in members]).mean(axis=0)
        width = relative.std(axis=0, ddof=1)
        cells = [f"{compact(mean, w / np.sqrt(len(members)))}, {w:.3f}, {error:.3f}"
                 for mean, w, error in zip(relative.mean(axis=0), width, statistical)]
        rows.append([f"{label}, {len(members)} runs", *cells])
    return Table(["mean(error), spread, statistical [%]", *(f"κ{n}" for n in EVEN_ORDERS)], rows)


def require_one_deck(runs: Mapping[Path, Run]) -> None:
    """UserError unless there are several runs of one deck: between decks, a spread is no error of a training."""
    if len(runs) < 2:
        raise UserError("a spread needs at least two runs; give the output folders of runs with different seeds")
    decks = {folder: deck_of(run.provenance, folder) for folder, run in runs.items()}
    first, *others = decks
    for other in others:
        difference = first_difference(decks[first], decks[other])
        if difference is not None:
            key, one, another = difference
            raise UserError(f"the runs are of different decks: {key} is {one} in {first}, and {another} in {other}; "
                            "give runs of one deck with different run.seed")
    by_seed: dict[str, Path] = {}
    for folder, deck in decks.items():
        seed = deck.get("run.seed")
        if seed is not None and by_seed.setdefault(seed, folder) is not folder:
            raise UserError(f"{by_seed[seed]} and {folder} have the same run.seed = {seed}, and so the same random numbers: no spread can be "
                            "seen; make one again with another --run.seed and --run.output")


def _learnt(runs: Sequence[Results]) -> dict[str, list[tuple[FieldResult, FieldResult]]]:
    """Label of a learnt score -> its samples and their ensemble, in each run. UserError if a run lacks one."""
    found: dict[str, list[tuple[FieldResult, FieldResult]]] = {}
    for run in runs:
        for field in run.samples:
            if field.score == "learnt" and run.ensemble is not None:
                found.setdefault(field.label, []).append((field, run.ensemble))
    if not found or any(len(members) != len(runs) for members in found.values()):
        raise UserError("the runs do not hold the same learnt scores; run the same deck with sample.score = learnt")
    return found


def _orders(field: FieldResult) -> tuple[np.ndarray, np.ndarray]:
    index = [n - 1 for n in EVEN_ORDERS]
    return field.cumulants.value[index], field.cumulants.error[index]


def _relative(field: FieldResult, data: FieldResult) -> np.ndarray:
    return 100.0 * (_orders(field)[0] / _orders(data)[0] - 1.0)


def _statistical(field: FieldResult, data: FieldResult) -> np.ndarray:
    (value, error), (reference, reference_error) = _orders(field), _orders(data)
    return 100.0 * np.hypot(error / value, reference_error / reference)
