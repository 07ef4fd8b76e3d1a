"""Writes the comparison of several lattice runs: tables, and their figures."""

from functools import partial
from pathlib import Path
from typing import Mapping, Sequence

from ..document import embedded, write_document
from ..errors import UserError, warn
from ..figures import Figure
from .agreement import Correlators, agreement_table, read_correlators
from .bias import Bias, find_biases, fit_table
from .comparison import Run, chosen_quantities, model_note, named_runs, pairs_table, seed_warnings, values_table
from .figures.runs import draw_biases, draw_runs
from .records import LatticeResults

PAIRS_NOTE = (
    "Deviations in standard errors of the difference, for independent runs: these must have different run.seed, or they "
    "share momenta, noise and all other random numbers. Σσ²/n: sum of their squares, without the correlations between "
    "quantities, which are strong. χ²/dof of κ2 … κ8 (of a site, not made even): with their full covariance, without "
    "directions known 100 times better than each of them; p is the probability of a larger one."
)
AGREEMENT_NOTE = (
    "χ² with the full covariance, without directions in which some numbers are functions of others; p is the probability of a "
    "larger one (F distribution: the covariance is an estimate). Quantities: those above. Slices: correlators along y and along x "
    "together; G(k): averaged over momenta of equal length; both with the covariance of the configurations in the bins of the "
    "measurement, neighbours averaged where there are fewer than three bins for each number. KS: Kolmogorov-Smirnov, the largest "
    "distance of the distribution functions, and as how many independent points each run counts, by the longest τ_int of the "
    "shares of points below x: p is rather too large than too small."
)
BIAS_NOTE = (
    "Fits a + b ε to the Euler scheme, a + b ε² to that of second order; of four steps and more also the next power. "
    "Deviation: of a from the runs without bias "
    "(HMC, or Langevin with Metropolis correction). A small p: higher powers count at the largest steps; compare "
    "without these runs. Two steps have no p, and leave higher powers unnoticed."
)


def write_comparison(target: Path, runs: Mapping[Path, LatticeResults], wanted: Sequence[str] | None = None) -> str:
    """Writes target/compare.md with its figures, and returns its tables as text."""
    if len(runs) < 2:
        raise UserError("a comparison needs at least two runs; give the output folders of several runs on a lattice")
    named = named_runs(runs)
    names = chosen_quantities(named, wanted)
    biases = find_biases(named, names)
    figures = [Figure("compare", "Quantities of all runs with their errors.", partial(draw_runs, named, names))]
    if biases:
        figures.append(Figure(
            "bias", "Quantities against the step of the Langevin equation, with fits and their errors; the band is the "
            "result of algorithms without such a bias.", partial(draw_biases, biases)))
    correlators = _correlators(named)
    text = "\n\n".join(_parts(named, names, biases, correlators))
    document = ["# Comparison of runs", text, "## Figures", *map(embedded, figures)]
    write_document(target, "compare.md", "\n\n".join(document) + "\n", figures)
    return text


def _correlators(runs: Sequence[Run]) -> dict[str, dict[str, Correlators]]:
    """By the name of the run, of those whose configurations are there; others are named on stderr."""
    found = {}
    for run in runs:
        try:
            found[run.name] = read_correlators(run)
        except UserError as error:
            warn(f"no χ² of the correlators of {run.name}: {error}")
    return found


def _parts(runs: Sequence[Run], names: Sequence[str], biases: Sequence[Bias],
           correlators: Mapping[str, Mapping[str, Correlators]]) -> list[str]:
    note = model_note(runs)
    parts = [] if note is None else [f"**Note:** {note}."]
    parts += [f"**Not in equilibrium:** {run.name}." for run in runs if not run.results.in_equilibrium]
    parts += [f"**Warning:** {run.name}: {warning}." for run in runs for warning in run.results.warnings]
    parts += ["## Quantities", values_table(runs, names).markdown(),
              "## Pairs", *(f"**Warning:** {line}." for line in seed_warnings(runs)), pairs_table(runs, names).markdown(), PAIRS_NOTE,
              "## All together", agreement_table(runs, names, correlators).markdown(), AGREEMENT_NOTE]
    if any(bias.fits for bias in biases):
        parts += ["## Bias of the Langevin equation", fit_table(biases).markdown(), BIAS_NOTE]
    return parts
