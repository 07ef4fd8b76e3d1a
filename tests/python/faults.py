"""Faults planted in the ranks by a preloaded library, tests/faults/faults.cpp, and the small deck that they are planted in."""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from program import EXECUTABLE, QUICK, scorefield

LIBRARY = EXECUTABLE.parents[1] / "tests" / "libscorefield_faults.so"

# Ten batches of each output and six points of the training; each is a safe point with a checkpoint, whatever the time it takes.
BATCH = 1024
LOSS_INTERVAL = 10
DECK = ["--generate.samples=10000", "--sample.samples=10000", "--forward.process=ve", "--sample.score=exact,learnt", "--sample.steps=8",
        "--measure.bins=20", "--network.hidden=16,16", "--train.steps=60", "--train.warmup=6", "--train.levels=16",
        f"--run.batch={BATCH}", "--run.checkpoint=0"]
INPUTS = {"generate": [], "train": ["ensemble.h5"], "sample": ["ensemble.h5", "model-ve.h5"],
          "measure": ["ensemble.h5", "model-ve.h5", "forward-ve.h5", "samples-ve-exact.h5", "samples-ve-learnt.h5"]}
OUTPUTS = {"generate": ["ensemble.h5"], "train": ["model-ve.h5"], "sample": ["forward-ve.h5", "samples-ve-exact.h5", "samples-ve-learnt.h5"],
           "measure": ["results.h5"]}
RANKS = 2


def fault(folder: Path, *, rank: int | None = None, count: Path | None = None, renames: Path | None = None, kill_at: int | None = None,
          kill_in_write: int | None = None, full_after: int | None = None, read_fails: int | None = None, throw: int | None = None,
          signal: tuple[str, Iterable[int]] | None = None, alone: bool = False, clock_back: int | None = None) -> dict[str, str]:
    """The environment of the ranks; writes below `folder` count. signal=("SIGTERM", (10, 20)) raises it before both collectives."""
    settings = {
        "FOLDER": folder.resolve(), "RANK": rank, "COUNT": count, "RENAMES": renames, "KILL_AT": kill_at, "KILL_IN_WRITE": kill_in_write,
        "FULL_AFTER": full_after, "READ_FAILS": read_fails, "THROW": throw, "SIGNAL": signal and f"{signal[0]}@{','.join(map(str, signal[1]))}",
        "ALONE": 1 if alone else None, "CLOCK_BACK": clock_back,
    }
    return {"LD_PRELOAD": str(LIBRARY)} | {f"SCOREFIELD_FAULT_{name}": str(value) for name, value in settings.items() if value is not None}


@dataclass(frozen=True)
class Counts:
    """What one rank did in one run."""

    collectives: int
    writes: int
    bytes: int
    own_allreduces: int
    renames: list[int]  # the write event just before each; the next one is just after it


def read_counts(path: Path) -> list[Counts]:
    """Of all ranks, by rank; the file holds one run."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    ranks = sorted((dict(zip(words[::2], words[1::2], strict=False)) for words in lines), key=lambda rank: int(rank["rank"]))
    return [Counts(*(int(rank[name]) for name in ("collectives", "writes", "bytes", "own_allreduces")),
                   renames=[int(event) for event in rank.get("renames", "").split(",") if event]) for rank in ranks]


def stage(name: str, folder: Path, *more: str, faulty: dict[str, str] | None = None, ranks: int = RANKS,
          timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    """One stage of the small deck, or another command."""
    return scorefield(name, QUICK, *DECK, f"--run.output={folder}", *more, ranks=ranks, timeout=timeout, environment=faulty)


@dataclass(frozen=True)
class Straight:
    """A run of all stages of the small deck that nothing disturbed: its folder, and the counts of each stage by rank."""

    folder: Path
    counts: dict[str, list[Counts]]

    def copy_inputs(self, name: str, folder: Path) -> list[Counts]:
        """Makes `folder` with what the stage reads; the counts of the stage."""
        folder.mkdir(exist_ok=True)
        for file in INPUTS[name]:
            shutil.copyfile(self.folder / file, folder / file)
        return self.counts[name]


def run_straight(folder: Path, counts: Path) -> Straight:
    found = {}
    for name in OUTPUTS:
        result = stage(name, folder, faulty=fault(folder, count=counts / name))
        assert result.returncode == 0, result.stderr
        found[name] = read_counts(counts / name)
    return Straight(folder, found)


def processes_with(argument: str) -> list[str]:
    """Command lines of processes that still run and have `argument` in theirs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if argument in line:
            found.append(line)
    return found
