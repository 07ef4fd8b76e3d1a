"""The scan of a coupling, against numbers made by hand."""

from pathlib import Path
from typing import Sequence

import h5py
import numpy as np
import pytest
from conftest import run_command
from markdown_tables import read_tables
from scorefield_analysis import cli
from scorefield_analysis.errors import UserError
from scorefield_analysis.figures.style import DATA, FORMULA, LEARNT_SCORE
from scorefield_analysis.reader import read_field_run
from scorefield_analysis.scan.exact_values import NONE, ExactValues, read_exact_values
from scorefield_analysis.scan.figure import LOOKS, draw_scan, look_of_lattice
from scorefield_analysis.scan.kinds import BOSE_GAS
from scorefield_analysis.scan.points import Scan, scan_of, scan_warnings
from scorefield_analysis.scan.table import agreement_lines
from scorefield_analysis.seal import seal_text
from synthetic_field import write_field
from synthetic_lattice import write_lattice

DENSITY = {0.5: 0.001, 1.0: 0.063, 1.2: 0.33, 1.4: 1.53}
ERROR = 0.002
NAMES = ["density", "|phi|^2"]
EXACT = "mu,density,phi2\n1.0, 0.061, 0.236\n0.5,0.0,0.22\n1.4,1.50,0.561\n\n0.8,0.01,0.23\n"
SAME_SEED = "have the same run.seed: they share noise, and their errors are correlated"


