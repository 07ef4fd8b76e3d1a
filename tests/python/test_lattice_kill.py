"""Runs on a lattice killed at seeded events, a third of them in a write: resumed on another grid to the same bits."""

import random
import re

import pytest
from faults import Counts, fault, read_counts
from lattice_deck import CORRECTED, LANGEVIN, SAFE, complete, lattice
from program import same_bits
from test_kill import committed, seeded_kill

ENSEMBLE = "ensemble.h5"
SHORT, ALL = 5, 45
KINDS = {"hmc": [], "flip, float32": ["--generate.flip=yes", "--generate.precision=float32"], "langevin": LANGEVIN,
         "corrected": CORRECTED}
GRIDS = ["2,1,1", "1,2,1", "1,1,2"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Runs of each kind and grid: the folder and the counts by rank, made when they are asked for."""
    made: dict[tuple[str, str], tuple] = {}

    def of(kind, grid):
        if (kind, grid) not in made:
            folder = tmp_path_factory.mktemp("undisturbed")
            faulty = fault(folder / "out", count=folder / "counts")
            complete("generate", folder / "out", *KINDS[kind], *SAFE, f"--lattice.process-grid={grid}", ranks=2,
                     faulty=faulty)
            made[kind, grid] = folder / "out", read_counts(folder / "counts")
        return made[kind, grid]

    return of


def in_one_half(kill: dict, counts: list[Counts], early: bool, random_numbers: random.Random) -> dict:
    """An event of the first third, where the chains thermalise, or a later one."""
    name = next(name for name in kill if name.startswith("kill"))
    last = counts[kill["rank"]].writes if name == "kill_in_write" else counts[kill["rank"]].collectives
    return kill | {name: random_numbers.randint(1, last // 3) if early else random_numbers.randint(last // 3 + 1, last)}


@pytest.mark.parametrize("seed",
                         [pytest.param(seed, marks=[] if seed < SHORT else pytest.mark.full) for seed in range(ALL)])
def test_nothing_is_lost(undisturbed, tmp_path, seed):
    random_numbers = random.Random(1000 + seed)
    kind, grid, other = list(KINDS)[seed % 4], GRIDS[seed % 3], GRIDS[(seed + 1) % 3]
    straight, counts = undisturbed(kind, grid)
    more = [*KINDS[kind], f"--lattice.process-grid={grid}"]
    folder = tmp_path / "out"
    for attempt in range(random_numbers.choice([1, 1, 2])):
        kill = in_one_half(seeded_kill(random_numbers, counts, seed % 3 == 0), counts, seed % 2 == 0, random_numbers)
        before = committed(folder, "generate")
        result = lattice("generate", folder, *more, *SAFE, ranks=2, faulty=fault(folder, **kill))
        assert result.returncode == 137 or (attempt > 0 and result.returncode == 0), (kill, result.stderr)
        after = committed(folder, "generate")
        if not (folder / ENSEMBLE).exists():
            assert after.get(ENSEMBLE, 0) >= before.get(ENSEMBLE, 0), kill
    if folder.exists():  # else no rank had come that far
        said = complete("status", folder, *KINDS[kind])
        assert "no run is at work" in said and "stale:" not in said
    text = complete("generate", folder, *KINDS[kind], f"--lattice.process-grid={other}", ranks=2)
    gone_on = re.findall(r"going on with \S+ from (\d+) of 133", text)  # 0: at the end of the thermalisation
    assert [int(number) for number in gone_on if number != "0"] == [number for number in after.values() if number > 0]
    assert ("going on with" in text) == bool(after)
    assert same_bits(straight / ENSEMBLE, folder / ENSEMBLE)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["deck.ini", "run.log", ENSEMBLE])
