"""Histograms against the exact law."""

import numpy as np
import pytest
from scipy.stats import norm
from scorefield_analysis.histograms import density, exact_curve, goodness_of_fit, merged, ratio
from scorefield_analysis.results import Histogram
from synthetic import TwoPeak

EDGES = np.linspace(-5.0, 5.0, 201)


def gaussian(samples: int, seed: int, mean: float = 0.0) -> Histogram:
    x = np.random.default_rng(seed).normal(mean, 1.0, samples)
    return Histogram(EDGES, np.histogram(x, EDGES)[0], np.diff(norm.cdf(EDGES)), samples)


def test_merged_keeps_counts_and_probability() -> None:
    whole = gaussian(1000, 1)
    joined = merged(whole, 30)
    assert len(joined.counts) <= 30 and len(joined.edges) == len(joined.counts) + 1
    assert joined.counts.sum() == whole.counts.sum()
    assert joined.exact.sum() == pytest.approx(whole.exact.sum())
    inside = (whole.edges[:-1] >= joined.edges[3]) & (whole.edges[1:] <= joined.edges[4])
    assert joined.counts[3] == whole.counts[inside].sum()
    assert merged(whole, 200).counts.tolist() == whole.counts.tolist()


def test_density_is_normalised_with_binomial_errors() -> None:
    histogram = gaussian(10000, 2)
    value, error = density(histogram)
    assert (value * np.diff(EDGES)).sum() == pytest.approx(1.0)
    half = Histogram(EDGES[:101], histogram.counts[:100], histogram.exact[:100], 10000)
    assert density(half)[0] == pytest.approx(value[:100])  # what lies beyond the edges counts as well
    cell = value[100] * 0.05
    assert error[100] == pytest.approx(np.sqrt(cell * (1.0 - cell) / 10000) / 0.05)


def test_exact_curve_is_the_density() -> None:
    x, curve = exact_curve(gaussian(10, 3))
    assert curve == pytest.approx(norm.pdf(x), abs=2e-5)
    law = TwoPeak()
    x, curve = exact_curve(Histogram(EDGES, np.zeros(200), law.cells(EDGES), 0))
    exact = 0.5 * (norm.pdf(x, 1.0, 0.25) + norm.pdf(x, -1.0, 0.25))
    assert curve == pytest.approx(exact, abs=2e-3)


def test_ratio() -> None:
    value, error = ratio(Histogram(np.array([0.0, 1.0, 2.0]), np.array([30, 70]), np.array([0.25, 0.75]), 100))
    assert value == pytest.approx([30 / 25, 70 / 75])
    assert error == pytest.approx([np.sqrt(0.75 / 25), np.sqrt(0.25 / 75)])


def test_goodness_of_fit_has_the_distribution_it_claims() -> None:
    fits = [goodness_of_fit(gaussian(5000, seed)) for seed in range(300)]
    assert np.mean([fit.chi2 for fit in fits]) == pytest.approx(fits[0].dof, rel=0.03)
    assert np.mean([fit.p_value < 0.1 for fit in fits]) == pytest.approx(0.1, abs=0.05)


def test_goodness_of_fit_pools_small_cells() -> None:
    """Two cells are large; the others, and the one sample beyond the edges (p = 0.01), make a third."""
    histogram = Histogram(np.arange(5.0), np.array([40, 52, 4, 4]), np.array([0.45, 0.43, 0.06, 0.05]), 101)
    fit = goodness_of_fit(histogram)
    assert fit.dof == 2
    assert fit.chi2 == pytest.approx((40 - 45.45) ** 2 / 45.45 + (52 - 43.43) ** 2 / 43.43 + (9 - 12.12) ** 2 / 12.12)


def test_goodness_of_fit_sees_a_shift() -> None:
    assert goodness_of_fit(gaussian(20000, 4, mean=0.05)).p_value < 1e-4
