"""Tables of what a diffusion model of a lattice field made, beside its ensemble."""

import math
from typing import Callable

import numpy as np

from ...notation import ABSENT, in_sigma
from ...tables import Table
from ..records import LatticeResults, Quantity
from ..tables import measured, name_in
from .records import Diffusion

COMPARED = ("kappa2_Z2", "kappa4_Z2", "kappa6_Z2", "kappa8_Z2", "kappa4_Z2/kappa2^2", "kappa6_Z2/kappa2^3",
            "kappa8_Z2/kappa2^4", "abs_M", "V_M2", "chi", "binder", "xi", "xi_connected", "action_density", "schwinger_dyson")
TOLD = ("kappa2_Z2", "abs_M", "V_M2", "chi", "binder", "xi", "xi_connected")  # what a model is told of its ensemble: two-point function and law of M


def comparison_table(ensemble: LatticeResults, diffusion: Diffusion) -> Table:
    """Each quantity of the ensemble and of all samples, with the difference in sigma and in per cent of its size. What their model was told, samples
    share with the ensemble, its fluctuation included: that differs by their own error alone, until updates have made them forget."""
    columns = ["", "Data", *(each.label for each in diffusion.samples)]
    rows = []
    for name in COMPARED:
        data = ensemble.quantities.get(name)
        if data is None:
            continue
        cells = [_compared(each.measured.quantities.get(name), data, shared=each.finish is None and name in TOLD)
                 for each in diffusion.samples]
        rows.append([name_in(ensemble, name), measured(data), *cells])
    return Table(columns, rows)


def _compared(made: Quantity | None, data: Quantity, shared: bool) -> str:
    cell = measured(made)
    if cell == ABSENT or measured(data) == ABSENT:
        return cell
    error = made.error if shared else math.hypot(made.error, data.error)
    if error == 0.0 or data.value == 0.0:
        return cell
    return f"{cell} {in_sigma((made.value - data.value) / error)}, {100.0 * (made.value - data.value) / abs(data.value):+.2g} %"


def process_table(diffusion: Diffusion) -> Table:
    """How well each process keeps to κ_n fⁿ and G_0 f² + Ξ: smallest and median p-value over its times."""
    rows = []
    for process in [*diffusion.forward, *diffusion.backward]:
        columns = [np.empty(0)] * 2 if process.p_value is None else process.p_value.T
        cells = [_probability(column[np.isfinite(column)], reduce) for column in columns for reduce in (np.min, np.median)]
        rows.append([process.label, f"{process.samples}", f"{len(process.time)}", *cells])
    return Table(["", "configurations", "times", "κ_n: least p", "median p", "G(k): least p", "median p"], rows)


def _probability(known: np.ndarray, reduce: Callable[[np.ndarray], float]) -> str:
    return f"{reduce(known):.2g}" if len(known) else ABSENT


def finish_table(diffusion: Diffusion) -> Table:
    """Acceptance, ⟨exp(-ΔH)⟩, how much of the samples is remembered at the end, and what may be left of their error."""
    rows = []
    for each in diffusion.samples:
        if each.finish is None:
            continue
        value, error = each.finish.value, each.finish.error

        def last(name: str) -> str:
            return measured(Quantity(float(value[name][-1]), float(error[name][-1])))

        rows.append([each.label, f"{each.finish.updates[-1]:.0f}",
                     *(last(name) for name in ("acceptance", "exp_minus_delta_h", "correlation_phi2", "correlation_M2",
                                               "correlation_action", "left_phi2", "left_M2"))])
    return Table(["", "updates", "acceptance", "⟨exp(-ΔH)⟩", "correlation of φ²", "of M²", "of S", "left in ⟨φ²⟩", "in V⟨M²⟩"], rows)
