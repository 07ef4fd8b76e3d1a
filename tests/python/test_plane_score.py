"""Diffusion models of complex Langevin walkers: exact and learnt scores against the walkers, the score as an object, bits, stops, refusals."""

import shutil
import subprocess

import h5py
import numpy as np
import pytest
from program import ROOT, only_error_line, same_bits, scorefield, succeed
from test_resume import stopped_by

ANALYSIS = ROOT / ".venv" / "bin" / "scorefield-analysis"

GAUSSIAN = """\
[run]
seed = 20261129
[model]
name = gaussian
[generate]
samples = 100000
scheme = exact
trajectory = 2
thermalisation = 6
[forward]
process = vp
times = 5
[network]
hidden = 24, 24
[train]
steps = 150
levels = 32
[sample]
score = exact, learnt
samples = 50000
steps = 16
records = 5
"""
QUARTIC = GAUSSIAN.replace("gaussian", "quartic").replace("scheme = exact\ntrajectory = 2\nthermalisation = 6", "step = 0.02")
QUARTIC = QUARTIC.replace("score = exact, learnt", "score = learnt")
FILES = ["ensemble.h5", "forward-vp.h5", "samples-vp-exact.h5", "samples-vp-learnt.h5"]


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decks")
    (folder / "gaussian.ini").write_text(GAUSSIAN)
    (folder / "quartic.ini").write_text(QUARTIC)
    return folder


@pytest.fixture(scope="module")
def gaussian(decks):
    succeed("run", decks / "gaussian.ini", f"--run.output={decks}/gaussian")
    return decks / "gaussian"


@pytest.fixture(scope="module")
def quartic(decks):
    result = scorefield("run", decks / "quartic.ini", f"--run.output={decks}/quartic", "--network.energy=yes", "--train.steps=400", timeout=900)
    assert result.returncode == 0, result.stderr
    return decks / "quartic"


def points(folder, name):
    with h5py.File(folder / f"{name}.h5") as file:
        assert file["field"].shape[1:] == (2, 1, 1)
        return file["field"][:, :, 0, 0]


def second_moments(xy):
    x, y = xy.T
    products = np.stack([x * x, x * y, y * y])
    return products.mean(axis=1), products.std(axis=1) / np.sqrt(len(xy))


def test_exact_score_makes_the_stationary_gaussian(gaussian):
    """Covariance of the samples within 4.5 sigma of .75, -.25, .25; that of the process with N_y = 1/2 is 20 sigma off."""
    value, error = second_moments(points(gaussian, "samples-vp-exact"))
    assert np.abs((value - [0.75, -0.25, 0.25]) / error).max() < 4.5
    assert np.abs((value - [1.25, -0.25, 0.75]) / error).max() > 20


@pytest.mark.parametrize(("model", "score"), [("gaussian", "learnt"), ("quartic", "learnt")])
def test_learnt_scores_make_what_walkers_make(request, model, score):
    """Second moments within 2 % and 4.5 sigma of the walkers'; networks of this size after 150 and 400 steps are not better. Noise is off by 10 %."""
    folder = request.getfixturevalue(model)
    made, made_error = second_moments(points(folder, f"samples-vp-{score}"))
    walked, walked_error = second_moments(points(folder, "ensemble"))
    error = np.hypot(made_error, walked_error) * 4.5 + 0.02 * np.abs(walked)
    assert (np.abs(made - walked) < error).all(), (made, walked)
    assert (np.abs(1.1 * made - walked) > error).all()


