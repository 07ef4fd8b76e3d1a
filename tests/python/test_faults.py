"""The planted faults work, and what they show of the program: a rank that fails alone ends all, a full disk is one line."""

import re
import time

import h5py
import numpy as np
import pytest
from faults import BATCH, OUTPUTS, RANKS, fault, processes_with, read_counts, stage
from program import only_error_line, same_bits


def test_counts_are_the_same_in_each_run(straight, tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight")  # as long a name as the first one: files and their sizes hold it
    counts = straight.copy_inputs("sample", folder)
    assert stage("sample", folder, faulty=fault(folder, count=folder / "counts.txt")).returncode == 0
    assert read_counts(folder / "counts.txt") == counts
    assert len(counts) == RANKS
    checkpoints = 10000 // BATCH  # after each batch but the last; each but the first keeps the one before
    assert len(counts[0].renames) == 1 + len(OUTPUTS["sample"]) * (1 + 2 * checkpoints - 1 + 1)  # deck.ini; X.partial, X
    assert min(counts[0].collectives, counts[0].writes, counts[1].writes, counts[1].bytes) > 0


@pytest.mark.parametrize("rank", [0, 1])
def test_a_kill_at_a_collective_ends_all_ranks(straight, tmp_path, rank):
    counts = straight.copy_inputs("sample", tmp_path)
    start = time.monotonic()
    result = stage("sample", tmp_path, faulty=fault(tmp_path, kill_at=counts[rank].collectives // 2, rank=rank))
    assert time.monotonic() - start < 10.0
    assert result.returncode == 137
    assert "scorefield: error" not in result.stderr
    assert processes_with(str(tmp_path)) == []
    assert not (tmp_path / "samples-ve-learnt.h5").exists()


def test_a_kill_in_a_write_leaves_half_of_its_bytes(straight, tmp_path):
    with h5py.File(straight.folder / "ensemble.h5") as file:
        batch, offset, size = file["field"][:BATCH].tobytes(), file["field"].id.get_offset(), file["field"].nbytes
    first_rows = straight.counts["generate"][0].renames[1] + 2  # just after ensemble.h5.partial got its name
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=first_rows), ranks=1).returncode == 137
    found = (tmp_path / "ensemble.h5.partial").read_bytes()
    half = len(batch) // 2
    assert found[offset:offset + half] == batch[:half]
    assert not any(found[offset + half:offset + size])


@pytest.mark.parametrize(("after", "left"), [(0, "ensemble.h5.partial"), (1, "ensemble.h5")])
def test_a_kill_just_before_and_after_a_rename(straight, tmp_path, after, left):
    event = straight.counts["generate"][0].renames[-1] + after
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=event)).returncode == 137
    assert [path.name for path in tmp_path.glob("ensemble*")] == [left]
    with h5py.File(tmp_path / left) as file:
        assert np.isfinite(file["field"][:]).all()  # complete: it was closed before


@pytest.mark.parametrize("rank", [None, 1])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9])
def test_a_full_disk_is_one_line(straight, tmp_path, rank, share):
    """From its first write on, or later; for all ranks or one. With room again, the same command ends as ever."""
    counts = straight.counts["generate"][rank or 0]
    result = stage("generate", tmp_path, faulty=fault(tmp_path, full_after=int(share * counts.bytes), rank=rank), timeout=30.0)
    line = only_error_line(result)
    assert "free some disk space" in line or "its disk not full" in line
    assert result.returncode == 3, result.stderr
    assert not (tmp_path / "ensemble.h5").exists()
    assert processes_with(str(tmp_path)) == []
    if share == 0.5:
        assert stage("generate", tmp_path).returncode == 0
        assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_rank_that_fails_alone_ends_all_with_one_line(straight, tmp_path, name):
    counts = straight.copy_inputs(name, tmp_path)
    start = time.monotonic()
    result = stage(name, tmp_path, faulty=fault(tmp_path, throw=counts[1].own_allreduces // 2, rank=1))
    assert time.monotonic() - start < 10.0
    assert result.returncode == 1
    assert only_error_line(result).endswith("planted fault")
    assert processes_with(str(tmp_path)) == []


def test_a_signal_is_raised_at_its_collective(tmp_path):
    result = stage("generate", tmp_path, faulty=fault(tmp_path, signal=("SIGUSR2", (5, 7))), ranks=1)
    assert result.returncode == 128 + 12
    assert "signal 12" in result.stderr


@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_dies_alone_ends_all(straight, tmp_path, rank):
    """mpirun ends the other one, which waits for it in a collective."""
    counts = straight.copy_inputs("sample", tmp_path)
    start = time.monotonic()
    result = stage("sample", tmp_path, faulty=fault(tmp_path, kill_at=counts[rank].collectives // 2, rank=rank, alone=True))
    assert time.monotonic() - start < 30.0
    assert result.returncode == 137
    assert processes_with(str(tmp_path)) == []
    assert stage("sample", tmp_path).returncode == 0
    for name in OUTPUTS["sample"]:
        assert same_bits(straight.folder / name, tmp_path / name), name


def test_a_clock_that_goes_backwards(straight, tmp_path):
    """An hour at each reading of the date: times that are told are those of the monotonic clock, the result is the same."""
    for name in OUTPUTS:
        result = stage(name, tmp_path, faulty=fault(tmp_path, clock_back=3600, count=tmp_path / "counts.txt"))
        assert result.returncode == 0, result.stderr
        assert re.search(r"[^0-9a-z.]-\d+(\.\d+)? ?(s|min|h)\b", result.stdout) is None, result.stdout
        for output in OUTPUTS[name]:
            assert same_bits(straight.folder / output, tmp_path / output), output
    lines = [line.split() for line in (tmp_path / "counts.txt").read_text().splitlines()]
    assert sum(int(words[words.index("dates") + 1]) for words in lines) >= len(OUTPUTS)  # it was read, and did go back
