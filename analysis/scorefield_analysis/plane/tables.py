"""The tables of the report on complex Langevin walkers."""

import math
from typing import Callable, Mapping, Sequence

import numpy as np

from ..notation import ABSENT, compact, exact_number, in_sigma, probability
from ..results import EVEN_ORDERS
from ..tables import Table
from .action import Action
from .names import LATE_LESS_EARLY, PLANE, plane_name, power
from .published import ComplexRow
from .quantities import ComplexQuantity
from .records import Criteria, Estimate, FokkerPlanck, Orders, PlaneResults

RE, MINUS_IM = 0, 1


def measured(value: float, error: float) -> str:
    """value(error), or a dash where they do not exist."""
    return compact(value, error) if math.isfinite(value) and math.isfinite(error) else ABSENT


def with_deviation(value: float, error: float, exact: float) -> str:
    """value(error) and its deviation from the exact value in errors."""
    cell = measured(value, error)
    deviation = float(Estimate(np.float64(value), np.float64(error)).deviation(exact))
    return f"{cell} {in_sigma(deviation)}" if cell != ABSENT and math.isfinite(deviation) else cell


def real_table(quantity: ComplexQuantity) -> Table:
    """Real parts: exact, of this run, and published."""
    return _part_table(quantity, "Re", RE, lambda row: row.re)


def imaginary_table(quantity: ComplexQuantity) -> Table:
    """Minus the imaginary parts, as they are published."""
    return _part_table(quantity, "-Im", MINUS_IM, lambda row: row.minus_im)


def _part_table(quantity: ComplexQuantity, label: str, part: int,
                column: Callable[[ComplexRow], Mapping[int, tuple[float, float]]]) -> Table:
    exact = {n: float(quantity.exact[n - 1, part]) for n in EVEN_ORDERS}
    own = [with_deviation(quantity.estimate.value[n - 1, part], quantity.estimate.error[n - 1, part], exact[n])
           for n in EVEN_ORDERS]
    rows = [["Exact", *map(exact_number, exact.values()), ABSENT], ["This run", *own, probability(quantity.p_value)]]
    for row in quantity.sampled:
        cells = [_beside(*(of[n - 1, part] for each in (row.estimate, quantity.estimate) for of in (each.value, each.error)))
                 for n in EVEN_ORDERS]
        rows.append([row.name, *cells, ABSENT if math.isnan(row.p_value) else probability(row.p_value)])
    rows += [[row.name, *(with_deviation(*column(row)[n], exact[n]) for n in EVEN_ORDERS), ABSENT]
             for row in quantity.published]
    return Table(["", *(f"{label} {quantity.name.text(n)}" for n in EVEN_ORDERS), "p"], rows)


def _beside(value: float, error: float, of_walkers: float, their_error: float) -> str:
    """value(error) and its deviation from the walkers' in the errors of both."""
    cell, both = measured(value, error), math.hypot(error, their_error)
    return cell if cell == ABSENT or not both > 0.0 else f"{cell} {in_sigma((value - of_walkers) / both)}"


def plane_table(results: PlaneResults) -> Table:
    """⟨x^a y^b⟩ of the walkers beside those of the Fokker-Planck equation, where it was solved."""
    own = results.plane
    if results.fokker_planck is None:
        return Table(["", "walkers"], [[plane_name(powers), measured(*pair)]
                                       for powers, *pair in zip(PLANE, own.value, own.error)])
    exact = results.fokker_planck.moments[-1]
    deviation = own.deviation(exact)
    return Table(["", "walkers", "Fokker-Planck", "deviation"],
                 [[plane_name(PLANE[i]), measured(own.value[i], own.error[i]), exact_number(exact[i]), in_sigma(deviation[i])]
                  for i in range(len(PLANE))])


def convergence_table(solutions: FokkerPlanck) -> Table:
    """How the moments settle with more functions."""
    rows = [[f"{x} × {y}", f"{residual:.1e}", *(f"{value:.9g}" for value in moments)]
            for (x, y), residual, moments in zip(solutions.functions, solutions.residual, solutions.moments)]
    return Table(["functions in x × y", "residual", *map(plane_name, PLANE)], rows)


def criteria_table(criteria: Criteria, orders: Sequence[int] = EVEN_ORDERS) -> Table:
    """The numbers behind the verdict. orders: n of the ⟨L zⁿ⟩ that were judged."""
    known = criteria.growth_error > 0.0
    judged = criteria.boundary_cutoff > 0.0
    return Table(["", "value"], [
        ["verdict", criteria.verdict],
        ["exponent of the tail of the drift", f"{criteria.exponent:.3g}" if known else ABSENT],
        ["its growth", measured(criteria.growth, criteria.growth_error) if known else ABSENT],
        ["cutoff Y of the boundary terms", f"{criteria.boundary_cutoff:.3g}" if judged else ABSENT],
        ["largest of them there", f"{criteria.boundary_sigmas:.1f}σ" if judged else ABSENT],
        [f"p of the Schwinger-Dyson equations, n = {', '.join(map(str, orders))}", probability(criteria.schwinger_dyson_p_value)],
    ])


def schwinger_dyson_table(criteria: Criteria, orders: Sequence[int] = range(1, 9)) -> Table:
    """⟨L zⁿ⟩, which must vanish."""
    value, error = criteria.schwinger_dyson.value, criteria.schwinger_dyson.error
    rows = [[f"⟨L {power('z', n)}⟩", *(with_deviation(value[n - 1, part], error[n - 1, part], 0.0) for part in (0, 1))]
            for n in orders]
    return Table(["", "Re", "Im"], rows)


def stationarity_table(late_less_early: Estimate) -> Table:
    """Whether the walkers had thermalised."""
    cells = [with_deviation(value, error, 0.0) for value, error in zip(late_less_early.value, late_less_early.error)]
    return Table(["", "late less early"], list(zip(LATE_LESS_EARLY, cells)))


def input_table(results: PlaneResults, action: Action) -> Table:
    """The action, what was measured, and what is known of the model."""
    rows: Sequence[Sequence[str]] = [
        ["model", action.name],
        ["σ", _complex(action.sigma)], ["λ", _complex(action.lam)],
        ["N_y, noise in y", f"{action.noise_y:g}"],
        ["configurations", f"{results.samples}"], ["jackknife bins", f"{results.bins}"],
        ["χ²/dof of the cumulants", _chi2(results.cumulants)], ["χ²/dof of the moments", _chi2(results.moments)],
        ["Z", _complex(results.partition_function)],
        ["average phase", f"{results.phase:.6g}"],
        ["border of the strip, abs y <", ABSENT if results.strip is None else f"{results.strip:.6g}"],
    ]
    return Table(["", "value"], rows)


def _chi2(orders: Orders) -> str:
    return f"{orders.chi2:.1f}/{orders.dof}"


def _complex(value: complex) -> str:
    return f"{value.real:.6g} {'-' if value.imag < 0 else '+'} {abs(value.imag):.6g}i"
