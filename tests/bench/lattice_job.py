"""Large lattices on two ranks, and files of ensembles, beside what the machine itself can do.

    .venv/bin/python tests/bench/lattice_job.py [FOLDER]

Files are written to FOLDER (a new one below the current folder, removed afterwards). Prints two tables. Times are those of the clock: nothing
else may run on the machine.

Two ranks: updates (HMC, leapfrog of 10 steps) of a chain of 1024^2 a second on two ranks beside one. The machine's own limit is
what two runs of half that lattice make, each alone on its core and without any exchange, at the same time.

Writing: what storing every configuration of 10^5 of 32^2 (0.8 GB) costs, the difference of two runs with the same updates of which the
other stores one in a thousand, beside a plain write of as many bytes in pieces of 8 MiB with one fsync.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
DECK = ROOT / "input" / "phi4-symmetric.ini"
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
ROUNDS = 5
UPDATES = 400
SAMPLES = 100_000
PIECE = 8 << 20


def start(folder: Path, ranks: int, keys: dict[str, object], core: int | None = None) -> subprocess.Popen:
    """A run of the stage generate, on `core` alone if that is given."""
    shutil.rmtree(folder, ignore_errors=True)
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    options = [f"--{key}={value}" for key, value in {"run.output": folder, "run.threads": 1, **keys}.items()]
    return subprocess.Popen([*pinned, *launcher, EXECUTABLE, "generate", DECK, *options], stdout=subprocess.DEVNULL)


def seconds(begin: Callable[[], list[subprocess.Popen]]) -> float:
    """Until all processes that `begin` starts have ended."""
    before = time.perf_counter()
    for process in begin():
        if process.wait() != 0:
            sys.exit("tests/bench/lattice_job.py: error: a run failed, see above")
    return time.perf_counter() - before


def large(size: str, updates: int) -> dict[str, object]:
    return {"sample.score": "none", "lattice.size": size, "generate.chains": 1, "generate.samples": 1, "generate.start": "cold", "generate.cluster": 0,
            "generate.acceptance": 0, "generate.step": 0.02, "generate.trajectory": 0.2, "generate.separation": 1,
            "generate.thermalisation": updates}


def updates_a_second(folder: Path, size: str, ranks: int, copies: int = 1, number: int = UPDATES) -> float:
    """Of each of `copies` runs at the same time, over `number` of them. Two lengths, so that what happens once cancels."""
    def taken(updates: int) -> float:
        return seconds(lambda: [start(folder / str(i), ranks, large(size, updates), i if copies > 1 else None) for i in range(copies)])
    return number / (taken(number + 20) - taken(20))


def stored(folder: Path, separation: int) -> float:
    """Seconds of a run with SAMPLES updates that stores one in `separation`."""
    keys = {"sample.score": "none", "generate.algorithm": "langevin", "generate.step": 0.01, "generate.trajectory": 0.01, "generate.thermalisation": 1,
            "generate.cluster": 0, "generate.flip": "no", "generate.start": "cold", "generate.chains": 100,
            "generate.separation": separation, "generate.samples": SAMPLES // separation}
    return seconds(lambda: [start(folder, 1, keys)])


def plain_write(path: Path, size: int) -> float:
    piece, before = os.urandom(PIECE), time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for begin in range(0, size, PIECE):
            file.write(piece[:size - begin])
        os.fsync(file.fileno())
    taken = time.perf_counter() - before
    path.unlink()
    return taken


def measure_ranks(folder: Path) -> None:
    one, two, alone = [], [], []
    for _ in range(ROUNDS):
        one.append(updates_a_second(folder, "1024,1024", 1))
        two.append(updates_a_second(folder, "1024,1024", 2))
        alone.append(updates_a_second(folder, "512,1024", 1, copies=2))
    for name, pick in (("most", max), ("medians", statistics.median)):
        print(f"updates of 1024^2 a second, {name}: one rank {pick(one):.1f}, two ranks {pick(two):.1f}, two separate halves "
              f"{pick(alone):.1f}; two ranks beside one: {pick(two) / pick(one):.2f} (wanted: 1.85), the machine's limit: "
              f"{pick(alone) / pick(one):.2f}")


def measure_writing(folder: Path) -> None:
    size = SAMPLES * 32 * 32 * 8
    every, few, plain = [], [], []
    for _ in range(ROUNDS):
        every.append(stored(folder / "all", 1))
        few.append(stored(folder / "few", 1000))
        plain.append(plain_write(folder / "plain", size))
    for name, pick in (("least times", min), ("medians", statistics.median)):
        ours = pick(every) - pick(few)
        print(f"writing {size / 1e6:.0f} MB, {name}: ours {ours:.2f} s, plain {pick(plain):.2f} s; "
              f"rate beside a plain write: {pick(plain) / ours:.2f} (wanted: 0.70)")


def main() -> None:
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    place = Path(sys.argv[1]) if len(sys.argv) == 2 else Path.cwd()
    folder = Path(tempfile.mkdtemp(prefix="lattice-job-", dir=place))
    try:
        measure_ranks(folder)
        measure_writing(folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
