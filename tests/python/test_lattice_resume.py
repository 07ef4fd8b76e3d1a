"""Lattice ensembles extended, stopped and resumed on other grids, or damaged: the bits of a straight run."""

import re
import shutil
import subprocess
import time

import h5py
import numpy as np
import pytest
from faults import fault, read_counts
from lattice_deck import BROKEN_PHASE, CORRECTED, LANGEVIN, PATIENT, SAFE, SMALL, complete, lattice
from program import EXECUTABLE, ROOT, contents, same_bits
from test_resume import finished, stopped_by, wait_until

ENSEMBLE = "ensemble.h5"
GRIDS = [(1, "1,1,1"), (2, "2,1,1"), (2, "1,2,1"), (2, "1,1,2")]
KINDS = {"hmc": [], "flip": ["--generate.flip=yes", "--generate.cluster=3"], "langevin": LANGEVIN,
         "corrected": CORRECTED,
         "float32": ["--generate.precision=float32"], "cold": ["--generate.start=cold"],
         "mixed": ["--generate.start=mixed"]}


def on(number):
    """Ranks and grid of a part of a run; no two in a row are alike."""
    ranks, grid = GRIDS[number % len(GRIDS)]
    return {"ranks": ranks}, f"--lattice.process-grid={grid}"


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """Runs of each kind, undisturbed, and what was counted in them on one rank and on two."""
    made = {}

    def of(kind, ranks=1):
        if (kind, ranks) not in made:
            folder = tmp_path_factory.mktemp("straight")
            counts = folder / "counts"
            complete("generate", folder / "out", *KINDS[kind], *SAFE, ranks=ranks, faulty=fault(folder / "out",
                                                                                                count=counts))
            made[kind, ranks] = folder / "out" / ENSEMBLE, read_counts(counts)
        return made[kind, ranks]

    return of


@pytest.mark.parametrize("lengths", [[7, 10, 133], [31, 39, 40, 133], [130, 133], [133, 140]])
def test_extended(straight, tmp_path, lengths):
    """From and to lengths that end with a sweep of the ten chains and within one, shorter than one, too."""
    for number, length in enumerate(lengths):
        where, grid = on(number)
        text = complete("generate", tmp_path / "parts", f"--generate.samples={length}", grid, **where)
        assert (": extending " in text) == (number > 0)
        assert not (tmp_path / "parts" / "checkpoint").exists()
    if length == 133:
        expected = straight("hmc")[0]
    else:
        complete("generate", tmp_path / "once", f"--generate.samples={length}")
        expected = tmp_path / "once" / ENSEMBLE
    assert same_bits(expected, tmp_path / "parts" / ENSEMBLE)


@pytest.mark.parametrize("kind", ["langevin", "corrected", "float32", "flip"])
def test_extended_of_other_kinds(straight, tmp_path, kind):
    for number, length in enumerate((53, 133)):
        where, grid = on(2 - number)
        complete("generate", tmp_path, *KINDS[kind], f"--generate.samples={length}", grid, **where)
    assert same_bits(straight(kind)[0], tmp_path / ENSEMBLE)


@pytest.mark.parametrize(("kind", "share", "name"), [
    ("hmc", 0.2, "SIGTERM"), ("hmc", 0.7, "SIGUSR1"), ("flip", 0.25, "SIGINT"), ("langevin", 0.5, "SIGTERM"),
    ("corrected", 0.2, "SIGTERM"),
    ("float32", 0.8, "SIGTERM"), ("cold", 0.15, "SIGTERM"), ("mixed", 0.3, "SIGTERM")])
def test_stopped_by_a_signal(straight, tmp_path, kind, share, name):
    """A share of all collectives: early ones are those of the thermalisation. Resumed on another grid."""
    middle = int(share * straight(kind, 2)[1][1].collectives)
    faulty = fault(tmp_path, rank=1, signal=(name, [middle]))
    assert stopped_by(lattice("generate", tmp_path, *KINDS[kind], *SAFE, ranks=2, faulty=faulty)) == name
    where, grid = on(int(10 * share))
    text = complete("generate", tmp_path, *KINDS[kind], grid, **where)
    assert "going on with" in text
    assert same_bits(straight(kind)[0], tmp_path / ENSEMBLE)


