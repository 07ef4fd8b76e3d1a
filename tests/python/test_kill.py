"""Ranks killed (SIGKILL) at seeded events, all or one of them, a third inside a write or at a rename: the same command goes on to the
same bits.
"""

import random
import re
import shutil
from collections import Counter

import h5py
import pytest
from faults import BATCH, INPUTS, LOSS_INTERVAL, OUTPUTS, fault, read_counts, stage
from program import same_bits

STAGES = ["generate", "train", "sample", "measure"]
SHORT, ALL = 6, 100


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
    """Which rank dies, when, and whether alone: mpirun then ends the others."""
    rank, alone = random_numbers.choice([0, 1]), random_numbers.random() < 0.4
    if in_write:
        rank = rank if counts[rank].writes > 0 else 0
        return {"rank": rank, "alone": alone, "kill_in_write": random_numbers.randint(1, counts[rank].writes)}
    return {"rank": rank, "alone": alone, "kill_at": random_numbers.randint(1, counts[rank].collectives)}


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[] if seed < SHORT else pytest.mark.full) for seed in range(ALL)])
def test_nothing_is_lost(straight, tmp_path, seed):
    random_numbers = random.Random(seed)
    name, in_write = STAGES[(seed + seed // 12) % 4], seed % 3 == 0
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
    assert ("going on with" in result.stdout) == (back > 0)
    assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")
    assert not (tmp_path / "checkpoint").exists() and not list(tmp_path.glob("*.partial"))


def test_a_kill_while_the_shorter_model_gets_a_second_name(straight, tmp_path):
    """Extending a model replaces it at once: killed at any of the last events, one of the two is there."""
    longer = ("--train.schedule=constant", "--train.steps=20", "--run.checkpoint=1000")
    shutil.copyfile(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")
    assert stage("train", tmp_path, "--train.schedule=constant", "--train.steps=10").returncode == 0
    first = (tmp_path / "model-ve.h5").read_bytes()
    counted = tmp_path / "counts"
    shutil.copytree(tmp_path, tmp_path / "copy")
    assert stage("train", tmp_path / "copy", *longer, faulty=fault(tmp_path / "copy", count=counted)).returncode == 0
    assert (tmp_path / "copy" / "model-ve.h5.old").read_bytes() == first
    last = read_counts(counted)[0].writes
    assert stage("train", tmp_path, *longer, faulty=fault(tmp_path, kill_in_write=last - 1)).returncode == 137
    assert (tmp_path / "model-ve.h5").read_bytes() == first
    assert stage("train", tmp_path, *longer).returncode == 0
    assert same_bits(tmp_path / "model-ve.h5", tmp_path / "copy" / "model-ve.h5")


@pytest.mark.parametrize("event", [0, 1])
def test_a_kill_while_a_checkpoint_replaces_a_damaged_one(straight, tmp_path, event):
    """The one before it is not given up before the new one has its name."""
    last = straight.counts["generate"][0].renames[5]
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=last)).returncode == 137
    checkpoint = tmp_path / "checkpoint" / "ensemble.h5"
    content = bytearray(checkpoint.read_bytes())
    content[900] ^= 4
    checkpoint.write_bytes(content)
    shutil.copytree(tmp_path, tmp_path / "copy")
    assert stage("generate", tmp_path / "copy", faulty=fault(tmp_path / "copy", count=tmp_path / "counts")).returncode == 0
    new_name = read_counts(tmp_path / "counts")[0].renames[1]  # the first is that of deck.ini
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=new_name + event)).returncode == 137
    result = stage("generate", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "going on with" in result.stdout
    assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")
