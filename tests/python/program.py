"""Running the executable under mpirun, and comparing its files."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
QUICK = ROOT / "input" / "two-peak-quick.ini"
CORES = os.sched_getaffinity(0)  # before a worker of pytest stays on one of them
AT_ONCE = ["--mca", "odls_base_sigkill_timeout", "0"]  # mpirun waits twice this long behind each exit code other than 0: 2 s by default


def scorefield(*arguments: object, ranks: int = 1, timeout: float = 120.0,
               environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program and waits; the caller looks at the exit code. Only the ranks, not mpirun, see `environment`. Threads that are asked
    for run on all cores, whichever this process has.
    """
    exported = [word for name, value in (environment or {}).items() for word in ("-x", f"{name}={value}")]
    command = ["mpirun", *AT_ONCE, "-n", str(ranks), *exported, str(EXECUTABLE), *map(str, arguments)]
    threaded = any(str(word).startswith("--run.threads=") and word != "--run.threads=1" for word in arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=ROOT, check=False,
                          preexec_fn=(lambda: os.sched_setaffinity(0, CORES)) if threaded else None)


def succeed(*arguments: object, ranks: int = 1, environment: Mapping[str, str] | None = None) -> str:
    result = scorefield(*arguments, ranks=ranks, environment=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def only_error_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in result.stderr.splitlines() if line.startswith("scorefield: error:")]
    assert len(lines) == 1, result.stderr
    return lines[0]


def contents(path: Path) -> dict[str, np.ndarray]:
    """Every dataset outside /provenance: what "identical" means."""
    found: dict[str, np.ndarray] = {}
    with h5py.File(path) as file:

        def visit(name: str, item: object) -> None:
            if isinstance(item, h5py.Dataset) and not name.startswith("provenance"):
                found[name] = item[()]

        file.visititems(visit)
    return found


def unseal(path: Path) -> None:
    """Takes the checksum off a file, as other tools do that rewrite it: the program then reads it unverified."""
    with path.open("r+b") as file:
        file.write(bytes(512))


def same_bits(a: Path, b: Path) -> bool:
    one, other = contents(a), contents(b)
    return one.keys() == other.keys() and all(one[k].tobytes() == other[k].tobytes() for k in one)
