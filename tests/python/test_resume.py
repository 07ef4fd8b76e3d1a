"""Extending a finished run, stopping and going on: the bits are those of a run that had asked for all at once and was never stopped."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from faults import DECK, OUTPUTS, fault, stage
from program import EXECUTABLE, QUICK, ROOT, contents, only_error_line, same_bits

EXACT = ["--sample.score=exact", "--sample.sampler=sde4", "--forward.times=3", "--sample.records=3", "--measure.histogram-bins=20"]
FILES = ["ensemble.h5", "forward-ve.h5", "samples-ve-exact.h5", "results.h5"]


def complete(name, folder, *more, **options):
    result = stage(name, folder, *more, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def stopped_by(result):
    """The reason of a clean stop; there is no other line of the program's on stderr."""
    assert result.returncode == 85, result.stdout + result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("scorefield:")]
    assert len(lines) == 1 and "error" not in lines[0], result.stderr
    return re.fullmatch(r"scorefield: stopped by (.*?); .*the same command goes on.*", lines[0]).group(1)


def status_of(folder, *more):
    """What `status` says of each file, and of the folder."""
    lines = complete("status", folder, *more, ranks=1).splitlines()
    found = {words[1]: words[2] for words in (line.split(maxsplit=2) for line in lines) if len(words) == 3 and words[1].endswith(".h5")}
    return found, next(line.partition(": ")[2] for line in lines if line.startswith(f"{folder}: "))


# Extending.


def lengths(ensemble, samples):
    return [f"--generate.samples={ensemble}", f"--sample.samples={samples}"]


@pytest.mark.parametrize(("sampler", "asked"), [
    ("sde4", [(1301, 1300), (1302, 5003), (20011, 5004)]),  # no multiples of a block
    ("predictor-corrector", [(131000, 50000), (140001, 300001)]),  # blocks, and units of work, twice and four times as large
])
def test_extended_ensembles(tmp_path, sampler, asked):
    more = [*EXACT, f"--sample.sampler={sampler}", "--run.batch=0", "--run.checkpoint=60"]
    for index, both in enumerate(asked):
        text = complete("run", tmp_path / "parts", *more, *lengths(*both), ranks=1 + index % 2)
        assert text.count(": extending ") == (3 if index > 0 else 0)
    complete("run", tmp_path / "once", *more, *lengths(*asked[-1]))
    for name in FILES:
        assert same_bits(tmp_path / "parts" / name, tmp_path / "once" / name), name


def test_extended_samples_of_both_scores(straight, tmp_path):
    straight.copy_inputs("sample", tmp_path)
    complete("sample", tmp_path, "--sample.samples=3001", ranks=1)
    assert complete("sample", tmp_path).count(": extending ") == 2
    for name in OUTPUTS["sample"]:
        assert same_bits(straight.folder / name, tmp_path / name), name


def test_an_extended_training(straight, tmp_path):
    """Also one that is interrupted; open points of the loss curve are carried on."""
    constant = ["--train.schedule=constant"]
    for folder in ("parts", "once"):
        straight.copy_inputs("train", tmp_path / folder)
    complete("train", tmp_path / "once", *constant, "--train.steps=57")
    complete("train", tmp_path / "parts", *constant, "--train.steps=7")
    complete("train", tmp_path / "parts", *constant, "--train.steps=26")
    whole = [*constant, "--train.steps=57"]
    middle = straight.counts["train"][0].collectives // 3
    result = stage("train", tmp_path / "parts", *whole, faulty=fault(tmp_path / "parts", signal=("SIGTERM", [middle])))
    assert stopped_by(result) == "SIGTERM"
    assert "going on with" in complete("train", tmp_path / "parts", *whole)
    assert same_bits(tmp_path / "once" / "model-ve.h5", tmp_path / "parts" / "model-ve.h5")


