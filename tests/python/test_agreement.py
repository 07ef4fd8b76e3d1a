"""Whether two runs agree: chi-squared with covariances, and Kolmogorov-Smirnov tests along Markov chains, against their own repetition."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import answer
from lattice_deck import complete
from markdown_tables import read_tables
from program import unseal
from scipy.stats import f as f_distribution
from scipy.stats import ks_2samp
from scorefield_analysis.chi_squared import chi_squared
from scorefield_analysis.jackknife import covariance_of_replicas
from scorefield_analysis.lattice.agreement import Correlators, correlators_agree, quantities_agree, read_correlators
from scorefield_analysis.lattice.autocorrelations import integrated_time
from scorefield_analysis.lattice.comparison import Run, named_runs
from scorefield_analysis.lattice.distributions import compare_distributions
from scorefield_analysis.lattice.records import Series
from scorefield_analysis.reader import read_ensemble
from slice_correlators import slice_replicas
from synthetic_lattice import NAMES, write_lattice

CHAINS, LENGTH = 8, 300


def chains_of(rng: np.random.Generator, memory: float, mean: float = 0.0) -> Series:
    """Chains with rho(t) = memory^t."""
    x = np.empty((LENGTH, CHAINS))
    x[0] = rng.normal(size=CHAINS)
    for t in range(1, LENGTH):
        x[t] = memory * x[t - 1] + np.sqrt(1.0 - memory**2) * rng.normal(size=CHAINS)
    return Series(1, np.repeat(np.arange(CHAINS), LENGTH), {"M": mean + x.T.ravel()})


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_autocorrelation_times(memory: float) -> None:
    rng = np.random.default_rng(4)
    series = [chains_of(rng, memory) for _ in range(40)]
    found = [integrated_time([each.of("M", chain)[:, None] for chain in each.chains])[0] for each in series]
    assert np.mean(found) == pytest.approx(0.5 * (1.0 + memory) / (1.0 - memory), rel=0.09)


def test_autocorrelation_times_that_are_special() -> None:
    """Chains of unequal length count by their lengths; what does not vary; chains that stay where they began."""
    rng = np.random.default_rng(5)
    chain = chains_of(rng, 0.8).values["M"]
    one = integrated_time([chain[:, None]])
    assert integrated_time([chain[:1500, None], chain[1500:1510, None], chain[1510:, None]]) == pytest.approx(one, rel=0.1)
    noise = rng.normal(size=(200, 40, 11, 1))
    short = [integrated_time(each) for each in noise[:, :, 1:] + noise[:, :, :-1]]  # 40 chains of 10 points, rho(1) = 1/2 and no more
    assert np.median(short) == pytest.approx(1.0, abs=0.04)
    constant, frozen = integrated_time([np.column_stack([np.full(100, 3.0), np.full(100, float(k))]) for k in range(4)])
    assert (constant, frozen) == (0.5, np.inf)


@pytest.mark.parametrize(("memory", "bounds"), [(0.0, (0.42, 0.62)), (0.8, (0.5, 0.95))])
def test_distributions_that_are_the_same(memory: float, bounds: tuple[float, float]) -> None:
    """p is uniform for independent points and, if anything, too large for others; without effective numbers it would be far too small."""
    rng = np.random.default_rng(6)
    pairs = [(chains_of(rng, memory), chains_of(rng, memory)) for _ in range(100)]
    p_values = np.array([compare_distributions(*pair, "M").p_value for pair in pairs])
    assert bounds[0] < p_values.mean() < bounds[1] and np.mean(p_values < 0.05) <= 0.1
    naive = np.array([ks_2samp(one.values["M"], other.values["M"]).pvalue for one, other in pairs])
    assert memory == 0.0 or np.mean(naive < 0.05) > 0.3


def test_distributions_that_differ_and_what_is_not_known() -> None:
    rng = np.random.default_rng(7)
    one, other = chains_of(rng, 0.5), chains_of(rng, 0.5, mean=0.4)
    test = compare_distributions(one, other, "M")
    assert test.p_value < 1e-6 and test.distance == pytest.approx(ks_2samp(one.values["M"], other.values["M"]).statistic)
    assert all(CHAINS * LENGTH / 4.0 < size < CHAINS * LENGTH / 1.9 for size in test.effective)  # tau_int of shares is below that of M, 1.5
    grown = [Series(1, one.chain, {"M": np.exp(3.0 * each.values["M"])}) for each in (one, other)]
    assert compare_distributions(*grown, "M") == test  # any rising function leaves shares as they are
    frozen = Series(1, one.chain, {"M": np.repeat(rng.normal(size=CHAINS), LENGTH)})
    assert compare_distributions(one, frozen, "M").p_value is None


def replicas_of(data: np.ndarray) -> np.ndarray:
    """Of means of independent rows."""
    return (data.sum(axis=0) - data) / (len(data) - 1)


def test_chi_squared_knows_that_the_covariance_is_an_estimate() -> None:
    """60 bins and 12 numbers, of which two are functions of others, of very different sizes: p is uniform; a normal chi-squared is not."""
    rng = np.random.default_rng(8)
    mixing = rng.normal(size=(10, 10)) * 10.0 ** rng.uniform(-4.0, 4.0, 10)
    fits = []
    for _ in range(400):
        data = rng.normal(size=(60, 10)) @ mixing
        data = np.column_stack([data, 5.0 * data[:, 0], data[:, 1] / mixing[:, 1].std() - data[:, 2] / mixing[:, 2].std()])
        fits.append(chi_squared(data.mean(axis=0), covariance_of_replicas(replicas_of(data)), 60, 1e-10))
    assert {fit.dof for fit in fits} == {10}
    p_values = np.array([fit.p_value for fit in fits])
    assert p_values.mean() == pytest.approx(0.5, abs=0.05) and np.mean(p_values < 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean([fit.value for fit in fits]) > 11.5  # 10 (59)/(48) = 12.3


def test_chi_squared_that_there_is_not() -> None:
    assert chi_squared(np.ones(4), np.identity(4), 11, 1e-10) is None
    assert chi_squared(np.ones(4), np.identity(4), 12, 1e-10).value == pytest.approx(4.0)
    with np.errstate(all="raise"):
        assert chi_squared(np.ones(2), np.diag([1.0, 0.0]), 50, 1e-10) is None
    assert chi_squared(np.array([1.0, np.nan]), np.identity(2), 50, 1e-10) is None


def test_more_numbers_than_bins_can_tell() -> None:
    """Neighbours are averaged over their errors: 60 bins, 20 of 50 numbers; p stays uniform, and a difference of the small ones is seen."""
    rng = np.random.default_rng(9)
    scale = np.where(np.arange(50) % 2, 1e3, 1e-3)

    def measured(shift: float = 0.0) -> Correlators:
        data = scale * (np.where(scale < 1.0, shift, 0.0) + np.cumsum(rng.normal(size=(60, 50)), axis=1) / 7.0)
        return Correlators(data.mean(axis=0), replicas_of(data))

    fits = [correlators_agree(measured(), measured()) for _ in range(200)]
    assert {fit.dof for fit in fits} == {20}
    assert np.mean([fit.p_value for fit in fits]) == pytest.approx(0.55, abs=0.1)  # the fewer bins count
    assert np.mean([fit.p_value < 0.05 for fit in fits]) < 0.09
    assert correlators_agree(measured(), measured(shift=1.0)).p_value < 0.01
    assert correlators_agree(measured(), Correlators(np.ones(3), np.ones((60, 3)))) is None


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Two real runs on 5 x 7."""
    folders = [tmp_path_factory.mktemp("runs") / name for name in ("one", "other")]
    for seed, folder in enumerate(folders):
        complete("run", folder, "--generate.samples=900", f"--run.seed={seed + 5}", "--sample.score=none")
    return named_runs({folder: read_ensemble(folder) for folder in folders})


