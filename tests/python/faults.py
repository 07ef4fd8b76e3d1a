"""Faults planted in the ranks by a preloaded library; tests/faults/faults.cpp says what each one does."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from program import EXECUTABLE

LIBRARY = EXECUTABLE.parents[1] / "tests" / "libscorefield_faults.so"


def fault(folder: Path, *, rank: int | None = None, count: Path | None = None, kill_at: int | None = None, kill_in_write: int | None = None,
          full_after: int | None = None, throw: int | None = None, signal: tuple[str, Iterable[int]] | None = None) -> dict[str, str]:
    """The environment of the ranks; writes below `folder` count. signal=("SIGTERM", (10, 20)) raises it before both collectives."""
    settings = {
        "FOLDER": folder.resolve(), "RANK": rank, "COUNT": count, "KILL_AT": kill_at, "KILL_IN_WRITE": kill_in_write,
        "FULL_AFTER": full_after, "THROW": throw, "SIGNAL": signal and f"{signal[0]}@{','.join(map(str, signal[1]))}",
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