def test_stopped_for_time_over_and_over(straight, tmp_path):
    """However short the time, each start gets further: an update of the thermalisation, or five sweeps."""
    seen, more = [], ["--run.batch=50", "--run.walltime=0.0001"]
    for number in range(12):
        where, grid = on(number)
        result = lattice("generate", tmp_path, *more, grid, **where)
        seen += re.findall(r"going on with \S+ from (?:update )?(\d+) of (\d+)", result.stdout)
        if result.returncode == 0:
            break
        assert stopped_by(result) == "run.walltime"
    assert [pair for pair in seen if pair[1] == "6"] == [(str(n), "6") for n in range(1, 6)]
    assert [int(done) for done, of in seen if of == "133"] == [0, 50, 100]
    assert same_bits(straight("hmc")[0], tmp_path / ENSEMBLE)


@pytest.mark.parametrize("phase", ["thermalisation", "production"])
def test_stopped_by_a_file(tmp_path, phase):
    """A run at work, which others see; gone on with on another grid."""
    long = ["--generate.thermalisation=3000"] if phase == "thermalisation" else ["--generate.samples=20003"]
    words = {word.partition("=")[0]: word for word in (*SMALL, *long, *SAFE, f"--run.output={tmp_path / 'out'}")}
    export = [word for name, value in PATIENT.items() for word in ("-x", f"{name}={value}")]
    run = subprocess.Popen(["mpirun", "-n", "2", *export, EXECUTABLE, "generate", BROKEN_PHASE, *words.values()],
                           stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, cwd=ROOT)
    wait_until((tmp_path / "out" / "checkpoint" / (ENSEMBLE + ".previous")).exists, run)
    if phase == "production":
        time.sleep(0.2)
    (tmp_path / "out" / "stop").touch()
    assert stopped_by(finished(run)) == "the stop file"
    said = complete("status", tmp_path / "out", *long)
    far = r"thermalising, update \d+ of 3000" if phase == "thermalisation" else r"\d+ %, \d+ of"
    assert re.search(rf"{ENSEMBLE}\s+{far}", said), said
    text = complete("generate", tmp_path / "out", *long, "--lattice.process-grid=1,1,2", ranks=2)
    assert re.search("going on with .* of " + ("the thermalisation" if phase == "thermalisation" else "20003"), text)
    complete("generate", tmp_path / "once", *long)
    assert same_bits(tmp_path / "once" / ENSEMBLE, tmp_path / "out" / ENSEMBLE)


# Damage.


@pytest.fixture(scope="module")
def stopped(straight, tmp_path_factory):
    """Runs that were stopped in the production, behind 40 configurations at least, and in the thermalisation."""
    folders = {}
    for name, share, said in (("production", 0.7, "of 133 configurations of"),
                              ("thermalisation", 0.25, "of the thermalisation")):
        folders[name] = tmp_path_factory.mktemp(name)
        faulty = fault(folders[name], signal=("SIGTERM", [int(share * straight("hmc", 2)[1][0].collectives)]))
        result = lattice("generate", folders[name], *SAFE, ranks=2, faulty=faulty)
        assert stopped_by(result) == "SIGTERM" and said in result.stdout + result.stderr, result.stderr
    return folders


def flip_bit(path, dataset, index):
    """One bit of a number in a dataset, without HDF5, which would change more."""
    with h5py.File(path) as file:
        offset, width = file[dataset].id.get_offset(), file[dataset].dtype.itemsize
        at = offset + width * int(np.ravel_multi_index(index, file[dataset].shape))
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


DAMAGE = [("production", "field", (0, 0, 0, 0)), ("production", "field", (37, 0, 4, 6)), ("production",
                                                                                          "history/action", (12,)),
          ("production", "history/delta_h", (25, 1)), ("production", "history/acceptance", (3,)), ("production",
                                                                                                   "state/field", (None,
                                                                                                                   9, 0,
                                                                                                                   4,
                                                                                                                   6)),
          ("production", "state/numbers", (None, 1)), ("thermalisation", "state/field", (None, 0, 0, 0, 0)),
          ("thermalisation", "state/numbers", (None, 0))]


