"""The comparison of runs on a lattice, against numbers made by hand."""

import re
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from markdown_tables import read_cell, read_tables
from scipy.linalg import pinvh
from scipy.stats import f as f_distribution
from scorefield_analysis.chi_squared import chi_squared
from scorefield_analysis.jackknife import jackknife_cumulants
from scorefield_analysis.lattice.bias import Bias, find_biases, fit_line, fit_table
from scorefield_analysis.lattice.comparison import Run, cumulants_agree, named_runs
from scorefield_analysis.reader import read_ensemble
from scorefield_analysis.results import Estimate
from synthetic_lattice import write_lattice

A, B = 0.5, {"euler": 2.0, "second-order": -3.0}
ERROR = 0.001


def langevin(folder: Path, scheme: str, step: float) -> Path:
    value = A + B[scheme] * step ** (1 if scheme == "euler" else 2)
    return write_lattice(folder / f"{scheme}-{step}", ensemble=False, quantities={"kappa2_Z2": (value, ERROR)},
                         generate__algorithm="langevin", generate__scheme=scheme, generate__step=step)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """HMC, and both schemes at three steps, each exactly on its curve."""
    folder = tmp_path_factory.mktemp("runs")
    hmc = write_lattice(folder / "hmc", ensemble=False, quantities={"kappa2_Z2": (A + 0.002, ERROR)})
    return [hmc, *(langevin(folder, scheme, step) for scheme in B for step in (0.1, 0.2, 0.4))]


@pytest.fixture(scope="module")
def runs(folders: list[Path]) -> list[Run]:
    return named_runs({folder: read_ensemble(folder) for folder in folders})


def kappa2(runs: list[Run]) -> Bias:
    (bias,) = find_biases(runs, ["kappa2_Z2"])
    return bias


def test_tables_and_files(folders: list[Path], tmp_path: Path) -> None:
    run = run_command("compare", *folders, "--to", tmp_path / "a" / "b", "--quantities", "kappa2_Z2, chi")
    assert run.returncode == 0, run.stderr
    values, pairs, _, fits = read_tables(run.stdout)
    assert values["euler-0.2"] == {"algorithm": "langevin, euler, step 0.2", "κ2": "0.9000(10)", "χ": "1.00(10)"}
    assert len(pairs) == 21
    row = pairs["euler-0.1 - hmc"]
    assert row["κ2"] == "+140.0σ" and row["χ"] == "+0.0σ"  # (0.7 - 0.502)/(0.001 √2)
    assert row["Σσ²/n"] == "19602.0/2"
    assert row["χ²/dof of κ2 … κ8"] == "0.0/3" and row["p"] == "1.00"  # of the same seed; two peaks of a site leave three directions
    assert fits["κ2, second-order"]["b"].startswith("-3.0") and fits["κ2, euler"]["without bias"] == "0.5020(10)"
    names = {path.name for path in (tmp_path / "a" / "b").iterdir()}
    assert names == {"compare.md", "compare.png", "compare.pdf", "bias.png", "bias.pdf"}
    assert run.stdout.strip() in (tmp_path / "a" / "b" / "compare.md").read_text(encoding="utf-8")


def test_each_scheme_has_its_power(runs: list[Run]) -> None:
    bias = kappa2(runs)
    for scheme, b in B.items():
        fit = bias.fits[scheme]
        assert (fit.a.value, fit.b.value, fit.dof) == (pytest.approx(A), pytest.approx(b), 1)
        assert fit.chi2 == pytest.approx(0.0, abs=1e-12) and fit.p_value == pytest.approx(1.0)
    assert (bias.reference.value, bias.reference.error) == (pytest.approx(A + 0.002), pytest.approx(ERROR))


def test_errors_of_the_fit_against_many_data_sets() -> None:
    step, error = np.array([0.1, 0.2, 0.5, 0.5, 0.1]), np.array([0.01, 0.02, 0.01, 0.03, 0.02])
    rng = np.random.default_rng(2)
    fits = [fit_line(step, 1.0 + 2.0 * step + error * rng.standard_normal(len(step)), error, 1) for _ in range(4000)]
    a, b, chi2 = (np.array([get(fit) for fit in fits])
                  for get in (lambda f: f.a.value, lambda f: f.b.value, lambda f: f.chi2))
    assert a.std() == pytest.approx(fits[0].a.error, rel=0.04) and b.std() == pytest.approx(fits[0].b.error, rel=0.04)
    assert np.cov(a, b)[0, 1] == pytest.approx(fits[0].covariance[0, 1], rel=0.1)
    assert chi2.mean() == pytest.approx(fits[0].dof, abs=0.15)
    value, spread = fits[0].at(np.array([0.0, 0.4]))
    assert spread == pytest.approx((a[:, None] + b[:, None] * [0.0, 0.4]).std(axis=0), rel=0.05)


