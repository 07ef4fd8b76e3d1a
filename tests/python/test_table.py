"""Tables of numbers of runs, of exported files, and of files that others wrote with pyerrors."""

import csv
import gzip
import io
from pathlib import Path

import h5py
import numpy as np
import pyerrors as pe
import pytest
from conftest import answer
from markdown_tables import Tables, read_cell, read_tables
from synthetic_field import write_field
from synthetic_lattice import write_lattice


def table(*arguments: object) -> Tables:
    code, out, said = answer("table", *arguments)
    assert code == 0, said
    (found,) = read_tables(out.replace("\\|", "/"))
    return found


def run(folder: Path, **quantities: tuple[float, float]) -> Path:
    return write_lattice(folder, ensemble=False, quantities=quantities)


def test_runs_and_their_exports_say_the_same(tmp_path: Path) -> None:
    one, other = run(tmp_path / "one", chi=(2.5, 0.25)), run(tmp_path / "other", chi=(3.0, 0.5), xi=(np.nan, 0.1))
    files = [tmp_path / "a.npz", tmp_path / "a.json", tmp_path / "a.json.gz"]
    for file in files:
        assert answer("export", one, "--to", file, *(["--format", "numpy"] if file.suffix == ".npz" else []))[0] == 0
    found = table(one, other, *files, "--quantities", "xi,chi,slices_x[1]")
    assert list(found) == ["xi", "chi", "slices_x[1]"]
    assert found["chi"] == {"one": "2.5(2)", "other": "3.0(5)", "a.npz": "2.5(2)", "a.json": "2.5(2)", "a.json.gz": "2.5(2)"}
    assert found["xi"]["other"] == "–" and found["xi"]["a.json"] == "1.00(10)"
    assert read_cell(found["slices_x[1]"]["a.npz"]).value == pytest.approx(np.exp(-0.7), abs=0.01)


def test_rows_that_are_shown_unasked(make_output, tmp_path: Path) -> None:
    """Main quantities of a lattice, cumulants of points; a dash where a source has none, and what it has of others' rows."""
    lattice = run(tmp_path / "lattice")
    with h5py.File(lattice / "results.h5", "a") as file:
        own = file["ensemble/quantities"].attrs
        own["names"] = own["names"].replace("hop_x", "kappa_31_x_r1")
    found = table(lattice, make_output("points", processes=(), times=2), write_field(tmp_path / "field"))
    rows = list(found)
    assert {"kappa4_Z2/kappa2^2", "kappa8_Z2/kappa2^4"} <= set(rows)
    assert "kappa_31_x_r1" not in rows and {"abs_M", "kappa8_Z2", "kappa_8", "moment_1", "Re V M^2", "x y^3"} <= set(rows)
    assert not any("[" in row or row.startswith("criteria") for row in rows)
    assert found["abs_M"] == {"lattice": "1.00(10)", "points": "–", "field": "–"}
    assert found["Re kappa_2"]["lattice"] == "–" and read_cell(found["kappa_2"]["lattice"]).value == pytest.approx(4.3, abs=0.1)
    assert read_cell(found["kappa_2"]["points"]).value == pytest.approx(1.06, abs=0.1)


def test_names_with_stars_and_groups(make_output) -> None:
    folder = make_output("stars", processes=("vp",), times=2)
    found = table(folder, "--quantities", "*/kappa_2,kappa_2")
    assert list(found) == ["samples-vp-exact/kappa_2", "samples-vp-learnt/kappa_2", "kappa_2"]
    with h5py.File(folder / "results.h5") as file:
        value = file["samples-vp-learnt/cumulants/value"][1]
    assert read_cell(found["samples-vp-learnt/kappa_2"]["stars"]).value == pytest.approx(value, abs=0.01)


def test_whole_estimates_by_name(make_output, tmp_path: Path) -> None:
    """As plot and export name them, and groups; stars in them too."""
    folder = make_output("wholes", processes=("vp",), times=2)
    kappa = [f"kappa_{n}" for n in range(1, 9)]
    assert list(table(folder, "--quantities", "cumulants")) == kappa
    assert list(table(folder, "--quantities", "samples-*/cumulants")) == [f"samples-vp-{score}/{each}" for score in ("exact", "learnt") for each in kappa]
    assert {"kappa_8", "generating_function[0]"} <= set(table(folder, "--quantities", "ensemble"))
    shown = list(table(folder))
    assert {"kappa_2", "samples-vp-learnt/kappa_2"} <= set(shown) and not any("forward" in row or "backward" in row for row in shown)