def test_cumulants_along_the_processes(gaussian):
    """kappa_n f^n holds along the forward process and, with the exact score, along the backward one."""
    with h5py.File(gaussian / "results.h5") as file:
        for name in ("forward-vp", "backward-vp-exact"):
            assert np.nanmin(file[f"{name}/p_value"][:]) > 1e-4, name
            assert np.abs(file[f"{name}/pull"][:]).max() < 4.5, name
            cumulants = file[f"{name}/cumulants"]
            kept = file[f"{name}/kept"][:]
            second = cumulants["exact"][:, 1]
        assert np.allclose(second / kept[:, None] ** 2, second[-1])  # no Xi in a holomorphic cumulant; f = 1 at the end
        plane = file["forward-vp/plane"]
        assert np.abs((plane["value"][1:] - plane["exact"][1:]) / plane["error"][1:]).max() < 4.5
        for name in ("moments", "cumulants"):  # of the exact score: samples and walkers are independent
            made, walked = file[f"samples-vp-exact/{name}"], file[f"ensemble/{name}"]
            even = [2, 3, 6, 7, 10, 11, 14, 15]
            off = (made["value"][:] - walked["value"][:]).ravel()[even]
            both = (made["covariance"][:] + walked["covariance"][:])[np.ix_(even, even)]
            assert made.attrs["ensemble_chi2"] == pytest.approx(off @ np.linalg.solve(both, off), rel=1e-6)
            assert made.attrs["ensemble_largest_pull"] == pytest.approx(np.abs(off / np.sqrt(np.diag(both))).max())
            assert made.attrs["ensemble_p_value"] > 1e-4
            learnt = file[f"samples-vp-learnt/{name}"]  # told the second order: that of the samples' error alone
            both = learnt["covariance"][:] + np.where(np.arange(16) < 4, 0, 1)[:, None] * walked["covariance"][:] * np.where(np.arange(16) < 4, 0, 1)
            off = (learnt["value"][:] - walked["value"][:]).ravel()[even]
            assert learnt.attrs["ensemble_chi2"] == pytest.approx(off @ np.linalg.solve(both[np.ix_(even, even)], off), rel=1e-6)
        assert "criteria" not in file["samples-vp-learnt"] and "criteria" in file["ensemble"]


