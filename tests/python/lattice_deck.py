"""The small deck of the tests on a lattice: an odd lattice, odd chains, a file that ends within a sweep of them."""

import subprocess
from pathlib import Path

from program import ROOT, scorefield

BROKEN_PHASE = ROOT / "tests" / "python" / "broken-phase.ini"
SMALL = ["--lattice.size=5,7", "--generate.samples=133", "--generate.chains=10", "--generate.thermalisation=6",
         "--generate.separation=2",
         "--measure.histogram-bins=20"]
LANGEVIN = ["--generate.algorithm=langevin", "--generate.cluster=0", "--generate.step=0.02",
            "--generate.trajectory=0.1"]
CORRECTED = ["--generate.algorithm=langevin-corrected", "--generate.trajectory=0.5"]
# Ranks that wait let others work: 34 s become 3 s for four ranks on two busy cores.
PATIENT = {"OMPI_MCA_mpi_yield_when_idle": "1"}
# A sweep a batch, each a safe point with a checkpoint.
SAFE = ["--run.batch=1", "--run.checkpoint=0"]


def lattice(command: str, folder: Path, *more: str, ranks: int = 1, faulty: dict[str, str] | None = None,
            timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    """A command on the small deck; of a key that is given twice the last one counts."""
    last = {word.partition("=")[0]: word for word in (*SMALL, *more)}
    return scorefield(command, BROKEN_PHASE, *last.values(), f"--run.output={folder}", ranks=ranks, timeout=timeout,
                      environment=PATIENT | (faulty or {}))


def complete(command: str, folder: Path, *more: str, **options: object) -> str:
    result = lattice(command, folder, *more, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