@pytest.mark.parametrize(("power", "curve"), [(1, [0.3, -0.2, 0.7]), (2, [0.3, 0.0, -0.2, 0.7])])
def test_the_next_power_of_four_steps(power: int, curve: list[float]) -> None:
    """Through a curve of both powers goes the fit, at all steps and beyond; three steps leave it out."""
    step = np.array([0.1, 0.2, 0.3, 0.5])
    value, error = np.polynomial.Polynomial(curve)(step), np.full(4, 0.01)
    fit = fit_line(step, value, error, power)
    assert (fit.a.value, fit.b.value, fit.dof) == (pytest.approx(0.3), pytest.approx(-0.2), 1)
    at, spread = fit.at(np.array([0.0, 0.7]))
    assert at == pytest.approx(np.polynomial.Polynomial(curve)(np.array([0.0, 0.7]))) and spread[0] == pytest.approx(fit.a.error)
    assert fit.chi2 == pytest.approx(0.0, abs=1e-12)
    assert fit_line(step[:3], value[:3], error[:3], power).powers == (0, power)


def test_two_steps_leave_nothing_to_test_and_one_no_fit(runs: list[Run]) -> None:
    bias = kappa2([run for run in runs if run.name in ("hmc", "euler-0.1", "euler-0.2", "second-order-0.1")])
    assert set(bias.points) == set(B) and set(bias.fits) == {"euler"}
    assert bias.fits["euler"].dof == 0 and bias.fits["euler"].p_value is None
    cells = fit_table([bias]).markdown().splitlines()[1].strip("| ").split(" | ")  # p is one character wide
    assert len(cells) == 7 and all(re.fullmatch("-+:?", cell) for cell in cells)


def test_no_bias_without_several_steps_or_between_models(runs: list[Run], tmp_path: Path) -> None:
    assert find_biases(runs[:2], ["kappa2_Z2"]) == []
    other = write_lattice(tmp_path / "other", ensemble=False, model__kappa=0.3)
    assert find_biases([*runs, *named_runs({other: read_ensemble(other)})], ["kappa2_Z2"]) == []


def test_chi_squared_of_independent_runs(tmp_path: Path) -> None:
    """Over many pairs p is uniform; and it is that of the whole covariance, not of its diagonal, where that can be inverted."""
    runs = [read_ensemble(write_lattice(tmp_path / str(seed), seed=seed, ensemble=False)) for seed in range(40)]
    fits = [cumulants_agree(one, other) for one, other in zip(runs[::2], runs[1::2])]
    assert np.mean([fit.p_value for fit in fits]) == pytest.approx(0.5, abs=0.2)
    assert {fit.dof for fit in fits} == {3, 4}
    for fit, one, other in zip(fits, runs[::2], runs[1::2]):
        covariance = (one.covariance + other.covariance)[1::2, 1::2]
        error = np.sqrt(np.diag(covariance))
        off = (one.cumulants.value - other.cumulants.value)[1::2] / error
        inverse, rank = pinvh(covariance / np.outer(error, error), atol=1e-4, rtol=0.0, return_rank=True)
        value = off @ inverse @ off
        assert fit.value == pytest.approx(value, rel=1e-6) and fit.dof == rank
        assert fit.p_value == pytest.approx(f_distribution.sf(value * (40 - rank) / (rank * 39), rank, 40 - rank), rel=1e-6)


