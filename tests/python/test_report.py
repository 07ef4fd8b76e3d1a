"""The numbers in a report against those in results.h5, and its figures."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import Report, make_report, make_text
from markdown_tables import read_cell, read_tables
from matplotlib.image import imread
from scorefield_analysis.introduction import introduction
from synthetic import write_output

EVEN, ODD = (2, 4, 6, 8), (1, 3, 5, 7)
GROUPS = {"Data": "ensemble", "VE, exact score": "samples-ve-exact", "VE, learnt score": "samples-ve-learnt",
          "c = 0.5, exact score": "samples-c0.5-exact", "c = 0.5, learnt score": "samples-c0.5-learnt",
          "VP, exact score": "samples-vp-exact", "VP, learnt score": "samples-vp-learnt"}


@pytest.fixture
def results(report: Report):
    with h5py.File(report.folder / "results.h5") as file:
        yield file


def assert_row(row: dict[str, str], group: h5py.Group, orders: tuple[int, ...]) -> None:
    """Each cell is the value and error of the file to the digits shown, and their distance from the exact value."""
    value, error, exact = (group[f"cumulants/{name}"][:] for name in ("value", "error", "exact"))
    for n in orders:
        cell = read_cell(row[f"κ{n}"])
        assert cell.value == pytest.approx(value[n - 1], abs=0.51 * cell.unit)
        assert cell.error == pytest.approx(error[n - 1], rel=0.26)
        assert cell.sigma == pytest.approx((value[n - 1] - exact[n - 1]) / error[n - 1], abs=0.051)
    assert float(row["p"]) == pytest.approx(group.attrs["p_value"], rel=0.06, abs=0.0051)


def test_rows_of_the_cumulant_table_in_order(report: Report) -> None:
    assert list(report.tables[0]) == ["Exact", *GROUPS, "Data, published", "VE, published", "VP, published"]


def test_cumulant_table_holds_the_measured_numbers(report: Report, results: h5py.File) -> None:
    for name, group in GROUPS.items():
        assert_row(report.tables[0][name], results[group], EVEN)


def test_exact_and_published_rows(report: Report) -> None:
    table = report.tables[0]
    assert table["Exact"] == {"κ2": "1.0625", "κ4": "-2", "κ6": "16", "κ8": "-272", "p": "–", "p of histogram": "–"}
    assert table["VE, published"] == {"κ2": "1.0692(6) +11.2σ", "κ4": "-2.001(2) -0.5σ", "κ6": "16.03(3) +1.0σ",
                                      "κ8": "-272.7(6) -1.2σ", "p": "–", "p of histogram": "–"}
    assert table["VP, published"]["κ8"] == "-265.6(6) +10.7σ"


def test_printed_table_is_that_of_the_report(report: Report) -> None:
    printed = report.run.stdout.strip()
    assert printed.startswith("| ") and printed in report.text
    assert read_tables(printed) == report.tables[:1]


def test_learnt_samples_against_their_ensemble(report: Report, results: h5py.File) -> None:
    table = report.tables[1]
    assert list(table) == [name for name in GROUPS if "learnt" in name]
    data = results["ensemble/cumulants"]
    for name, row in table.items():
        own = results[f"{GROUPS[name]}/cumulants"]
        for n in EVEN:
            a, b, da, db = (float(c[key][n - 1]) for key in ("value", "error") for c in (own, data))
            cell = read_cell(row[f"κ{n} [%]"])
            assert cell.value == pytest.approx(100 * (a - b) / b, abs=0.51 * cell.unit)
            assert cell.error == pytest.approx(100 * np.sqrt(da**2 + (a / b * db) ** 2) / abs(b), rel=0.26)
    assert table["VP, learnt score"]["κ4 publ."] == "-1.20(14)"
    assert table["VE, learnt score"]["κ2 publ."] == "0.64(7)"
    assert table["c = 0.5, learnt score"]["κ8 publ."] == "–"


def test_rows_that_are_not_of_the_exact_law_are_said_on_top(make_output) -> None:
    folder = make_output("warned", processes=("vp",), times=2)
    with h5py.File(folder / "results.h5", "a") as file:
        file["ensemble"].attrs["p_value"] = 9e-5
        file["samples-vp-learnt"].attrs["p_value"] = 2e-5
        counts = file["samples-vp-exact/histogram/counts"]
        middle = len(counts) // 2
        counts[middle - 5:middle + 5] += 50
    report = make_text(folder)
    head = report.text.split("\n## ")[0]
    assert report.run.stderr.count("warning: VP, ") == 2
    assert "**Warning:** Data: not the exact law, p = 9.0e-05 by its cumulants; another run.seed tells whether it is chance." in head
    assert "**Warning:** VP, learnt score: not the exact law, p = 2.0e-05 by its cumulants; a longer training" in head
    assert "**Warning:** VP, exact score: not the exact law, p < 1e-16 by its histogram; more sample.steps bring it closer." in head
    assert report.tables[0]["VP, exact score"]["p of histogram"] == "<1e-16" and float(report.tables[0]["Data"]["p of histogram"]) > 1e-3
    assert "Warning" not in make_text(make_output("right", processes=("vp",), times=2)).text


def test_the_report_begins_with_its_run(make_output) -> None:
    folder = make_output("introduced", processes=("vp",), times=2)
    assert make_text(folder).text.startswith("# Report on introduced\n\nTwo peaks, wN(μ0, σ0²) + (1-w)N(-μ0, σ0²).\n\n")
    deck = {"run.seed": "7", "lattice.size": "16, 32", "model.name": "phi4", "model.kappa": "0.4", "generate.samples": "1000",
            "generate.algorithm": "hmc", "forward.process": "ve, vp", "sample.score": "learnt", "sample.samples": "500"}
    assert introduction(Path("out/broken"), deck) == [
        "# Report on broken", "Real φ⁴ theory on a lattice of 16 × 32 sites: kappa = 0.4. 1000 configurations (hmc), seed 7. "
        "Diffusion models: processes ve, vp; scores learnt; 500 samples."]
    assert introduction(Path("out/broken"), {}) == ["# Report on broken"]


def test_largest_deviation_along_each_process(report: Report, results: h5py.File) -> None:
    table = report.tables[2]
    groups = {"VE forward": "forward-ve", "c = 0.5 backward, exact score": "backward-c0.5-exact",
              "VP backward, learnt score": "backward-vp-learnt"}
    assert len(table) == 9 and set(groups) <= set(table)
    for name, group in groups.items():
        value, error, exact = (results[f"{group}/cumulants/{key}"][:] for key in ("value", "error", "exact"))
        largest = np.abs((value - exact) / error).max(axis=0)
        assert table[name]["times"] == str(len(value))
        for n in range(1, 9):
            assert float(table[name][f"κ{n}"]) == pytest.approx(largest[n - 1], abs=0.051)
        assert float(table[name]["95 % bound"]) == pytest.approx(2.6, abs=0.051)  # largest of 5 normal numbers


def test_inputs_deck_and_provenance(report: Report, results: h5py.File) -> None:
    row = report.tables[3]["VE, learnt score"]
    attributes = results["samples-ve-learnt"].attrs
    assert (row["sampler"], row["samples"], row["bins"]) == ("sde4", "4000", "40")
    assert row["cumulants χ²/dof"] == f"{attributes['chi2']:.1f}/4"
    assert 0.0 <= float(row["p of it"]) <= 1.0
    assert "```ini\n[model]\nname = two-peak\n```" in report.text
    assert "- fingerprint: abc" in report.text


def test_figures_exist_are_embedded_and_not_empty(report: Report) -> None:
    along = [f"{kind}-{process}" for process in ("ve", "c0.5", "vp")
             for kind in ("histogram", "cumulants-forward", "cumulants-backward", "density", "generating-function")]
    names = {"comparison", "loss", *along}
    folder = report.folder / "report"
    assert {path.stem for path in folder.glob("*.png")} == names
    for name in names:
        picture = imread(folder / f"{name}.png")[..., :3]
        assert picture.shape[0] >= 400 and picture.shape[1] >= 1000
        assert 0.01 < np.mean(np.any(picture < 0.9, axis=-1)) < 0.9, f"{name} is blank or full"
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert f"({name}.png)" in report.text and f"({name}.pdf)" in report.text


def test_progress_names_each_figure_once(report: Report) -> None:
    lines = [line for line in report.run.stderr.splitlines() if line.startswith("[")]
    assert len(lines) == 17
    assert lines[-1].startswith("[17/17] ") and lines[0].startswith("[ 1/17] ")
    assert sum("density-c0.5.png, .pdf" in line for line in lines) == 1


def test_unequal_peaks_have_odd_cumulants_and_no_published_rows(skew_report: Report) -> None:
    even, odd = skew_report.tables[:2]
    assert list(even) == list(odd) == ["Exact", "Data", "VE, exact score", "VE, learnt score"]
    assert odd["Exact"]["κ1"] == "0.4" and odd["Exact"]["κ3"] == "-0.672"
    with h5py.File(skew_report.folder / "results.h5") as results:
        assert_row(odd["Data"], results["ensemble"], ODD)
        assert_row(even["VE, exact score"], results["samples-ve-exact"], EVEN)
    assert (skew_report.folder / "report" / "cumulants-odd-backward-ve.png").is_file()
    assert "published" not in skew_report.text.lower()


def test_measurements_without_exact_law_or_model(tmp_path) -> None:
    """Configurations of others: no exact values, no process, no training."""
    folder = write_output(tmp_path / "foreign", processes=())
    with h5py.File(folder / "results.h5", "a") as file:
        for name in ("cumulants/exact", "generating_function/exact", "histogram/exact"):
            del file[f"ensemble/{name}"]
        for name in ("chi2", "dof", "p_value"):
            del file["ensemble"].attrs[name]
    report = make_report(folder)
    assert list(report.tables[0]) == ["Data"]
    assert read_cell(report.tables[0]["Data"]["κ2"]).sigma is None and report.tables[0]["Data"]["p"] == "–"
    assert {path.name for path in (folder / "report").glob("*.png")} == {"histogram-ensemble.png"}


def test_second_report_has_the_same_bytes(tmp_path) -> None:
    folder = write_output(tmp_path / "again", processes=())
    make_report(folder)
    first = {path.name: path.read_bytes() for path in (folder / "report").iterdir()}
    make_report(folder)
    assert {path.name: path.read_bytes() for path in (folder / "report").iterdir()} == first
