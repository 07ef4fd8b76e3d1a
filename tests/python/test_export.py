"""Exported estimates, as pyerrors and numpy read them, against results.h5; exported configurations, against the ensemble."""

import subprocess
import sys
from pathlib import Path
from typing import Callable

import h5py
import numpy as np
import pyerrors as pe
import pytest
from conftest import answer
from lattice_deck import complete
from program import contents, unseal
from scorefield_analysis import configurations
from scorefield_analysis.errors import UserError
from scorefield_analysis.estimates.covariance import gradients_of
from scorefield_analysis.estimates.reader import read_estimates
from scorefield_analysis.estimates.select import chosen
from scorefield_analysis.jackknife import covariance_of_replicas
from scorefield_analysis.hdf5 import text
from scorefield_analysis.lattice.replicas import Binning, bins_of
from slice_correlators import slice_replicas
from synthetic_field import write_field
from synthetic_lattice import write_lattice
from synthetic_plane import write_plane

SAMPLES, CHAINS = 900, 10


@pytest.fixture(scope="module")
def lattice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run on 5 x 7."""
    folder = tmp_path_factory.mktemp("lattice") / "run"
    complete("run", folder, f"--generate.samples={SAMPLES}", f"--generate.chains={CHAINS}", "--sample.score=none")
    return folder


@pytest.fixture(scope="module")
def runs(lattice: Path, tmp_path_factory: pytest.TempPathFactory, make_output) -> dict[str, Path]:
    """One of every kind."""
    folder = tmp_path_factory.mktemp("runs")
    return {"lattice": lattice, "points": make_output("points", processes=("vp",), times=3), "plane": write_plane(folder / "plane"),
            "field": write_field(folder / "field")}


@pytest.fixture
def export() -> Callable[..., str]:
    """export(folder, target, further arguments) exports, and returns what is said on stderr."""
    def to(folder: Path, target: Path, *more: object) -> str:
        code, _, said = answer("export", folder, "--to", target, *more)
        assert code == 0, said
        return said

    return to


def observables(path: Path) -> dict[str, pe.Obs]:
    """All Obs of a file by their tags, with errors as pyerrors finds them."""
    loaded = pe.input.json.load_json(str(path), verbose=False, gz=path.suffix == ".gz")
    found = {}
    for structure in loaded if isinstance(loaded, list) else [loaded]:
        for obs in np.ravel(np.asarray(structure, dtype=object)):
            obs.gamma_method()
            assert obs.tag not in found
            found[obs.tag] = obs
    return found


def stored(folder: Path, name: str, member: str = "value") -> np.ndarray:
    with h5py.File(folder / "results.h5") as file:
        return file[f"{name}/{member}"][...]


EXPECTED = {  # tag -> path in results.h5, index there
    "lattice": {"kappa_2": ("ensemble/cumulants", 1), "slices_y[1]": ("ensemble/slices_y", 1),
                "two_point[2,3]": ("ensemble/two_point", (2, 3)), "spectrum[4,1]": ("ensemble/spectrum", (4, 1)),
                "mass_x[0]": ("ensemble/mass_x", 0)},
    "points": {"kappa_4": ("ensemble/cumulants", 3), "samples-vp-learnt/kappa_2": ("samples-vp-learnt/cumulants", 1),
               "generating_function[2]": ("ensemble/generating_function", 2), "moment_8": ("ensemble/moments", 7),
               "backward-vp-exact/kappa_6[1]": ("backward-vp-exact/cumulants", (1, 5))},
    "plane": {"Im kappa_4": ("ensemble/cumulants", (3, 1)), "Re moment_2": ("ensemble/moments", (1, 0)), "x y": ("ensemble/plane", 1),
              "x^2 y^2": ("ensemble/plane", 5), "Im criteria/schwinger_dyson_2": ("ensemble/criteria/schwinger_dyson", (1, 1)),
              "Re criteria/boundary[3,1]": ("ensemble/criteria/boundary", (3, 1, 0))},
    "field": {"Re z^2": ("ensemble/averages", (1, 0)), "Im V M^2": ("ensemble/averages", (12, 1)),
              "Im kappa_2": ("ensemble/cumulants", (1, 1)), "Im spectrum[5,2]": ("ensemble/spectrum", (5, 2, 1))},
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_values_and_errors_for_pyerrors(export: Callable[..., str], runs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    export(runs[kind], tmp_path / "a.json.gz")
    found = observables(tmp_path / "a.json.gz")
    for tag, (path, index) in EXPECTED[kind].items():
        assert found[tag].value == pytest.approx(stored(runs[kind], path)[index], rel=1e-12), tag
        assert found[tag].dvalue == pytest.approx(stored(runs[kind], path, "error")[index], rel=1e-6), tag


def test_several_numbers_of_one_estimate(export: Callable[..., str], lattice: Path, tmp_path: Path) -> None:
    """By names of their own, in the order of the names, with their correlations."""
    wanted = ["chi", "abs_M", "V_M*"]
    export(lattice, tmp_path / "a.json", "--quantities", ",".join(wanted))
    found = observables(tmp_path / "a.json")
    assert list(found)[:2] == wanted[:2] and {"V_M2", "V_M4"} & set(found) and all(tag in wanted or tag.startswith("V_M") for tag in found)
    export(lattice, tmp_path / "a.npz", "--format", "numpy", "--quantities", "chi,abs_M")
    with np.load(tmp_path / "a.npz") as file, h5py.File(lattice / "results.h5") as results:
        assert list(file["names"]) == ["quantities"] and list(file["quantities/labels"]) == ["chi", "abs_M"]
        group = results["ensemble/quantities"]
        places = [text(group.attrs["names"]).split(",").index(name) for name in ("chi", "abs_M")]
        assert file["quantities/value"] == pytest.approx(group["value"][...][places])
        covariance = group["covariance"][...][np.ix_(places, places)]
        assert pe.covariance([found["chi"], found["abs_M"]]) == pytest.approx(covariance, rel=1e-6)


@pytest.mark.filterwarnings("ignore:Covariance matrix is not positive semi-definite")  # some are functions of others
def test_all_named_quantities_and_their_covariance(export: Callable[..., str], lattice: Path, tmp_path: Path) -> None:
    """Every one that is a number."""
    export(lattice, tmp_path / "a.json", "--quantities", "quantities")
    found = observables(tmp_path / "a.json")
    with h5py.File(lattice / "results.h5") as file:
        group = file["ensemble/quantities"]
        names = text(group.attrs["names"]).split(",")
        value, error, covariance = (group[member][...] for member in ("value", "error", "covariance"))
    known = [name for name, v, e in zip(names, value, error) if np.isfinite([v, e]).all()]
    assert list(found) == known
    some = ["M2", "V_M2", "chi", "kappa2_Z2", "phi2", "binder", "action_density"]  # V_M2 is a multiple of M2, phi2 is kappa2_Z2
    index = [names.index(name) for name in some]
    scale = np.outer(error[index], error[index])
    assert pe.covariance([found[name] for name in some]) / scale == pytest.approx(covariance[np.ix_(index, index)] / scale, abs=1e-6)
    difference = found["V_M2"] - 35.0 * found["M2"]
    difference.gamma_method()
    assert difference.dvalue < 1e-6 * found["V_M2"].dvalue


def test_what_is_no_number_is_left_out_and_named(export: Callable[..., str], tmp_path: Path) -> None:
    folder = write_lattice(tmp_path / "run", quantities={"xi_connected": (np.nan, 0.1), "chi": (2.5, 0.5)})
    said = export(folder, tmp_path / "a.json", "--quantities", "quantities,mass_y")
    assert "left out what is no number: xi_connected, mass_y[2]\n" in said
    found = observables(tmp_path / "a.json")
    assert not {"xi_connected", "mass_y[2]"} & set(found) and len(found) == 19 + 2
    assert (found["chi"].value, found["chi"].dvalue) == (2.5, 0.5) and found["mass_y[1]"].value == 0.7


@pytest.mark.filterwarnings("ignore:Covariance matrix is not positive semi-definite")  # sums over slices of both are equal
def test_points_of_correlators_have_their_covariance(export: Callable[..., str], lattice: Path, tmp_path: Path) -> None:
    """Also between both directions, from the same bins."""
    export(lattice, tmp_path / "a.json.gz", "--quantities", "slices_y,slices_x")
    found = observables(tmp_path / "a.json.gz")
    replicas = np.concatenate([slice_replicas(lattice, direction) for direction in (2, 1)], axis=1)
    expected = covariance_of_replicas(replicas)
    tags = [f"slices_{axis}[{t}]" for axis, points in (("y", 3), ("x", 4)) for t in range(points)]
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert pe.covariance([found[tag] for tag in tags]) / scale == pytest.approx(expected / scale, abs=1e-6)
    mass = pe.Corr([found[f"slices_x[{t}]"] for t in range(4)]).m_eff("log")
    mass.gamma_method()
    c, own = replicas.mean(axis=0)[3:5], expected[3:5, 3:5]
    gradient = np.array([1.0 / c[0], -1.0 / c[1]])
    assert mass.content[0][0].dvalue == pytest.approx(np.sqrt(gradient @ own @ gradient), rel=1e-3)


def test_without_configurations_points_of_correlators_are_alone(export: Callable[..., str], lattice: Path, tmp_path: Path) -> None:
    for folder, change in ((tmp_path / "none", lambda path: path.unlink()), (tmp_path / "other", unseal)):
        folder.mkdir()
        for name in ("results.h5", "ensemble.h5"):
            (folder / name).write_bytes((lattice / name).read_bytes())
        change(folder / "ensemble.h5")
        said = export(folder, tmp_path / f"{folder.name}.json", "--quantities", "slices_y")
        assert "exported without their correlations: " in said and str(folder / "ensemble.h5") in said
        found = observables(tmp_path / f"{folder.name}.json")
        assert pe.covariance([found["slices_y[0]"], found["slices_y[1]"]])[0, 1] == 0.0


def test_ensembles_are_independent_and_known_again(export: Callable[..., str], lattice: Path, make_output, tmp_path: Path) -> None:
    """Two runs in folders of one name do not share noise; two exports of one run do."""
    files = []
    for number, weight in enumerate((0.5, 0.7)):
        folder = make_output("same", processes=(), times=2, weight=weight)
        files += [tmp_path / f"{number}-{again}.json" for again in range(2)]
        for path in files[-2:]:
            export(folder, path, "--quantities", "cumulants")
    first, again, other = (observables(path)["kappa_2"] for path in files[:3])
    assert pe.covariance([first, again])[0, 1] == pytest.approx(first.dvalue**2)
    assert pe.covariance([first, other])[0, 1] == 0.0


def test_exports_of_different_quantities_belong_together(export: Callable[..., str], lattice: Path, tmp_path: Path) -> None:
    """Of one run, in files of their own: pyerrors finds the covariance of what is in both."""
    names = ["abs_M", "V_M2", "slices_x[0]", "slices_y[2]"]
    for name in names:
        export(lattice, tmp_path / f"{names.index(name)}.json", "--quantities", name)
    found = [observables(tmp_path / f"{number}.json")[name] for number, name in enumerate(names)]
    export(lattice, tmp_path / "all.json")
    together = observables(tmp_path / "all.json")
    apart = pe.covariance(found)
    assert apart == pytest.approx(pe.covariance([together[name] for name in names]), rel=1e-9)
    assert abs(apart[0, 1]) > 0.1 * np.sqrt(apart[0, 0] * apart[1, 1]) and abs(apart[2, 3]) > 0.1 * np.sqrt(apart[2, 2] * apart[3, 3])
    (found[0] + found[1]).gamma_method()  # derived quantities, too


@pytest.mark.parametrize("kind", EXPECTED)
def test_numpy_files(export: Callable[..., str], runs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    export(runs[kind], tmp_path / "a.npz", "--format", "numpy")
    with np.load(tmp_path / "a.npz") as file:
        for name in file["names"]:
            group = name if name.startswith(("samples-", "forward-", "backward-")) else f"ensemble/{name}"
            if not name.endswith(("_growth", "acceptance", "delta_h")):  # attributes
                assert np.array_equal(file[f"{name}/value"], stored(runs[kind], group), equal_nan=True)
                assert np.array_equal(file[f"{name}/error"], stored(runs[kind], group, "error"), equal_nan=True)
            assert file[f"{name}/labels"].size == file[f"{name}/value"].size
        if kind == "lattice":
            assert file["slices_y/covariance"] == pytest.approx(covariance_of_replicas(slice_replicas(runs[kind], 2)), rel=1e-6)
            assert file["slices_y/replicas"].shape[0] == file["slices_x/replicas"].shape[0]
        assert np.array_equal(file["cumulants/covariance"], stored(runs[kind], "ensemble/cumulants", "covariance"))


def test_gradients_of_dependent_numbers() -> None:
    """Of sizes that differ by 10^12, one a function of the others, one that does not fluctuate, one that is no number; the same for
    covariances that differ by rounding.
    """
    rng = np.random.default_rng(4)
    data = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    data = np.column_stack([data, 1e12 * (data[:, 0] - data[:, 1]), 1e-12 * data[:, 2], np.full(200, 5.0)])
    covariance = covariance_of_replicas(data)
    error = np.sqrt(np.diag(covariance))
    scale = np.outer(error, error) + (np.outer(error, error) == 0.0)
    gradients = gradients_of(covariance, error)
    assert gradients.shape == (6, 3)
    assert gradients @ gradients.T / scale == pytest.approx(covariance / scale, abs=1e-10)
    assert np.linalg.norm(gradients, axis=1) == pytest.approx(error, rel=1e-12)
    safe = np.where(error > 0.0, error, 1.0)[:, None]
    for noise in 1e-15 * rng.normal(size=(10, 6, 6)):
        again = gradients_of(covariance * (1.0 + noise + noise.T), error)
        assert again / safe == pytest.approx(gradients / safe, abs=1e-6)
    holes = np.full((7, 7), np.nan)
    holes[1:, 1:] = covariance
    with_holes = gradients_of(holes, np.append(np.nan, error))
    assert np.isnan(with_holes[0]).all() and with_holes[1:] == pytest.approx(gradients)
    assert gradients_of(np.full((2, 2), np.nan), np.ones(2)).size == 0


@pytest.mark.parametrize(("lengths", "size", "most"), [([7, 7, 7], 3, 4096), ([10, 3, 1], 5, 4096), ([40, 41], 4, 32)])
def test_bins_are_those_of_the_program(lengths: list[int], size: int, most: int) -> None:
    """src/statistics/binning.cpp, spelt out; with few blocks allowed they are of several configurations."""
    chain = np.concatenate([np.full(n, c) for c, n in enumerate(lengths)])
    order = np.argsort(np.concatenate([np.arange(n) for n in lengths]), kind="stable")  # by place, then chain
    width = 1 if most == 4096 else (1 << 25) // most
    block = max(1, -(-len(chain) // most))
    expected, first = np.empty(len(chain), dtype=int), 0
    for c, n in enumerate(lengths):
        blocks = -(-n // block)
        parts = max(blocks // -(-size // block), 1)
        for b in range(parts):
            begin, end = b * blocks // parts * block, min((b + 1) * blocks // parts * block, n)
            expected[np.flatnonzero(chain == c)[begin:end]] = first + b
        first += parts
    assert np.array_equal(bins_of(chain[order], Binning(size, first, 0), width), expected[order])


@pytest.mark.parametrize("part", [1 << 23, 1000])
def test_configurations_come_back(lattice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                  part: int) -> None:
    """In one part and in many; and the program reads them again."""
    monkeypatch.setattr(configurations, "PART", part)
    configurations.export_configurations(lattice / "ensemble.h5", tmp_path / "a.npy")
    field = contents(lattice / "ensemble.h5")["field"]
    read = np.load(tmp_path / "a.npy")
    assert read.dtype == field.dtype and np.array_equal(read, field)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (1 if part > 1000 else 10) and lines[-1].endswith(f"] {SAMPLES} configurations of ensemble.h5")


def test_the_program_imports_exported_configurations(lattice: Path, tmp_path: Path) -> None:
    code, out, _ = answer("export", lattice / "ensemble.h5", "--format", "numpy", "--to", tmp_path / "a.npy")
    assert code == 0 and f"{SAMPLES} x 1 x 5 x 7 (configuration, component, y, x), float64" in out
    complete("run", tmp_path / "out", f"--generate.samples={SAMPLES}", f"--generate.chains={CHAINS}", "--generate.algorithm=import",
             f"--generate.import-file={tmp_path / 'a.npy'}", "--sample.score=none")
    assert np.array_equal(contents(tmp_path / "out" / "ensemble.h5")["field"], contents(lattice / "ensemble.h5")["field"])


def test_which_estimates_have_places(make_output, tmp_path: Path) -> None:
    """Those, and only those, whose labels have brackets, of every kind of run; a misspelt name is compared with the labels of the others."""
    folders = [make_output("points", processes=("vp",), times=3), write_plane(tmp_path / "plane"), write_field(tmp_path / "field"),
               write_lattice(tmp_path / "lattice", ensemble=False)]
    estimates = [estimate for folder in folders for estimate in read_estimates(folder)]
    assert [each.name for each in estimates if each.has_places] == [each.name for each in estimates if "[" in each.labels[0]]
    assert {each.has_places for each in estimates} == {True, False}
    with pytest.raises(UserError, match="there is no estimate 'abs_m'; the nearest is abs_M"):
        chosen(read_estimates(folders[-1]), ["abs_m"])
    with pytest.raises(UserError, match=r"there is no estimate 'abs_m\*'; choose of "):
        chosen(read_estimates(folders[-1]), ["abs_m*"])


REFUSED = [  # run, file in it, further arguments, exit code, message
    ("points", "", ["--quantities", "kappa_2,speed"], 2, "there is no estimate 'speed'; choose of cumulants, generating_function"),
    ("points", "", ["--to", "a.txt"], 2, "a.txt would not be known for what it holds; let its name end in .json.gz or .json"),
    ("points", "", ["--to", "a.json", "--format", "numpy"], 2, "let its name end in .npz"),
    ("points", "results.h5", [], 2, "results.h5 holds no configurations; give an ensemble.h5"),
    ("lattice", "ensemble.h5", ["--quantities", "chi"], 2, "configurations are exported as they are; "),
    ("lattice", "ensemble.h5", ["--format", "pyerrors"], 2, "configurations are exported as they are; "),
    ("lattice", "none", [], 2, "no folder "),
    ("points", "", ["--to", "results.h5/a.json"], 3, "cannot write results.h5/a.json: "),
]


@pytest.mark.parametrize(("kind", "file", "more", "code", "message"), REFUSED)
def test_what_cannot_be_exported(runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch, kind: str, file: str,
                                 more: list[str], code: int, message: str) -> None:
    monkeypatch.chdir(runs[kind])
    returned, out, said = answer("export", runs[kind] / file, *more)
    assert (returned, out) == (code, "") and said.count("error: ") == 1
    assert message in said.splitlines()[-1] and "; " in said.splitlines()[-1], said


def test_configurations_that_are_damaged(tmp_path: Path) -> None:
    ensemble = write_lattice(tmp_path / "damaged") / "ensemble.h5"
    with h5py.File(ensemble, "a") as file:
        file["field"][7, 0, 1, 1] = np.nan
    code, out, said = answer("export", ensemble)
    assert code == 2 and out == "" and "ensemble.h5 holds what is no number, from configuration 0 on; " in said
    assert {path.name for path in ensemble.parent.iterdir()} == {"ensemble.h5", "results.h5"}


def test_configurations_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the disk in the middle: of the file that is read, not of the one that is written."""
    def fails(*_: object) -> None:
        raise OSError("Can't synchronously read data")

    ensemble = write_lattice(tmp_path / "run") / "ensemble.h5"
    monkeypatch.setattr(h5py.Dataset, "__getitem__", fails)
    code, _, said = answer("export", ensemble, "--format", "numpy", "--to", tmp_path / "a.npy")
    assert code == 2 and f"cannot read {ensemble} from configuration 0 on (Can't synchronously read data); make it again" in said
    assert not list(tmp_path.glob("*.npy"))


def test_without_pyerrors_the_cure_is_named(runs: dict[str, Path]) -> None:
    code = "import sys; sys.modules['pyerrors'] = None; from scorefield_analysis.cli import main; sys.exit(main(['export', sys.argv[1]]))"
    run = subprocess.run([sys.executable, "-c", code, str(runs["points"])], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2 and run.stderr.count("\n") == 1
    assert "pip install scorefield-analysis[pyerrors]" in run.stderr
