"""Core time of samples of the quartic complex Langevin model, beside 1000 Euler-Maruyama steps of the published network in plain PyTorch.

    .venv/bin/python tests/bench/plane_cost.py out/cl-quartic [steps ...]

OUT must hold ensemble.h5, model-vp.h5 and forward-vp.h5 of input/cl-quartic.ini (--forward.process=vp). On one core: the program's whole stage, recording
and files included, with adams4 in 28 steps and in those given, with the p-values of its samples against the walkers; then the published
network (2 - 64 - 64 - 64 - 2, embedding 128, LeakyReLU; random weights, as only its cost matters) for every walker and step, and the same
with the embedding computed once a step.
"""

import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import torch

from plain_pytorch import SIGMA, STEPS, WALKERS, PlainNetwork, core_seconds, schedule

ROOT = Path(__file__).resolve().parents[2]
DECK = ROOT / "input" / "cl-quartic.ini"
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
SAMPLES = 1000000


def program(folder: Path, steps: int) -> tuple[float, float, float]:
    """Core microseconds a sample, and the probabilities of a larger chi^2 of cumulants and moments against the walkers."""
    work = Path(tempfile.mkdtemp(dir=folder.parent))  # on its file system: files are linked
    arguments = [f"--run.output={work}", "--run.threads=1", "--forward.process=vp", "--sample.sampler=adams4", f"--sample.steps={steps}",
                 f"--sample.samples={SAMPLES}"]
    try:
        for name in ("ensemble.h5", "model-vp.h5", "forward-vp.h5"):
            os.link(folder / name, work / name)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "sample", DECK, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "measure", DECK, *arguments, "--measure.fokker-planck=no"], check=True, capture_output=True)
        with h5py.File(work / "results.h5") as file:
            p_values = [file[f"samples-vp-learnt/{name}"].attrs["ensemble_p_value"] for name in ("cumulants", "moments")]
        seconds = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
        return seconds * 1e6 / SAMPLES, *p_values
    finally:
        shutil.rmtree(work)


@torch.inference_mode()
def plain(embed_once: bool, steps: int) -> None:
    """The first `steps` Euler-Maruyama steps of WALKERS points, variance-expanding."""
    network = PlainNetwork(2, [64, 64, 64], torch.nn.functional.leaky_relu).eval()
    x, h = schedule(0.0, 1.0)[1] ** 0.5 * torch.randn(WALKERS, 2), 1.0 / STEPS
    for n in range(steps):
        t = 1.0 - n * h
        xi, g2 = schedule(0.0, t)[1], SIGMA ** (2 * t)
        level = torch.full((1 if embed_once else WALKERS,), -math.asinh(1.0 / math.sqrt(xi)))
        x = x + h * g2 * network(x, level) / math.sqrt(xi) + math.sqrt(h * g2) * torch.randn(WALKERS, 2)


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    steps = 100
    baseline, once = (core_seconds(lambda: plain(embed, steps))[0] * 1e6 / WALKERS * STEPS / steps for embed in (False, True))
    print(f"{'':52s} {'core-us/sample':>15s} {'ratio':>7s}   p of cumulants, moments")
    print(f"{'published network, plain PyTorch, 1000 EM steps':52s} {baseline:15.1f} {1.0:7.1f}")
    print(f"{'  the same, one embedding a step':52s} {once:15.1f} {baseline / once:7.1f}")
    for count in [28, *map(int, sys.argv[2:])]:
        cost, *p_values = program(Path(sys.argv[1]), count)
        print(f"{f'scorefield, adams4, {count} steps (whole stage)':52s} {cost:15.1f} {baseline / cost:7.1f}   "
              + ", ".join(f"{p:.2f}" for p in p_values))


if __name__ == "__main__":
    main()
