"""The bias of the Langevin equation at finite steps: a + b eps (Euler), a + b eps^2 (second order), and the next power."""

from dataclasses import dataclass
from typing import Sequence

import numpy as np
from scipy.special import chdtrc

from ..notation import ABSENT, compact, in_sigma, probability
from ..tables import Table
from .comparison import Run
from .names import in_text
from .records import Quantity

POWERS = {"euler": 1, "second-order": 2}
NEXT_POWER_FROM = 4  # steps
WITHOUT_BIAS = ("hmc", "langevin-corrected")


@dataclass(frozen=True)
class Fit:
    """a + b eps^powers[1] (+ c eps^powers[2]) with the covariance of a, b, c; p is None where nothing is left to test."""

    powers: tuple[int, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    chi2: float
    dof: int

    @property
    def a(self) -> Quantity:
        """The value at step 0."""
        return self._coefficient(0)

    @property
    def b(self) -> Quantity:
        """The coefficient of the lowest power."""
        return self._coefficient(1)

    def _coefficient(self, number: int) -> Quantity:
        return Quantity(float(self.coefficients[number]), float(np.sqrt(self.covariance[number, number])))

    @property
    def p_value(self) -> float | None:
        """The probability of a larger chi-squared."""
        return float(chdtrc(self.dof, self.chi2)) if self.dof > 0 else None

    def at(self, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Value and error of the fit at some steps."""
        x = _design(step, self.powers)
        return x @ self.coefficients, np.sqrt(np.einsum("si,ij,sj->s", x, self.covariance, x))


@dataclass(frozen=True)
class Bias:
    """One quantity: steps, values and errors by scheme, their fits, and the value without bias (None: no such run)."""

    name: str
    points: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    fits: dict[str, Fit]
    reference: Quantity | None


def find_biases(runs: Sequence[Run], names: Sequence[str]) -> list[Bias]:
    """The bias of each quantity; none unless all runs are of one model, and two of different Langevin steps."""
    steps = {(run.deck["generate.scheme"], _step(run)) for run in runs if _is_langevin(run)}
    if len(steps) < 2 or any(run.model != runs[0].model for run in runs):
        return []
    return [_bias(runs, name) for name in names]


def _is_langevin(run: Run) -> bool:
    return run.algorithm == "langevin" and run.deck.get("generate.scheme") in POWERS and _step(run) is not None


def _step(run: Run) -> float | None:
    try:
        return float(run.deck.get("generate.step", ""))
    except ValueError:
        return None


def _bias(runs: Sequence[Run], name: str) -> Bias:
    points = {}
    for scheme in POWERS:
        rows = sorted((_step(run), run.results.quantities[name].value, run.results.quantities[name].error)
                      for run in runs if _is_langevin(run) and run.deck["generate.scheme"] == scheme)
        rows = [row for row in rows if np.isfinite(row).all() and row[2] > 0.0]
        if rows:
            points[scheme] = tuple(np.array(column) for column in zip(*rows))
    fits = {scheme: fit_line(*columns, POWERS[scheme]) for scheme, columns in points.items()
            if len(set(columns[0])) > 1}
    unbiased = [run.results.quantities[name] for run in runs if run.algorithm in WITHOUT_BIAS]
    return Bias(name, points, fits, _reference(unbiased))


def _reference(quantities: Sequence[Quantity]) -> Quantity | None:
    """The weighted mean."""
    known = [each for each in quantities if np.isfinite([each.value, each.error]).all() and each.error > 0.0]
    if not known:
        return None
    weights = np.array([each.error**-2 for each in known])
    return Quantity(float(weights @ [each.value for each in known] / weights.sum()), float(weights.sum() ** -0.5))


def fit_line(step: np.ndarray, value: np.ndarray, error: np.ndarray, power: int) -> Fit:
    """Least squares of a + b step^power, with four steps and more + c step^(power + 1).

    The values are independent and have these errors; there are two different steps at least.
    """
    powers = (0, power, power + 1) if len(set(step)) >= NEXT_POWER_FROM else (0, power)
    design = _design(step, powers) / error[:, None]
    covariance = np.linalg.inv(design.T @ design)
    coefficients = covariance @ design.T @ (value / error)
    chi2 = float(((value / error - design @ coefficients) ** 2).sum())
    return Fit(powers, coefficients, covariance, chi2, len(step) - len(powers))


def _design(step: np.ndarray, powers: tuple[int, ...]) -> np.ndarray:
    return np.stack([step**power for power in powers], axis=1)


def fit_table(biases: Sequence[Bias]) -> Table:
    """The fits, and the deviation of the value at step 0 from that of the algorithms without bias."""
    rows = []
    for bias in biases:
        for scheme, fit in bias.fits.items():
            reference = bias.reference
            beside = [ABSENT, ABSENT]
            if reference is not None:
                away = (fit.a.value - reference.value) / np.hypot(fit.a.error, reference.error)
                beside = [compact(reference.value, reference.error), in_sigma(away)]
            rows.append([f"{in_text(bias.name)}, {scheme}", compact(fit.a.value, fit.a.error),
                         compact(fit.b.value, fit.b.error), f"{fit.chi2:.1f}/{fit.dof}", probability(fit.p_value),
                         *beside])
    return Table(["", "a (step 0)", "b", "χ²/dof", "p", "without bias", "deviation of a"], rows)