def run_at(folder: Path, mu: float, **options: object) -> Path:
    averages = {"density": (DENSITY.get(mu, 0.1) + 0.001j, ERROR), "|phi|^2": (0.22 + 0.1 * mu**4 + 0.0j, ERROR)}
    return write_field(folder, **{"averages": averages, "model__name": "bose-gas", "model__mu": mu, "run__seed": round(100 * mu), **options})


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Not in the order of mu; one of each state."""
    folder = tmp_path_factory.mktemp("scan")
    return [run_at(folder / "d", 1.4, verdict="failing"), run_at(folder / "b", 1.0), run_at(folder / "a", 0.5, verdict="undecided"),
            run_at(folder / "c", 1.2, warnings="R-hat of Re <z^2> is 1.2")]


def read_scan(folders: Sequence[Path], coupling: str | None = None, names: Sequence[str] | None = None) -> Scan:
    return scan_of({folder: read_field_run(folder) for folder in folders}, coupling, names)


@pytest.fixture(scope="module")
def scan(folders: list[Path]) -> Scan:
    return read_scan(folders)


@pytest.fixture
def exact(tmp_path: Path) -> Path:
    (tmp_path / "exact.csv").write_text(EXACT)
    return tmp_path / "exact.csv"


def test_table_and_files(folders: list[Path], exact: Path, tmp_path: Path) -> None:
    run = run_command("scan", *folders, "--exact", exact, "--to", tmp_path / "to")
    assert run.returncode == 0, run.stderr
    (table,) = read_tables(run.stdout)
    assert list(table) == ["a", "b", "c", "d"]
    assert table["b"] == {"mu": "1", "⟨n⟩": "0.063(2) +1.0σ", "⟨n⟩ exact": "0.061", "⟨∣φ∣²⟩": "0.320(2) +42.0σ", "⟨∣φ∣²⟩ exact": "0.236",
                          "τ_int": "0.77", "verdict": "good", "equilibrium": "yes"}
    assert (table["c"]["⟨n⟩"], table["c"]["⟨n⟩ exact"], table["c"]["equilibrium"]) == ("0.330(2)", "–", "**no**")
    assert [row["verdict"] for row in table.values()] == ["**undecided**", "good", "good", "**failing**"]
    assert "⟨n⟩: Σσ²/n of the runs with a good verdict and without warnings = 1.0/1." in run.stdout
    assert {path.name for path in (tmp_path / "to").iterdir()} == {"scan.md", "scan.png", "scan.pdf"}
    assert run.stdout.strip() in (tmp_path / "to" / "scan.md").read_text(encoding="utf-8")
    for said in ("d: criteria: FAILING, these are not averages with exp(-S): ⟨L z⟩ is far off", "a: criteria: undecided",
                 "c: not in equilibrium, R-hat of Re ⟨z^2⟩ is 1.2"):
        assert f"scorefield-analysis: warning: {said}" in run.stderr and f"**Warning:** {said}" in run.stdout
    assert SAME_SEED not in run.stderr


def test_chosen_quantities_against_another_coupling(tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorefield_analysis.scan.report.write_document", lambda *_: None)
    runs = [write_field(tmp_path / str(kappa), model__kappa=kappa, averages={"V M^2": (2.5 * kappa - 1.0j, 0.01)}) for kappa in (0.2, 0.1)]
    assert cli.main(["scan", *map(str, runs), "--against", "model.kappa", "--quantities", "V M^2, hop_x"]) == 0
    said = capsys.readouterr()
    (table,) = read_tables(said.out)
    assert [row["kappa"] for row in table.values()] == ["0.1", "0.2"] and table["0.2"]["V⟨M²⟩"] == "0.500(10)"
    assert SAME_SEED in said.err and "imaginary" not in said.err


def test_states(scan: Scan) -> None:
    assert [(point.at, point.run.state) for point in scan.points] == [(0.5, "undecided"), (1.0, "good"), (1.2, "not in equilibrium"), (1.4, "failing")]


def test_failing_is_worse_than_not_in_equilibrium(folders: list[Path], tmp_path: Path) -> None:
    both = run_at(tmp_path / "both", 0.9, verdict="failing", warnings="R-hat of Re <z^2> is 1.2")
    assert read_scan([folders[0], both]).points[0].run.state == "failing"


def test_imaginary_part_that_must_vanish(tmp_path: Path) -> None:
    """Of the Bose gas; one of 20 errors is no fluctuation."""
    runs = [run_at(tmp_path / "a", 0.5), run_at(tmp_path / "b", 1.0, averages={"density": (0.1 + 0.04j, ERROR)})]
    scan = read_scan(runs, names=["density"])
    assert scan_warnings(scan) == ["b: the imaginary part of ⟨n⟩ must vanish, and is +20.0σ"]
    assert [point.run.state_of("density") for point in scan.points] == ["good", "with warnings"]
    exact = ExactValues(np.array([0.5, 1.0]), {"density": np.array([0.06, 0.1])})
    assert agreement_lines(scan, exact)[0].endswith("/1")


def test_runs_that_were_made_anew(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture,
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scorefield_analysis.scan.report.write_document", lambda *_: None)
    stale = run_at(tmp_path / "stale", 0.9)
    with h5py.File(stale / "results.h5", "a") as file:
        file["ensemble"].attrs["source_checksum"] = f"{7:016x}"
    (stale / "ensemble.h5").write_bytes(seal_text(10**6, 8))
    assert cli.main(["scan", str(folders[0]), str(stale)]) == 0
    assert f"warning: {stale}: results.h5 was measured before ensemble.h5 changed" in capsys.readouterr().err


def test_figure(scan: Scan, exact: Path) -> None:
    axes = draw_scan(scan, read_exact_values(exact, "mu", NAMES, BOSE_GAS.short_names)).axes
    for column, name in enumerate(NAMES):
        top, bottom = axes[column], axes[2 + column]
        bars = {bar.get_label(): bar for bar in top.containers}
        assert set(bars) == {f"run, {state}" for state in ("good", "undecided", "not in equilibrium", "failing")}
        for point in scan.points:
            line, _, (segments,) = bars[f"run, {point.run.state}"]
            value, error = point.run.averages[name].value, point.run.averages[name].error
            assert line.get_xdata() == [point.at] and line.get_ydata() == [value]
            low, high = segments.get_segments()[0][:, 1]
            assert 0.5 * (high - low) == pytest.approx(error)
        crossed, hollow, full = (bars[f"run, {state}"][0] for state in ("failing", "undecided", "good"))
        assert crossed.get_marker() == "x" and hollow.get_markerfacecolor() == "white" and full.get_markerfacecolor() == full.get_color()
        (line,) = [line for line in top.get_lines() if line.get_color() == FORMULA.colour]
        assert list(line.get_xdata()) == [0.5, 0.8, 1.0, 1.4] and line.get_linestyle() == "None"
        pulls = {float(line.get_xdata()[0]): float(line.get_ydata()[0]) for line in bottom.get_lines() if len(line.get_xdata()) == 1}
        assert set(pulls) == {0.5, 1.0, 1.4}
        assert pulls[1.0] == pytest.approx(1.0 if name == "density" else 42.0)


def test_many_exact_values_are_a_line(folders: list[Path]) -> None:
    at = np.linspace(0.4, 1.5, 100)
    axes = draw_scan(read_scan(folders, names=["density"]), ExactValues(at, {"density": at**4})).axes
    (line,) = [line for line in axes[0].get_lines() if line.get_color() == FORMULA.colour and len(line.get_xdata()) == 100]
    assert line.get_linestyle() == "-" and line.get_marker() in ("", "None")


def test_agreement_counts_only_runs_to_be_trusted(scan: Scan) -> None:
    wrong_elsewhere = ExactValues(np.array([0.5, 1.0, 1.4]), {"density": np.array([9.0, 0.061, 9.0])})
    assert agreement_lines(scan, wrong_elsewhere) == ["⟨n⟩: Σσ²/n of the runs with a good verdict and without warnings = 1.0/1"]


def test_exact_values(exact: Path) -> None:
    known = read_exact_values(exact, "mu", NAMES, BOSE_GAS.short_names)
    assert list(known.at) == [0.5, 0.8, 1.0, 1.4] and set(known.values) == set(NAMES)
    assert known.of("density", 1.0 + 1e-12) == 0.061 and known.of("|phi|^2", 0.5) == 0.22
    assert known.of("density", 0.6) is None and known.of("V M^2", 0.5) is None


@pytest.mark.parametrize("text, cause", [
    ("", "is no table of exact values"), ("mu,density\n", "is no table"), ("x,density\n1,2\n", "is no table"), ("mu,n\n1,2\n", "is no table"),
    ("mu,density,density\n1,2,3\n", "is no table"), ("mu,density\n1,2\n1,two\n", "row 3 of"), ("mu,density\n1,2,3\n", "row 2 of"),
    ("mu,density\n1,nan\n", "row 2 of"), ("mu,density\n1,2\n1.0,3\n", "two lines of one mu"), ("mu,density\n\xff\n", "row 2 of"),
    (b"mu,density\n\xff\xfe,1\n", "is no text"), (None, "no file"),
])
def test_table_of_exact_values_that_cannot_be_read(tmp_path: Path, text: str | bytes | None, cause: str) -> None:
    path = tmp_path / "exact.csv"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UserError, match=cause) as error:
        read_exact_values(path, "mu", NAMES, {})
    assert str(path) in str(error.value) and "; " in str(error.value)


@pytest.mark.parametrize("second, arguments, cause", [
    ({}, ["--quantities", "density,charge"], "has no average 'charge'; choose of z, z^2"),
    ({}, ["--against", "kappa"], "has no number model.kappa; choose --against of mu, mass-squared, lambda"),
    ({}, ["--against", "mass-squared"], "the runs differ in more than model.mass-squared: mu is 1.4 in d, and 0.9 in other"),
    ({"model__lambda": 2}, [], "the runs differ in more than model.mu: lambda is 0 in d, and 2 in other"),
    ({"model__name": "complex-phi4", "averages": None, "model__mu": None}, ["--against", "mu"], "has no number model.mu"),
    ({}, ["--exact", "/nowhere/exact.csv"], "no file /nowhere/exact.csv"),
])
def test_wrong_scans(folders: list[Path], tmp_path: Path, second: dict[str, object], arguments: list[str], cause: str,
                     capsys: pytest.CaptureFixture) -> None:
    other = run_at(tmp_path / "other", 0.9, **second)
    assert cli.main(["scan", str(folders[0]), str(other), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("scorefield-analysis: error: ") and cause in said.err, said.err


@pytest.mark.parametrize("again, cause", [(0, "a scan needs at least two runs"), (1, "a folder is given twice")])
def test_one_run_is_no_scan(folders: list[Path], again: int, cause: str, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["scan", *[str(folders[0])] * (1 + again)]) == 2
    assert cause in capsys.readouterr().err


def test_runs_of_one_folder_name(tmp_path: Path) -> None:
    runs = [run_at(tmp_path / name / "run", mu) for name, mu in (("a", 0.5), ("b", 1.0))]
    assert [point.name for point in read_scan(runs).points] == list(map(str, runs))


def real_run(folder: Path, kappa: float, **options: object) -> Path:
    quantities = {"abs_M": (kappa, 0.01), "chi": (10.0 * kappa, 0.2), "binder": (0.1, 0.01), "xi": (2.0, 0.1)}
    return write_lattice(folder, ensemble=False, model__kappa=kappa, run__seed=round(1000 * kappa),
                         **{"quantities": quantities, "lattice__size": "6, 8", **options})


def test_real_fields_against_kappa(tmp_path: Path) -> None:
    runs = [real_run(tmp_path / "b", 0.3, in_equilibrium=False, warnings="tau_int is not known", tau_int=np.inf), real_run(tmp_path / "a", 0.2)]
    run = run_command("scan", *runs, "--to", tmp_path / "to")
    assert run.returncode == 0, run.stderr
    (table,) = read_tables(run.stdout)
    assert list(table) == ["a", "b"]
    assert {key: table["a"][key] for key in ("kappa", "⟨∣M∣⟩", "χ", "U", "equilibrium")} == {
        "kappa": "0.2", "⟨∣M∣⟩": "0.200(10)", "χ": "2.0(2)", "U": "0.100(10)", "equilibrium": "yes"}
    assert (table["a"]["τ_int"], table["b"]["τ_int"]) == ("6.00", "not found")
    assert table["b"]["equilibrium"] == "**no**" and "verdict" not in table["a"] and "lattice" not in table["a"]
    assert "scorefield-analysis: warning: b: not in equilibrium, tau_int is not known" in run.stderr
    assert "Of a run that is not in equilibrium" in run.stdout and "verdict" not in run.stdout
    assert {path.name for path in (tmp_path / "to").iterdir()} == {"scan.md", "scan.png", "scan.pdf"}


def test_several_lattices(folders: list[Path], tmp_path: Path, exact: Path) -> None:
    """Each has its rows and its colour; a table of exact values would be of one of them."""
    other = run_at(tmp_path / "other", 0.9, lattice__size="6, 5", run__seed=3)
    scan = read_scan([folders[1], other, folders[2]])
    assert [(point.name, point.lattice) for point in scan.points] == [("a", "6 × 4"), ("b", "6 × 4"), ("other", "6 × 5")]
    labels = {bar.get_label(): bar[0].get_color() for bar in draw_scan(scan, NONE).axes[0].containers}
    assert labels == {"6 × 4, good": DATA.colour, "6 × 4, undecided": DATA.colour, "6 × 5, good": LEARNT_SCORE.colour}
    run = run_command("scan", *folders, other, "--to", tmp_path / "to")
    (table,) = read_tables(run.stdout)
    assert table["other"]["lattice"] == "6 × 5" and table["a"]["lattice"] == "6 × 4"
    run = run_command("scan", *folders, other, "--exact", exact)
    assert run.returncode == 2 and f"2 lattices (6 × 4, 6 × 5), of which {exact} can hold the exact values of one" in run.stderr


def test_exact_values_that_the_runs_know(tmp_path: Path) -> None:
    """Of a free field: no table is needed."""
    runs = [write_lattice(tmp_path / str(kappa), ensemble=False, model__name="gaussian-field", model__kappa=kappa, lattice__size="6, 8",
                          run__seed=round(1000 * kappa), quantities={"phi2": (kappa, 0.01), "xi": (2.0, 0.1)}, known={"phi2": 0.21})
            for kappa in (0.2, 0.24)]
    scan = read_scan(runs, names=["phi2", "xi"])
    assert agreement_lines(scan, NONE) == ["⟨φ²⟩: Σσ²/n of the runs without warnings = 10.0/2"]
    top, other, bottom, none = draw_scan(scan, NONE).axes
    assert not none.get_visible() and bottom.get_xlabel() == other.get_xlabel() == r"$\kappa$" and top.get_xlabel() == ""
    (line,) = [line for line in top.get_lines() if line.get_color() == FORMULA.colour]
    assert list(line.get_xdata()) == [0.2, 0.24] and list(line.get_ydata()) == [0.21, 0.21]
    pulls = [value for line in bottom.get_lines() if len(line.get_xdata()) == 2 and line.get_marker() == "o" for value in line.get_ydata()]
    assert pulls == pytest.approx([-1.0, 3.0])


def test_errors_that_are_not_to_be_trusted(tmp_path: Path) -> None:
    """A run with any warning is open, and does not count."""
    runs = [real_run(tmp_path / str(kappa), kappa, known={"binder": 0.12}, **more) for kappa, more in
            ((0.2, {}), (0.24, {"warnings": "only 4 bins: errors are not to be trusted"}))]
    scan = read_scan(runs, names=["binder"])
    assert [point.run.state for point in scan.points] == ["without warnings", "with warnings"]
    assert agreement_lines(scan, NONE) == ["U: Σσ²/n of the runs without warnings = 4.0/1"]
    faces = {bar.get_label(): bar[0].get_markerfacecolor() for bar in draw_scan(scan, NONE).axes[0].containers}
    assert faces == {"run, without warnings": DATA.colour, "run, with warnings": "white"}
    assert scan_warnings(scan) == ["0.24: only 4 bins: errors are not to be trusted"]


def test_exact_values_of_a_real_field(tmp_path: Path) -> None:
    """phi2 is a name of its own there."""
    runs = [real_run(tmp_path / str(kappa), kappa) for kappa in (0.2, 0.24)]
    (tmp_path / "exact.csv").write_text("kappa,phi2\n0.2,1.1\n", encoding="utf-8")
    (table,) = read_tables(run_command("scan", *runs, "--quantities", "phi2", "--exact", tmp_path / "exact.csv", "--to", tmp_path).stdout)
    assert table["0.2"]["⟨φ²⟩"] == "1.00(10) -1.0σ" and table["0.24"]["⟨φ²⟩ exact"] == "–"


def test_exact_values_that_fit_no_run(folders: list[Path], tmp_path: Path) -> None:
    (tmp_path / "exact.csv").write_text("mu,density\n7,1.1\n", encoding="utf-8")
    run = run_command("scan", *folders, "--exact", tmp_path / "exact.csv", "--to", tmp_path)
    assert f"warning: {tmp_path / 'exact.csv'} has no line at any mu of these runs" in run.stderr


def test_exact_values_of_several_lattices_are_several_lines(tmp_path: Path) -> None:
    """Of as many points as a line takes."""
    runs = [write_lattice(tmp_path / f"{size}-{n}", ensemble=False, model__kappa=0.001 * n, lattice__size=size, known={"phi2": 0.2})
            for size in ("6, 8", "6, 9") for n in range(41)]
    lines = [line for line in draw_scan(read_scan(runs, names=["phi2"]), NONE).axes[0].get_lines() if line.get_color() == FORMULA.colour]
    assert [list(line.get_xdata()) for line in lines] == [[0.001 * n for n in range(41)]] * 2


def test_looks_of_lattices() -> None:
    looks = [look_of_lattice(number) for number in range(len(LOOKS) ** 2)]
    assert len(set(looks)) == len(looks)


def test_averages_that_have_no_value(tmp_path: Path) -> None:
    runs = [real_run(tmp_path / "a", 0.2), real_run(tmp_path / "b", 0.24, quantities={"xi": (np.nan, np.nan)})]
    (bar,) = draw_scan(read_scan(runs, names=["xi"]), NONE).axes[0].containers
    assert list(bar[0].get_ydata()) == [2.0]


def test_complex_phi4_without_wishes(tmp_path: Path) -> None:
    runs = [write_field(tmp_path / str(kappa), model__kappa=kappa, run__seed=n) for n, kappa in enumerate((0.1, 0.2))]
    scan = read_scan(runs)
    assert scan.coupling == "kappa" and scan.names == ["hop_x", "V M^2"]


def test_a_length_that_is_none(tmp_path: Path) -> None:
    """In a broken phase. Near the critical point, where the Binder cumulant is below its value there, xi is of a finite lattice, but a length."""
    broken, critical = ({"xi": (200.0, 1.0), "binder": (binder, 0.001), "xi_connected": (0.6, 0.1)} for binder in (0.66, 0.55))
    runs = [real_run(tmp_path / "a", 0.2), real_run(tmp_path / "b", 0.4, quantities=broken), real_run(tmp_path / "c", 0.3, quantities=critical),
            real_run(tmp_path / "d", 0.5, quantities=broken)]
    scan = read_scan(runs, names=["xi", "xi_connected"])
    said = scan_warnings(scan)
    assert len(said) == 1 and said[0].startswith("b, d: ξ: of the constant ⟨M²⟩ and no length of fluctuations")
    drawn = [{bars.get_label(): len(bars[0].get_xdata()) for bars in panel.containers} for panel in draw_scan(scan, NONE).axes]
    assert drawn == [{"run, without warnings": 2, "run, with warnings": 2}, {"run, without warnings": 4}]


def test_names_that_are_easier_to_type(tmp_path: Path) -> None:
    runs = [real_run(tmp_path / "a", 0.2), real_run(tmp_path / "b", 0.24)]
    assert read_scan(runs, names=["U", "|M|", "binder"]).names == ["binder", "abs_M"]
    with pytest.raises(UserError, match=r"no average 'abs_m'; the nearest is abs_M"):
        read_scan(runs, names=["abs_m"])


def test_runs_of_two_kinds(folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    other = real_run(tmp_path / "other", 0.2)
    assert cli.main(["scan", str(other), str(folders[0]), "--against", "lambda"]) == 2
    assert "other is a run of real fields, and d is a run of the Bose gas; give runs of one model" in capsys.readouterr().err
