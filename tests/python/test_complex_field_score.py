"""Diffusion models of complexified lattice fields: bits over ranks, threads and interruptions, the free field exactly, phi^4 and the Bose
gas against their ensembles, and models between others."""

import h5py
import numpy as np
import pytest
from program import only_error_line, same_bits, scorefield, succeed
from test_resume import stopped_by

PATIENT = {"OMPI_MCA_mpi_yield_when_idle": "1"}
DECK = """
[run]
seed = 20261129
[lattice]
size = 4, 6
[model]
name = complex-phi4
kappa = 0.15
mass = 0.8
mass-im = 0.4
lambda = 0.25
lambda-im = 0.1
[generate]
samples = 10000
chains = 100
step = 0.01
[forward]
process = vp
[train]
levels = 33
per-level = 4096
calibration = 4000
[sample]
score = learnt, reference
samples = 2500, 4000
"""
FILES = ["ensemble.h5", "model-vp.h5", "forward-vp.h5", "samples-vp-learnt.h5", "samples-vp-reference.h5"]
SHORT = ["--network.order=3", "--train.levels=9", "--sample.samples=700", "--sample.steps=6", "--train.per-level=248", "--generate.samples=5000", "--train.calibration=64", "--sample.score=learnt"]


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    path = tmp_path_factory.mktemp("deck") / "complex.ini"
    path.write_text(DECK)
    return path


@pytest.fixture(scope="module")
def straight(deck):
    folder = deck.parent / "straight"
    print(succeed("run", deck, f"--run.output={folder}"))
    return folder


@pytest.fixture(scope="module")
def short(deck):
    folder = deck.parent / "short"
    succeed("run", deck, f"--run.output={folder}", *SHORT)
    return folder


def identical(a, b):
    return [name for name in FILES[:4] if not same_bits(a / name, b / name)] == []


@pytest.mark.parametrize(("ranks", "threads", "more"), [(2, 1, []), (3, 1, ["--run.batch=64"]), (1, 2, [])])
def test_same_bits_on_other_ranks_and_threads(deck, short, tmp_path, ranks, threads, more):
    succeed("run", deck, f"--run.output={tmp_path}/out", f"--run.threads={threads}", *SHORT, *more, ranks=ranks, environment=PATIENT)
    assert identical(short, tmp_path / "out")


def test_what_a_model_was_told_counts_once(short):
    """kappa_2 of the ensemble, whose fluctuations are in the samples, too; of kappa_4 the errors of both count."""
    with h5py.File(short / "results.h5") as file:
        against = file["samples-vp-learnt/against_ensemble"]
        samples, ensemble = (file[f"{name}/cumulants/error"][:] for name in ("samples-vp-learnt", "ensemble"))
        assert against.attrs["told"] == 1
        assert against["cumulants/error"][1] == pytest.approx(samples[1], rel=1e-12)
        assert against["cumulants/error"][3] == pytest.approx(np.hypot(samples[3], ensemble[3]), rel=1e-12)


def test_training_stopped_and_resumed(deck, short, tmp_path):
    """With no time at all every start does one piece of work and stops; the next goes on from it, on one rank and two in turn."""
    out = f"--run.output={tmp_path}/out"
    succeed("generate", deck, out, *SHORT)
    for attempt in range(6):
        result = scorefield("train", deck, out, *SHORT, "--run.checkpoint=0", "--run.walltime=0.001", ranks=1 + attempt % 2, environment=PATIENT)
        assert "time" in stopped_by(result)
    succeed("run", deck, out, *SHORT)
    assert identical(short, tmp_path / "out")


def against_ensemble(folder, name):
    with h5py.File(folder / "results.h5") as file:
        group = file[f"{name}/against_ensemble"]
        return group.attrs["p_value"], group.attrs["spectrum_chi_squared"] / group.attrs["spectrum_numbers"]


def test_phi4_against_its_ensemble(straight):
    """kappa_2, 4, 6, 8, Re and Im, and the spectrum. The reference alone, a wrong score, is seen at once."""
    p_value, spectrum = against_ensemble(straight, "samples-vp-learnt")
    assert p_value > 1e-3 and spectrum < 1.5, (p_value, spectrum)
    p_value, spectrum = against_ensemble(straight, "samples-vp-reference")
    assert p_value < 1e-20 and spectrum < 1.5, (p_value, spectrum)


