"""Exact phi^4 on periodic 2 x N lattices, by the transfer matrix along x.

    python tests/python/transfer_matrix.py KAPPA LAMBDA N

Convergence in nodes and cut is part of `exact`: it computes everything twice.
"""

import one_thread  # noqa: F401  before numpy

import sys
from dataclasses import dataclass, fields
from math import ceil, factorial
from typing import Iterable

import numpy as np
from columns import Action, Columns, choose_cut, choose_nodes
from cumulants import cumulants, influence

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Values:
    """Expectation values on Ly x N; correlators are along x, at all distances 0 .. N-1."""

    moments: np.ndarray  # <phi^n>, n = 0 .. 8
    cumulants: np.ndarray
    same_row: np.ndarray  # <phi1(0) phi1(r)> - <phi>^2
    other_row: np.ndarray  # <phi1(0) phi2(r)> - <phi>^2
    squares: np.ndarray  # <phi1(0)^2 phi1(r)^2>
    squares_other: np.ndarray  # <phi1(0)^2 phi2(r)^2>
    short: complex  # <phi phi'>, neighbours in y
    long: complex  # <phi phi'>, neighbours in x
    action: complex  # <S>/V
    magnetisation2: complex  # <M^2>, M the average over the volume
    magnetisation4: complex


FIELDS = tuple(field.name for field in fields(Values))


def values(columns: Columns) -> Values:
    one, two = columns.fields
    probability = columns.probability()
    moments = np.array([np.sum(probability * one**n) for n in range(9)])
    pairs = columns.pairs(np.array([one, two, one**2, two**2]))
    same, other = pairs[:, 0, 0], pairs[:, 0, 1]
    a, short, long = columns.action, other[0], same[1]
    action = a.square * moments[2] + a.lam * moments[4] - 2 * a.kappa * (short + long)
    return Values(moments, cumulants(moments), same, other, pairs[:, 2, 2], pairs[:, 2, 3], short, long, action,
                  *magnetisation(columns))


def times(one: list[np.ndarray], two: list[np.ndarray]) -> list[np.ndarray]:
    """The product of two truncated power series of matrices."""
    return [sum(one[j] @ two[n - j] for j in range(n + 1)) for n in range(len(one))]


def power(series: list[np.ndarray], exponent: int) -> list[np.ndarray]:
    if exponent == 1:
        return series
    half = power(series, exponent // 2)
    even = times(half, half)
    return times(even, series) if exponent % 2 else even


def magnetisation(columns: Columns) -> tuple[complex, complex]:
    """<M^2>, <M^4>: derivatives of Z with respect to a source, each column being a power series in it."""
    both = sum(columns.fields)
    series = power([columns.insert(both**n / factorial(n)) for n in range(5)], columns.length)
    return tuple(factorial(n) * np.trace(series[n]) / np.trace(series[0]) / (2 * columns.length)**n for n in (2, 4))


def largest_difference(one: Values, two: Values, names: Iterable[str] = FIELDS) -> float:
    """Relative to the value, or to the power of kappa_2 of its dimension where the value is smaller than that."""
    width = np.sqrt(abs(two.cumulants[2]))
    units = {"moments": width ** np.arange(9), "cumulants": width ** np.arange(9), "same_row": width**2,
             "other_row": width**2, "squares": width**4, "squares_other": width**4,
             "short": width**2, "long": width**2, "action": 1.0}
    differences = []
    for name in names:
        a, b = getattr(one, name), getattr(two, name)
        differences.append(np.max(np.abs(a - b) / np.maximum(np.abs(b), units.get(name, 0.0))))
    return max(differences)


def grids(action: Action, length: int, nodes: int | None = None, cut: float | None = None) -> tuple[Columns, Columns]:
    """One that should do, and a finer and wider one."""
    cut = cut or choose_cut(action, length)
    nodes = nodes or choose_nodes(action, cut)
    return Columns(action, length, nodes, cut), Columns(action, length, ceil(1.2 * nodes), 1.1 * cut)


def exact(action: Action, length: int, nodes: int | None = None, cut: float | None = None) -> Values:
    """The values on 2 x length, of the finer grid; an error if the coarser one has others."""
    coarse, fine = grids(action, length, nodes, cut)
    result = values(fine)
    difference = largest_difference(values(coarse), result)
    if not difference < TOLERANCE:
        raise ArithmeticError(f"2 x {length}, {action}: a relative {difference:.1e} between {coarse.nodes} nodes up to "
                              f"{coarse.cut:.2f} and {fine.nodes} up to {fine.cut:.2f}")
    return result


def error_of_one(columns: Columns, moments: np.ndarray, order: int) -> float:
    """Standard deviation of the estimate of kappa_order per sqrt(configuration), volume averages of phi^n being used.

    Linear propagation: that of the average over the lattice of sum_n (d kappa_order/d m_n) phi^n, by the correlators.
    """
    coefficients = influence(moments, order)
    functions = np.array([np.polynomial.polynomial.polyval(phi, coefficients) for phi in columns.fields])
    mean = np.sum(columns.probability() * functions[0])
    return np.sqrt(np.mean(columns.pairs(functions)[:, 0, :]) - mean**2)


def table(kappa: float, lam: float, length: int) -> str:
    action = Action(kappa, lam)
    v, columns = exact(action, length), grids(action, length)[1]
    rows = [f"kappa = {kappa}, lambda = {lam}, 2 x {length}", "", "n     <phi^n>            kappa_n            "
            "kappa_n/kappa_2^(n/2)   sigma(kappa_n)/|kappa_n| of one configuration"]
    for n in (2, 4, 6, 8):
        kappa_n, error = v.cumulants[n], error_of_one(columns, v.moments, n)
        rows.append(f"{n}  {v.moments[n]:16.10g}  {kappa_n:16.10g}  {kappa_n / v.cumulants[2]**(n / 2):16.10g}"
                    f"  {error / abs(kappa_n):16.4g}")
    rows += ["", "r     <phi1 phi1'>       <phi1 phi2'>       <phi1^2 phi1'^2>   <phi1^2 phi2'^2>"]
    correlators = (v.same_row, v.other_row, v.squares, v.squares_other)
    rows += [f"{r}  " + "  ".join(f"{correlator[r]:16.10g}" for correlator in correlators) for r in range(length)]
    rows += [""] + [f"{name:16s}  {getattr(v, name):16.10g}"
                    for name in ("short", "long", "action", "magnetisation2", "magnetisation4")]
    return "\n".join(rows)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: transfer_matrix.py KAPPA LAMBDA N")
    print(table(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
