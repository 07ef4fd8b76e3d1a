"""Writes OUT/report/ of complex Langevin walkers."""

from pathlib import Path
from typing import Sequence

from ..decks import deck_of
from ..document import embedded, provenance_parts, write_document
from ..errors import warn
from ..figures import Figure
from ..introduction import introduction
from ..notation import p_is
from .action import GAUSSIAN, Action, action_of
from .diffusion.tables import fixed_point_table, process_table, score_table
from .figures import planned_figures
from .quantities import ComplexQuantity, quantities
from .records import GOOD, PlaneResults
from .tables import (convergence_table, criteria_table, imaginary_table, input_table, plane_table, real_table,
                     schwinger_dyson_table, stationarity_table)
from .verdict import CRITERIA_NOTE, UNSEEN, bad_verdict, shown, verdict_line

LEAST_P_VALUE = 1e-4  # of the exact values, below which a warning is given
NOT_CONVERGED = 1e-6  # relative change of the moments of Fokker-Planck solutions, as in the program
VALUE_NOTE = (
    "value(error), with the jackknife error in units of the last digit, and the deviation from the exact value in "
    "standard errors (σ). p: probability of a larger χ² of Re and Im of n = 2, 4, 6, 8 together against the exact values, "
    "with their full covariance."
)
PUBLISHED_NOTE = (
    "Published rows: D. Habibi et al. (talk; arXiv 2412.01919), complex Langevin (CL) and a diffusion model trained on its "
    "walkers (DM); as there, -Im is shown. A diffusion model learns the walkers, not the exact values."
)
GAUSSIAN_NOTE = (
    "The published errors of Re ⟨z⁴⟩ and -Im ⟨z⁸⟩ of the Gaussian (CL, and DM of Re ⟨z⁴⟩) are not credible: they are far "
    "below those of a perfect sampler with 10⁶ configurations, and so the deviations in σ beside them mean nothing."
)
SAMPLES_NOTE = (
    "DM rows: samples of this run's diffusion models, with their deviation from this run's walkers in the errors of both; p is that of "
    "χ² against the walkers."
)
PROCESS_NOTE = (
    "Along the forward process κ_n(t) = κ_n fⁿ holds exactly for cumulants of z, for n = 2 too: noise of equal strength in x and y has no "
    "holomorphic cumulants. A backward process with the exact score would follow them. p-values of χ² at each time, with the full "
    "covariance."
)
SCORE_NOTE = (
    "Distance: root of the mean under P(x,y) of the squared difference between the trained score and the exact one (of the Gaussian) or that "
    "of the Fokker-Planck equation, over that of the latter. Total variation: half the integral of the absolute difference of the densities, "
    "the trained one, if it is no energy, by integration of the score along both sides of rectangles. ∫dy P(x-iy, y): at the lowest noise, "
    "integral of its difference from the complex weight over that of the latter. Curl: over the root of the mean square of all derivatives. "
    "Below, where the score vanishes at the lowest noise; the classical drift has an attractor at 0."
)
PLANE_NOTE = (
    "Averages that no holomorphic observable sees: they belong to P(x,y), which depends on the noise N_y and not on the "
    "model alone."
)
CONVERGENCE_NOTE = (
    "They are compared with the stationary solution of the Fokker-Planck equation, an expansion of P(x,y) in Hermite "
    "functions, from few to many; relative change of the moments at the last extension: {:.1e}."
)
STATIONARITY_NOTE = "The walkers' later configurations less their earlier ones: 0 in equilibrium."


def write_plane_report(folder: Path, results: PlaneResults, note: str | None = None) -> str:
    """Makes the report on a run in folder/report, and returns its verdict and main tables as text. `note` is a warning."""
    action = action_of(deck_of(results.provenance, folder), folder)
    warnings = plane_warnings(results)
    for each in [*bad_verdict(results.criteria), *warnings]:
        warn(each)
    figures = planned_figures(results, action)
    text = report_text(folder, results, action, figures, [*warnings, *([note] if note else [])])
    write_document(folder / "report", "report.md", text, figures)
    return "\n\n".join([shown(results.criteria.text), *_value_tables(quantities(results, action)[0])])


def plane_warnings(results: PlaneResults) -> list[str]:
    """What a reader must know before any number, beside the verdict."""
    warnings = []
    p_value = min(results.cumulants.p_value, results.moments.p_value)
    if results.criteria.verdict == GOOD and p_value < LEAST_P_VALUE:
        warnings.append(f"the averages are not the exact ones, {p_is(p_value)}, {UNSEEN}")
    if results.fokker_planck is not None and not results.fokker_planck.last_change <= NOT_CONVERGED:
        warnings.append("the solution of the Fokker-Planck equation has not converged: its moments changed by "
                        f"{results.fokker_planck.last_change:.1e} at the last extension")
    return warnings


def _value_tables(quantity: ComplexQuantity) -> list[str]:
    return [real_table(quantity).markdown(), imaginary_table(quantity).markdown()]


def report_text(folder: Path, results: PlaneResults, action: Action, figures: Sequence[Figure],
              warnings: Sequence[str]) -> str:
    """report.md: `warnings` beside the verdict come on top."""
    parts = [*introduction(folder, deck_of(results.provenance, folder)), verdict_line(results.criteria),
             *(f"**Warning:** {each}." for each in warnings)]
    parts += [*_value_parts(results, action), *_process_parts(results), *_plane_parts(results), *_criteria_parts(results),
              "## Figures", *map(embedded, figures), "## Inputs", input_table(results, action).markdown()]
    return "\n\n".join([*parts, *provenance_parts(results.provenance)]) + "\n"


def _value_parts(results: PlaneResults, action: Action) -> list[str]:
    tables = quantities(results, action)
    parts = [part for each in tables for part in (f"## {each.title}", *_value_tables(each))]
    parts.append(VALUE_NOTE)
    if results.diffusion.samples:
        parts.append(SAMPLES_NOTE)
    if any(each.published for each in tables):
        parts += [PUBLISHED_NOTE, *([GAUSSIAN_NOTE] if action.name == GAUSSIAN else [])]
    return parts


def _process_parts(results: PlaneResults) -> list[str]:
    if not results.diffusion.forward and not results.diffusion.backward:
        return []
    parts = ["## Along the processes", process_table(results.diffusion).markdown(), PROCESS_NOTE]
    if results.diffusion.scores:
        parts += ["## The score as an object", score_table(results.diffusion).markdown(), SCORE_NOTE]
        parts.append(fixed_point_table(results.diffusion).markdown())
    return parts


def _plane_parts(results: PlaneResults) -> list[str]:
    parts = ["## Averages in the plane", plane_table(results).markdown(), PLANE_NOTE]
    solutions = results.fokker_planck
    if solutions is not None:
        parts += [convergence_table(solutions).markdown(), CONVERGENCE_NOTE.format(solutions.last_change)]
    return parts


def _criteria_parts(results: PlaneResults) -> list[str]:
    criteria = results.criteria
    parts = ["## Criteria for correctness", criteria_table(criteria).markdown(),
             schwinger_dyson_table(criteria).markdown(), CRITERIA_NOTE]
    if criteria.late_less_early is not None:
        parts += [stationarity_table(criteria.late_less_early).markdown(), STATIONARITY_NOTE]
    return parts
