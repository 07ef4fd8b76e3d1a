"""Writes OUT/report/ of complex Langevin on a lattice."""

from pathlib import Path
from typing import Sequence

from ..decks import deck_of
from ..document import embedded, provenance_parts, write_document
from ..errors import warn
from ..figures import Figure
from ..introduction import introduction
from ..notation import p_is
from ..plane.names import BOUNDARY_POWERS
from ..plane.diffusion.tables import process_table
from ..plane.records import GOOD
from ..plane.tables import criteria_table, schwinger_dyson_table
from ..plane.verdict import CRITERIA_NOTE, UNSEEN, bad_verdict, shown, verdict_line
from .figures import planned_figures
from ..lattice_model import Model, model_of
from .momenta import spectrum_of
from .records import ComplexFieldResults
from .tables import (agreement_table, average_table, cumulant_table, input_table, plane_table, sample_table, sampled_average_table,
                     spectrum_table)

NOT_IN_EQUILIBRIUM = "not in equilibrium: neither values nor errors are to be trusted, nor are the criteria"
LEAST_P_VALUE = 1e-4  # of the exact spectrum, below which a warning is given
VALUE_NOTE = "value(error), with the jackknife error of bins along the chains in units of the last digit. V: number of sites."
BOSE_NOTE = (
    "The field has two components; products of z are averaged over them. Averages of the Bose gas are real: beside Im is its deviation "
    "from 0 in standard errors (σ)."
)
PLANE_NOTE = (
    "Averages that no holomorphic observable sees: they belong to the distribution in the complexified space, which depends on the noise "
    "N_y and not on the model alone."
)
SAMPLE_NOTE = "A model learns P(x,y) from the ensemble; deviations are from that, not from exact values. Re and Im of the spectrum are correlated."
TOLD_NOTE = (
    "κ2 was told to the model, so that its error is that of the samples alone; errors of the others are those of both, too large rather "
    "than too small."
)
SPECTRUM_NOTE = (
    "The spectrum of the free field against the exact one, of k and -k one; p: probability of a larger χ². Re and Im of one momentum "
    "are correlated, and so each has its own."
)


def write_complex_field_report(folder: Path, results: ComplexFieldResults, note: str | None = None) -> str:
    """Makes the report on a run in folder/report, and returns its verdict and main tables as text. `note` is a warning."""
    model = model_of(deck_of(results.provenance, folder), folder, results.spectrum.value.shape)
    warnings = field_warnings(results, model)
    state = [] if results.in_equilibrium else [NOT_IN_EQUILIBRIUM]
    for each in [*bad_verdict(results.criteria), *state, *warnings]:
        warn(each)
    figures = planned_figures(results, model)
    text = report_text(folder, results, model, figures, [*warnings, *([note] if note else [])])
    write_document(folder / "report", "report.md", text, figures)
    return "\n\n".join([shown(results.criteria.text), cumulant_table(results, model).markdown(), average_table(results, model).markdown()])


def field_warnings(results: ComplexFieldResults, model: Model) -> list[str]:
    """What a reader must know before any number, beside the verdict."""
    warnings = list(results.warnings)
    if results.exact_spectrum is not None and results.criteria.verdict == GOOD:
        spectrum = spectrum_of(results, model.size)
        p_value = min(spectrum.agreement(part).p_value for part in (0, 1))
        if p_value < LEAST_P_VALUE:
            warnings.append(f"the spectrum is not the exact one, {p_is(p_value)}, {UNSEEN}")
    return warnings


def report_text(folder: Path, results: ComplexFieldResults, model: Model, figures: Sequence[Figure], warnings: Sequence[str]) -> str:
    """report.md: `warnings` beside the verdict come on top."""
    parts = [*introduction(folder, deck_of(results.provenance, folder)), verdict_line(results.criteria)]
    if not results.in_equilibrium:
        parts.append(f"**{NOT_IN_EQUILIBRIUM.capitalize()}.**")
    parts += [*(f"**Warning:** {each}." for each in warnings), *_value_parts(results, model), *_criteria_parts(results),
              "## Figures", *map(embedded, figures), "## Inputs", input_table(results, model).markdown()]
    return "\n\n".join([*parts, *provenance_parts(results.provenance)]) + "\n"


def _value_parts(results: ComplexFieldResults, model: Model) -> list[str]:
    parts = ["## Cumulants of a site", cumulant_table(results, model).markdown(),
             "## Averages", average_table(results, model).markdown(), VALUE_NOTE]
    if model.is_bose_gas:
        parts.append(BOSE_NOTE)
    if results.exact_spectrum is not None:
        parts += ["## Spectrum", spectrum_table(spectrum_of(results, model.size)).markdown(), SPECTRUM_NOTE]
    return [*parts, "## Averages in the plane", plane_table(results).markdown(), PLANE_NOTE, *_sample_parts(results)]


def _sample_parts(results: ComplexFieldResults) -> list[str]:
    if not results.diffusion:
        return []
    return ["## Diffusion models", sample_table(results).markdown(), agreement_table(results).markdown(),
            sampled_average_table(results).markdown(), process_table(results.processes).markdown(), SAMPLE_NOTE,
            *([TOLD_NOTE] if all(each.told for each in results.diffusion) else [])]


def _criteria_parts(results: ComplexFieldResults) -> list[str]:
    return ["## Criteria for correctness", criteria_table(results.criteria, BOUNDARY_POWERS).markdown(),
            schwinger_dyson_table(results.criteria, BOUNDARY_POWERS).markdown(), CRITERIA_NOTE]