def test_correlators_of_configurations(runs: list[Run]) -> None:
    """Against sums over slices, and against the modulus of the Fourier transform mode by mode."""
    for run in runs:
        found = read_correlators(run)
        expected = np.concatenate([slice_replicas(run.folder, summed) for summed in (2, 1)], axis=1)
        assert found["slices"].replicas == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert found["slices"].value[:3] == pytest.approx(run.results.slices["y"].value) and len(found["slices"].value) == 7
        with h5py.File(run.folder / "ensemble.h5") as file:
            modes = np.abs(np.fft.fft2(file["field"][:, 0])) ** 2 / 35.0
        y, x = np.meshgrid(2.0 * np.pi * np.arange(5) / 5, 2.0 * np.pi * np.arange(7) / 7, indexing="ij")
        momenta = (4.0 - 2.0 * np.cos(y) - 2.0 * np.cos(x)).round(9)
        assert len(found["G(k)"].value) == 3 * 4
        for value, momentum in zip(found["G(k)"].value, np.unique(momenta)):
            half = (momenta == momentum) & (np.arange(7) < 4)
            assert value == pytest.approx(modes[:, half].mean(), rel=1e-9)


def test_the_table(runs: list[Run], tmp_path: Path) -> None:
    names = "abs_M,phi2,kappa2_Z2,M2,V_M2"
    code, out, said = answer("compare", *(run.folder for run in runs), "--to", tmp_path, "--quantities", names)
    assert code == 0, said
    row = read_tables(out)[2]["other - one"]
    values = [np.array([run.results.quantities[name].value for name in ("abs_M", "phi2", "M2")]) for run in runs]
    covariances = []
    for run in runs:
        with h5py.File(run.folder / "results.h5") as file:
            places = [list(run.results.quantities).index(name) for name in ("abs_M", "phi2", "M2")]
            covariances.append(file["ensemble/quantities/covariance"][...][np.ix_(places, places)])
    value = (values[1] - values[0]) @ np.linalg.solve(sum(covariances), values[1] - values[0])
    bins = min(run.results.bins for run in runs)
    assert row["χ²/dof of quantities"] == f"{value:.1f}/3"  # the others are functions of these
    p_value = f_distribution.sf(value * (bins - 3) / (3 * (bins - 1)), 3, bins - 3)
    assert float(row["p of quantities"]) == pytest.approx(p_value, abs=0.006)
    replicas = [np.concatenate([slice_replicas(run.folder, summed) for summed in (2, 1)], axis=1) for run in runs]
    difference = np.subtract(*(read_correlators(run)["slices"].value for run in runs))
    covariance = sum(map(covariance_of_replicas, replicas))
    error = np.sqrt(np.diag(covariance))
    inverse = np.linalg.pinv(covariance / np.outer(error, error), rcond=1e-10, hermitian=True)
    assert row["χ²/dof of slices"] == f"{difference / error @ inverse @ (difference / error):.1f}/6"  # 7 points, and one sum is M² twice
    assert row["χ²/dof of G(k)"].endswith("/12") and row["KS of M"].startswith("0.0")


