"""Complex Langevin of zero-dimensional models: exact results, reproducibility, criteria, and what is refused."""

import itertools
from functools import partial

import h5py
import mpmath
import numpy as np
import pytest
import quartic
from broken import run, run_all, the_error
from faults import fault, read_counts
from program import ROOT, only_error_line, same_bits, scorefield, succeed

QUARTIC, GAUSSIAN = ROOT / "input" / "quartic.ini", ROOT / "input" / "gaussian.ini"
NO_THEORY = "--measure.fokker-planck=no"
SMALL = ["--generate.samples=20011", "--generate.step=0.1", "--generate.length=32", "--measure.bins=50", NO_THEORY]


def results_of(folder, *settings, deck=QUARTIC):
    succeed("run", deck, f"--run.output={folder}", *settings)
    return h5py.File(folder / "results.h5")


def verdict(results):
    """The word, and the line."""
    criteria = results["ensemble/criteria"].attrs
    return criteria["verdict"].decode(), criteria["verdict_text"].decode()


# What is exact.

COUPLINGS = [("quartic", 1, 1, 1, 0), ("quartic", 1, 5, 1, 0), ("quartic", -1, 0.5, 0.8, -0.5), ("quartic", 0.3, -2, 2, 1.5), ("gaussian", 0.7, -2, 0, 0)]