def test_free_field_exactly(deck, tmp_path):
    """P(x,y) is Gaussian, and the reference is exact: the spectrum is the known one of the free field, kappa_4 vanishes."""
    more = ["--model.lambda=0", "--model.lambda-im=0", "--sample.score=reference", "--sample.samples=20000", "--network.order=3", "--train.levels=5"]
    succeed("run", deck, f"--run.output={tmp_path}/out", *more)
    with h5py.File(tmp_path / "out/results.h5") as file:
        group = file["samples-vp-reference"]
        value, error, exact = (group[f"spectrum/{name}"][:] for name in ("value", "error", "exact"))
        ensemble = file["ensemble/spectrum/error"][:]
        four = group["cumulants/value"][3] / group["cumulants/error"][3]
    pulls = (value - exact)[error > 0] / np.hypot(error, ensemble)[error > 0]
    assert (pulls**2).mean() < 1.6 and np.abs(pulls).max() < 4.5
    assert ((value - 1.1 * exact)[error > 0] ** 2 / error[error > 0] ** 2).mean() > 5  # a wrong formula
    assert np.abs(four).max() < 4


GAS_DECK = DECK.replace("name = complex-phi4\nkappa = 0.15\nmass = 0.8\nmass-im = 0.4\nlambda = 0.25\nlambda-im = 0.1\n",
                        "name = bose-gas\nmass-squared = 1\nlambda = 1\nmu = 0.7\n")


def test_bose_gas_against_its_ensemble(tmp_path):
    """Four components, and propagators that distinguish forward from backward in time: the density is seen."""
    path = tmp_path / "gas.ini"
    path.write_text(GAS_DECK)
    print(succeed("run", path, f"--run.output={tmp_path}/out", "--network.order=3"))
    p_value, spectrum = against_ensemble(tmp_path / "out", "samples-vp-learnt")
    assert p_value > 1e-3 and spectrum < 1.5, (p_value, spectrum)
    with h5py.File(tmp_path / "out/results.h5") as file:
        names = file["ensemble/averages"].attrs["names"].decode().split(",")
        at = names.index("density")
        density = {name: [file[f"{name}/averages/{what}"][at] for what in ("value", "error")]
                   for name in ("ensemble", "samples-vp-learnt", "samples-vp-reference")}
    (ensemble, error), (samples, of_samples), _ = density.values()
    assert np.all(np.abs(samples - ensemble) < 4 * np.hypot(error, of_samples)), density
    assert abs(ensemble[0]) > 10 * error[0]


@pytest.mark.full
def test_a_model_between_others(deck, tmp_path):
    """Of kappa = 0.08 and 0.15 and 0.18, at 0.165, where nothing was learnt. That of 0.08, taken for it, is seen to be wrong."""
    light = ["--sample.score=learnt", "--sample.samples=5000", "--train.levels=25", "--train.per-level=2048"]
    for kappa in (0.08, 0.15, 0.18):
        for stage in ("generate", "train"):
            succeed(stage, deck, f"--run.output={tmp_path}/{kappa}", f"--model.kappa={kappa}", *light)
    models = [f"{tmp_path}/{kappa}/model-vp.h5" for kappa in (0.08, 0.15, 0.18)]
    out = [f"--run.output={tmp_path}/between", "--model.kappa=0.165", "--run.seed=3", *light]
    said = succeed("run", deck, *out, f"--train.from={','.join(models)}")
    assert "between 3 models, at model.kappa = 0.165" in said
    p_value, spectrum = against_ensemble(tmp_path / "between", "samples-vp-learnt")
    assert p_value > 1e-3 and spectrum < 1.5, (p_value, spectrum)
    with h5py.File(tmp_path / "between/results.h5") as file:
        at = file["ensemble/averages"].attrs["names"].decode().split(",").index("V M^2")
        samples, error = (file[f"samples-vp-learnt/averages/{what}"][at, 0] for what in ("value", "error"))
        # it was told nothing of this ensemble: also of kappa_2 the errors of both count
        assert file["samples-vp-learnt/against_ensemble"].attrs["told"] == 0
        second, kept = file["backward-vp-learnt/cumulants"], file["backward-vp-learnt/kept"][:]
        both = np.hypot(second["error"][:, 1, 0], kept**2 * file["forward-vp/cumulants/error"][0, 1, 0])
        assert file["backward-vp-learnt/pull"][:, 0] == pytest.approx((second["value"][:, 1, 0] - second["exact"][:, 1, 0]) / both, rel=1e-6)
    with h5py.File(tmp_path / "0.08/model-vp.h5") as file:
        of_another = file["reference/covariance"][[0, 3], 0, 0] @ [1, -1]
    assert abs(samples - of_another) > 6 * error


