"""Means of configurations on 2 x N with errors from a jackknife over pieces of chains, beside exact values."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from columns import Action
from cumulants import cumulants
from scipy.stats import f as f_distribution
from transfer_matrix import Values, exact

PIECE = 1 << 18  # configurations read at once


@dataclass(frozen=True)
class Comparison:
    names: list[str]
    value: np.ndarray
    exact: np.ndarray
    covariance: np.ndarray
    bins: int

    @property
    def error(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))

    @property
    def deviations(self) -> np.ndarray:
        return (self.value - self.exact) / self.error

    def p_value(self) -> float:
        """Of chi-squared with a covariance that was estimated from the bins (Hotelling)."""
        d, n, bins = self.value - self.exact, len(self.names), self.bins
        unit = self.error
        chi2 = (d / unit) @ np.linalg.solve(self.covariance / np.outer(unit, unit), d / unit)
        return float(f_distribution.sf(chi2 * (bins - n) / (n * (bins - 1)), n, bins - n))

    def table(self) -> str:
        rows = [f"{'':12s} {'value':>14s} {'error':>10s} {'relative':>9s} {'exact':>14s} {'sigma':>6s}"]
        rows += [f"{name:12s} {v:14.8g} {e:10.2g} {e / abs(x):9.1e} {x:14.8g} {s:6.2f}" for name, v, e, x, s in
                 zip(self.names, self.value, self.error, self.exact, self.deviations, strict=True)]
        return "\n".join([*rows, f"p = {self.p_value():.3f}, {self.bins} bins"])


def names(length: int) -> list[str]:
    half = range(1, length // 2 + 1)
    return [*(f"kappa{n}" for n in (2, 4, 6, 8)), *(f"<11>({r})" for r in half), *(f"<12>({r})" for r in (0, *half)),
            *(f"<1111>({r})" for r in half), *(f"<1122>({r})" for r in (0, *half)), "M^4"]


def exact_values(v: Values) -> np.ndarray:
    half = len(v.same_row) // 2 + 1
    return np.real(np.concatenate([v.cumulants[[2, 4, 6, 8]], v.same_row[1:half], v.other_row[:half], v.squares[1:half],
                                   v.squares_other[:half], [v.magnetisation4]]))


def rows_of(field: np.ndarray) -> np.ndarray:
    """One row of numbers a configuration [n, 2, x]; the moments of a site first."""
    squares, half = field**2, range(field.shape[2] // 2 + 1)
    moments = [np.mean(squares**n, axis=(1, 2)) for n in (1, 2, 3, 4)]

    def correlators(of):
        turned = [np.roll(of, -r, axis=2) for r in half]
        return ([np.mean(of * t, axis=(1, 2)) for t in turned[1:]],
                [np.mean(of * t[:, ::-1], axis=(1, 2)) for t in turned])

    (same, other), (same2, other2) = correlators(field), correlators(squares)
    return np.stack([*moments, *same, *other, *same2, *other2, np.mean(field, axis=(1, 2))**4], axis=1)


def finish(means: np.ndarray) -> np.ndarray:
    """Cumulants of a symmetric law in place of its moments."""
    moments = np.zeros(9)
    moments[0], moments[2::2] = 1.0, means[:4]
    return np.concatenate([cumulants(moments)[[2, 4, 6, 8]], means[4:]])


def compare(path: Path, kappa: float, lam: float, pieces: int) -> Comparison:
    """`pieces`: bins a chain."""
    with h5py.File(path) as file:
        field = file["field"]
        samples, length = field.shape[0], field.shape[3]
        chains = int(file["chain"][-1]) + 1
        sweeps = samples // chains
        sums, counts = 0.0, np.zeros(chains * pieces)
        for first in range(0, samples, PIECE):
            rows = rows_of(field[first:first + PIECE, 0].astype(float))
            number = np.arange(first, first + len(rows))
            bins = number % chains * pieces + np.minimum(number // chains * pieces // sweeps, pieces - 1)
            sums = sums + np.stack([np.bincount(bins, column, chains * pieces) for column in rows.T], axis=1)
            counts += np.bincount(bins, minlength=chains * pieces)
    total = sums.sum(axis=0)
    left_out = np.array([finish((total - s) / (counts.sum() - c)) for s, c in zip(sums, counts, strict=True)])
    spread = left_out - left_out.mean(axis=0)
    covariance = (len(counts) - 1) / len(counts) * spread.T @ spread
    return Comparison(names(length), finish(total / counts.sum()), exact_values(exact(Action(kappa, lam), length)),
                      covariance, len(counts))
