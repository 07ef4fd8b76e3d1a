"""The report on complex Langevin on a lattice: its numbers against those in results.h5, its verdict, warnings, figures and errors."""

import shutil
import warnings
from pathlib import Path
from typing import Callable

import h5py
import numpy as np
import pytest
from conftest import Report, make_report, make_text
from markdown_tables import read_cell, read_tables
from scipy.special import chdtrc
from scipy.stats import norm, t
from scorefield_analysis import cli
from scorefield_analysis.complex_field.figures import planned_figures
from scorefield_analysis.complex_field.figures.spectrum import AT_REST, draw_spectrum
from scorefield_analysis.lattice_model import Model, model_of
from scorefield_analysis.complex_field.momenta import Spectrum, independent, spectrum_of
from scorefield_analysis.complex_field.records import ComplexFieldResults
from scorefield_analysis.complex_field.report import field_warnings, report_text
from scorefield_analysis.decks import read_deck
from scorefield_analysis.figures.style import FORMULA
from scorefield_analysis.freshness import changed_note
from scorefield_analysis.reader import read_run
from scorefield_analysis.seal import seal_text
from synthetic_field import BINS, KAPPA, MASS, SAMPLES, X, Y, write_field
from synthetic_lattice import write_lattice
from synthetic_plane import TEXTS, write_plane

EVEN = (2, 4, 6, 8)
NOT_IN_EQUILIBRIUM = "not in equilibrium: neither values nor errors are to be trusted, nor are the criteria"
R_HAT = "chains do not agree: R-hat of Re <z^2> is 1.3"


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return make_report(write_field(tmp_path_factory.mktemp("field") / "free"))


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_field(tmp_path_factory.mktemp("field") / "intact", model__name="bose-gas", averages={"density": (0.25 + 0.02j, 0.01)})


@pytest.fixture
def output(intact: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(intact, tmp_path / "output"))


def loaded(folder: Path) -> tuple[ComplexFieldResults, Model]:
    results = read_run(folder)
    return results, model_of(read_deck(results.provenance["deck"], folder), folder, results.spectrum.value.shape)


def text_of(folder: Path) -> str:
    """A report without its figures, which take seconds."""
    results, model = loaded(folder)
    return report_text(folder, results, model, [], field_warnings(results, model))


def assert_cells(cells: list[str], value: np.ndarray, error: np.ndarray, vanish: list[bool]) -> None:
    for text, number, own, zero in zip(cells, value, error, vanish, strict=True):
        cell = read_cell(text)
        assert cell.value == pytest.approx(number, abs=0.51 * cell.unit) and cell.error == pytest.approx(own, rel=0.26)
        assert (cell.sigma is not None) == zero and (not zero or cell.sigma == pytest.approx(number / own, abs=0.051))


@pytest.mark.parametrize("bose", [False, True])
def test_cumulants_of_a_site(free: Report, intact: Path, bose: bool) -> None:
    """Those of the Bose gas are real."""
    folder = intact if bose else free.folder
    table = read_tables(text_of(intact))[0] if bose else free.tables[0]
    assert list(table) == [f"κ{n}" for n in EVEN]
    with h5py.File(folder / "results.h5") as file:
        value, error = (file[f"ensemble/cumulants/{name}"][:] for name in ("value", "error"))
    for n in EVEN:
        assert_cells([table[f"κ{n}"]["Re"], table[f"κ{n}"]["Im"]], value[n - 1], error[n - 1], [False, bose])


@pytest.mark.parametrize("bose", [False, True])
def test_averages(free: Report, intact: Path, bose: bool) -> None:
    folder = intact if bose else free.folder
    table = {name.partition(":")[0]: row for name, row in (read_tables(text_of(intact))[1] if bose else free.tables[1]).items()}
    names = {"⟨z⟩": "z", "⟨z z_y⟩": "hop_y", "⟨z z_x⟩": "hop_x", "V⟨M²⟩": "V M^2"}
    names |= {"⟨n⟩": "density", "⟨∣φ∣²⟩": "|phi|^2"} if bose else {}
    assert list(table) == list(names)
    with h5py.File(folder / "results.h5") as file:
        stored = file["ensemble/averages"].attrs["names"].split(",")
        value, error = (file[f"ensemble/averages/{name}"][:] for name in ("value", "error"))
    for shown, name in names.items():
        at = stored.index(name)
        assert_cells([table[shown]["Re"], table[shown]["Im"]], value[at], error[at], [name == "z", bose or name == "z"])


