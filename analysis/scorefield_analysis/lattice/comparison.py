"""Quantities of several lattice runs beside each other, and the deviation of each pair."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from ..chi_squared import LEAST_OF_FUNCTIONS, ChiSquared, chi_squared
from ..decks import deck_of
from ..errors import UserError
from ..notation import ABSENT, in_sigma, probability
from ..results import EVEN_ORDERS, standardised
from ..spelling import nearest
from ..tables import Table
from .names import COMPARED, MAIN, SHORT, in_text
from .records import LatticeResults
from .tables import measured

SEED = "run.seed"
OF_THE_MODEL = ("model.", "lattice.size")  # what must be equal for two runs to have the same expectation values


@dataclass(frozen=True)
class Run:
    """A run with the name by which tables and figures call it."""

    name: str
    folder: Path
    deck: Mapping[str, str]
    results: LatticeResults

    @property
    def model(self) -> dict[str, str]:
        """The keys of the deck that the expectation values depend on."""
        return {key: value for key, value in self.deck.items() if key.startswith(OF_THE_MODEL)}

    @property
    def algorithm(self) -> str:
        """What made the configurations; an empty text if the deck does not tell."""
        return self.deck.get("generate.algorithm", "")


def named_runs(runs: Mapping[Path, LatticeResults]) -> list[Run]:
    """Runs by the names of their folders, by the whole paths where two folders have the same name."""
    names = [folder.resolve().name for folder in runs]
    if len(set(names)) < len(names):
        names = [str(folder) for folder in runs]
    return [Run(name.replace("|", "/"), folder, deck_of(results.provenance, folder), results)
            for name, (folder, results) in zip(names, runs.items())]


def chosen_quantities(runs: Sequence[Run], wanted: Sequence[str] | None) -> list[str]:
    """The quantities to compare, by their names in results.h5. UserError for one that a run lacks."""
    names = list(dict.fromkeys(SHORT.get(name, name) for name in wanted or COMPARED))
    for name in names if wanted else ():
        for run in runs:
            if name not in run.results.quantities:
                raise UserError(f"{run.name} has no quantity '{name}'; {nearest(name, list(MAIN), list(run.results.quantities))}")
    return [name for name in names if all(_is_known(run, name) for run in runs)] if wanted is None else names


def _is_known(run: Run, name: str) -> bool:
    return name in run.results.quantities and np.isfinite(run.results.quantities[name].value)


def model_note(runs: Sequence[Run]) -> str | None:
    """One line if the runs are of different models: their expectation values then differ."""
    keys = sorted({key for run in runs for other in runs for key in run.model
                   if other.model.get(key) != run.model[key]})
    if not keys:
        return None
    return f"the runs are of different models ({', '.join(keys)}): their quantities need not agree"


def seed_warnings(runs: Sequence[Run]) -> list[str]:
    """A line for each run.seed that several runs made their Markov chains with: these are not independent."""
    by_seed: dict[str, list[str]] = {}
    for run in runs:
        if run.algorithm != "import" and SEED in run.deck:
            by_seed.setdefault(run.deck[SEED], []).append(run.name)
    return [f"{', '.join(names[:-1])} and {names[-1]} have the same {SEED}: they share random numbers, and are not "
            f"independent; make all but one again with other --{SEED} and --run.output"
            for names in by_seed.values() if len(names) > 1]


def values_table(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """A row for each run."""
    rows = [[run.name, _made_by(run), *(measured(run.results.quantities.get(name)) for name in names)] for run in runs]
    return Table(["", "algorithm", *map(in_text, names)], rows)


def _made_by(run: Run) -> str:
    if run.algorithm != "langevin":
        return run.algorithm or ABSENT
    return f"langevin, {run.deck.get('generate.scheme', ABSENT)}, step {run.deck.get('generate.step', ABSENT)}"


def pairs_table(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """A row for each pair: deviation of the second from the first in σ, and χ² with their correlations."""
    rows = []
    for first, second in combinations(runs, 2):
        deviations = [deviation(first, second, name) for name in names]
        known = [each for each in deviations if np.isfinite(each)]
        squares = f"{np.sum(np.square(known)):.1f}/{len(known)}" if known else ABSENT
        cells = [in_sigma(each) if np.isfinite(each) else ABSENT for each in deviations]
        rows.append([f"{second.name} - {first.name}", *cells, squares, *_chi_squared_cells(first, second)])
    return Table(["", *map(in_text, names), "Σσ²/n", "χ²/dof of κ2 … κ8", "p"], rows)


def deviation(first: Run, second: Run, name: str) -> float:
    """(second - first) over the error of the difference, the runs being independent; NaN if one has no value."""
    one, other = first.results.quantities[name], second.results.quantities[name]
    return float(standardised(np.float64(other.value - one.value), np.float64(np.hypot(one.error, other.error))))


def cumulants_agree(first: LatticeResults, second: LatticeResults) -> ChiSquared | None:
    """chi-squared of kappa_2, kappa_4, kappa_6, kappa_8, with the full covariance. None if there is none."""
    index = [n - 1 for n in EVEN_ORDERS]
    difference = (second.cumulants.value - first.cumulants.value)[index]
    covariance = (first.covariance + second.covariance)[np.ix_(index, index)]
    return chi_squared(difference, covariance, min(first.bins, second.bins), LEAST_OF_FUNCTIONS)


def _chi_squared_cells(first: Run, second: Run) -> tuple[str, str]:
    fit = cumulants_agree(first.results, second.results)
    return (ABSENT, ABSENT) if fit is None else (f"{fit.value:.1f}/{fit.dof}", probability(fit.p_value))
