"""The spread of diffusion models of complex Langevin walkers over runs, against numbers made by hand."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from markdown_tables import read_tables
from scipy.stats import chi2
from scorefield_analysis.plane.records import Orders
from scorefield_analysis.plane.diffusion.records import SampledOrders
from scorefield_analysis.plane.spread import against_other_walkers
from scorefield_analysis.results import Estimate
from synthetic_plane import write_plane

RUNS = 4
SHIFTS = np.array([1.0, -2.0, 3.0, 2.0])  # of Re κ2 of each run's samples, in units of their error


def add_samples(folder: Path, shift: float) -> None:
    """samples-vp-learnt: the exact numbers with twice the walkers' errors, Re κ2 off by `shift` errors."""
    with h5py.File(folder / "results.h5", "r+") as file:
        group = file.create_group("samples-vp-learnt")
        group.attrs.update({"process": "vp", "score": "learnt", "samples": 1000, "bins": 250, "source": "samples-vp-learnt.h5",
                            "source_checksum": ""})
        for name in ("moments", "cumulants"):
            walkers = file[f"ensemble/{name}"]
            value, error = walkers["exact"][:], 2.0 * walkers["error"][:]
            value[1, 0] += shift * error[1, 0]
            group[f"{name}/value"], group[f"{name}/error"] = value, error
            group[f"{name}/covariance"] = np.diag(error.ravel() ** 2)
        group["plane/value"], group["plane/error"] = file["ensemble/plane/value"][:], file["ensemble/plane/error"][:]


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    folders = [write_plane(tmp_path / f"seed{k}", seed=10 + k, solved=False) for k in range(RUNS)]
    for folder, shift in zip(folders, SHIFTS):
        add_samples(folder, shift)
    return folders


def test_mean_spread_and_systematic_error(runs: list[Path]) -> None:
    run = run_command("spread", *runs)
    assert run.returncode == 0, run.stderr
    with h5py.File(runs[0] / "results.h5") as file:
        walkers = file["ensemble/cumulants/error"][1, 0]
        exact = file["ensemble/cumulants/exact"][1, 0]
    table = read_tables(run.stdout)[0]
    statistical, spread = np.hypot(2.0, 1.0) * walkers, SHIFTS.std(ddof=1) * 2.0 * walkers
    row = {name.rpartition(", ")[2]: cells["Re κ2"] for name, cells in table.items() if name.startswith("DM")}
    assert float(row["spread"]) == pytest.approx(spread, rel=0.02)
    assert float(row["statistical"]) == pytest.approx(statistical, rel=0.02)
    systematic = np.sqrt(spread**2 - statistical**2)
    assert float(row["systematic"]) == pytest.approx(systematic, rel=0.02)
    mean = row[f"mean of {RUNS} runs"]
    expected = SHIFTS.mean() * 2.0 * walkers
    assert float(mean.split("(")[0]) == pytest.approx(exact + expected, abs=0.1 * walkers)
    assert mean.endswith(f" {expected / np.hypot(statistical, systematic) * np.sqrt(RUNS):+.1f}σ")
    assert {name.rpartition(", ")[2]: cells["-Im κ2"] for name, cells in read_tables(run.stdout)[1].items()
            if name.startswith("DM")}["systematic"] == "0"


def orders(rng: np.random.Generator, mean: np.ndarray, covariance: np.ndarray) -> Orders:
    value = rng.multivariate_normal(mean.ravel(), covariance, method="cholesky").reshape(8, 2)
    return Orders(value, np.sqrt(np.diag(covariance)).reshape(8, 2), covariance, 0.0 * value, 0.0, 8, 0.5)


def test_chi_squared_against_other_walkers() -> None:
    """The mean p-value of 400 perfect models, which have the errors of the walkers they learnt from, is 1/2 within 4σ; forgetting these walkers
    it is not.
    """
    rng = np.random.default_rng(8)
    root = rng.normal(size=(16, 16))
    covariance = root @ root.T + np.eye(16)
    p_values, wrong = [], []
    for _ in range(400):
        learnt_from, others = (orders(rng, np.zeros((8, 2)), covariance) for _ in range(2))
        sampled = orders(rng, learnt_from.value, 2.0 * covariance)
        made = SampledOrders(Estimate(sampled.value, sampled.error), sampled.covariance, 0.5, 0.0)
        found = against_other_walkers(made, learnt_from, others, 10**9)
        assert found.fit.p_value == pytest.approx(chi2.sf(found.fit.value, 8), abs=1e-6) and found.largest > 0.0 and found.fit.dof == 8
        p_values.append(found.fit.p_value)
        wrong.append(against_other_walkers(made, None, others, 10**9).fit.p_value)
    error = 1.0 / np.sqrt(12.0 * len(p_values))
    assert abs(np.mean(p_values) - 0.5) < 4.0 * error < abs(np.mean(wrong) - 0.5)


def test_parts_without_an_error_are_left_out() -> None:
    """The imaginary parts of a real theory."""
    covariance = np.diag(np.tile([1.0, 0.0], 8))
    zero = Orders(np.zeros((8, 2)), np.tile([1.0, 0.0], (8, 1)), covariance, np.zeros((8, 2)), 0.0, 4, 0.5)
    made = SampledOrders(Estimate(np.tile([2.0, 0.0], (8, 1)), zero.error), covariance, 0.5, 0.0)
    found = against_other_walkers(made, None, zero, 10**9)
    assert found.fit.dof == 4 and found.fit.value == pytest.approx(4 * 4.0 / 2.0) and found.largest == pytest.approx(np.sqrt(2.0))
    assert against_other_walkers(made, None, zero, 11).fit is None  # three bins a number are the fewest


def test_the_fewer_bins_of_a_pair_count(runs: list[Path]) -> None:
    """χ² of two runs needs three bins a number of both, and of no other."""
    with h5py.File(runs[1] / "results.h5", "a") as file:
        file["ensemble"].attrs["bins"] = 20
    tables = read_tables(run_command("spread", *runs).stdout)
    rows = [row for table in tables for row in table.values() if "largest" in row]
    assert len(rows) == 2 and all([p == "–" for p in row["p"].split(", ")] == [True, True, False, False] for row in rows)


def test_runs_of_different_scores_are_refused(runs: list[Path], tmp_path: Path) -> None:
    run = run_command("spread", runs[0], write_plane(tmp_path / "other", solved=False))
    assert run.returncode == 2 and run.stdout == "" and "do not hold samples of the same scores" in run.stderr