def test_other_formats(tmp_path: Path) -> None:
    folders = [run(tmp_path / name, chi=(1.0 / 3.0, error), xi=(np.nan, 0.1)) for name, error in (("a_1", 0.1), ("b", 0.02))]
    code, out, _ = answer("table", *folders, "--quantities", "chi,xi", "--format", "csv", "--to", tmp_path / "made" / "t.csv")
    assert code == 0 and (tmp_path / "made" / "t.csv").read_text() == out
    header, chi, xi = csv.reader(io.StringIO(out))
    assert header == ["quantity", "a_1", "a_1 error", "b", "b error"]
    assert [float(cell) for cell in chi[1:]] == [1.0 / 3.0, 0.1, 1.0 / 3.0, 0.02] and xi == ["xi", "", "", "", ""]
    _, out, _ = answer("table", *folders, "--quantities", "chi", "--format", "latex")
    assert out.startswith("% \\usepackage{booktabs,graphicx}\n\\begin{table}\n") and "resizebox" in out
    assert r"\begin{tabular}{lrr}" in out and r" & a\_1 & b \\" in out and r"chi & 0.33(10) & 0.33(2) \\" in out


def foreign(path: Path) -> dict[str, tuple[float, float]]:
    """Files as others write them: lists with and without tags, arrays, correlators with holes, a tag twice, tags that are no text;
    several ensembles, replicas, a Covobs. Returns what pyerrors says of each, by the label that the table is to have.
    """
    rng = np.random.default_rng(8)
    obs = [pe.Obs([rng.normal(k, 1.0, 200), rng.normal(k, 1.0, 100)], ["A|r1", "A|r2"]) for k in range(12)]
    obs[0].tag, obs[1].tag, obs[2].tag, obs[3].tag = "plaquette", "plaquette", {"of": "a dict"}, "tagged | twice"
    product = obs[4] * pe.cov_Obs(2.0, 0.01, "Z_A") * pe.pseudo_Obs(1.0, 0.1, "B")
    corr = pe.Corr([obs[5], None, obs[6]])
    corr.tag = "C_pp"
    matrix = np.array([[obs[7], obs[8]], [obs[9], obs[10]]])
    pe.input.json.dump_to_json([obs[0], obs[1], obs[2], [obs[3], obs[11]], product, corr, matrix], str(path), gz=path.name.endswith(".gz"),
                               description={"any": "thing"})
    named = {"plaquette": obs[0], "plaquette #2": obs[1], "obs2": obs[2], "tagged / twice": obs[3], "list[1]": obs[11], "obs5": product,
             "C_pp[0]": obs[5], "C_pp[2]": obs[6], "list[0,0]": obs[7], "list[0,1]": obs[8], "list[1,0]": obs[9], "list[1,1]": obs[10]}
    for each in named.values():
        each.gamma_method()
    return {label: (each.value, each.dvalue) for label, each in named.items()}


@pytest.mark.parametrize("name", ["theirs.json", "theirs.json.gz"])
def test_files_of_others(tmp_path: Path, name: str) -> None:
    expected = foreign(tmp_path / name)
    found = table(tmp_path / name)
    assert list(found) == list(expected)
    for label, (value, error) in expected.items():
        cell = read_cell(found[label][name])
        assert cell.value == pytest.approx(value, abs=0.6 * cell.unit) and cell.error == pytest.approx(error, rel=0.26), label


def test_dictionaries_of_others(tmp_path: Path) -> None:
    """Keys name what has no tag, and keys of keys."""
    made = {"mass": pe.pseudo_Obs(0.5, 0.1, "A"), "inner": {"decay": pe.pseudo_Obs(2.0, 0.3, "A")}, "text": "said",
            "list": [pe.pseudo_Obs(float(k), 0.1, "A") for k in range(2)]}
    pe.input.json.dump_dict_to_json(made, str(tmp_path / "d.json.gz"))
    assert list(table(tmp_path / "d.json.gz")) == ["mass", "inner/decay", "list[0]", "list[1]"]