def test_no_correlators_without_configurations(tmp_path: Path) -> None:
    """Neither where they are not there, nor where they are other ones; no covariance of quantities in results.h5 either."""
    folders = [write_lattice(tmp_path / "none", ensemble=False), write_lattice(tmp_path / "other", seed=6)]
    code, out, said = answer("compare", *folders, "--to", tmp_path / "report")
    assert code == 0 and f"no χ² of the correlators of none: {folders[0] / 'ensemble.h5'} is not there; " in said
    assert "no χ² of the correlators of other: " in said
    row = read_tables(out)[2]["other - none"]
    assert {row[name] for name in ("χ²/dof of quantities", "χ²/dof of slices", "χ²/dof of G(k)", "p of slices")} == {"–"}
    assert row["KS of M"] != "–"


def test_configurations_that_do_not_have_the_measured_errors(runs: list[Run], tmp_path: Path) -> None:
    """Right bins, and an error that is off by 1 %."""
    copy = Path(shutil.copytree(runs[0].folder, tmp_path / "copy"))
    with h5py.File(copy / "results.h5", "a") as file:
        file["ensemble/slices_x/error"][2] *= 1.01
    unseal(copy / "results.h5")
    code, out, said = answer("compare", copy, runs[1].folder, "--to", tmp_path / "report")
    assert code == 0 and "no χ² of the correlators of copy: the errors of slices_x are not those of the configurations in" in said
    assert read_tables(out)[2]["other - copy"]["χ²/dof of slices"] == "–"


def test_functions_of_quantities_that_the_jackknife_does_not_see(tmp_path: Path) -> None:
    """A direction that is known 1000 times better than each: a deviation there is one of quadratic terms, and does not count."""
    results = []
    for number in range(2):
        folder = write_lattice(tmp_path / str(number), ensemble=False, quantities={"chi": (1.0, 0.1), "xi": (1.0 + 0.01 * number, 0.1)})
        with h5py.File(folder / "results.h5", "a") as file:
            covariance = 0.01 * np.identity(len(NAMES))
            places = [NAMES.index(name) for name in ("chi", "xi")]
            covariance[places[0], places[1]] = covariance[places[1], places[0]] = 0.01 * (1.0 - 5e-7)
            file["ensemble/quantities/covariance"] = covariance
        results.append(read_ensemble(folder))
    fit = quantities_agree(*results, ["chi", "xi", "binder"])
    assert fit.dof == 2 and fit.value < 0.01
