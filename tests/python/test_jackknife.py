"""Cumulants and their errors, against known laws, against repetition, and against pyerrors."""

from math import factorial

import numpy as np
import pyerrors as pe
import pytest
from independent import pyerrors_cumulants
from scorefield_analysis.jackknife import bin_sums, cumulants_from_moments, jackknife_cumulants
from synthetic import TwoPeak

ORDERS = np.arange(1, 9)


def test_exponential_law() -> None:
    """<x^n> = n!, kappa_n = (n-1)!."""
    moments = np.array([factorial(n) for n in ORDERS], dtype=float)
    assert cumulants_from_moments(moments) == pytest.approx([factorial(n - 1) for n in ORDERS], rel=1e-12)


def test_poisson_law() -> None:
    """Mean 1: the moments are Bell's numbers, all cumulants are 1."""
    moments = np.array([1, 2, 5, 15, 52, 203, 877, 4140], dtype=float)
    assert cumulants_from_moments(moments) == pytest.approx(np.ones(8), rel=1e-11)


def test_even_law_against_the_formulas_in_moments() -> None:
    m2, m4, m6, m8 = 1.3, 3.1, 11.0, 70.0
    kappa = cumulants_from_moments(np.array([0.0, m2, 0.0, m4, 0.0, m6, 0.0, m8]))
    assert kappa[[0, 2, 4, 6]] == pytest.approx(0.0)
    assert kappa[[1, 3, 5, 7]] == pytest.approx([
        m2, m4 - 3 * m2**2, m6 - 15 * m4 * m2 + 30 * m2**3,
        m8 - 28 * m6 * m2 - 35 * m4**2 + 420 * m4 * m2**2 - 630 * m2**4], rel=1e-12)


def test_shift_changes_only_the_mean() -> None:
    x = TwoPeak(0.7).draw(np.random.default_rng(1), 1000)
    there, here = jackknife_cumulants(x + 3.0, 10), jackknife_cumulants(x, 10)
    assert there.value[0] == pytest.approx(here.value[0] + 3.0)
    assert there.value[1:] == pytest.approx(here.value[1:], rel=1e-8)
    assert there.error == pytest.approx(here.error, rel=1e-8)


def test_bins_hold_all_samples_in_order() -> None:
    sums, counts = bin_sums(np.arange(11.0), 4)
    assert counts.tolist() == [2, 3, 3, 3]
    assert sums[:, 0].tolist() == [0 + 1, 2 + 3 + 4, 5 + 6 + 7, 8 + 9 + 10]
    assert sums[0, 7] == 1.0 and sums[1, 1] == 4.0 + 9.0 + 16.0


@pytest.mark.parametrize("bins", [1, 12])
def test_bins_that_cannot_be(bins: int) -> None:
    with pytest.raises(ValueError, match=f"{bins} bins for 11 samples; expected 2 to 11"):
        jackknife_cumulants(np.arange(11.0), bins)


def test_error_and_covariance_are_those_of_repetition() -> None:
    """Over 400 repetitions the scatter of a cumulant is its jackknife error (known to 3.5 %)."""
    rng = np.random.default_rng(2)
    estimates = [jackknife_cumulants(TwoPeak().draw(rng, 2000), 40) for _ in range(400)]
    scatter = np.cov(np.array([estimate.value for estimate in estimates]).T)
    jackknifed = np.mean([estimate.covariance for estimate in estimates], axis=0)
    assert np.diag(jackknifed) == pytest.approx(np.diag(scatter), rel=0.25)
    correlation = [matrix[1, 3] / np.sqrt(matrix[1, 1] * matrix[3, 3]) for matrix in (scatter, jackknifed)]
    assert correlation[0] < -0.9 and correlation[1] == pytest.approx(correlation[0], abs=0.02)
    errors = np.mean([estimate.error for estimate in estimates], axis=0)
    assert errors == pytest.approx(np.sqrt(np.diag(scatter)), rel=0.15)


@pytest.mark.parametrize("weight", [0.5, 0.7])
def test_against_pyerrors(weight: float) -> None:
    """Linear propagation of errors, which the jackknife meets to order 1/bins."""
    bins = 200
    x = TwoPeak(weight).draw(np.random.default_rng(3), 40000)
    estimate = jackknife_cumulants(x, bins)
    cumulants = pyerrors_cumulants(x, bins)
    assert estimate.value == pytest.approx([cumulant.value for cumulant in cumulants], rel=1e-9, abs=1e-11)
    assert estimate.error == pytest.approx([cumulant.dvalue for cumulant in cumulants], rel=0.03)
    correlation = estimate.covariance / np.outer(estimate.error, estimate.error)
    assert correlation == pytest.approx(pe.covariance(cumulants, correlation=True), abs=0.03)
