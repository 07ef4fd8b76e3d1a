"""The spread of learnt scores over runs, against numbers made by hand."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from markdown_tables import read_tables


def set_cumulants(folder: Path, kappa: list[float], scale: float) -> None:
    """Learnt samples whose κ2, κ4, κ6, κ8 are `scale` times those of the ensemble."""
    with h5py.File(folder / "results.h5", "r+") as file:
        for group, factor in (("ensemble", 1.0), ("samples-ve-learnt", scale)):
            values = np.zeros(8)
            values[[1, 3, 5, 7]] = np.array(kappa) * factor
            file[f"{group}/cumulants/value"][:] = values
            file[f"{group}/cumulants/error"][:] = 1e-3 * np.maximum(np.abs(values), 1e-9)


@pytest.fixture
def runs(make_output) -> list[Path]:
    folders = [make_output(f"seed{n}", processes=("ve",), times=2) for n in range(3)]
    for folder, scale in zip(folders, (1.01, 1.02, 1.03)):
        set_cumulants(folder, [1.0625, -2.0, 16.0, -272.0], scale)
    return folders


def test_mean_spread_and_statistical_error(runs: list[Path]) -> None:
    run = run_command("spread", *runs)
    assert run.returncode == 0, run.stderr
    (row,) = read_tables(run.stdout)[0].values()
    for n in (2, 4, 6, 8):
        mean, spread, statistical = row[f"κ{n}"].split(", ")
        assert mean == "2.0(6)"  # 1 %/sqrt(3)
        assert float(spread) == pytest.approx(1.0, abs=0.001)
        assert float(statistical) == pytest.approx(0.1 * np.sqrt(2.0), abs=0.002)


def test_one_run_has_no_spread(runs: list[Path]) -> None:
    run = run_command("spread", runs[0])
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        "scorefield-analysis: error: a spread needs at least two runs; give the output folders of runs with different seeds"]


def test_a_run_counts_once(runs: list[Path]) -> None:
    run = run_command("spread", runs[0], runs[1], runs[0])
    assert run.returncode == 2
    assert "a folder is given twice" in run.stderr


def test_runs_of_different_scores_are_refused(runs: list[Path], make_output) -> None:
    other = make_output("other", processes=("vp",), times=2)
    run = run_command("spread", runs[0], other)
    assert run.returncode == 2
    assert "do not hold the same learnt scores" in run.stderr