@pytest.fixture(scope="module")
def sources(deck):
    """The models of two couplings, as a value of train.from, and the keys they share."""
    small = [*SHORT, "--generate.samples=2000", "--train.levels=5"]
    for kappa in (0.12, 0.18):
        for stage in ("generate", "train"):
            succeed(stage, deck, f"--run.output={deck.parent}/{kappa}", f"--model.kappa={kappa}", *small)
    return [*small, f"--train.from={deck.parent}/0.12/model-vp.h5,{deck.parent}/0.18/model-vp.h5"]


def test_models_of_other_widths_are_in_reach(deck, tmp_path):
    """forward.noise-min is a part of what the theory leaves of a site's variance: one that narrows Im phi reaches to smaller noises."""
    small = ["--network.order=3", "--train.levels=33", "--train.per-level=248", "--generate.samples=2000", "--train.calibration=64",
             "--model.lambda-im=0", "--forward.noise-min=0.05"]
    for mass in (0.2, 0.4):
        for stage in ("generate", "train"):
            succeed(stage, deck, f"--run.output={tmp_path}/{mass}", f"--model.mass-im={mass}", *small)
    sources = f"--train.from={tmp_path}/0.2/model-vp.h5,{tmp_path}/0.4/model-vp.h5"
    out = [f"--run.output={tmp_path}/0.3", "--model.mass-im=0.3"]
    succeed("generate", deck, *out, *small)
    assert "between 2 models, at model.mass-im = 0.3" in succeed("train", deck, *out, *small, sources)
    with h5py.File(tmp_path / "0.3/model-vp.h5") as made, h5py.File(tmp_path / "0.4/model-vp.h5") as source:
        assert made["features/ratio"][0] < 0.95 * source["features/ratio"][0]


def test_features_of_another_lattice_are_no_source(deck, sources, tmp_path):
    """Their unit is that of the lattice they were fitted on."""
    small, models = sources[:-1], sources[-1].removeprefix("--train.from=").split(",")
    for name, more in (("wide", ["--lattice.size=6,6"]), ("taken", [f"--train.from={tmp_path}/wide/model-vp.h5"])):
        for stage in ("generate", "train"):
            succeed(stage, deck, f"--run.output={tmp_path}/{name}", "--model.kappa=0.12", *small, *more)
    result = scorefield("run", deck, f"--run.output={tmp_path}/out", *small, f"--train.from={tmp_path}/taken/model-vp.h5,{models[1]}")
    assert result.returncode == 2
    assert "has taken its features over from another model: name models that were fitted themselves" in only_error_line(result)


@pytest.mark.parametrize(("more", "words"), [
    (["--model.kappa=0.2"], "a model between them is for values between theirs"),
    (["--model.mass=0.9"], "that differ in"),
    (["--network.order=5"], "has features of another network.order"),
    (["--forward.noise-min=0.0001"], "give the deck the forward.process, forward.sigma and forward.noise-min of that model"),
])
def test_models_that_do_not_go_together(deck, sources, tmp_path, more, words):
    out = [f"--run.output={tmp_path}/out", *sources]
    if more[0].startswith("--network"):
        result = scorefield("run", deck, *out, *more, ranks=2, environment=PATIENT)
    else:
        result = scorefield("run", deck, *out, *more)
    assert result.returncode == 2
    assert words in only_error_line(result)