def test_an_interrupted_extension(straight, tmp_path):
    """Killed in the middle; the finished file can be used meanwhile, and nothing is lost by it."""
    whole = ["--sample.score=exact", "--sample.sampler=sde4"]
    short = [*whole, *lengths(4321, 3001)]
    for name in ("generate", "sample"):
        complete(name, tmp_path, *short)
    for name in ("generate", "sample"):
        kill = fault(tmp_path, kill_in_write=2 * straight.counts[name][0].writes // 5)  # after the first checkpoint of the extension
        assert stage(name, tmp_path, *whole, faulty=kill).returncode == 137
        if name == "generate":
            assert "is complete" in complete(name, tmp_path, *short)
        assert "going on with" in complete(name, tmp_path, *whole)
    for name in FILES[:3]:
        assert same_bits(straight.folder / name, tmp_path / name), name


def test_more_is_asked_for_after_a_kill_just_after_the_last_rename(straight, tmp_path):
    event = straight.counts["generate"][0].renames[-1] + 1
    assert stage("generate", tmp_path, faulty=fault(tmp_path, kill_in_write=event)).returncode == 137
    assert "extending" in complete("generate", tmp_path, "--generate.samples=12345")
    assert not (tmp_path / "checkpoint").exists()
    assert (contents(tmp_path / "ensemble.h5")["field"][:10000] == contents(straight.folder / "ensemble.h5")["field"]).all()


# Stopping.


@pytest.mark.parametrize(("name", "signal", "ranks", "rank"), [
    ("generate", "SIGUSR1", 2, 1), ("train", "SIGTERM", 2, 0), ("sample", "SIGINT", 2, 0), ("sample", "SIGTERM", 1, 0),
    ("measure", "SIGUSR1", 2, 1),
])
def test_stopped_by_a_signal(straight, tmp_path, name, signal, ranks, rank):
    middle = straight.copy_inputs(name, tmp_path)[rank].collectives // 2
    assert stopped_by(stage(name, tmp_path, faulty=fault(tmp_path, rank=rank, signal=(signal, [middle])), ranks=ranks)) == signal
    assert ("going on with" in complete(name, tmp_path, ranks=ranks)) == (name != "measure")
    for output in OUTPUTS[name]:
        assert same_bits(straight.folder / output, tmp_path / output), output


@pytest.mark.parametrize(("signal", "number"), [("SIGINT", 2), ("SIGTERM", 15)])
def test_a_second_signal_ends_at_once(straight, tmp_path, signal, number):
    middle = straight.counts["generate"][0].collectives // 2
    result = stage("generate", tmp_path, faulty=fault(tmp_path, signal=(signal, [middle, middle + 1])))
    assert result.returncode == 128 + number
    assert "scorefield: stopped" not in result.stderr
    assert "going on with" in complete("generate", tmp_path)
    assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")


@pytest.mark.parametrize("ranks", [1, 2])
def test_stopped_for_time(straight, tmp_path, ranks):
    """However short the time, each start gets one batch further."""
    for _ in range(2):
        assert stopped_by(stage("generate", tmp_path, "--run.batch=4096", "--run.walltime=0.0001", ranks=ranks)) == "run.walltime"
    complete("generate", tmp_path, "--run.batch=4096", "--run.walltime=0.0001", ranks=ranks)
    assert same_bits(straight.folder / "ensemble.h5", tmp_path / "ensemble.h5")


def test_an_old_stop_file_is_removed(tmp_path):
    (tmp_path / "stop").touch()
    assert "removed an old stop file" in complete("generate", tmp_path, "--run.walltime=1:00:00")
    assert not (tmp_path / "stop").exists()


# A run at work. Slow by its many checkpoints; without them it is done in a second.
LONG = ["--generate.samples=1e7"]
FAST = ["--run.batch=0", "--run.checkpoint=60"]


def wait_until(happens, run):
    limit = time.monotonic() + 60.0
    while not happens():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < limit
        time.sleep(0.01)


def begin_long_run(folder):
    command = ["mpirun", "-n", "2", EXECUTABLE, "generate", QUICK, *DECK, *LONG, f"--run.output={folder}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def signal_ranks(run, number):
    ranks = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    assert len(ranks) == 2
    for rank in ranks:
        os.kill(int(rank), number)


def finished(run):
    out, error = run.communicate(timeout=60.0)
    return subprocess.CompletedProcess(run.args, run.returncode, out, error)


def test_a_run_at_work(tmp_path):
    """Others see how far it is and who it is; it is stopped by a file, goes on, is stopped through mpirun, and goes on."""
    folder = tmp_path / "out"
    run = begin_long_run(folder)
    wait_until((folder / "checkpoint" / "ensemble.h5.previous").exists, run)
    signal_ranks(run, signal.SIGSTOP)  # else it may be done before others have looked
    found, users = status_of(folder, *LONG)
    assert re.fullmatch(r"\d+ %, \d+ of 10000000 configurations", found["ensemble.h5"])
    assert re.match(r"in use by pid \d+ on \S+ since ", users)
    second = stage("generate", folder, *LONG, ranks=1)
    assert second.returncode == 2 and users in only_error_line(second)
    (folder / "stop").touch()
    signal_ranks(run, signal.SIGCONT)
    assert stopped_by(finished(run)) == "the stop file"
    assert not (folder / "stop").exists()

    run = begin_long_run(folder)
    wait_until(lambda: "going on with" in (folder / "run.log").read_text(), run)
    run.send_signal(signal.SIGUSR1)
    assert stopped_by(finished(run)) == "SIGUSR1"
    assert status_of(folder, *LONG)[1] == "no run is at work"
    complete("generate", folder, *LONG, *FAST)
    complete("generate", tmp_path / "straight", *LONG, *FAST)
    assert same_bits(folder / "ensemble.h5", tmp_path / "straight" / "ensemble.h5")


def test_status(straight, tmp_path):
    middle = straight.copy_inputs("train", tmp_path)[0].collectives // 2
    stopped_by(stage("train", tmp_path, faulty=fault(tmp_path, signal=("SIGINT", [middle]))))
    found, users = status_of(tmp_path)
    assert users == "no run is at work"
    assert found["ensemble.h5"] == "complete, 10000 configurations"
    assert re.fullmatch(r"[3-6]\d %, [23]0 of 60 steps", found["model-ve.h5"])
    assert found["forward-ve.h5"] == found["samples-ve-exact.h5"] == found["samples-ve-learnt.h5"] == "missing"
    shorter, _ = status_of(tmp_path, "--generate.samples=20000", "--train.steps=100")
    assert shorter["ensemble.h5"] == "complete with 10000 configurations; 20000 are asked for"
    longer, _ = status_of(tmp_path, "--generate.samples=5000")
    assert longer["ensemble.h5"].endswith("has 10000 configurations, more than generate.samples = 5000 (--generate.samples=10000 keeps them)")
    stale, _ = status_of(tmp_path, "--model.sigma0=0.5")
    assert re.fullmatch(r"stale: \S+ was made by another deck \(model.sigma0 was 0.25\)", stale["ensemble.h5"])
    assert re.fullmatch(r"stale: the unfinished \S+ belongs to another deck \(model.sigma0 was 0.25\)", stale["model-ve.h5"])


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_stopped_measurement_leaves_nothing(straight, tmp_path, ranks):
    """It has no checkpoint, ignores run.walltime, and its unfinished file is removed."""
    straight.copy_inputs("measure", tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    middle = straight.counts["measure"][0].collectives // 2
    result = stage("measure", tmp_path, ranks=ranks, faulty=fault(tmp_path, signal=("SIGTERM", [middle])))
    assert stopped_by(result) == "SIGTERM"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "deck.ini", "run.log"])
    complete("measure", tmp_path, "--run.walltime=0.01", ranks=ranks)
    assert same_bits(straight.folder / "results.h5", tmp_path / "results.h5")