def test_components_of_the_bose_gas_are_named(free: Report, intact: Path) -> None:
    said = "products of z are averaged over them"
    assert said in text_of(intact) and said not in free.text
    captions = [{figure.name: figure.caption for figure in planned_figures(*loaded(folder))} for folder in (intact, free.folder)]
    assert "averaged over the two components" in captions[0]["spectrum"] and "components" not in captions[1]["spectrum"]


def test_independent_momenta() -> None:
    """Of each pair k, -k one, by going through all of them."""
    for y, x in ((6, 4), (2, 8), (5, 3), (8, 2), (1, 1)):
        kept = {(int(i), int(j)) for i, j in np.argwhere(independent((y, x)))}
        for i in range(y):
            for j in range(x):
                partner = (-i % y, -j % x)
                in_half = {each for each in ((i, j), partner) if each[1] <= x // 2}
                assert len(in_half & kept) == 1


def test_spectrum_against_the_exact_one(free: Report) -> None:
    with h5py.File(free.folder / "results.h5") as file:
        value, error, exact = (file[f"ensemble/spectrum/{name}"][:] for name in ("value", "error", "exact"))
    keep = np.array([(y, x) for y in range(Y) for x in range(X // 2 + 1) if x == 1 or y <= Y // 2])
    assert len(keep) == Y * X // 2 + 2
    for part, name in enumerate(("Re", "Im")):
        off = np.array([abs(value - exact)[y, x, part] / error[y, x, part] for y, x in keep])
        chi2 = np.sum(norm.isf(t.sf(off, BINS - 1)) ** 2)
        assert free.tables[2][name] == {"χ²/dof": f"{chi2:.1f}/{len(keep)}", "p": f"{chdtrc(len(keep), chi2):.2f}"}


def test_no_spectrum_table_without_an_exact_one(intact: Path) -> None:
    assert "## Spectrum" not in text_of(intact) and "χ²" not in text_of(intact)


def test_wrong_spectrum_that_no_criterion_sees(tmp_path: Path) -> None:
    said = "though the criteria see nothing; half of generate.step, or more generate.samples, tells why."
    assert said in text_of(write_field(tmp_path / "wrong", pull=4.0))
    assert said not in text_of(write_field(tmp_path / "known", pull=4.0, verdict="failing"))


def test_spectrum_figure(free: Report) -> None:
    results, model = loaded(free.folder)
    spectrum = spectrum_of(results, model.size)
    top_re, top_im, bottom_re, bottom_im = draw_spectrum(spectrum, False).axes
    for part, top, bottom in ((0, top_re, bottom_re), (1, top_im, bottom_im)):
        (line,) = [line for line in top.get_lines() if line.get_color() == FORMULA.colour]
        free_field = 1.0 / (2.0 * MASS - 8.0 * KAPPA + 2.0 * KAPPA * line.get_xdata())
        assert line.get_ydata() == pytest.approx((free_field.real, free_field.imag)[part])
        points = next(line for line in top.get_lines() if len(line.get_xdata()) == len(spectrum.squares))
        assert np.array_equal(points.get_xdata(), spectrum.squares) and np.array_equal(points.get_ydata(), spectrum.value[:, part])
        pulls = next(line for line in bottom.get_lines() if len(line.get_xdata()) == len(spectrum.squares))
        assert pulls.get_ydata() == pytest.approx((spectrum.value - spectrum.exact)[:, part] / spectrum.error[:, part])
        assert "chi^2" in bottom.get_title()
    y, x = np.unravel_index(np.argmax(results.spectrum.value[..., 0]), (Y, X // 2 + 1))
    largest = np.argmax(spectrum.value[:, 0])
    assert spectrum.squares[largest] == pytest.approx(4.0 * np.sin(np.pi * y / Y) ** 2 + 4.0 * np.sin(np.pi * x / X) ** 2)


def test_spectrum_of_the_bose_gas_tells_momenta_at_rest_apart(intact: Path) -> None:
    results, model = loaded(intact)
    axes = draw_spectrum(spectrum_of(results, model.size), True).axes
    assert len(axes) == 2
    at_rest = next(line for line in axes[0].get_lines() if line.get_color() == AT_REST.colour)
    assert at_rest.get_xdata() == pytest.approx(4.0 * np.sin(np.pi * np.arange(Y // 2 + 1) / Y) ** 2)
    assert at_rest.get_ydata() == pytest.approx(results.spectrum.value[:Y // 2 + 1, 0, 0])


def test_criteria(free: Report) -> None:
    table = {name: row["value"] for name, row in free.tables[4].items()}
    assert table["verdict"] == "good" and table["p of the Schwinger-Dyson equations, n = 2, 4"] == "0.31"
    assert list(free.tables[5]) == ["⟨L z²⟩", "⟨L z⁴⟩"]
    with h5py.File(free.folder / "results.h5") as file:
        value, error = (file[f"ensemble/criteria/schwinger_dyson/{name}"][:] for name in ("value", "error"))
    for n, name in ((2, "⟨L z²⟩"), (4, "⟨L z⁴⟩")):
        assert_cells(list(free.tables[5][name].values()), value[n - 1], error[n - 1], [True, True])


def test_figures_speak_of_configurations_and_sites(free: Report) -> None:
    figures = {figure.name: figure for figure in planned_figures(*loaded(free.folder))}
    assert set(figures) == {"spectrum", "drift", "boundary"}
    boundary = figures["boundary"].draw()
    assert "configurations" in boundary.axes[4].get_title() and r"\max|y|" in boundary.axes[0].get_title()
    assert figures["drift"].draw().axes[1].get_legend().get_texts()[0].get_text() == "configurations"


def test_inputs(intact: Path, tmp_path: Path) -> None:
    table = {name: row["value"] for name, row in read_tables(text_of(intact))[-1].items()}
    assert table == {"model": "bose-gas", "mu": "0.5", "mass-squared": "1", "lambda": "0", "lattice (y × x)": f"{Y} × {X}",
                     "configurations": f"{SAMPLES}", "chains": "100", "jackknife bins": "400",
                     "autocorrelation time τ_int, in configurations of a chain": "0.77"}
    assert "not found" in text_of(write_field(tmp_path / "slow", tau_int=np.inf))


def test_files_and_output(free: Report) -> None:
    folder = free.folder / "report"
    assert {path.name for path in folder.iterdir()} == {"report.md", *(f"{name}.{kind}" for name in ("spectrum", "drift", "boundary")
                                                                       for kind in ("png", "pdf"))}
    assert free.run.stdout.startswith(f"{TEXTS['good']}\n\n|") and "warning" not in free.run.stderr
    assert free.text.split("\n\n")[2] == f"C{TEXTS['good'][1:]}." and "**" not in free.text


@pytest.mark.parametrize("verdict", ["failing", "undecided"])
def test_bad_verdict_is_prominent(tmp_path: Path, verdict: str, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """First, in bold, and on the terminal; then the equilibrium, with what speaks against it."""
    monkeypatch.setattr("scorefield_analysis.complex_field.report.planned_figures", lambda *_: [])
    folder = write_field(tmp_path / verdict, verdict=verdict, warnings=R_HAT)
    assert cli.main(["report", str(folder)]) == 0
    text, warning = TEXTS[verdict].replace("<L z>", "⟨L z⟩"), R_HAT.replace("<z^2>", "⟨z^2⟩")
    top = (folder / "report" / "report.md").read_text(encoding="utf-8").split("\n\n")[2:5]
    assert top == [f"**C{text[1:]}.**", f"**N{NOT_IN_EQUILIBRIUM[1:]}.**", f"**Warning:** {warning}."]
    said = [line.partition("warning: ")[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [text, NOT_IN_EQUILIBRIUM, warning]


def test_stale_results(output: Path) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        file["ensemble"].attrs["source_checksum"] = f"{7:016x}"
    (output / "ensemble.h5").write_bytes(seal_text(10**6, 7))
    assert changed_note(output, read_run(output)) is None
    (output / "ensemble.h5").write_bytes(seal_text(10**6, 8))
    assert changed_note(output, read_run(output)) == "results.h5 was measured before ensemble.h5 changed; run scorefield measure"


def test_nothing_is_said_about_numbers_while_drawing(tmp_path: Path) -> None:
    """Also where nothing could be judged, and where an error is 0."""
    folder = write_field(tmp_path / "run", verdict="undecided")
    with h5py.File(folder / "results.h5", "a") as file:
        file["ensemble/spectrum/error"][0, 0] = 0.0
    results, model = loaded(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in planned_figures(results, model):
            figure.draw().savefig(tmp_path / "figure.png")
    cells = [cell for table in read_tables(text_of(folder)) for row in table.values() for cell in row.values()]
    assert not [cell for cell in cells if "nan" in cell or "inf" in cell]
    assert spectrum_of(results, model.size).agreement(0).dof == Y * X // 2 + 1


def test_samples_beside_their_ensemble(real_output: Path, tmp_path: Path) -> None:
    """Of what tests/run.sh made of cl-phi4-quick.ini: values, and deviations in the errors of the difference."""
    shutil.copy(real_output / "cl-phi4" / "results.h5", tmp_path)
    tables = read_tables(make_text(tmp_path).text)
    (table,) = [each for each in tables if "Re κ2" in each and "DM, VP, learnt score" in each["Re κ2"]]
    with h5py.File(tmp_path / "results.h5") as file:
        made, ensemble = (file[f"{name}/cumulants/value"][...] for name in ("samples-vp-learnt", "ensemble"))
        error = file["samples-vp-learnt/against_ensemble/cumulants/error"][...]
    assert list(table) == [f"{part} κ{n}" for n in (2, 4, 6, 8) for part in ("Re", "Im")]
    for name, row in table.items():
        at = int(name[-1]) - 1, int(name.startswith("Im"))
        for cell, value in ((row["ensemble"], ensemble[at]), (row["DM, VP, learnt score"], made[at])):
            found = read_cell(cell)
            assert found.value == pytest.approx(value, abs=0.51 * found.unit)
        assert found.sigma == pytest.approx((made[at] - ensemble[at]) / error[at], abs=0.051)


def test_few_bins_make_no_small_p_values() -> None:
    """400 right spectra of 500 modes with errors from 20 bins: mean p of 1/2 within 4σ; taken for exact errors, it is far off."""
    rng = np.random.default_rng(12)
    modes, bins, p_values, wrong = 500, 20, [], []
    for _ in range(400):
        value = rng.normal(size=(bins, modes))
        error = value.std(axis=0, ddof=1) / np.sqrt(bins)
        both = [np.repeat(each[:, None], 2, axis=1) for each in (value.mean(axis=0), error)]
        found = Spectrum(np.ones(modes), np.zeros(modes), *both, np.zeros((modes, 2)), bins).agreement(0)
        p_values.append(found.p_value)
        wrong.append(chdtrc(modes, np.sum((both[0][:, 0] / error) ** 2)))
    bound = 4.0 / np.sqrt(12.0 * len(p_values))
    assert abs(np.mean(p_values) - 0.5) < bound < abs(np.mean(wrong) - 0.5)


def test_a_deviation_beyond_all_probabilities_is_a_number() -> None:
    """A tail below 1e-323 is 0: χ² still grows with the deviation, and is finite."""
    def chi2(deviation: float) -> float:
        return Spectrum(np.ones(1), np.zeros(1), np.full((1, 2), deviation), np.ones((1, 2)), np.zeros((1, 2)), 1000).agreement(0).chi2

    found = [chi2(deviation) for deviation in (3.0, 40.0, 50.0, 60.0, 1e6)]
    assert t.sf(50.0, 999) > 0.0 == t.sf(60.0, 999)
    assert np.isfinite(found).all() and found == sorted(found) and found[0] == pytest.approx(9.0, rel=0.01)


def assert_refused(folder: Path, cause: str, capsys: pytest.CaptureFixture, command: str = "report") -> None:
    assert cli.main([command, str(folder)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("scorefield-analysis: error: "), said.err
    assert cause in said.err and ("write it again" in said.err or "write the file again" in said.err), said.err
    assert not (folder / "report").exists()


@pytest.mark.parametrize("name, cause", [
    ("ensemble/averages/value", "/ensemble has no dataset 'averages/value'"), ("ensemble/averages", "/ensemble/averages is missing"),
    ("ensemble/cumulants/error", "/ensemble has no dataset 'cumulants/error'"), ("ensemble/plane", "no dataset 'plane/value'"),
    ("ensemble/spectrum/value", "no dataset 'spectrum/value'"), ("ensemble/drift/counts", "no dataset 'drift/counts'"),
    ("ensemble/criteria", "/ensemble/criteria is missing"),
    ("ensemble/criteria/boundary/outside", "/ensemble/criteria has no dataset 'boundary/outside'"),
])
def test_missing_member_is_named(output: Path, name: str, cause: str, capsys: pytest.CaptureFixture) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        del file[name]
    assert_refused(output, cause, capsys)


@pytest.mark.parametrize("group, name", [
    ("ensemble", "samples"), ("ensemble", "chains"), ("ensemble", "tau_int"), ("ensemble", "warnings"), ("ensemble/averages", "names"),
    ("ensemble/criteria", "verdict"), ("ensemble/criteria", "drift_exponent"),
])
def test_missing_attribute_is_named(output: Path, group: str, name: str, capsys: pytest.CaptureFixture) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        del file[group].attrs[name]
    assert_refused(output, f"/{group} has no attribute '{name}'", capsys)


@pytest.mark.parametrize("name, shape, cause", [
    ("ensemble/averages/value", (15,), "has the shape"), ("ensemble/averages/error", (14, 2), "has the shape"),
    ("ensemble/cumulants/value", (6, 2), "has the shape"), ("ensemble/plane/error", (7,), "has the shape"),
    ("ensemble/spectrum/value", (6, 3), "not momenta with Re and Im"), ("ensemble/spectrum/value", (6, 3, 1), "not momenta"),
    ("ensemble/spectrum/error", (6, 2, 2), "has the shape"), ("ensemble/spectrum/exact", (6, 3), "has the shape"),
    ("ensemble/drift/counts", (1,), "has the shape"), ("ensemble/criteria/boundary/value", (25, 2), "has the shape"),
])
def test_members_of_another_shape(output: Path, name: str, shape: tuple[int, ...], cause: str, capsys: pytest.CaptureFixture) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        if name in file:
            del file[name]
        file[name] = np.ones(shape)
    assert_refused(output, cause, capsys)


def spoil(name: str, place: object, value: float) -> Callable[[h5py.File], object]:
    def change(file: h5py.File) -> None:
        values = file[name][...]
        values[place] = value
        file[name][...] = values

    return change


@pytest.mark.parametrize("change, cause", [
    (spoil("ensemble/averages/value", (3, 1), np.nan), "/ensemble/averages/value holds what is no number"),
    (spoil("ensemble/cumulants/error", (1, 0), np.inf), "/ensemble/cumulants/error holds what is no number"),
    (spoil("ensemble/spectrum/value", (0, 0, 0), np.nan), "/ensemble/spectrum/value holds what is no number"),
    (spoil("ensemble/plane/error", 2, -1.0), "/ensemble/plane/error is below 0"),
    (spoil("ensemble/drift/lower_edge", 5, 0.0), "/ensemble/drift/lower_edge does not rise"),
    (spoil("ensemble/drift/counts", slice(None), 0), "/ensemble/drift/counts holds no counts"),
    (spoil("ensemble/criteria/boundary/cutoff", 0, -0.1), "/ensemble/criteria/boundary/cutoff does not rise"),
    (lambda file: file["ensemble"].attrs.modify("samples", 0), "/ensemble has 0 samples"),
    (lambda file: file["ensemble"].attrs.create("tau_int", "long"), "could not convert"),
    (lambda file: file["ensemble/averages"].attrs.modify("names", "z,z^2"), "has the shape (15, 2), not (2, 2)"),
    (lambda file: file["ensemble/criteria"].attrs.modify("verdict", "splendid"), "unknown verdict 'splendid'"),
    (lambda file: (file.pop("ensemble/spectrum"), file.create_dataset("ensemble/spectrum", data=1.0)), "no dataset 'spectrum/value'"),
])
def test_members_that_cannot_be(output: Path, change: Callable[[h5py.File], object], cause: str, capsys: pytest.CaptureFixture) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        change(file)
    assert_refused(output, cause, capsys)


def test_drift_of_one_cell_is_no_histogram(output: Path, capsys: pytest.CaptureFixture) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        for name in ("lower_edge", "counts"):
            del file[f"ensemble/drift/{name}"]
            file[f"ensemble/drift/{name}"] = np.ones(1)
    assert_refused(output, "too short for a histogram", capsys)


@pytest.mark.parametrize("changes, cause", [
    ({"model__name": None}, "has no model.name"), ({"lattice__size": None}, "has no lattice.size"),
    ({"lattice__size": "six, 4"}, "has no lattice.size"), ({"lattice__size": "6, 6"}, "is of another lattice (6, 6)"),
    ({"lattice__size": "6, 4, 4"}, "is of another lattice"),
])
def test_deck_that_does_not_tell_the_model(tmp_path: Path, changes: dict[str, object], cause: str, capsys: pytest.CaptureFixture) -> None:
    assert_refused(write_field(tmp_path / "deck", **changes), cause, capsys)


def test_commands_for_other_runs(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    field = write_field(tmp_path / "field")
    plane = write_plane(tmp_path / "plane", solved=False)
    for command, folders, cause in (("spread", [field], "is a run on a lattice, of which no spread is known"),
                                    ("compare", [field], "is a run of complex Langevin; use 'scorefield-analysis report' or 'scan'"),
                                    ("scan", [field, plane], "is no run on a lattice")):
        assert cli.main([command, *map(str, folders)]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and cause in said.err and str(folders[-1]) in said.err
