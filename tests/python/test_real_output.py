"""A real run (folder in SCOREFIELD_TEST_OUTPUT): its estimates against this package and against pyerrors."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import Report
from independent import pyerrors_cumulants
from markdown_tables import read_cell
from scorefield_analysis.jackknife import jackknife_cumulants, program_block


@pytest.fixture(scope="module")
def results(real_output: Path):
    with h5py.File(real_output / "results.h5") as file:
        yield file


@pytest.fixture(scope="module")
def field(real_output: Path) -> np.ndarray:
    with h5py.File(real_output / "ensemble.h5") as file:
        return file["field"][...].ravel()


def names(file: h5py.File, *prefixes: str) -> list[str]:
    found = [name for name in file if name.startswith(prefixes)]
    assert found, f"no group {' or '.join(prefixes)} in results.h5"
    return found


def test_our_jackknife_gives_the_same_estimates(results: h5py.File, field: np.ndarray) -> None:
    group = results["ensemble"]
    assert group.attrs["samples"] == len(field)
    estimate = jackknife_cumulants(field, int(group.attrs["bins"]), program_block(len(field)))
    # a cumulant is a difference of moments: those near zero are compared on the scale of their error
    np.testing.assert_allclose(group["cumulants/value"][:], estimate.value, rtol=1e-9, atol=1e-9 * estimate.error.max())
    np.testing.assert_allclose(group["cumulants/error"][:], estimate.error, rtol=1e-7)
    scale = np.outer(estimate.error, estimate.error)
    np.testing.assert_allclose(group["cumulants/covariance"][:] / scale, estimate.covariance / scale, atol=1e-7)


def test_moments_are_means_of_powers(results: h5py.File, field: np.ndarray) -> None:
    expected = [np.mean(field**n) for n in range(1, 9)]
    np.testing.assert_allclose(results["ensemble/moments/value"][:], expected, rtol=1e-9, atol=1e-12)


def test_pyerrors_agrees(results: h5py.File, field: np.ndarray) -> None:
    bins = int(results["ensemble"].attrs["bins"])
    cumulants = pyerrors_cumulants(field, bins)
    values = [cumulant.value for cumulant in cumulants]
    np.testing.assert_allclose(results["ensemble/cumulants/value"][:], values, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(results["ensemble/cumulants/error"][:], [c.dvalue for c in cumulants], rtol=0.10)


def test_generating_function_is_that_of_the_field(results: h5py.File, field: np.ndarray) -> None:
    group = results["ensemble/generating_function"]
    expected = [np.log(np.mean(np.exp(source * field))) for source in group["source"][:]]
    np.testing.assert_allclose(group["value"][:], expected, rtol=1e-9)


def test_exact_scores_and_data_agree_with_the_exact_law(results: h5py.File) -> None:
    for name in ["ensemble", *(name for name in names(results, "samples-") if name.endswith("-exact"))]:
        for kind in ("cumulants", "generating_function"):
            value, error, exact = (results[f"{name}/{kind}/{key}"][:] for key in ("value", "error", "exact"))
            assert np.abs((value - exact) / error).max() < 5.0, f"{name}: {kind}"


def test_histograms_hold_every_sample(results: h5py.File) -> None:
    """But the few beyond the edges, at five standard deviations: six in 10^7 of a Gaussian, fewer of two peaks."""
    for name in names(results, "ensemble", "samples-", "forward-", "backward-"):
        samples = results[name].attrs["samples"]
        missing = samples - results[f"{name}/histogram/counts"][:].sum(axis=-1)
        beyond = 1.0 - results[f"{name}/histogram/exact"][:].sum(axis=-1)
        assert np.all(np.abs(beyond) < 6e-7), name
        assert np.all((missing >= 0) & (missing <= 3 + 1e-5 * samples)), name


def test_histogram_is_that_of_the_field(results: h5py.File, field: np.ndarray) -> None:
    """Rounding at an edge may move a sample to the neighbouring cell."""
    edges = results["ensemble/histogram/edges"][:]
    counts = np.histogram(field, edges)[0]
    assert np.abs(counts - results["ensemble/histogram/counts"][:]).max() <= 2


def test_report_holds_the_numbers(real_report: Report, results: h5py.File) -> None:
    table = real_report.tables[0]
    assert len(table) >= 2 + len(names(results, "samples-"))
    for label, name in (("Data", "ensemble"), ("VE, exact score", "samples-ve-exact")):
        for n in (2, 4, 6, 8):
            cell = read_cell(table[label][f"κ{n}"])
            value, error, exact = (results[f"{name}/cumulants/{key}"][n - 1] for key in ("value", "error", "exact"))
            assert cell.value == pytest.approx(value, abs=0.51 * cell.unit)
            assert cell.sigma == pytest.approx((value - exact) / error, abs=0.051)
    assert real_report.run.stdout.strip() in real_report.text
    figures = list((real_report.folder / "report").glob("*.png"))
    assert len(figures) == sum(line.startswith("[") for line in real_report.run.stderr.splitlines()) >= 5