def test_what_is_quadratic_in_the_fluctuations_does_not_decide(tmp_path: Path) -> None:
    """Two narrow peaks, and 200 pairs: mean p of 1/2 within 4σ; with all four directions it is too large."""
    rng = np.random.default_rng(16)
    run = read_ensemble(write_lattice(tmp_path / "run", ensemble=False))
    numbers, bins, p_values, wrong = 20000, 50, [], []
    for _ in range(200):
        found = [jackknife_cumulants(rng.normal(np.tile([-1.0, 1.0], numbers // 2), 0.05), bins) for _ in range(2)]
        pair = [replace(run, cumulants=Estimate(each.value, each.error), covariance=each.covariance, bins=bins) for each in found]
        p_values.append(cumulants_agree(*pair).p_value)
        off, covariance = (found[1].value - found[0].value)[1::2], (found[0].covariance + found[1].covariance)[1::2, 1::2]
        wrong.append(chi_squared(off, covariance, bins, 1e-10).p_value)
    bound = 4.0 / np.sqrt(12.0 * len(p_values))
    assert abs(np.mean(p_values) - 0.5) < bound < np.mean(wrong) - 0.5


def test_runs_of_different_models_are_pointed_out(tmp_path: Path) -> None:
    folders = [write_lattice(tmp_path / str(kappa), ensemble=False, model__kappa=kappa, warnings="too short")
               for kappa in (0.2, 0.3)]
    run = run_command("compare", *folders)
    assert run.returncode == 0, run.stderr
    assert "**Note:** the runs are of different models (model.kappa): their quantities need not agree." in run.stdout
    assert "**Warning:** 0.2: too short." in run.stdout and len(read_tables(run.stdout)) == 3
    assert (folders[0] / "report" / "compare.png").is_file() and not (folders[0] / "report" / "bias.png").exists()


def compared(folder: Path, **decks: dict[str, object]) -> str:
    """What the comparison of runs of these names and decks prints."""
    folders = [write_lattice(folder / name, ensemble=False, **deck) for name, deck in decks.items()]
    run = run_command("compare", *folders)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_runs_of_the_same_seed_are_pointed_out_above_the_pairs(tmp_path: Path) -> None:
    langevin_7 = {"run__seed": 7, "generate__algorithm": "langevin", "generate__scheme": "euler"}
    text = compared(tmp_path, a={"run__seed": 7}, b=langevin_7, c={"run__seed": 8}, d={"run__seed": 9},
                    e={"run__seed": 8}, f={"run__seed": 7})
    head, _, below = text.partition("## Pairs\n\n")
    first, second, table = below.split("\n\n")[:3]
    assert first.startswith("**Warning:** a, b and f have the same run.seed: they share random numbers")
    assert second.startswith("**Warning:** c and e have the same run.seed: ") and table.startswith("| ")
    assert "run.seed" not in head and "these must have different run.seed" in below


def test_no_seed_is_shared_by_runs_of_different_seeds_or_with_an_import(tmp_path: Path) -> None:
    imported = {"run__seed": 7, "generate__algorithm": "import"}
    assert "same run.seed" not in compared(tmp_path, a={"run__seed": 7}, b={"run__seed": 17}, c=imported, d=imported)


def test_runs_that_are_not_in_equilibrium_are_named(tmp_path: Path) -> None:
    text = compared(tmp_path, a={}, b={"in_equilibrium": False})
    assert "**Not in equilibrium:** b." in text and "**Not in equilibrium:** a." not in text


def test_value_that_does_not_exist_is_a_dash(tmp_path: Path) -> None:
    folders = [write_lattice(tmp_path / name, ensemble=False, quantities={"xi": (value, 0.1)}) for name, value in
               (("a", np.nan), ("b", 1.0))]
    run = run_command("compare", *folders, "--quantities", "xi,chi")
    assert run.returncode == 0, run.stderr
    values, pairs, _ = read_tables(run.stdout)
    assert values["a"]["ξ"] == "–" and read_cell(values["b"]["ξ"]).value == 1.0
    assert pairs["b - a"]["ξ"] == "–" and pairs["b - a"]["Σσ²/n"] == "0.0/1"


def assert_refused(*arguments: object, message: str) -> None:
    run = run_command("compare", *arguments)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr.startswith(f"scorefield-analysis: error: {message}") and run.stderr.count("\n") == 1, run.stderr


def test_what_cannot_be_compared(folders: list[Path], make_output) -> None:
    assert_refused(folders[0], message="a comparison needs at least two runs; ")
    assert_refused(folders[0], folders[1], folders[0], message="a folder is given twice; ")
    assert_refused(*folders[:2], "--quantities", "chi,speed",
                   message="hmc has no quantity 'speed'; choose of abs_M, M1")
    assert_refused(*folders[:2], "--quantities", "chj", message="hmc has no quantity 'chj'; the nearest is chi\n")
    other = make_output("points", processes=(), times=2)
    assert_refused(folders[0], other, message=f"{other} is no run on a lattice; ")
    with h5py.File(folders[-1] / "results.h5", "a") as file:
        file["provenance"].attrs["deck"] = np.bytes_(b"nothing")
    assert_refused(folders[0], folders[-1], message=f"the deck in {folders[-1] / 'results.h5'} is no INI text; ")