def assert_refused(*arguments: object, message: str) -> None:
    code, out, said = answer("table", *arguments)
    assert (code, out) == (2, "") and said.count("\n") == 1 and "; " in said, said
    assert said.startswith("scorefield-analysis: error: ") and message in said


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.npz"])
@pytest.mark.parametrize("damage", ["cut", "zeros", "text", "empty", "other json"])
def test_damaged_files_are_one_line(tmp_path: Path, name: str, damage: str) -> None:
    path = tmp_path / name
    assert answer("export", run(tmp_path / "run"), "--to", path, *(["--format", "numpy"] if name == "a.npz" else []))[0] == 0
    whole = path.read_bytes()
    middle = len(whole) // 2
    other = b'{"program": "another", "version": 2}'
    path.write_bytes({"cut": whole[:middle], "zeros": whole[:middle] + bytes(200) + whole[middle + 200:], "text": b"no such file",
                      "empty": b"", "other json": gzip.compress(other) if name.endswith("gz") else other}[damage])
    assert_refused(path, message=f"{path} is damaged, or no ")


def test_what_is_in_no_table(tmp_path: Path) -> None:
    folder = run(tmp_path / "run")
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    (tmp_path / "a.txt").write_text("text")
    assert_refused(folder, "--quantities", "speed", message="no source has a quantity 'speed'; choose of cumulants, ensemble, ")
    assert_refused(folder, "--quantities", "speed", message="'scorefield-analysis table SOURCE' shows single numbers, such as abs_M, M1, M2)")
    assert_refused(folder, "--quantities", "abs_m", message="no source has a quantity 'abs_m'; the nearest is abs_M")
    assert_refused(folder, "--quantities", "abs_m*", message="no source has a quantity 'abs_m*'; choose of cumulants, ensemble, ")
    assert_refused(tmp_path / "other.npz", message="other.npz was not written by 'scorefield-analysis export'; ")
    assert_refused(tmp_path / "a.txt", message="a.txt is no folder of a run, and neither of pyerrors (.json, .json.gz)")
    assert_refused(tmp_path / "none", message=f"no folder {tmp_path / 'none'}; ")
    assert_refused(folder, folder, message="a folder is given twice")


def test_what_is_not_what_it_is_called(tmp_path: Path) -> None:
    """In a broken phase where chains hold both signs, shown by whatever name."""
    broken = run(tmp_path / "broken", xi=(245.0, 0.6), binder=(0.6665, 0.0001), abs_M=(3.75, 0.01), M1=(0.02, 0.03))
    healthy = run(tmp_path / "healthy", xi=(1.5, 0.1), binder=(0.1, 0.1))
    for command, quantities in (("table", ["--quantities", "chi,xi,mass_y[1]"]), ("plot", ["xi", "mass_y"])):
        said = answer(command, broken, *quantities)[2]
        assert f"warning: {broken}: xi: of the constant ⟨M²⟩" in said and f"warning: {broken}: mass_y: of a correlator" in said
        assert "mass_x" not in said
        assert "warning" not in answer(command, healthy, *quantities)[2]
    said = answer("export", broken, "--format", "numpy", "--quantities", "quantities,mass_y")[2]
    assert f"warning: {broken}: xi: of the constant ⟨M²⟩" in said and f"warning: {broken}: mass_y: of a correlator" in said
    assert "warning" not in answer("table", broken, healthy, "--quantities", "chi,slices_y[1]")[2]


def test_samples_are_told_by_their_own_numbers(tmp_path: Path) -> None:
    """The ensemble is healthy."""
    folder = run(tmp_path / "run", xi=(1.5, 0.1), binder=(0.1, 0.1))
    broken = run(tmp_path / "broken", xi=(245.0, 0.6), binder=(0.6665, 0.0001), abs_M=(3.75, 0.01), M1=(0.02, 0.03))
    with h5py.File(broken / "results.h5") as source, h5py.File(folder / "results.h5", "a") as file:
        source.copy("ensemble", file, "samples-ve-learnt")
        file["samples-ve-learnt"].attrs.update({"process": "ve", "score": "learnt"})
    said = answer("table", folder, "--quantities", "xi,samples-ve-learnt/xi")[2]
    assert said.count("warning") == 1 and f"{folder}: samples-ve-learnt/xi: of the constant" in said
    assert "warning" not in answer("table", folder, "--quantities", "xi")[2]
