"""Core time of a million samples from a trained network, beside 1000 Euler-Maruyama steps of the same network in plain PyTorch.

    tests/bench/sampling_cost.py out/two-peak [vp]

OUT must hold ensemble.h5 and model-P.h5 of input/two-peak.ini. Everything runs on one core, in this order: the program's sampler of the
deck (its whole stage, recording and files included); the network in plain PyTorch, as it is usually written (noise level a number for
each walker) and with the embedding computed once a step; the program with euler-maruyama in 1000 steps, for the cumulants
of that scheme at the same statistics. Prints a table of core-microseconds a sample, ratios, and cumulants.
"""

import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
DECK = ROOT / "input" / "two-peak.ini"
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
SIGMA, STEPS, WALKERS = 10.0, 1000, 20000
HIDDEN, FEATURES = [48, 48, 48], 128


class PlainNetwork(torch.nn.Module):
    """The same function as the program's network, in ordinary modules."""

    def __init__(self, file: h5py.File):
        super().__init__()
        flat = torch.from_numpy(file["network/averaged_weights"][:].astype(np.float32))
        self.frequencies = torch.from_numpy(file["network/frequencies"][:].astype(np.float32))
        self.weights, self.embeddings = torch.nn.ModuleList(), torch.nn.ModuleList()
        inputs, position = 1, 0

        def take(*shape):
            nonlocal position
            size = math.prod(shape)
            position += size
            return flat[position - size : position].reshape(shape)

        for width in [*HIDDEN, 1]:
            weight, embedding = torch.nn.Linear(inputs, width, bias=False), torch.nn.Linear(FEATURES, width)
            weight.weight.data = take(inputs, width).T.contiguous()
            embedding.weight.data = take(FEATURES, width).T.contiguous()
            embedding.bias.data = take(width)
            self.weights.append(weight)
            self.embeddings.append(embedding)
            inputs = width
        assert position == len(flat)

    def forward(self, x, level):
        phase = level[:, None] * self.frequencies
        e = torch.cat([phase.sin(), phase.cos()], dim=1)
        h = x[:, None]
        for i, (weight, embedding) in enumerate(zip(self.weights, self.embeddings)):
            h = weight(h) + embedding(e)
            if i < len(HIDDEN):
                h = torch.nn.functional.silu(h)
        return h[:, 0]


def schedule(c: float, t: float) -> tuple[float, float]:
    u = (SIGMA ** (2 * t) - 1) / (2 * math.log(SIGMA))
    return (1.0, u) if c == 0 else (math.exp(-c * u / 2), -math.expm1(-c * u) / c)


@torch.inference_mode()
def euler_maruyama(network, c: float, mean: float, variance: float, embed_once: bool) -> torch.Tensor:
    f, xi = schedule(c, 1.0)
    x = f * mean + math.sqrt(variance * f * f + xi) * torch.randn(WALKERS)
    h = 1.0 / STEPS
    for n in range(STEPS):
        t = 1.0 - n * h
        f, xi = schedule(c, t)
        r, deviation = math.sqrt(xi) / f, math.sqrt(variance * f * f + xi)
        level = torch.full((1 if embed_once else WALKERS,), -math.asinh(math.sqrt(variance) / r))
        centred = x - f * mean
        score = network(centred / deviation, level) * (math.sqrt(variance) / (r * deviation)) - centred / deviation**2
        g2 = SIGMA ** (2 * t)
        x = x * (1 + 0.5 * h * c * g2) + h * g2 * score
        if n + 1 < STEPS:
            x = x + math.sqrt(h * g2) * torch.randn(WALKERS)
    return x


def core_seconds(action):
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def program(folder: Path, process: str, sampler: str, steps: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Core seconds of sampling a million configurations, and the cumulants with their errors."""
    work = Path(tempfile.mkdtemp())
    arguments = [f"--run.output={work}", "--run.threads=1", f"--forward.process={process}", "--sample.score=learnt",
                 f"--sample.sampler={sampler}", f"--sample.steps={steps}"]
    try:
        for name in ("ensemble.h5", f"model-{process}.h5"):
            shutil.copy(folder / name, work)
        subprocess.run([EXECUTABLE, "check", DECK, *arguments], check=True, capture_output=True)  # warms the file cache
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "sample", DECK, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([EXECUTABLE, "measure", DECK, *arguments], check=True, capture_output=True)
        with h5py.File(work / "results.h5") as file:
            c = file[f"samples-{process}-learnt/cumulants"]
            orders = [1, 3, 5, 7]
            return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime), c["value"][orders], c["error"][orders]
    finally:
        shutil.rmtree(work)


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder, process = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else "vp"
    torch.set_num_threads(1)
    c = {"ve": 0.0, "vp": 1.0}[process]
    with h5py.File(folder / f"model-{process}.h5") as file:
        network = PlainNetwork(file).eval()
        mean, variance = file["network"].attrs["data_mean"], file["network"].attrs["data_variance"]
    ours, value, error = program(folder, process, "adams4", 48)
    rows = [("scorefield, adams4, 48 steps (whole stage)", ours, value, error)]
    for embed_once, name in ((False, "plain PyTorch, 1000 EM steps"), (True, "  the same, one embedding a step")):
        seconds, _ = core_seconds(lambda once=embed_once: euler_maruyama(network, c, mean, variance, once))
        rows.append((name, seconds * 1e6 / WALKERS, None, None))
    own_em, value, error = program(folder, process, "euler-maruyama", STEPS)
    rows.append(("scorefield, euler-maruyama, 1000 steps", own_em, value, error))
    exact = np.array([1.0625, -2.0, 16.0, -272.0])
    print(f"{'':44s} {'core-us/sample':>15s} {'ratio':>7s}   relative deviation of kappa_2, 4, 6, 8 from exact (error), %")
    for name, seconds, value, error in rows:
        shown = "" if value is None else "  ".join(
            f"{100 * (v / x - 1):+.3f}({100 * abs(e / x):.3f})" for v, e, x in zip(value, error, exact))
        print(f"{name:44s} {seconds:15.2f} {seconds / ours:7.1f}   {shown}")


if __name__ == "__main__":
    main()
