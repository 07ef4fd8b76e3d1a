"""Imported ensembles are measured like the original ones; chains that freeze, and chains of unequal length."""

import os
import time

import h5py
import numpy as np
import pytest
from broken import run, the_error
from lattice_deck import BROKEN_PHASE, PATIENT, SMALL, complete, lattice
from program import contents, scorefield

SAMPLES = 640  # whole sweeps of the ten chains, and more than a jackknife needs


def save_npy(path, field):
    np.save(path, field)


def save_hdf5(path, field):
    with h5py.File(path, "w") as file:
        file["group/configurations"] = field


FORMS = {
    "npy f8": ("a.npy", save_npy, lambda field: field[:, 0]),
    "npy f8, four axes": ("a.npy", save_npy, lambda field: field),
    "npy f4": ("a.npy", save_npy, lambda field: field[:, 0].astype(np.float32)),
    "hdf5": ("a.h5", save_hdf5, lambda field: field[:, 0]),
    "hdf5, four axes": ("a.h5", save_hdf5, lambda field: field),
    "hdf5 f4": ("a.h5", save_hdf5, lambda field: field.astype(np.float32)),
    "more than are asked for": ("a.npy", save_npy,
                                lambda field: np.concatenate([field[:, 0], np.full((3, 5, 7), 9.0)])),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original")
    complete("run", folder, f"--generate.samples={SAMPLES}")
    return folder


def import_run(folder, file, *more, ranks=2):
    """Keys of chains mean nothing for an import; the deck's own do not matter then."""
    result = scorefield("run", BROKEN_PHASE, "--lattice.size=5,7", f"--generate.samples={SAMPLES}",
                        "--generate.chains=10",
                        "--measure.histogram-bins=20", "--generate.algorithm=import", f"--generate.import-file={file}",
                        "--generate.import-dataset=/group/configurations", *more, f"--run.output={folder}", ranks=ranks,
                        environment=PATIENT)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("name", FORMS)
def test_a_round_trip(original, tmp_path, name):
    file, save, form = FORMS[name]
    field = contents(original / "ensemble.h5")["field"]
    save(tmp_path / file, form(field))
    said = import_run(tmp_path / "out", tmp_path / file, ranks=1 if "hdf5" in name else 2)
    assert "read as 10 chains of 64 configurations" in said
    imported = contents(tmp_path / "out" / "ensemble.h5")
    single = "f4" in name
    assert (imported["field"] == (field.astype(np.float32) if single else field)).all()
    assert (imported["chain"] == contents(original / "ensemble.h5")["chain"]).all()
    mine, theirs = contents(tmp_path / "out" / "results.h5"), contents(original / "results.h5")
    assert mine.keys() == theirs.keys() and len(mine) > 20
    for key in mine:
        if single and "histogram" not in key:
            assert np.allclose(mine[key], theirs[key], rtol=2e-3, atol=2e-3, equal_nan=True), key
        elif not single:
            assert mine[key].tobytes() == theirs[key].tobytes(), key


def test_an_ensemble_of_the_program_can_be_imported(original, tmp_path):
    result = scorefield("run", BROKEN_PHASE, "--lattice.size=5,7", f"--generate.samples={SAMPLES}",
                        "--generate.chains=10",
                        "--generate.algorithm=import", f"--generate.import-file={original / 'ensemble.h5'}",
                        f"--run.output={tmp_path}")
    assert result.returncode == 0, result.stderr
    assert (contents(tmp_path / "ensemble.h5")["field"] == contents(original / "ensemble.h5")["field"]).all()


def test_chains_of_another_file_are_not_looked_for(tmp_path):
    """A dataset of another length is not the numbers of its chains; a file that ends within a sweep, and a single chain."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/configurations"] = np.random.default_rng(1).normal(size=(SAMPLES, 5, 7))
        file["group/chain"] = np.full(SAMPLES - 1, 7)
    for chains, said in (("7", "read as 7 chains of 91 to 92 configurations"), ("1", "read as 1 chain of 640 ")):
        assert said in import_run(tmp_path / chains, tmp_path / "a.h5", f"--generate.chains={chains}", ranks=1)


IMPORT = ["--generate.algorithm=import", f"--generate.samples={SAMPLES}"]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("source", [["--generate.algorithm=import", "--generate.import-file="],
                                    ["--generate.start=file", "--generate.start-file="]])
def test_a_source_is_not_set_aside(original, tmp_path, source, ranks):
    """What the ensemble is to be made from lies where it is to lie: --overwrite would take it away. By another name, too."""
    complete("generate", tmp_path / "out", "--run.seed=3")
    (tmp_path / "link.h5").symlink_to(tmp_path / "out" / "ensemble.h5")
    more = {word.partition("=")[0]: word for word in (*SMALL, *source)}
    more[source[1][:-1]] = source[1] + str(tmp_path / "link.h5")
    outcome = run(["run", BROKEN_PHASE, *more.values(), f"--run.output={tmp_path / 'out'}", "--overwrite"], ranks, tmp_path,
                  environment=PATIENT)
    the_error(outcome, 2, f"{source[1][2:-1]} is the file that --overwrite would set aside", "choose another --run.output")


def test_a_source_that_changed_afterwards(original, tmp_path):
    """Then the ensemble is stale, whatever its deck says; a source that is gone changes nothing."""
    file, ensemble = tmp_path / "a.npy", tmp_path / "out" / "ensemble.h5"
    np.save(file, contents(original / "ensemble.h5")["field"])
    arguments = ["run", tmp_path / "out", *IMPORT, f"--generate.import-file={file}"]
    complete(*arguments)
    assert "ensemble.h5 is complete" in complete(*arguments)
    np.save(file, -contents(ensemble)["field"])
    os.utime(file, ns=(0, ensemble.stat().st_mtime_ns + 1))
    refused = lattice(*arguments, ranks=2)
    assert refused.returncode == 2
    assert f"{ensemble}: generate.import-file = {file} was changed after it was read" in refused.stderr
    assert "stale: " in complete("status", *arguments[1:])
    complete(*arguments, "--overwrite")
    assert (contents(ensemble)["field"] == -contents(original / "ensemble.h5")["field"]).all()
    os.utime(file, ns=(0, time.time_ns() + 10**12))
    assert "ensemble.h5 is complete" in complete(*arguments)
    file.unlink()
    assert "ensemble.h5 is complete" in complete(*arguments)


# Whether the chains are in equilibrium.

LARGE = ["--lattice.size=32,32", "--generate.samples=4000", "--generate.chains=16", "--generate.thermalisation=100",
         "--generate.separation=1"]


def warnings(folder):
    with h5py.File(folder / "results.h5") as file:
        return int(file["ensemble"].attrs["in_equilibrium"]), file["ensemble"].attrs["warnings"].decode()


def test_chains_that_freeze_are_seen(tmp_path):
    """Deep in the broken phase from a hot start: without cluster updates a chain keeps its sign and its walls."""
    frozen = complete("run", tmp_path / "frozen", *LARGE, "--generate.cluster=0")
    assert "warning:" in frozen
    good, said = warnings(tmp_path / "frozen")
    assert good == 0 and "chains do not agree on M" in said
    complete("run", tmp_path / "ordered", *LARGE, "--generate.cluster=0", "--generate.start=cold")
    assert warnings(tmp_path / "ordered")[1].startswith("the sign of M never changes along a chain")
    moving = complete("run", tmp_path / "moving", *LARGE, "--generate.thermalisation=300", "--generate.samples=6400")
    assert "warning:" not in moving
    assert warnings(tmp_path / "moving") == (1, "")


def test_chains_of_unequal_length(tmp_path):
    """A file that ends within a sweep: all its configurations count, each in its own chain."""
    complete("run", tmp_path, "--generate.samples=1237")
    field = contents(tmp_path / "ensemble.h5")["field"]
    results = contents(tmp_path / "results.h5")
    with h5py.File(tmp_path / "results.h5") as file:
        group = file["ensemble"]
        assert (group.attrs["samples"], group.attrs["chains"]) == (1237, 10)
        place = group["quantities"].attrs["names"].decode().split(",").index("phi2")
    assert abs(results["ensemble/quantities/value"][place] / np.mean(field**2) - 1) < 1e-12
    lengths = np.bincount(results["ensemble/series/chain"])
    assert lengths.tolist() == [124] * 7 + [123] * 3
    series = np.concatenate([field[chain::10].mean(axis=(1, 2, 3)) for chain in range(10)])
    assert np.abs(results["ensemble/series/M"] - series).max() < 1e-12
    assert abs(results["ensemble/autocorrelation"][0][0] - series.mean()) < 1e-12


def test_ensembles_that_are_very_short(tmp_path):
    """Chains without halves are measured, with a warning; one configuration has no error."""
    said = complete("run", tmp_path / "short", "--generate.samples=12")
    assert "R-hat undefined" in said and "warning: no chain has four configurations" in said
    result = scorefield("run", BROKEN_PHASE, "--lattice.size=5,7", "--generate.samples=1", "--generate.thermalisation=5",
                        f"--run.output={tmp_path / 'one'}", ranks=2)
    assert result.returncode == 2 and "ensemble.h5 has one configuration, too few for an error" in result.stderr
