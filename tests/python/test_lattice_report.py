"""The report on a run on a lattice: its numbers against those in results.h5, its warnings and errors."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import Report, make_report, make_text, run_command
from markdown_tables import read_cell
from matplotlib.image import imread
from synthetic_lattice import write_lattice

FIGURES = {"history", "slices", "spectrum", "two-point", "histogram", "configurations"}
WARNINGS = "chains do not agree on M: R-hat = 2.85; <phi dS/dphi> = 1.1 +- 0.01 is not 1"
NOT_IN_EQUILIBRIUM = "not in equilibrium: neither values nor errors are to be trusted"
SHOWN_WARNINGS = ("chains do not agree on M: R-hat = 2.85", "⟨phi dS/dphi⟩ = 1.1 +- 0.01 is not 1")


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Report:
    quantities = {"schwinger_dyson": (1.0, 0.125), "xi_connected": (np.nan, np.nan),
                  "kappa4_Z2/kappa2^2": (-1.9462, 0.0002)}
    folder = tmp_path_factory.mktemp("lattice") / "frozen"
    return make_report(write_lattice(folder, striped_chain=3, warnings=WARNINGS, in_equilibrium=False, exact=True,
                                     quantities=quantities, updates={}))


def test_quantities_with_their_deviation_from_exact(frozen: Report) -> None:
    table = {name.partition(":")[0]: row for name, row in frozen.tables[0].items()}
    assert table["⟨φ ∂S/∂φ⟩"] == {"measured": "1.00(12)", "exact": "1.25", "deviation": "-2.0σ"}
    assert table["χ"] == {"measured": "1.00(10)", "exact": "–", "deviation": "–"}
    assert table["ξ connected"]["measured"] == "–"


@pytest.mark.parametrize("binder, said", [(0.6665, True), (0.01, False)])
def test_length_of_a_broken_phase_is_told_beneath_the_table(tmp_path: Path, binder: float, said: bool) -> None:
    """Not of a free field, whose length may be longer than the lattice."""
    report = make_text(write_lattice(tmp_path / "broken", quantities={"xi": (245.0, 0.6), "binder": (binder, 0.0001)}))
    beneath = report.text.partition("## Quantities")[2].partition("\n## ")[0]
    assert ("ξ is longer than half the lattice" in beneath and "ξ connected, from the same G(k)" in beneath) == said


def test_length_on_a_large_lattice_needs_no_note(frozen: Report) -> None:
    assert "longer than half" not in frozen.text


def test_site_cumulants_beside_the_published_ones(frozen: Report) -> None:
    table = frozen.tables[1]
    assert list(table) == ["Data", "HMC, published, scaled", "Diffusion model, published, scaled"]
    assert table["Data"]["κ4/κ2²"] == "-1.9462(2)"
    row = table["HMC, published, scaled"]
    assert row["κ2"] == "0.39597(4)" and row["κ8"] == "-5.869(3)"
    assert float(row["κ4/κ2²"]) == -1.8785 and float(row["κ6/κ2³"]) == 14.514 and float(row["κ8/κ2⁴"]) == -238.73
    assert "scaled to [-1, 1] by the minimum and maximum" in frozen.text and "no equilibrium ensemble" in frozen.text


@pytest.mark.parametrize("changes", [{"model__kappa": 0.41},
                                     {"lattice__size": "16, 32"}, {"model__name": "gaussian-field"}])
def test_published_rows_only_beside_the_same_model(tmp_path: Path, changes: dict[str, object]) -> None:
    report = make_text(write_lattice(tmp_path / "other", **changes))
    assert list(report.tables[1]) == ["Data"] and "Published" not in report.text


def test_autocorrelations_and_inputs(frozen: Report) -> None:
    row = frozen.tables[3]["∣M∣"]
    assert read_cell(row["mean"]).value == 1.0 and read_cell(row["τ_int"]).value == 3.0
    assert (row["window"], row["R-hat"], row["effective samples"]) == ("7", "1.020", "321")
    assert frozen.tables[4]["Data"] == {"lattice (y × x)": "6 × 8", "configurations": "200", "chains": "5", "jackknife bins": "40",
                                        "configurations a bin": "2", "striped": "20 %"}


def test_updates(frozen: Report) -> None:
    assert frozen.tables[2]["Data"] == {"acceptance": "0.9012(4)", "⟨exp(-ΔH)⟩": "1.0015(10)", "deviation from 1": "+1.5σ",
                                        "step": "0.4248", "steps an update": "2"}
    assert "## Updates" in frozen.text


def test_updates_that_none_can_reject(tmp_path: Path) -> None:
    report = make_text(write_lattice(tmp_path / "langevin", generate__algorithm="langevin"))
    assert "## Updates" not in report.text and "acceptance" not in report.text and len(report.tables) == 4


def test_updates_without_a_value(tmp_path: Path) -> None:
    """The mean of exp(-ΔH) can overflow; its deviation is then none."""
    report = make_text(write_lattice(tmp_path / "wild", updates={"exp_minus_delta_h": np.inf, "acceptance": 0.0}))
    row = report.tables[2]["Data"]
    assert (row["acceptance"], row["⟨exp(-ΔH)⟩"], row["deviation from 1"]) == ("0.0000(4)", "–", "–")


def test_warnings_come_first_and_on_the_terminal(frozen: Report) -> None:
    lines, top = frozen.run.stderr.splitlines(), frozen.text.partition("## Quantities")[0].splitlines()
    assert top[4] == f"**{NOT_IN_EQUILIBRIUM.capitalize()}.**"
    assert f"scorefield-analysis: warning: {NOT_IN_EQUILIBRIUM}" in lines
    for each in SHOWN_WARNINGS:
        assert f"**Warning:** {each}." in top and f"scorefield-analysis: warning: {each}" in lines


def test_warning_of_an_ensemble_in_equilibrium(tmp_path: Path) -> None:
    report = make_text(write_lattice(tmp_path / "few", warnings="only 12 bins: errors are not to be trusted"))
    assert "**Warning:** only 12 bins: errors are not to be trusted.\n" in report.text
    assert "n equilibrium: " not in report.text + report.run.stderr


def test_ensemble_in_equilibrium_has_no_warning(tmp_path: Path) -> None:
    report = make_text(write_lattice(tmp_path / "good", updates={}))
    assert "arning" not in report.text + report.run.stderr and "n equilibrium: " not in report.text + report.run.stderr


def test_figures_exist_are_embedded_and_not_empty(frozen: Report) -> None:
    folder = frozen.folder / "report"
    assert {path.stem for path in folder.glob("*.png")} == FIGURES
    for name in FIGURES:
        picture = imread(folder / f"{name}.png")[..., :3]
        assert picture.shape[0] >= 400 and picture.shape[1] >= 1000
        assert 0.01 < np.mean(np.any(picture < 0.9, axis=-1)) < 0.95, f"{name} is blank or full"
        assert f"({name}.png)" in frozen.text and f"({name}.pdf)" in frozen.text


def test_one_chain_without_ensemble(tmp_path: Path) -> None:
    """What is no longer there is said, and the rest is made."""
    report = make_report(write_lattice(tmp_path / "one", chains=1, ensemble=False))
    assert {path.stem for path in (report.folder / "report").glob("*.png")} == FIGURES - {"configurations"}
    assert f"warning: no pictures of configurations: {report.folder / 'ensemble.h5'} is not there" in report.run.stderr
    assert "**Warning:** no pictures" in report.text


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_text("nothing"),
    lambda path: path.write_bytes(path.read_bytes()[:5000]),
    lambda path: h5py.File(path, "a").pop("field"),
    lambda path: _replace(path, "chain", np.zeros(7)),
    lambda path: _replace(path, "chain", np.full(200, 99)),
])
def test_ensemble_that_cannot_be_read(tmp_path: Path, spoil) -> None:
    folder = write_lattice(tmp_path / "spoilt")
    spoil(folder / "ensemble.h5")
    report = make_text(folder)
    (line,) = [line for line in report.run.stderr.splitlines() if "warning" in line]
    assert "no pictures of configurations" in line and "make it again with 'scorefield generate'" in line


def _replace(path: Path, name: str, value: np.ndarray) -> None:
    with h5py.File(path, "a") as file:
        exchange(file, name, value)


def exchange(group: h5py.Group, name: str, value: np.ndarray) -> None:
    del group[name]
    group[name] = value


@pytest.mark.parametrize("name, cause", [
    ("two_point/value", "has no dataset 'two_point/value'"), ("series/M", "has no dataset 'series/M'"),
    ("histogram_M/counts", "has no dataset 'histogram_M/counts'"),
])
def test_missing_dataset_is_named(tmp_path: Path, name: str, cause: str) -> None:
    folder = write_lattice(tmp_path / "missing", ensemble=False)
    with h5py.File(folder / "results.h5", "a") as file:
        del file[f"ensemble/{name}"]
    assert_refused("report", folder, cause=cause)


@pytest.mark.parametrize("change, cause", [
    (lambda group: group["quantities"].attrs.modify("names", "a,b"), "2 names for 20 quantities"),
    (lambda group: group["autocorrelation"].attrs.modify("columns", "mean,error,a,b,c,d,e"), "has no column 'tau_int'"),
    (lambda group: group.attrs.pop("warnings"), "has no attribute 'warnings'"),
    (lambda group: group.attrs.pop("in_equilibrium"), "has no attribute 'in_equilibrium'"),
    (lambda group: group["updates"].attrs.pop("steps"), "has no attribute 'steps'"),
    (lambda group: exchange(group, "spectrum/value", np.ones((3, 3))), "errors of another shape"),
    (lambda group: exchange(group, "series/M", np.ones(1)), "series of different lengths"),
])
def test_members_that_do_not_belong_together(tmp_path: Path, change, cause: str) -> None:
    folder = write_lattice(tmp_path / "wrong", ensemble=False, updates={})
    with h5py.File(folder / "results.h5", "a") as file:
        change(file["ensemble"])
    assert_refused("report", folder, cause=cause)


def assert_refused(*arguments: object, cause: str) -> None:
    run = run_command(*arguments)
    assert run.returncode == 2 and run.stdout == "" and run.stderr.count("\n") == 1, run.stderr
    assert run.stderr.startswith("scorefield-analysis: error: ") and cause in run.stderr
    assert "write it again" in run.stderr


def test_no_spread_of_runs_on_a_lattice(tmp_path: Path) -> None:
    folders = [write_lattice(tmp_path / name, ensemble=False) for name in "ab"]
    run = run_command("spread", *folders)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == (f"scorefield-analysis: error: {folders[0]} is a run on a lattice, of which no "
                          "spread is known here; use 'scorefield-analysis report' or 'compare'\n")
