"""Core time of a million samples from a trained network, beside 1000 Euler-Maruyama steps of the same network in plain PyTorch.

    .venv/bin/python tests/bench/sampling_cost.py out/two-peak [vp]

OUT must hold ensemble.h5 and model-P.h5 of input/two-peak.ini. Everything runs on one core, in this order: the program's sampler of the
deck (its whole stage, recording and files included); the network in plain PyTorch, as it is usually written (noise level a number for
each walker) and with the embedding computed once a step; the program with euler-maruyama in 1000 steps, for the cumulants
of that scheme at the same statistics. Prints a table of core-microseconds a sample, ratios, and cumulants.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import torch

from plain_pytorch import STEPS, WALKERS, PlainNetwork, core_seconds, euler_maruyama

ROOT = Path(__file__).resolve().parents[2]
DECK = ROOT / "input" / "two-peak.ini"
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
SAMPLES = 1000000
CONTRACTION = {"ve": 0.0, "vp": 1.0}  # c of the process


def program(folder: Path, process: str, sampler: str, steps: int, deck: Path = DECK) -> tuple[float, np.ndarray, np.ndarray]:
    """Core microseconds a sample of the program's stage, and the cumulants with their errors. `folder` holds what `deck` has made."""
    work = Path(tempfile.mkdtemp())
    arguments = [f"--run.output={work}", "--run.threads=1", f"--forward.process={process}", "--sample.score=learnt",
                 f"--sample.samples={SAMPLES}", f"--sample.sampler={sampler}", f"--sample.steps={steps}"]
    try:
        for name in ("ensemble.h5", f"model-{process}.h5"):
            shutil.copy(folder / name, work)
        subprocess.run([EXECUTABLE, "check", deck, *arguments], check=True, capture_output=True)  # warms the file cache
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "sample", deck, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "measure", deck, *arguments], check=True, capture_output=True)
        with h5py.File(work / "results.h5") as file:
            c = file[f"samples-{process}-learnt/cumulants"]
            orders = [1, 3, 5, 7]
            seconds = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
            return seconds * 1e6 / SAMPLES, c["value"][orders], c["error"][orders]
    finally:
        shutil.rmtree(work)


def plain(folder: Path, process: str, embed_once: bool, steps: int = STEPS) -> float:
    """Core microseconds a sample of STEPS steps in plain PyTorch, from the first `steps` of them."""
    with h5py.File(folder / f"model-{process}.h5") as file:
        network = PlainNetwork().load(file).eval()
        mean, variance = file["reference/mean"][0], file["reference/variances"][0]
    seconds, _ = core_seconds(lambda: euler_maruyama(network, CONTRACTION[process], mean, variance, embed_once, steps))
    return seconds * 1e6 / WALKERS * STEPS / steps


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder, process = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else "vp"
    torch.set_num_threads(1)
    ours, value, error = program(folder, process, "adams4", 48)
    rows = [("scorefield, adams4, 48 steps (whole stage)", ours, value, error)]
    for embed_once, name in ((False, "plain PyTorch, 1000 EM steps"), (True, "  the same, one embedding a step")):
        rows.append((name, plain(folder, process, embed_once), None, None))
    rows.append(("scorefield, euler-maruyama, 1000 steps", *program(folder, process, "euler-maruyama", STEPS)))
    exact = np.array([1.0625, -2.0, 16.0, -272.0])
    print(f"{'':44s} {'core-us/sample':>15s} {'ratio':>7s}   relative deviation of kappa_2, 4, 6, 8 from exact (error), %")
    for name, cost, value, error in rows:
        shown = "" if value is None else "  ".join(
            f"{100 * (v / x - 1):+.3f}({100 * abs(e / x):.3f})" for v, e, x in zip(value, error, exact))
        print(f"{name:44s} {cost:15.2f} {cost / ours:7.1f}   {shown}")


if __name__ == "__main__":
    main()
