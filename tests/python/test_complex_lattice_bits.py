"""Complex Langevin on the lattice: the same bits for ranks, threads and process grids, after kills, stops and extensions."""

import h5py
import numpy as np
import pytest
from complex_lattice_deck import Settings, gas, phi4, run
from columns import Action
from faults import fault, read_counts
from program import contents, same_bits
from test_resume import stopped_by

# Odd extents, odd chains, a file that ends within a sweep; a checkpoint after each sweep.
SMALL: Settings = {"lattice.size": "5, 7", "generate.samples": 133, "generate.chains": 10, "generate.thermalisation": 6,
                   "generate.separation": 2, "generate.step": 0.02, "generate.trajectory": 0.1,
                   "generate.largest-drift": 0.5, "run.threads": 1}
SAFE: Settings = {"run.batch": 1, "run.checkpoint": 0}
SHORT_STEPS: Settings = {"generate.largest-drift": 0.1}  # a drift of five is a long one
NOISY: Settings = {"generate.noise-y": 0.3}
PHI4, GAS = phi4(Action(0.2, 0.1 + 0.03j, 0.8 + 0.2j)), gas(0.7)
KINDS: dict[str, Settings] = {
    "phi4, noise": PHI4 | NOISY,
    "phi4, short steps, noise": PHI4 | SHORT_STEPS | NOISY,
    "phi4, euler": PHI4 | {"generate.scheme": "euler"},
    "gas": GAS,
    "gas, short steps": GAS | SHORT_STEPS,
    "gas, short steps, noise": GAS | SHORT_STEPS | NOISY,
}
BOTH = ["phi4, short steps, noise", "gas, short steps, noise"]
# Ranks, their grid (replicas, y, x), threads. One kind of each model meets all, the others one.
GRIDS = [(1, "1,1,1", 2), (2, "2,1,1", 1), (2, "1,1,2", 2), (4, "1,2,2", 1), (4, "2,2,1", 2)]
CASES = [(kind, *grid) for kind in BOTH for grid in GRIDS]
CASES += [(kind, *GRIDS[2 + number % 2]) for number, kind in enumerate(sorted(KINDS.keys() - BOTH))]
ENSEMBLE = "ensemble.h5"


def settings_of(kind: str, grid: str = "1,1,1", threads: int = 1, **more: object) -> Settings:
    return SMALL | KINDS[kind] | {"lattice.process-grid": grid, "run.threads": threads} | more