def test_the_score_as_an_object(gaussian, quartic):
    """Near the exact one, of no curl where it is a gradient, attractor and saddle where they are; the density that follows is P."""
    with h5py.File(gaussian / "results.h5") as file:
        score = file["score-vp"]
        assert score["distance"][0] < 0.1
        assert score["total_variation"][0] < 0.03
        assert score["fixed_points"].attrs["kinds"].decode() == "attractor"
        assert 1e-3 < score["curl"][0] < 0.2  # no gradient of anything
        along = score["complex_density"]
        kept = np.sqrt(1.0 / (1.0 + score["noise_ratio"][0] ** 2))  # of variance preserving noise
        weight = np.sqrt((1 + 1j) / (2 * np.pi)) / kept * np.exp(-0.5 * (1 + 1j) * (along["x"][:] / kept) ** 2)
        assert along["exact"][:] @ [1, 1j] == pytest.approx(weight, abs=1e-6)
        off = np.abs(along["value"][:] @ [1, 1j] - weight).sum() / np.abs(weight).sum()
        assert along.attrs["distance"] == pytest.approx(off, rel=1e-3) and off < 0.05
        assert np.abs(score["fixed_points"][0, :2]).max() < 3e-4  # odd about 0 by construction
        x, y = score["x"][0], score["y"][0]
        expected = np.stack(np.broadcast_arrays(-2 * x[:, None] - 2 * y, -6 * y - 2 * x[:, None]), axis=-1)
        assert np.allclose(score["exact"][0], expected, atol=0.02 * np.abs(expected).max())  # P of physics: alpha = 1, beta = 3, gamma = 1
    with h5py.File(quartic / "results.h5") as file:
        score = file["score-vp"]
        assert score["curl"][:].max() < 3e-4
        # at r = 0.14; the walls at the border of the strip, at the lowest noise 0.03 wide, take a larger network and more steps
        assert score["distance"][2] < 0.15 and score["total_variation"][2] < 0.08
        kinds = score["fixed_points"].attrs["kinds"].decode().split(",")
        places = score["fixed_points"][:, :2]
        assert kinds[np.argmin(np.abs(places).sum(axis=1))] == "saddle", (kinds, places)
        cell = (score["x"][0, 1] - score["x"][0, 0]) * (score["y"][0, 1] - score["y"][0, 0])
        solution = file["fokker_planck"]
        i = np.argmin(np.abs(score["x"][0])), np.argmin(np.abs(score["y"][0]))
        middle = solution["density"][len(solution["x"]) // 2, len(solution["y"]) // 2]
        assert score["exact_density"][0][i] == pytest.approx(middle, rel=0.01)
        assert score["density"][0].sum() * cell == pytest.approx(1.0)


def test_a_solution_that_has_not_converged_is_no_measure_of_a_score(decks, tmp_path):
    """At b = 4 more Hermite functions than there are would be needed."""
    text = succeed("run", decks / "quartic.ini", f"--run.output={tmp_path}/out", "--model.b=4", "--generate.samples=20000", "--train.steps=20",
                   "--train.warmup=2", "--sample.samples=20000")
    assert "NOT converged; no score is compared with it" in text
    assert "score-vp at r = " in text and "from that of the Fokker-Planck equation" not in text
    with h5py.File(tmp_path / "out/results.h5") as file:
        assert "learnt" in file["score-vp"] and not {"exact", "exact_density", "distance"} & set(file["score-vp"])


def test_same_bits_on_other_ranks_and_threads(decks, gaussian, tmp_path):
    shutil.copytree(gaussian, tmp_path / "out")
    for name in ("ensemble.h5", "forward-vp.h5", "samples-vp-exact.h5", "samples-vp-learnt.h5"):
        (tmp_path / "out" / name).unlink()
    succeed("run", decks / "gaussian.ini", f"--run.output={tmp_path}/out", "--run.threads=1", "--run.batch=4096", ranks=3)
    assert [name for name in FILES if not same_bits(gaussian / name, tmp_path / "out" / name)] == []


def test_corrections_have_the_same_bits(decks, quartic, tmp_path):
    """On other ranks and threads; and they do change the samples."""
    runs = {}
    for name, ranks, more in (("one", 1, []), ("three", 3, ["--run.threads=1", "--run.batch=4096"])):
        (tmp_path / name).mkdir()
        for file in ("ensemble.h5", "model-vp.h5", "forward-vp.h5"):
            shutil.copy(quartic / file, tmp_path / name)
        said = succeed("sample", decks / "quartic.ini", f"--run.output={tmp_path}/{name}", "--network.energy=yes", "--train.steps=400",
                       "--sample.corrections=1", "--sample.sampler=ode4", *more, ranks=ranks)
        runs[name] = tmp_path / name / "samples-vp-learnt.h5"
        assert "% of the corrections were accepted" in said
    assert same_bits(runs["one"], runs["three"])
    assert not same_bits(runs["one"], quartic / "samples-vp-learnt.h5")


def test_stopped_and_resumed(decks, gaussian, tmp_path):
    """With no time at all every start does one piece of work and stops; the next goes on from it, in each file."""
    words = [decks / "gaussian.ini", f"--run.output={tmp_path}/out", "--run.batch=40960"]
    stops = {"generate": ["ensemble.h5"] * 2, "train": ["model-vp.h5"] * 2, "sample": FILES[1:2] * 2 + FILES[2:]}
    for stage, files in stops.items():
        for file in files:
            result = scorefield(stage, *words, "--run.checkpoint=0", "--run.walltime=0.001")
            assert stopped_by(result) == "run.walltime" and file in result.stderr
        succeed(stage, *words)
    assert [name for name in [*FILES, "model-vp.h5"] if not same_bits(gaussian / name, tmp_path / "out" / name)] == []


@pytest.mark.parametrize(("deck", "more", "said"), [
    ("quartic", ["--sample.score=exact"], "the score of model.name = quartic is not known"),
    ("gaussian", ["--sample.score=none,learnt"], "sample.score = none goes with no other"),
    ("gaussian", ["--sample.score=reference"], "sample.score = reference is for fields on a lattice"),
    ("quartic", ["--network.energy=yes", "--network.activation=leaky-relu"], "network.activation = leaky-relu has a slope in pieces"),
    ("quartic", ["--network.activation=cubic"], "network.activation = cubic is for fields"),
    ("quartic", ["--sample.samples=100"], "measure.bins"),
    ("quartic", ["--sample.finish=3"], "sample.finish"),
    ("quartic", ["--measure.sources=1"], "measure.sources means nothing"),
    ("quartic", ["--model.b=0"], "it has no score in the plane"),
    ("gaussian", ["--model.b=0"], "it has no score in the plane"),
    ("quartic", ["--sample.corrections=1"], "only network.energy = yes has"),
    ("quartic", ["--network.energy=yes", "--sample.corrections=1", "--sample.sampler=adams4"], "take ode4"),
    ("quartic", ["--train.density=2"], "train.density means nothing"),
])
def test_what_contradicts_itself_is_refused(decks, tmp_path, deck, more, said):
    result = scorefield("run", decks / f"{deck}.ini", f"--run.output={tmp_path}/out", *more)
    assert result.returncode == 2
    assert said in only_error_line(result)
    assert not (tmp_path / "out").exists()


def test_noises_that_leave_nothing_are_refused_before_the_training(decks, tmp_path):
    """What only the samples show: walkers that are wider than the noise at T is large."""
    result = scorefield("run", decks / "gaussian.ini", f"--run.output={tmp_path}/out", "--model.a=0.001", "--model.b=0.001", "--generate.trajectory=1000",
                        "--generate.samples=20000", "--sample.samples=20000", "--sample.score=learnt", "--forward.process=ve", "--forward.noise-min=0.2",
                        ranks=2)
    assert result.returncode == 2 and "raise forward.sigma" in only_error_line(result)
    assert (tmp_path / "out" / "ensemble.h5").exists() and not (tmp_path / "out" / "model-ve.h5").exists()


def test_report(gaussian):
    """Tables have rows of the samples, and there are figures of processes and scores."""
    analysis = subprocess.run([ANALYSIS, "report", str(gaussian)], capture_output=True, text=True, check=False)
    assert analysis.returncode == 0, analysis.stderr
    report = (gaussian / "report" / "report.md").read_text()
    for part in ("DM, VP, learnt score", "DM, VP, exact score", "## Along the processes", "## The score as an object", "| VP | attractor |"):
        assert part in report, part
    for name in ("forward-vp", "backward-vp", "score-vp"):
        assert (gaussian / "report" / f"{name}.png").stat().st_size > 10000


def test_scores_of_another_model_are_told(decks, gaussian, tmp_path):
    """results.h5 has /score-P of the model that was measured; after another training it is stale, though samples are not there."""
    shutil.copytree(gaussian, tmp_path / "out")
    for name in ("samples-vp-learnt.h5", "samples-vp-exact.h5", "forward-vp.h5"):
        (tmp_path / "out" / name).unlink()
    words = [decks / "gaussian.ini", f"--run.output={tmp_path}/out"]
    succeed("measure", *words)
    assert "results.h5                   complete" in succeed("status", *words)
    succeed("train", *words, "--train.learning-rate=0.004", "--overwrite")
    assert "results.h5                   stale: measured before there was this model-vp.h5" in succeed(
        "status", *words, "--train.learning-rate=0.004")


def test_without_a_score_nothing_is_learnt(decks, tmp_path):
    succeed("run", decks / "quartic.ini", f"--run.output={tmp_path}/out", "--sample.score=none", "--generate.samples=20000",
            "--measure.fokker-planck=no")
    assert sorted(path.name for path in (tmp_path / "out").glob("*.h5")) == ["ensemble.h5", "results.h5"]
    result = scorefield("train", decks / "quartic.ini", f"--run.output={tmp_path}/out", "--sample.score=none")
    assert result.returncode == 2 and "set it to learnt" in only_error_line(result)
