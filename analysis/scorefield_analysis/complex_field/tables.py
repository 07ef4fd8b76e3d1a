"""The tables of the report on complexified fields."""

import math
from typing import Sequence

from ..notation import ABSENT, in_sigma, probability
from ..plane.names import PLANE, plane_name
from ..plane.records import Estimate
from ..plane.tables import measured, with_deviation
from ..results import EVEN_ORDERS
from ..tables import Table
from ..lattice_model import Model
from .momenta import Spectrum
from .names import MEANING, in_text
from .records import ComplexFieldResults

ELSEWHERE = ("z^", "L z^")  # moments, of which the cumulants are made, and the Schwinger-Dyson equations


def cumulant_table(results: ComplexFieldResults, model: Model) -> Table:
    """Cumulants of a site, of even orders."""
    value, error = results.cumulants.value, results.cumulants.error
    rows = [[f"κ{n}", *_complex_cells(Estimate(value[n - 1], error[n - 1]), real=model.is_bose_gas)] for n in EVEN_ORDERS]
    return Table(["", "Re", "Im"], rows)


def sample_table(results: ComplexFieldResults) -> Table:
    """Cumulants of a site beside those of samples, with their deviation in errors."""
    rows = []
    for n in EVEN_ORDERS:
        for part, which in enumerate(("Re", "Im")):
            at = n - 1, part
            cells = [f"{measured(each.cumulants.value[at], each.cumulants.error[at])} {in_sigma(each.pulls[at])}" for each in results.diffusion]
            rows.append([f"{which} κ{n}", measured(results.cumulants.value[at], results.cumulants.error[at]), *cells])
    return Table(["", "ensemble", *(each.label for each in results.diffusion)], rows)


def agreement_table(results: ComplexFieldResults) -> Table:
    """How far samples are from the ensemble."""
    rows = [[each.label, f"{each.samples}", probability(each.p_value) if math.isfinite(each.p_value) else ABSENT,
             f"{each.spectrum[0]:.0f}/{each.spectrum[1]}"] for each in results.diffusion]
    return Table(["", "configurations", "p of the cumulants", "χ² of the spectrum/numbers"], rows)


def sampled_average_table(results: ComplexFieldResults) -> Table:
    """Averages of the ensemble and of samples."""
    names = [name for name in results.averages if not name.startswith(ELSEWHERE) and name != "z"]
    rows = []
    for name in names:
        for part, which in enumerate(("Re", "Im")):
            cells = [measured(of[name].value[part], of[name].error[part]) for of in [results.averages, *(d.averages for d in results.diffusion)]]
            rows.append([f"{which} {in_text(name)}", *cells])
    return Table(["", "ensemble", *(each.label for each in results.diffusion)], rows)


def average_table(results: ComplexFieldResults, model: Model) -> Table:
    """Averages over sites and configurations."""
    rows = []
    for name, estimate in results.averages.items():
        if not name.startswith(ELSEWHERE):
            meaning = f": {MEANING[name]}" if name in MEANING else ""
            rows.append([f"{in_text(name)}{meaning}", *_complex_cells(estimate, real=model.is_bose_gas, vanishes=name == "z")])
    return Table(["", "Re", "Im"], rows)


def _complex_cells(estimate: Estimate, real: bool, vanishes: bool = False) -> list[str]:
    """Re and Im, each with its deviation from 0 in errors where it must be 0."""
    return [with_deviation(value, error, 0.0) if zero else measured(value, error)
            for value, error, zero in zip(estimate.value, estimate.error, (vanishes, real or vanishes))]


def plane_table(results: ComplexFieldResults) -> Table:
    """⟨x^a y^b⟩ of a site."""
    return Table(["", "sites"], [[plane_name(powers), measured(*pair)]
                                 for powers, *pair in zip(PLANE, results.plane.value, results.plane.error)])


def spectrum_table(spectrum: Spectrum) -> Table:
    """The spectrum against the exact one."""
    rows = []
    for part, name in enumerate(("Re", "Im")):
        agreement = spectrum.agreement(part)
        rows.append([name, f"{agreement.chi2:.1f}/{agreement.dof}", probability(agreement.p_value)])
    return Table(["", "χ²/dof", "p"], rows)


def autocorrelation(results: ComplexFieldResults) -> str:
    """τ_int, the longest of the series that are looked at."""
    return f"{results.tau_int:.2f}" if math.isfinite(results.tau_int) else "not found"


def input_table(results: ComplexFieldResults, model: Model) -> Table:
    """The model, and what was measured."""
    rows: Sequence[Sequence[str]] = [
        ["model", model.name], *([name, value.replace("|", "/") or ABSENT] for name, value in model.couplings.items()),
        ["lattice (y × x)", f"{model.size[0]} × {model.size[1]}"],
        ["configurations", f"{results.samples}"], ["chains", f"{results.chains}"],
        ["autocorrelation time τ_int, in configurations of a chain", autocorrelation(results)],
        ["jackknife bins", f"{results.bins}"],
    ]
    return Table(["", "value"], rows)
