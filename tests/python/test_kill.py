"""All ranks killed (SIGKILL) at seeded events, a third of them inside a write or at a rename: the same command goes on to the same bits."""

import random
import re
from collections import Counter

import h5py
import pytest
from faults import BATCH, INPUTS, LOSS_INTERVAL, OUTPUTS, fault, stage
from program import same_bits

STAGES = ["generate", "train", "sample"]
SHORT, ALL = 6, 50


def committed(folder, name):
    """What the checkpoints of a stage's outputs hold; nothing of an output that is complete."""
    found = {}
    for output in OUTPUTS[name]:
        paths = [folder / "checkpoint" / f"{output}{end}" for end in ("", ".previous")]
        there = [path for path in paths if path.exists()]
        if there and not (folder / output).exists():
            with h5py.File(there[0]) as file:
                found[output] = int(file.attrs["committed"])
    return found


def seeded_kill(random_numbers, counts, in_write):
    """Which rank ends all, and when."""
    rank = random_numbers.choice([0, 1])
    if in_write:
        rank = rank if counts[rank].writes > 0 else 0
        return {"rank": rank, "kill_in_write": random_numbers.randint(1, counts[rank].writes)}
    return {"rank": rank, "kill_at": random_numbers.randint(1, counts[rank].collectives)}


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[] if seed < SHORT else pytest.mark.full) for seed in range(ALL)])
def test_nothing_is_lost(straight, tmp_path, seed):
    random_numbers = random.Random(seed)
    name, in_write = STAGES[(seed + seed // 3) % 3], seed % 3 == 0
    folder = tmp_path / "out"
    counts = straight.copy_inputs(name, folder)
    step = LOSS_INTERVAL if name == "train" else BATCH
    for attempt in range(random_numbers.choice([1, 1, 2, 3])):
        kill = seeded_kill(random_numbers, counts, in_write)
        before, renames = committed(folder, name), tmp_path / f"renames{attempt}"
        result = stage(name, folder, faulty=fault(folder, renames=renames, **kill))
        assert result.returncode == 137 or (attempt > 0 and result.returncode == 0), (kill, result.stderr)  # less was left to do
        after = committed(folder, name)
        checkpoints = Counter(line.partition("/checkpoint/")[2] for line in renames.read_text().splitlines()) if renames.exists() else {}
        for output in OUTPUTS[name]:
            if not (folder / output).exists():
                assert after.get(output, 0) >= before.get(output, 0) + step * checkpoints.get(output, 0), kill

    status = stage("status", folder, ranks=1)
    assert status.returncode == 0, status.stderr
    assert "no run is at work" in status.stdout and "stale:" not in status.stdout
    result = stage(name, folder)
    assert result.returncode == 0, result.stderr
    gone_on = re.findall(r"going on with \S*/(\S+) from (?:step )?(\d+) of", result.stdout)
    assert {output: int(number) for output, number in gone_on} == after
    for output in OUTPUTS[name]:
        assert same_bits(straight.folder / output, folder / output), output
    assert sorted(path.name for path in folder.iterdir()) == sorted(["deck.ini", "run.log", *INPUTS[name], *OUTPUTS[name]])


@pytest.mark.parametrize("back", [2, 1, 0])
def test_the_last_writes_of_a_file(straight, tmp_path, back):
    """In its seal, just before it gets its name, and just after."""
    last = straight.counts["generate"][0].writes - back
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=last)).returncode == 137
    result = stage("generate", tmp_path)
    assert result.returncode == 0, result.stderr
    assert ("is complete" in result.stdout) == (back == 0)
    assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")
    assert not (tmp_path / "checkpoint").exists() and not list(tmp_path.glob("*.partial"))
