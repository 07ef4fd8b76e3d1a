"""The report on complex Langevin walkers: its numbers against those in results.h5, its verdict, warnings and errors."""

import shutil
import warnings
from pathlib import Path
from typing import Callable

import h5py
import numpy as np
import pytest
from conftest import Report, make_report, make_text, run_command
from markdown_tables import read_cell, read_tables
from matplotlib.image import imread
from scorefield_analysis.decks import read_deck
from scorefield_analysis.freshness import changed_note
from scorefield_analysis.plane.action import action_of
from scorefield_analysis.plane.figures import planned_figures
from scorefield_analysis.plane.report import plane_warnings, report_text
from scorefield_analysis.plane.tables import with_deviation
from scorefield_analysis.reader import read_run
from scorefield_analysis.seal import seal_text
from synthetic import seal
from synthetic_plane import TEXTS, write_plane

EVEN = (2, 4, 6, 8)
SUPERSCRIPT = {2: "²", 4: "⁴", 6: "⁶", 8: "⁸"}
ALWAYS = {"flow", "drift-field", "drift", "boundary", "comparison-cumulants", "comparison-moments"}
SOLVED = {"maps", "marginals"}
CREDIBLE = "are not credible"


@pytest.fixture(scope="module")
def quartic(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return make_report(write_plane(tmp_path_factory.mktemp("plane") / "quartic"))


@pytest.fixture(scope="module")
def gaussian(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return make_report(write_plane(tmp_path_factory.mktemp("plane") / "gaussian", model__name="gaussian", complex_density=False,
                                   strip=None))


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plane(tmp_path_factory.mktemp("plane") / "intact")


@pytest.fixture
def output(intact: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(intact, tmp_path / "output"))


def quick(folder: Path) -> Report:
    """The text of a report without its figures, which take seconds."""
    results = read_run(folder)
    action = action_of(read_deck(results.provenance["deck"], folder), folder)
    text = report_text(folder, results, action, [], plane_warnings(results))
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report" / "report.md").write_text(text, encoding="utf-8")
    return Report(folder, None, read_tables(text))


def assert_row(row: dict[str, str], names: list[str], folder: Path, quantity: str, part: int, factor: dict[int, float]) -> None:
    with h5py.File(folder / "results.h5") as file:
        value, error, exact = (file[f"ensemble/{quantity}/{name}"][:, part] for name in ("value", "error", "exact"))
    for n, name in zip(EVEN, names, strict=True):
        cell = read_cell(row[name])
        assert cell.value == pytest.approx(factor[n] * value[n - 1], abs=0.51 * cell.unit)
        assert cell.error == pytest.approx(abs(factor[n]) * error[n - 1], rel=0.26)
        assert cell.sigma == pytest.approx(np.sign(factor[n]) * (value[n - 1] - exact[n - 1]) / error[n - 1], abs=0.051)
    assert row["p"] == "0.42"


@pytest.mark.parametrize("table, label, part", [(0, "Re", 0), (1, "-Im", 1)])
def test_cumulants_of_this_run(quartic: Report, table: int, label: str, part: int) -> None:
    sign = -1.0 if part else 1.0
    names = [f"{label} κ{n}" for n in EVEN]
    assert_row(quartic.tables[table]["This run"], names, quartic.folder, "cumulants", part, {n: sign for n in EVEN})


@pytest.mark.parametrize("table, label, part", [(2, "Re", 0), (3, "-Im", 1)])
def test_moments_of_the_quartic_model_are_over_n(quartic: Report, table: int, label: str, part: int) -> None:
    sign = -1.0 if part else 1.0
    names = [f"{label} ⟨z{SUPERSCRIPT[n]}⟩/{n}" for n in EVEN]
    assert_row(quartic.tables[table]["This run"], names, quartic.folder, "moments", part, {n: sign / n for n in EVEN})


@pytest.mark.parametrize("table, label, part", [(0, "Re", 0), (1, "-Im", 1)])
def test_moments_of_the_gaussian(gaussian: Report, table: int, label: str, part: int) -> None:
    sign = -1.0 if part else 1.0
    names = [f"{label} ⟨z{SUPERSCRIPT[n]}⟩" for n in EVEN]
    assert_row(gaussian.tables[table]["This run"], names, gaussian.folder, "moments", part, {n: sign for n in EVEN})


def test_exact_rows(quartic: Report, gaussian: Report) -> None:
    """-Im has its sign turned, and what is 0 but for rounding is 0."""
    assert quartic.tables[0]["Exact"] == {"Re κ2": "0.428142", "Re κ4": "-0.060347", "Re κ6": "-0.00934", "Re κ8": "0.41578", "p": "–"}
    assert quartic.tables[1]["Exact"]["-Im κ2"] == "0.14801" and quartic.tables[1]["Exact"]["-Im κ8"] == "-0.5923"
    assert float(quartic.tables[3]["Exact"]["-Im ⟨z⁴⟩/4"]) == 0.070033
    assert gaussian.tables[0]["Exact"]["Re ⟨z⁴⟩"] == "0" and gaussian.tables[1]["Exact"]["-Im ⟨z⁸⟩"] == "0"
    assert [gaussian.tables[2]["Exact"][f"Re κ{n}"] for n in EVEN] == ["0.5", "0", "0", "0"]


def test_published_rows(quartic: Report, gaussian: Report) -> None:
    rows = ["Exact", "This run", "CL, published", "DM, published"]
    assert all(list(table) == rows for table in quartic.tables[:4]) and all(list(table) == rows for table in gaussian.tables[:2])
    assert quartic.tables[0]["CL, published"] == {"Re κ2": "0.4277(5) -0.9σ", "Re κ4": "-0.0597(6) +1.1σ",
                                                  "Re κ6": "-0.0100(10) -0.7σ", "Re κ8": "0.406(4) -2.4σ", "p": "–"}
    assert quartic.tables[1]["DM, published"]["-Im κ8"] == "-0.580(10) +1.2σ"
    assert quartic.tables[2]["DM, published"]["Re ⟨z⁸⟩/8"] == "0.1209(11) +1.8σ"
    assert quartic.tables[3]["CL, published"]["-Im ⟨z⁴⟩/4"] == "0.07006(14) +0.2σ"
    assert gaussian.tables[0]["DM, published"]["Re ⟨z⁶⟩"] == "-3.65(3) +4.0σ"
    assert gaussian.tables[1]["CL, published"]["-Im ⟨z⁸⟩"] == "0.20(3) +6.7σ"


def test_published_errors_that_are_not_credible_are_named(quartic: Report, gaussian: Report) -> None:
    (line,) = [line for line in gaussian.text.splitlines() if CREDIBLE in line]
    assert "Re ⟨z⁴⟩ and -Im ⟨z⁸⟩" in line and CREDIBLE not in quartic.text


def test_no_published_cumulants_of_the_gaussian(gaussian: Report) -> None:
    assert list(gaussian.tables[2]) == list(gaussian.tables[3]) == ["Exact", "This run"]


@pytest.mark.parametrize("changes", [
    {"model__a": 2}, {"model__b": 1.5}, {"model__lambda": 0.5}, {"model__lambda-im": 0.1}, {"generate__noise-y": 1},
    {"model__name": "gaussian", "model__b": 2}, {"model__name": "gaussian", "generate__noise-y": 0.5},
])
def test_published_rows_only_beside_the_same_action(tmp_path: Path, changes: dict[str, object]) -> None:
    report = quick(write_plane(tmp_path / "other", solved=False, **changes))
    assert all(list(table) == ["Exact", "This run"] for table in report.tables[:4])
    assert "ublished" not in report.text and CREDIBLE not in report.text


def test_numbers_of_the_deck_are_compared_as_numbers(tmp_path: Path) -> None:
    report = quick(write_plane(tmp_path / "same", solved=False, **{"model__a": "1.0", "model__lambda": "1e0"}))
    assert "CL, published" in report.tables[0]


def test_averages_in_the_plane_beside_fokker_planck(quartic: Report) -> None:
    table = quartic.tables[4]
    with h5py.File(quartic.folder / "results.h5") as file:
        value, error = file["ensemble/plane/value"][:], file["ensemble/plane/error"][:]
        exact = file["fokker_planck/moments"][-1]
    assert list(table) == ["⟨x²⟩", "⟨xy⟩", "⟨y²⟩", "⟨x⁴⟩", "⟨x³y⟩", "⟨x²y²⟩", "⟨xy³⟩", "⟨y⁴⟩"]
    for i, row in enumerate(table.values()):
        cell = read_cell(row["walkers"])
        assert cell.value == pytest.approx(value[i], abs=0.51 * cell.unit) and cell.error == pytest.approx(error[i], rel=0.26)
        assert float(row["Fokker-Planck"]) == pytest.approx(exact[i])
        assert float(row["deviation"].removesuffix("σ")) == pytest.approx((value[i] - exact[i]) / error[i], abs=0.051)


def test_convergence_of_fokker_planck(quartic: Report) -> None:
    table = quartic.tables[5]
    assert list(table) == ["24 × 24", "32 × 48"]
    assert table["24 × 24"]["residual"] == "3.6e-05" and table["32 × 48"]["residual"] == "5.0e-09"
    assert float(table["24 × 24"]["⟨x²⟩"]) == pytest.approx(0.750075) and float(table["32 × 48"]["⟨y⁴⟩"]) == 0.1875
    assert "last extension: 5.0e-07." in quartic.text


def test_without_fokker_planck(tmp_path: Path) -> None:
    report = make_report(write_plane(tmp_path / "walkers", solved=False, strip=None))
    assert list(report.tables[4]["⟨xy³⟩"]) == ["walkers"] and "Fokker-Planck" not in report.text
    assert {path.stem for path in (report.folder / "report").glob("*.png")} == ALWAYS
    assert "strip that they" not in report.text


def test_criteria(quartic: Report) -> None:
    assert {name: row["value"] for name, row in quartic.tables[6].items()} == {
        "verdict": "good", "exponent of the tail of the drift": "11.2", "its growth": "0.9(2)",
        "cutoff Y of the boundary terms": "3.2", "largest of them there": "0.6σ",
        "p of the Schwinger-Dyson equations, n = 2, 4, 6, 8": "0.31"}
    with h5py.File(quartic.folder / "results.h5") as file:
        value, error = (file[f"ensemble/criteria/schwinger_dyson/{name}"][:] for name in ("value", "error"))
    rows = list(quartic.tables[7].items())
    assert [name for name, _ in rows] == ["⟨L z⟩", *(f"⟨L z{digit}⟩" for digit in "²³⁴⁵⁶⁷⁸")]
    for i, (_, row) in enumerate(rows):
        for part, name in enumerate(("Re", "Im")):
            cell = read_cell(row[name])
            assert cell.value == pytest.approx(value[i, part], abs=0.51 * cell.unit)
            assert cell.sigma == pytest.approx(value[i, part] / error[i, part], abs=0.051)


def test_cells_of_what_has_no_value_or_no_error() -> None:
    assert with_deviation(1.5, 0.25, 1.0) == "1.5(2) +2.0σ" and with_deviation(1.5, 0.0, 1.0) == "1.5(0)"
    assert with_deviation(0.0, 0.0, 0.0) == "0(0) +0.0σ" and with_deviation(np.nan, 0.1, 1.0) == with_deviation(1.0, np.inf, 1.0) == "–"


def test_late_less_early(quartic: Report, tmp_path: Path) -> None:
    assert quartic.tables[8] == {"Re ⟨z²⟩": {"late less early": "0.0020(10) +2.0σ"}, "Im ⟨z²⟩": {"late less early": "-0.0010(10) -1.0σ"},
                                 "⟨x² + y²⟩": {"late less early": "0.0000(10) +0.0σ"}}
    single = quick(write_plane(tmp_path / "single", solved=False, stationarity=False))
    assert "late less early" not in single.text and len(single.tables) == len(quartic.tables) - 2


def test_inputs_deck_and_provenance(quartic: Report, gaussian: Report) -> None:
    table = {name: row["value"] for name, row in quartic.tables[9].items()}
    assert table == {"model": "quartic", "σ": "1 + 1i", "λ": "1 + 0i", "N_y, noise in y": "0", "configurations": "20000",
                     "jackknife bins": "250", "χ²/dof of the cumulants": "8.2/8", "χ²/dof of the moments": "8.2/8",
                     "Z": "1.815 - 0.4197i", "average phase": "0.9626", "border of the strip, abs y <": "0.3029"}
    assert gaussian.tables[9]["border of the strip, abs y <"]["value"] == "–"
    assert "- version: 0.1.0" in quartic.text and "noise-y = 0\n```" in quartic.text


def top(report: Report) -> list[str]:
    """Verdict and warnings, behind the title and the run."""
    return report.text.partition("## Cumulants")[0].split("\n\n")[2:]


def test_good_verdict_is_on_top_without_alarm(quartic: Report) -> None:
    text = TEXTS["good"]
    assert top(quartic)[0] == f"C{text[1:]}." and "**" not in quartic.text and "warning" not in quartic.run.stderr
    assert quartic.run.stdout.startswith(f"{text}\n\n|")


@pytest.mark.parametrize("verdict", ["failing", "undecided"])
def test_bad_verdict_is_prominent(tmp_path: Path, verdict: str) -> None:
    """In bold on top, as a warning on the terminal, and never with a tag in it."""
    report = make_text(write_plane(tmp_path / verdict, solved=False, verdict=verdict))
    text = TEXTS[verdict].replace("<L z>", "⟨L z⟩")
    assert top(report)[0] == f"**C{text[1:]}.**"
    assert f"scorefield-analysis: warning: {text}" in report.run.stderr.splitlines()
    assert report.run.stdout.startswith(f"{text}\n\n|")
    assert report.tables[5]["verdict"]["value"] == verdict


def test_criteria_that_could_not_be_judged(tmp_path: Path) -> None:
    report = quick(write_plane(tmp_path / "few", solved=False, verdict="undecided"))
    names = ("exponent of the tail of the drift", "its growth", "cutoff Y of the boundary terms", "largest of them there")
    assert [report.tables[5][name]["value"] for name in names] == ["–"] * 4


@pytest.mark.parametrize("p_value, verdict, said", [(1e-6, "good", True), (1e-3, "good", False), (1e-6, "failing", False)])
def test_wrong_averages_that_no_criterion_sees(tmp_path: Path, p_value: float, verdict: str, said: bool) -> None:
    report = quick(write_plane(tmp_path / "wrong", solved=False, p_value=p_value, verdict=verdict))
    text = "the averages are not the exact ones, p = 1.0e-06, though the criteria see nothing; half of generate.step, or more generate.samples, tells why"
    assert (f"**Warning:** {text}." in top(report)) is said


@pytest.mark.parametrize("change, said", [(3e-4, True), (np.nan, True), (9e-7, False)])
def test_solution_that_has_not_converged(tmp_path: Path, change: float, said: bool) -> None:
    report = quick(write_plane(tmp_path / "coarse", last_change=change))
    assert any("**Warning:** the solution of the Fokker-Planck equation has not converged" in part for part in top(report)) is said


def test_warnings_are_on_the_terminal_too(tmp_path: Path) -> None:
    run = make_text(write_plane(tmp_path / "both", p_value=1e-6, last_change=3e-4)).run
    assert [line.partition("warning: ")[2].split()[1] for line in run.stderr.splitlines() if "warning: " in line] == ["averages", "solution"]


def test_stale_results(tmp_path: Path) -> None:
    output = write_plane(tmp_path / "output", solved=False)
    with h5py.File(output / "results.h5", "a") as file:
        file["ensemble"].attrs["source_checksum"] = f"{7:016x}"
    (output / "ensemble.h5").write_bytes(seal_text(10**6, 7))
    assert changed_note(output, read_run(output)) is None
    (output / "ensemble.h5").write_bytes(seal_text(10**6, 8))
    report = make_text(output)
    text = "results.h5 was measured before ensemble.h5 changed; run scorefield measure"
    assert f"scorefield-analysis: warning: {text}" in report.run.stderr and f"**Warning:** {text}." in top(report)


def test_figures_exist_are_embedded_and_not_empty(quartic: Report, gaussian: Report) -> None:
    folder = quartic.folder / "report"
    assert {path.stem for path in folder.glob("*.png")} == ALWAYS | SOLVED | {"complex-density"}
    for path in folder.glob("*.png"):
        picture = imread(path)[..., :3]
        assert picture.shape[0] >= 400 and picture.shape[1] >= 1000
        assert 0.01 < np.mean(np.any(picture < 0.9, axis=-1)) < 0.98, f"{path.stem} is blank or full"
        assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        assert f"({path.stem}.png)" in quartic.text and f"({path.stem}.pdf)" in quartic.text
    # κ2 alone is no comparison: it is ⟨z²⟩
    assert {path.stem for path in (gaussian.folder / "report").glob("*.png")} == (ALWAYS | SOLVED) - {"comparison-cumulants"}


def test_second_report_has_the_same_bytes(quartic: Report) -> None:
    first = {path.name: path.read_bytes() for path in (quartic.folder / "report").iterdir()}
    make_report(quartic.folder)
    assert {path.name: path.read_bytes() for path in (quartic.folder / "report").iterdir()} == first


@pytest.mark.parametrize("options", [
    {"flat": True, "solved": False, "strip": None, "model__b": 0}, {"verdict": "undecided", "solved": False},
    {"model__name": "gaussian"},
])
def test_nothing_is_said_about_numbers_while_drawing(tmp_path: Path, options: dict[str, object]) -> None:
    """A real action has imaginary parts that are 0 without an error."""
    folder = write_plane(tmp_path / "run", **options)
    results = read_run(folder)
    action = action_of(read_deck(results.provenance["deck"], folder), folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in planned_figures(results, action):
            canvas = figure.draw()
            canvas.savefig(tmp_path / "figure.png")
    cells = [cell for table in quick(folder).tables for row in table.values() for cell in row.values()]
    assert not [cell for cell in cells if "nan" in cell or "inf" in cell]


def put(file: h5py.File, name: str, place: int | slice, value: float) -> None:
    """Spoils a part of a dataset."""
    values = file[name][...]
    values[place] = value
    file[name][...] = values


def assert_refused(folder: Path, cause: str) -> None:
    run = run_command("report", folder)
    assert run.returncode == 2 and run.stdout == "" and run.stderr.count("\n") == 1, run.stderr
    assert run.stderr.startswith("scorefield-analysis: error: ") and cause in run.stderr
    assert "write it again" in run.stderr or "write the file again" in run.stderr
    assert not (folder / "report").exists()


@pytest.mark.parametrize("name, cause", [
    ("ensemble/moments/exact", "/ensemble has no dataset 'moments/exact'"),
    ("ensemble/cumulants/error", "/ensemble has no dataset 'cumulants/error'"),
    ("ensemble/plane/value", "/ensemble has no dataset 'plane/value'"), ("ensemble/plane", "no dataset 'plane/value'"),
    ("ensemble/histogram_y/counts", "no dataset 'histogram_y/counts'"), ("ensemble/map/edges_x", "no dataset 'map/edges_x'"),
    ("ensemble/drift/lower_edge", "no dataset 'drift/lower_edge'"), ("ensemble/criteria", "/ensemble/criteria is missing"),
    ("ensemble/criteria/boundary/outside", "/ensemble/criteria has no dataset 'boundary/outside'"),
    ("ensemble/criteria/schwinger_dyson/value", "no dataset 'schwinger_dyson/value'"), ("exact", "/exact is missing"),
    ("exact/partition_function", "/exact has no dataset 'partition_function'"),
    ("fokker_planck/density", "/fokker_planck has no dataset 'density'"),
    ("fokker_planck/complex_density/exact", "no dataset 'complex_density/exact'"),
])
def test_missing_member_is_named(output: Path, name: str, cause: str) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        del file[name]
    assert_refused(output, cause)


@pytest.mark.parametrize("group, name", [
    ("ensemble", "samples"), ("ensemble/moments", "p_value"), ("ensemble/cumulants", "chi2"), ("ensemble/criteria", "verdict"),
    ("ensemble/criteria", "drift_exponent"), ("exact", "phase"), ("fokker_planck", "last_change"),
])
def test_missing_attribute_is_named(output: Path, group: str, name: str) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        del file[group].attrs[name]
    assert_refused(output, f"/{group} has no attribute '{name}'")


@pytest.mark.parametrize("name, shape", [
    ("ensemble/moments/value", (8,)), ("ensemble/cumulants/exact", (6, 2)), ("ensemble/plane/error", (7,)),
    ("ensemble/histogram_x/edges", (40,)), ("ensemble/map/counts", (20, 19)), ("ensemble/drift/counts", (0,)),
    ("ensemble/criteria/boundary/value", (25, 2)), ("ensemble/criteria/late_less_early/value", (2,)),
    ("exact/partition_function", (1,)), ("fokker_planck/moments", (3, 8)), ("fokker_planck/density", (161, 160)),
    ("fokker_planck/complex_density/value", (161,)), ("fokker_planck/marginal_y", (160,)), ("fokker_planck/x", ()),
])
def test_members_of_another_shape(output: Path, name: str, shape: tuple[int, ...]) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        del file[name]
        file[name] = np.ones(shape)
    assert_refused(output, "has the shape")


@pytest.mark.parametrize("change, cause", [
    (lambda file: file["ensemble/criteria"].attrs.modify("verdict", "splendid"), "unknown verdict 'splendid'"),
    (lambda file: file["ensemble/criteria"].attrs.create("drift_exponent", "steep"), "could not convert"),
    (lambda file: (file.pop("fokker_planck/x"), file.create_group("fokker_planck/x")), "results.h5 is damaged"),
    (lambda file: put(file, "fokker_planck/density", 7, np.nan), "/fokker_planck/density holds what is no number"),
    (lambda file: put(file, "ensemble/criteria/boundary/cutoff", 3, -1.0), "/ensemble/criteria/boundary/cutoff does not rise"),
    (lambda file: put(file, "ensemble/map/edges_x", -1, np.nan), "/ensemble/map/edges_x does not rise"),
    (lambda file: put(file, "ensemble/drift/counts", 9, -3), "/ensemble/drift/counts holds no counts"),
    (lambda file: put(file, "ensemble/drift/counts", slice(None), 0), "/ensemble/drift/counts holds no counts"),
])
def test_members_of_another_kind(output: Path, change: Callable[[h5py.File], object], cause: str) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        change(file)
    assert_refused(output, cause)


@pytest.mark.parametrize("changes, cause", [
    ({"model__a": None}, "has no number model.a"), ({"model__lambda-im": None}, "has no number model.lambda-im"),
    ({"generate__noise-y": "much"}, "has no number generate.noise-y"), ({"model__name": "two-peak"}, "model.name 'two-peak'"),
    ({"model__name": None}, "model.name ''"),
])
def test_deck_that_does_not_tell_the_action(tmp_path: Path, changes: dict[str, object], cause: str) -> None:
    assert_refused(write_plane(tmp_path / "deck", solved=False, **changes), cause)


def test_file_whose_seal_is_broken(output: Path) -> None:
    seal(output / "results.h5")
    data = bytearray((output / "results.h5").read_bytes())
    data[-1] ^= 1
    (output / "results.h5").write_bytes(data)
    assert_refused(output, "results.h5 is damaged: its checksum is not that of its bytes")


def test_report_that_cannot_be_written(output: Path) -> None:
    (output / "report").write_text("in the way")
    run = run_command("report", output)
    assert run.returncode == 3 and run.stdout == "" and run.stderr.count("\n") == 1
    assert f"cannot write {output / 'report'}: File exists" in run.stderr


def test_no_spread_or_comparison_of_walkers_alone(tmp_path: Path) -> None:
    folders = [write_plane(tmp_path / name, seed=seed, solved=False) for seed, name in enumerate("ab")]
    for command, cause in (("spread", "the runs do not hold samples of the same scores"), ("compare", "is no run on a lattice")):
        run = run_command(command, *folders)
        assert run.returncode == 2 and run.stdout == "" and run.stderr.count("\n") == 1
        assert run.stderr.startswith("scorefield-analysis: error: ") and cause in run.stderr