def complete(command, folder, settings, ranks=1, faulty=None) -> str:
    result = run(command, folder, settings, ranks, faulty)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    """Of each kind a run on one rank and one thread, made when it is asked for."""
    made = {}

    def reference(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp("one-rank") / "out"
            complete("run", made[kind], settings_of(kind))
        return made[kind]

    return reference


@pytest.mark.parametrize(("kind", "ranks", "grid", "threads"), CASES)
def test_the_same_bits(references, tmp_path, kind, ranks, grid, threads):
    complete("run", tmp_path / "out", settings_of(kind, grid, threads), ranks)
    for name in (ENSEMBLE, "results.h5"):
        assert same_bits(references(kind) / name, tmp_path / "out" / name), name


def test_what_is_compared_is_there(references):
    """Chains that moved, off the real line too; no two kinds have the same numbers: steps did become shorter."""
    fields = {kind: contents(references(kind) / ENSEMBLE)["field"] for kind in KINDS}
    for kind, field in fields.items():
        assert field.shape == (133, 2 if "phi4" in kind else 4, 5, 7) and np.isfinite(field).all()
        assert len(np.unique(field, axis=0)) == 133
        assert (np.ptp(field, axis=(0, 2, 3)) > 0.1).all()
        assert not any(np.array_equal(field, other) for name, other in fields.items() if name != kind), kind
    results = contents(references("gas") / "results.h5")
    assert {"ensemble/averages/value", "ensemble/cumulants/covariance", "ensemble/spectrum/error",
            "ensemble/criteria/boundary/value", "ensemble/drift/counts"} <= results.keys()
    assert results["ensemble/drift/counts"].sum() == 133


def test_another_seed_gives_other_bits(references, tmp_path):
    complete("generate", tmp_path / "out", settings_of("gas") | {"run.seed": 1})
    assert not same_bits(references("gas") / ENSEMBLE, tmp_path / "out" / ENSEMBLE)


@pytest.mark.parametrize("model", [PHI4, GAS], ids=["phi4", "gas"])
def test_tiles_of_threads(tmp_path, model):
    """A lattice of several tiles a thread; one chain, whose ghosts come from ranks above, below and beside it."""
    more = {"lattice.size": "67,130", "generate.samples": 2, "generate.chains": 1, "generate.thermalisation": 2}
    settings = SMALL | model | SHORT_STEPS | NOISY | more
    for name, ranks, grid, threads in (("one", 1, "1,1,1", 1), ("threads", 1, "1,1,1", 2), ("four", 4, "1,2,2", 1)):
        complete("generate", tmp_path / name, settings | {"lattice.process-grid": grid, "run.threads": threads}, ranks)
        assert same_bits(tmp_path / "one" / ENSEMBLE, tmp_path / name / ENSEMBLE), name
    with h5py.File(tmp_path / "one" / ENSEMBLE) as file:
        assert np.ptp(file["field"][...]) > 1


# Extended, stopped, killed.


@pytest.mark.parametrize("kind", BOTH)
def test_extended(references, tmp_path, kind):
    """To lengths within a sweep of the ten chains and at its end, each on another grid; results are made again."""
    for number, length in enumerate((31, 40, 133)):
        ranks, grid, _ = GRIDS[(1 + number) % 3]
        text = complete("run", tmp_path / "out", settings_of(kind, grid) | {"generate.samples": length}, ranks)
        assert (": extending " in text) == (number > 0)
    for name in (ENSEMBLE, "results.h5"):
        assert same_bits(references(kind) / name, tmp_path / "out" / name), name


@pytest.fixture(scope="module")
def counts(tmp_path_factory):
    """What happens in an undisturbed run on two ranks."""
    made = {}

    def of(kind):
        if kind not in made:
            folder = tmp_path_factory.mktemp("counts")
            complete("generate", folder / "out", settings_of(kind, "1,2,1") | SAFE, 2,
                     fault(folder / "out", count=folder / "counts"))
            made[kind] = read_counts(folder / "counts")
        return made[kind]

    return of


@pytest.mark.parametrize(("kind", "share"), [(BOTH[0], 0.2), (BOTH[0], 0.7), (BOTH[1], 0.3)])
def test_stopped_by_a_signal(references, counts, tmp_path, kind, share):
    """While the chains thermalise, and later; resumed on another grid."""
    middle = int(share * counts(kind)[1].collectives)
    folder = tmp_path / "out"
    result = run("generate", folder, settings_of(kind, "1,2,1") | SAFE, 2,
                 fault(folder, rank=1, signal=("SIGTERM", [middle])))
    assert stopped_by(result) == "SIGTERM"
    assert not (folder / ENSEMBLE).exists()
    assert "going on with" in complete("generate", folder, settings_of(kind, "1,1,2", 2) | SAFE, 2)
    assert same_bits(references(kind) / ENSEMBLE, folder / ENSEMBLE)


@pytest.mark.parametrize(("kind", "event", "share"), [
    (BOTH[0], "kill_at", 0.6), (BOTH[0], "kill_in_write", 0.5), (BOTH[1], "kill_at", 0.85),
    (BOTH[1], "kill_in_write", 0.3)])
def test_killed(references, counts, tmp_path, kind, event, share):
    """All ranks at once (SIGKILL), in a collective and inside a write; resumed on another grid."""
    of_rank = counts(kind)[0]
    at = int(share * (of_rank.writes if event == "kill_in_write" else of_rank.collectives))
    folder = tmp_path / "out"
    result = run("generate", folder, settings_of(kind, "1,2,1") | SAFE, 2, fault(folder, rank=0, **{event: at}))
    assert result.returncode == 137, result.stdout + result.stderr
    assert not (folder / ENSEMBLE).exists()
    assert "going on with" in complete("generate", folder, settings_of(kind) | SAFE, 1)
    assert same_bits(references(kind) / ENSEMBLE, folder / ENSEMBLE)
    assert sorted(path.name for path in folder.iterdir()) == ["deck.ini", ENSEMBLE, "run.log"]
