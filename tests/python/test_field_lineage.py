"""What a score of fields was made from: where that is another one now, nothing goes on with it in silence."""

import shutil

import h5py
import numpy as np
import pytest
from program import only_error_line, same_bits, scorefield, succeed, unseal
from test_resume import stopped_by

DECK = """
[run]
seed = 20261124
[lattice]
size = 6, 6
[model]
name = phi4
kappa = 0.2
lambda = 0.1
[generate]
algorithm = import
import-file = {file}
samples = 640
chains = 40
[train]
levels = 9
per-level = 128
updates = 3
validation = 16
calibration = 64
[sample]
score = learnt
samples = 128
steps = 4
finish = 0
"""
FILES = ["ensemble.h5", "model-ve.h5", "forward-ve.h5", "samples-ve-learnt.h5"]
STOP = ["--run.checkpoint=0", "--run.walltime=0.001"]


@pytest.fixture
def deck(tmp_path):
    fields(tmp_path / "fields.npy", 1)
    path = tmp_path / "field.ini"
    path.write_text(DECK.format(file=tmp_path / "fields.npy"))
    return path


def fields(path, seed):
    np.save(path, np.random.default_rng(seed).normal(size=(640, 6, 6)))


def refused(command, deck, *more, code=2, ranks=1):
    result = scorefield(command, deck, *more, ranks=ranks)
    assert result.returncode == code, result.stderr
    return only_error_line(result)


def test_a_model_of_another_import(deck, tmp_path):
    """The ensemble is made anew from another file: the model is stale, and so is one that is half done. The same file again: they are not."""
    out, half = f"--run.output={tmp_path}/out", f"--run.output={tmp_path}/half"
    succeed("run", deck, out)
    succeed("generate", deck, half)
    stopped_by(scorefield("train", deck, half, *STOP))
    first = tmp_path / "first.npy"
    shutil.copy(tmp_path / "fields.npy", first)
    fields(tmp_path / "fields.npy", 2)
    for folder in (out, half):
        succeed("generate", deck, folder, "--overwrite")
        assert "model-ve.h5 was learnt from another ensemble.h5" in refused("train", deck, folder, ranks=2)
    assert "learnt from another ensemble.h5" in succeed("status", deck, out)
    shutil.copy(first, tmp_path / "fields.npy")
    for folder in (out, half):
        succeed("generate", deck, folder, "--overwrite")
        succeed("train", deck, folder)
    succeed("measure", deck, out)


@pytest.mark.parametrize("first", [["generate"], []])
def test_all_that_follows_from_another_import(deck, tmp_path, first):
    """run --overwrite makes anew the ensemble, the model and what was made with it, the forward process, too."""
    out = tmp_path / "out"
    succeed("run", deck, f"--run.output={out}")
    fields(tmp_path / "fields.npy", 2)
    for command in [*first, "run"]:
        succeed(command, deck, f"--run.output={out}", "--overwrite", ranks=2)
    succeed("run", deck, f"--run.output={tmp_path}/straight")
    assert [name for name in FILES if not same_bits(out / name, tmp_path / "straight" / name)] == []


def test_features_from_another_model_after_a_stop(deck, tmp_path):
    out, source = f"--run.output={tmp_path}/out", tmp_path / "source.h5"
    for name, more in (("a", []), ("b", ["--run.seed=2"])):
        succeed("run", deck, f"--run.output={tmp_path}/{name}", *more)
    shutil.copy(tmp_path / "a" / "model-ve.h5", source)
    succeed("generate", deck, out)
    begun = [out, f"--train.from={source}"]
    stopped_by(scorefield("train", deck, *begun, *STOP))
    shutil.copy(tmp_path / "b" / "model-ve.h5", source)
    assert "was made with another model than train.from" in refused("train", deck, *begun, ranks=2)
    assert "was made with another model" in succeed("status", deck, *begun)
    shutil.copy(tmp_path / "a" / "model-ve.h5", source)
    stopped_by(scorefield("train", deck, *begun, *STOP))
    shutil.copy(tmp_path / "b" / "model-ve.h5", source)
    succeed("train", deck, *begun, "--overwrite")
    shutil.copy2(tmp_path / "a" / "model-ve.h5", source)  # older than the model that was made with b
    assert "was made with another model" in succeed("status", deck, *begun)
    shutil.copy(tmp_path / "b" / "model-ve.h5", source)  # newer, and the same
    assert "model-ve.h5                  complete" in succeed("status", deck, *begun)


def test_features_of_another_theory(deck, tmp_path):
    succeed("run", deck, f"--run.output={tmp_path}/a")
    said = refused("run", deck, f"--run.output={tmp_path}/b", f"--train.from={tmp_path}/a/model-ve.h5", "--model.kappa=0.21")
    assert "is a model of model.kappa = 0.2, and the deck has 0.21" in said
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("dataset", ["/features/coefficient", "/features/bound", "/calibration/linear", "/reference/zero"])
def test_a_model_that_is_not_finite(deck, tmp_path, dataset):
    """In a file that other tools wrote, and that has no seal."""
    succeed("run", deck, f"--run.output={tmp_path}/out")
    unseal(tmp_path / "out" / "model-ve.h5")
    succeed("train", deck, f"--run.output={tmp_path}/out")
    with h5py.File(tmp_path / "out" / "model-ve.h5", "r+") as file:
        values = file[dataset][()]
        values.ravel()[-1] = np.nan
        file[dataset][...] = values
    said = refused("train", deck, f"--run.output={tmp_path}/out", code=4)
    assert dataset in said
    assert "holds what is infinite or not a number" in said
