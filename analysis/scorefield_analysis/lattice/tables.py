"""The tables of the report on a lattice ensemble."""

import math
from typing import Mapping, Sequence

from ..notation import ABSENT, compact, exact_number, in_sigma
from ..published import PublishedRow, phi4_published_for
from ..results import EVEN_ORDERS
from ..tables import Table
from .doubts import doubts_of
from .names import CUMULANTS, MAIN, RATIOS, in_text
from .records import LatticeResults, Quantity, Updates


def measured(quantity: Quantity | None) -> str:
    """value(error), or a dash where there is no such quantity or it has no value."""
    if quantity is None or not (math.isfinite(quantity.value) and math.isfinite(quantity.error)):
        return ABSENT
    return compact(quantity.value, quantity.error)


def name_in(results: LatticeResults, name: str) -> str:
    """How a row is named; a length that is none says so."""
    return f"{in_text(name)} (no length)" if name in doubts_of(results) else in_text(name)


def quantity_table(results: LatticeResults) -> Table:
    """The main quantities with their exact values where these are known."""
    rows = []
    for name, meaning in MAIN.items():
        if name in results.quantities:
            quantity = results.quantities[name]
            cell = measured(quantity)
            known = quantity.exact is not None and cell != ABSENT
            rows.append([f"{name_in(results, name)}: {meaning}", cell, _exact(quantity),
                         in_sigma(quantity.deviation) if known else ABSENT])
    return Table(["", "measured", "exact", "deviation"], rows)


def site_table(results: LatticeResults, deck: Mapping[str, str]) -> Table:
    """Site cumulants of the symmetrised distribution and their ratios; the published ones if they are of this deck."""
    names = [*CUMULANTS, *RATIOS]
    quantities = [results.quantities.get(name) for name in names]
    rows = [["Data", *map(_with_deviation, quantities)]]
    if any(quantity is not None and quantity.exact is not None for quantity in quantities):
        rows.insert(0, ["Exact", *map(_exact, quantities)])
    rows += [_published_row(row) for row in phi4_published_for(deck)]
    return Table(["", *map(in_text, names)], rows)


def _exact(quantity: Quantity | None) -> str:
    return ABSENT if quantity is None or quantity.exact is None else exact_number(quantity.exact)


def _with_deviation(quantity: Quantity | None) -> str:
    cell = measured(quantity)
    return cell if cell == ABSENT or quantity.exact is None else f"{cell} {in_sigma(quantity.deviation)}"


def _published_row(row: PublishedRow) -> Sequence[str]:
    """Ratios without errors: how those of the cumulants are correlated is not published."""
    ratios = [row.value[n] / row.value[2] ** (n // 2) for n in (4, 6, 8)]
    return [row.name, *(compact(row.value[n], row.error[n]) for n in EVEN_ORDERS),
            *(f"{ratio:.5g}" for ratio in ratios)]


def autocorrelation_table(results: LatticeResults) -> Table:
    """How far the configurations of a chain depend on each other, and whether the chains agree."""
    rows = [[in_text(name), _number(a.mean, a.error), _number(a.tau_int, a.tau_int_error), f"{a.window:.0f}",
             f"{a.r_hat:.3f}", f"{a.effective_samples:.0f}"] for name, a in results.autocorrelation.items()]
    return Table(["", "mean", "τ_int", "window", "R-hat", "effective samples"], rows)


def _number(value: float, error: float) -> str:
    return measured(Quantity(value, error))


def update_table(updates: Updates) -> Table:
    """Acceptance, and how far ⟨exp(-ΔH)⟩ is from 1, with the step that the tuner chose."""
    metropolis = updates.exp_minus_delta_h
    away = in_sigma(metropolis.deviation) if measured(metropolis) != ABSENT else ABSENT
    return Table(["", "acceptance", "⟨exp(-ΔH)⟩", "deviation from 1", "step", "steps an update"],
                 [["Data", measured(updates.acceptance), measured(metropolis), away, f"{updates.step:.4g}",
                   f"{updates.steps}"]])


def ensemble_table(results: LatticeResults) -> Table:
    """What was measured."""
    y, x = results.shape
    return Table(["", "lattice (y × x)", "configurations", "chains", "jackknife bins", "configurations a bin", "striped"],
                 [["Data", f"{y} × {x}", f"{results.samples}", f"{results.chains}", f"{results.bins}",
                   f"{results.bin_size}", f"{100.0 * results.striped:.3g} %"]])
