"""The same bits on a lattice for any number of ranks and threads and any process grid."""

import h5py
import numpy as np
import pytest
from lattice_deck import CORRECTED, LANGEVIN, complete
from program import contents, same_bits

KINDS = {
    "hmc": [],
    "hmc without cluster updates, omf4": ["--generate.cluster=0", "--generate.integrator=omf4",
                                          "--generate.start=cold"],
    "flip": ["--generate.flip=yes", "--generate.cluster=2", "--generate.start=mixed"],
    "langevin": LANGEVIN,
    "langevin, euler": [*LANGEVIN, "--generate.scheme=euler"],
    "langevin-corrected": CORRECTED,
    "float32": ["--generate.precision=float32"],
}
# Ranks, their grid (replicas, y, x), threads: all grids that fit on 5 x 7.
GRIDS = [(1, "1,1,1", 2), (2, "2,1,1", 1), (2, "1,2,1", 2), (2, "1,1,2", 1), (3, "3,1,1", 2), (3, "1,3,1", 1), (3,
                                                                                                                "1,1,3",
                                                                                                                1),
         (4, "4,1,1", 1), (4, "2,2,1", 1), (4, "2,1,2", 2), (4, "1,2,2", 1), (4, "1,4,1", 1), (4, "1,1,4", 1), (4,
                                                                                                                "0,0,0",
                                                                                                                1)]
# One kind meets every grid; the others these.
FEW = [(2, "1,2,1", 2), (4, "1,2,2", 1)]
CASES = [("hmc", *grid) for grid in GRIDS] + [(kind, *grid) for kind in KINDS if kind != "hmc" for grid in FEW]


def run(kind, folder, ranks, grid, threads):
    complete("run", folder, *KINDS[kind], f"--lattice.process-grid={grid}", f"--run.threads={threads}", ranks=ranks)


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    """Of each kind a run on one rank and one thread, made when it is asked for."""
    made = {}

    def reference(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp("one-rank")
            run(kind, made[kind], 1, "1,1,1", 1)
        return made[kind]

    return reference


@pytest.mark.parametrize(("kind", "ranks", "grid", "threads"), CASES)
def test_the_same_bits(references, tmp_path, kind, ranks, grid, threads):
    run(kind, tmp_path, ranks, grid, threads)
    for name in ("ensemble.h5", "results.h5"):
        assert same_bits(references(kind) / name, tmp_path / name), name


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_compared_is_there(references, kind):
    """Chains that moved, in the stored precision, and what is measured; no two kinds have the same numbers."""
    ensemble, results = contents(references(kind) / "ensemble.h5"), contents(references(kind) / "results.h5")
    field = ensemble["field"]
    assert field.shape == (133, 1, 5, 7) and np.isfinite(field).all() and len(np.unique(field, axis=0)) > 50
    assert field.dtype == ("<f4" if kind == "float32" else "<f8")
    assert ensemble["chain"].tolist() == [n % 10 for n in range(133)]
    assert ensemble["trajectory"].tolist() == [6 + 2 * (n // 10 + 1) for n in range(133)]
    assert {"ensemble/quantities/value", "ensemble/two_point/error", "ensemble/autocorrelation"} <= results.keys()
    for other in KINDS:
        if other != kind:
            assert not np.array_equal(contents(references(other) / "ensemble.h5")["field"], field), other


def test_float32_is_what_float64_rounds_to(references):
    """The chains themselves are moved in float64."""
    single, double = (contents(references(kind) / "ensemble.h5") for kind in ("float32", "hmc"))
    assert (single["field"] == double["field"].astype(np.float32)).all()
    assert (single["state/field"] == double["state/field"]).all()


def test_another_seed_gives_other_bits(references, tmp_path):
    complete("run", tmp_path, "--run.seed=1")
    for name in ("ensemble.h5", "results.h5"):
        assert not same_bits(references("hmc") / name, tmp_path / name)


def test_tiles_of_threads(tmp_path):
    """Large enough for several tiles a thread, and for ghosts several sites deep; fewer chains than threads."""
    more = ["--lattice.size=67,130", "--generate.samples=3", "--generate.chains=1", "--generate.thermalisation=3"]
    for name, ranks, grid, threads in (("one", 1, "1,1,1", 1), ("threads", 1, "1,1,1", 2), ("rows", 2, "1,2,1", 1),
                                       ("four", 4, "1,2,2", 1)):
        complete("generate", tmp_path / name, *more, f"--lattice.process-grid={grid}", f"--run.threads={threads}",
                 ranks=ranks)
        assert same_bits(tmp_path / "one" / "ensemble.h5", tmp_path / name / "ensemble.h5"), name
    with h5py.File(tmp_path / "one" / "ensemble.h5") as file:
        assert np.ptp(file["field"][...]) > 0