@pytest.mark.parametrize(("phase", "dataset", "index"), DAMAGE)
def test_one_flipped_bit_of_what_was_committed(straight, stopped, tmp_path, phase, dataset, index):
    """It is noticed; the file is made again. (Of the state both slots are damaged, whichever is in use.)"""
    folder = tmp_path / "out"
    shutil.copytree(stopped[phase], folder)
    for slot in ((0, 1) if index[0] is None else (index[0],)):
        flip_bit(folder / (ENSEMBLE + ".partial"), dataset, (slot, *index[1:]))
    text = complete("generate", folder, ranks=2)
    assert "was damaged after it was written; it is made again" in text
    assert same_bits(straight("hmc")[0], folder / ENSEMBLE)


def test_a_flipped_bit_of_what_is_still_to_be_written(straight, stopped, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(stopped["production"], folder)
    flip_bit(folder / (ENSEMBLE + ".partial"), "field", (120, 0, 0, 0))
    assert "going on with" in complete("generate", folder, ranks=2)
    assert same_bits(straight("hmc")[0], folder / ENSEMBLE)


# Starts.


def test_a_start_from_a_file(tmp_path):
    """From the last configurations of another ensemble; more chains than it has go round. Resumed, extended."""
    complete("generate", tmp_path / "first", "--generate.samples=13")
    field = contents(tmp_path / "first" / ENSEMBLE)["field"]
    start = ["--generate.start=file", f"--generate.start-file={tmp_path / 'first' / ENSEMBLE}", "--run.seed=7"]
    still = [*start, "--generate.thermalisation=0", "--generate.separation=1", "--generate.trajectory=1e-9",
             "--generate.step=1e-9",
             "--generate.cluster=0", "--generate.acceptance=0"]
    for number, (chains, first) in enumerate(((10, 3), (13, 0), (31, 13 - 31 % 13))):
        where, grid = on(number)
        complete("generate", tmp_path / str(chains), *still, f"--generate.chains={chains}",
                 f"--generate.samples={chains}", grid, **where)
        taken = contents(tmp_path / str(chains) / ENSEMBLE)["field"]
        assert np.abs(taken - field[(first + np.arange(chains)) % 13]).max() < 1e-7
    complete("generate", tmp_path / "once", *start)
    for _ in range(3):
        stopped_by(lattice("generate", tmp_path / "parts", *start, "--generate.samples=41", "--run.batch=1",
                           "--run.walltime=0.0001"))
    complete("generate", tmp_path / "parts", *start, "--generate.samples=41", "--lattice.process-grid=1,1,2", ranks=2)
    (tmp_path / "first" / ENSEMBLE).rename(tmp_path / "away.h5")  # an extension does not need it
    complete("generate", tmp_path / "parts", *start, "--lattice.process-grid=2,1,1", ranks=2)
    assert same_bits(tmp_path / "once" / ENSEMBLE, tmp_path / "parts" / ENSEMBLE)


def test_cold_and_mixed_starts(tmp_path):
    still = ["--generate.thermalisation=0", "--generate.separation=1", "--generate.trajectory=1e-9",
             "--generate.step=1e-9",
             "--generate.cluster=0", "--generate.acceptance=0", "--generate.samples=10"]
    first = {}
    for kind in ("hot", "cold", "mixed"):
        complete("generate", tmp_path / kind, *still, f"--generate.start={kind}")
        first[kind] = contents(tmp_path / kind / ENSEMBLE)["field"]
    sign = np.array([1, -1] * 5).reshape(-1, 1, 1, 1)
    assert np.abs(first["cold"] - sign).max() < 1e-6
    assert (np.abs(first["hot"].mean(axis=(1, 2, 3))) < 0.9).all() and 0.8 < first["hot"].std() < 1.2
    assert np.array_equal(first["mixed"][::2], first["hot"][::2])
    assert np.abs(first["mixed"][1::2] - np.array([1, -1, 1, -1, 1]).reshape(-1, 1, 1, 1)).max() < 1e-6