@pytest.mark.parametrize(("model", "a", "b", "lam", "lam_im"), COUPLINGS)
def test_exact_results_are_those_of_special_functions(tmp_path, model, a, b, lam, lam_im):
    couplings = [f"--model.name={model}", f"--model.a={a}", f"--model.b={b}"]
    couplings += [f"--model.lambda={lam}", f"--model.lambda-im={lam_im}"] if model == "quartic" else []
    deck = tmp_path / "deck.ini"
    deck.write_text("[model]\nname = gaussian\n")
    results = results_of(tmp_path / "out", *couplings, "--generate.samples=3200", "--measure.bins=50", "--generate.thermalisation=1",
                         NO_THEORY, deck=deck)
    sigma, coupling = complex(a, b), complex(lam, lam_im)
    mpmath.mp.dps = 30
    if model == "gaussian":
        moments = {n: (0 if n % 2 else complex(mpmath.fac2(n - 1) / mpmath.mpc(sigma) ** (n // 2))) for n in quartic.ORDERS}
        z = complex(mpmath.sqrt(2 * mpmath.pi / sigma))
    else:
        moments = {n: quartic.moment(sigma, coupling, n) for n in quartic.ORDERS}
        z = complex(quartic.partition_function(sigma, coupling))
    kappa = quartic.cumulants(moments)
    assert complex(*results["exact/partition_function"]) == pytest.approx(z, rel=1e-11)
    for name, expected in (("moments", moments), ("cumulants", kappa)):
        found = results[f"ensemble/{name}/exact"][:] @ [1, 1j]
        assert found == pytest.approx(np.array([expected[n] for n in quartic.ORDERS]), rel=1e-9, abs=1e-9 * abs(found).max()), name


def test_both_special_functions_agree_on_their_branch():
    """The Bessel form holds for |arg sigma - arg lambda/2| < pi/2, and fails beyond."""
    mpmath.mp.dps = 30
    for sigma, lam in ((1 + 1j, 1), (1 + 5j, 1), (0.3 - 2j, 2), (1 + 1j, 2 + 1.5j)):
        assert abs(quartic.bessel_partition_function(sigma, lam) / quartic.partition_function(sigma, lam) - 1) < 1e-12
    for sigma, lam in ((-1 + 0.5j, 1), (0.3 - 2j, 2 + 1.5j)):
        assert abs(quartic.bessel_partition_function(sigma, lam) / quartic.partition_function(sigma, lam) - 1) > 0.1


# What walkers say. Seeds are fixed; 2 10^6 configurations each, |deviation| < 4 sigma of each number and p > 10^-3.


@pytest.mark.parametrize("settings", [
    [], ["--model.b=0.5"], ["--model.b=1.5"], ["--model.a=2"], ["--model.lambda=0.3"], ["--model.lambda-im=0.3"],
], ids=" ".join)
def test_cumulants_of_the_quartic_model(tmp_path, settings):
    results = results_of(tmp_path, "--generate.samples=2000000", "--generate.step=0.0125", NO_THEORY, *settings)
    for name in ("moments", "cumulants"):
        group = results[f"ensemble/{name}"]
        assert group.attrs["p_value"] > 1e-3, name
        pulls = (group["value"][:] - group["exact"][:]) / group["error"][:]
        assert abs(pulls).max() < 4, name
    assert verdict(results)[0] == "good", verdict(results)


def test_walkers_agree_with_the_fokker_planck_equation(tmp_path):
    results = results_of(tmp_path, "--generate.samples=2000000", "--generate.step=0.0125")
    plane, solution = results["ensemble/plane"], results["fokker_planck/moments"][-1]
    assert (abs(plane["value"][:] - solution) < 4 * plane["error"][:]).all()
    assert results["fokker_planck"].attrs["last_change"] < 1e-6
    edges, counts = results["ensemble/histogram_y/edges"][:], results["ensemble/histogram_y/counts"][:]
    strip = results["exact"].attrs["strip"]
    assert counts[(edges[:-1] > strip) | (edges[1:] < -strip)].sum() == 0 and counts.sum() > 0
    density, exact = (results[f"fokker_planck/complex_density/{name}"][:] for name in ("value", "exact"))
    assert abs(density - exact).max() < 1e-6


@pytest.mark.parametrize("noise_y", [0, 1])
def test_covariance_of_the_gaussian_model(tmp_path, noise_y):
    results = results_of(tmp_path, "--generate.samples=1000000", f"--generate.noise-y={noise_y}", deck=GAUSSIAN)
    xy = -1 / 4  # A = B = 1: c_xy = -B/2|sigma|^2, c_xx = (N_x + B c_xy)/A, c_yy = (N_y - B c_xy)/A
    xx, yy = 1 + noise_y + xy, noise_y - xy
    exact = [xx, xy, yy, 3 * xx * xx, 3 * xx * xy, xx * yy + 2 * xy * xy, 3 * yy * xy, 3 * yy * yy]
    plane = results["ensemble/plane"]
    assert (abs(plane["value"][:] - exact) < 4 * plane["error"][:]).all()
    assert results["fokker_planck/moments"][-1] == pytest.approx(exact, rel=1e-8)
    assert results["ensemble/cumulants"].attrs["p_value"] > 1e-3
    assert verdict(results)[0] == "good", verdict(results)


@pytest.mark.parametrize(("settings", "cause"), [
    (["--generate.noise-y=1"], "falls like a power"),
    (["--model.b=5"], "falls like a power"),
    (["--generate.step=0.2"], "Schwinger-Dyson equations are violated"),
    (["--generate.thermalisation=0", "--generate.trajectory=0.05"], "take a longer generate.thermalisation"),
])
def test_failing_runs_are_called_failing(tmp_path, settings, cause):
    results = results_of(tmp_path, "--generate.samples=1000000", "--generate.step=0.0125", NO_THEORY, *settings)
    word, line = verdict(results)
    assert word == "failing" and cause in line, line


def test_an_euler_step_is_seen(tmp_path):
    """Wrong by O(h): at h = 0.05 the second cumulant is off by more than 10 sigma, that of the second-order scheme by less than 4."""
    pulls = []
    for scheme in ("euler", "second-order"):
        results = results_of(tmp_path / scheme, "--generate.samples=500000", "--generate.step=0.05", f"--generate.scheme={scheme}", NO_THEORY)
        group = results["ensemble/cumulants"]
        pulls.append(abs((group["value"][1] - group["exact"][1]) / group["error"][1]).max())
    assert pulls[0] > 10 and pulls[1] < 4, pulls


# The same bits.


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walkers")
    succeed("run", QUARTIC, *SMALL, "--generate.noise-y=0.3", "--run.threads=1", f"--run.output={folder}")
    return folder


@pytest.mark.parametrize(("ranks", "threads"), [p for p in itertools.product((1, 2, 4), (1, 2)) if p != (1, 1)])
def test_runs_are_the_same_to_the_bit(reference, tmp_path, ranks, threads):
    succeed("run", QUARTIC, *SMALL, "--generate.noise-y=0.3", f"--run.threads={threads}", f"--run.output={tmp_path}", ranks=ranks)
    for name in ("ensemble.h5", "results.h5"):
        assert same_bits(reference / name, tmp_path / name), name


def test_extended_runs_are_the_same_to_the_bit(reference, tmp_path):
    """No multiples of a walker, and of a unit of work."""
    for samples in (3201, 9000, 20011):
        text = succeed("run", QUARTIC, *SMALL, "--generate.noise-y=0.3", f"--generate.samples={samples}", f"--run.output={tmp_path}")
        assert (": extending " in text) == (samples > 3201)
    for name in ("ensemble.h5", "results.h5"):
        assert same_bits(reference / name, tmp_path / name), name


@pytest.mark.parametrize("part", [0.5, 0.7, 0.9])
def test_killed_runs_go_on_to_the_same_bits(reference, tmp_path, part):
    arguments = ["generate", QUARTIC, *SMALL, "--generate.noise-y=0.3", "--run.batch=4096", "--run.checkpoint=0"]
    counted = tmp_path / "counts"
    assert scorefield(*arguments, f"--run.output={tmp_path / 'whole'}", ranks=2, environment=fault(tmp_path / "whole", count=counted)).returncode == 0
    at = int(part * read_counts(counted)[0].collectives)
    folder = tmp_path / "killed"
    assert scorefield(*arguments, f"--run.output={folder}", ranks=2, environment=fault(folder, rank=0, kill_at=at)).returncode == 137
    assert "going on with" in succeed(*arguments, f"--run.output={folder}", ranks=2)
    assert same_bits(reference / "ensemble.h5", folder / "ensemble.h5")


# What is refused.

CASES = {
    "no convergence": ("--model.lambda=-1", 2, "model.lambda = -1: the integral of exp(-lambda z^4/4) does not converge", "real part above 0"),
    "only imaginary": ("--model.lambda=0 --model.lambda-im=1", 2, "does not converge", "real part above 0"),
    "a zero of Z": ("--model.a=-2.985194821693937 --model.b=3.2060917848318506", 2, "the partition function Z vanishes", "change model.a"),
    "noise below zero": ("--generate.noise-y=-0.1", 2, "generate.noise-y = -0.1: N_y is the variance of a real noise", "take 0 or more"),
    "length of three": ("--generate.length=3", 2, "generate.length = 3", "1, 2, 4, 8, 16, 32 or 64"),
    "exact quartic": ("--generate.scheme=exact", 2, "generate.scheme = exact is for model.name = gaussian", "take second-order"),
    "too many updates": ("--generate.thermalisation=1e9", 2, "make 1000000064 updates a walker", "make updates longer"),
    "chains": ("--generate.chains=4", 2, "generate.chains means nothing for model.name = quartic", "leave it out"),
    "sources": ("--measure.sources=1", 2, "measure.sources means nothing for model.name = quartic", "leave it out"),
    "a Gaussian that grows": ("--model.name=gaussian --model.a=-1", 2, "does not converge", "take a > 0"),
    "steps of one length": ("--generate.largest-drift=0 --generate.step=0.5", 4, "ran away after Langevin time", "generate.largest-drift"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    base = tmp_path_factory.mktemp("walkers")
    (base / "deck.ini").write_text("[model]\nname = quartic\n[generate]\nsamples = 20000\n")

    def job(folder, arguments, ranks):
        folder.mkdir()
        return run(["generate", base / "deck.ini", *arguments.split(), f"--run.output={folder / 'out'}"], ranks, folder)

    return run_all({(name, ranks): partial(job, base / f"{number}-{ranks}", case[0], ranks)
                    for number, (name, case) in enumerate(CASES.items()) for ranks in (1, 2)})


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_one_line_with_the_cure(outcomes, name, ranks):
    _, code, cause, cure = CASES[name]
    the_error(outcomes[name, ranks], code, cause, cure, unchanged=code == 2)


@pytest.mark.parametrize("stage", ["train", "sample"])
def test_stages_without_a_score_are_refused(tmp_path, stage):
    result = scorefield(stage, QUARTIC, f"--run.output={tmp_path}")
    assert result.returncode == 2
    assert f"has no `{stage}` with sample.score = none: set it to learnt" in only_error_line(result)
