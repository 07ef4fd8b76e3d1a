#!/usr/bin/env python3
"""What a configuration of a diffusion model of phi^4 on 32^2 costs, and its training, beside a network of the published shape.

    tests/bench/field_cost.py [KAPPA]

One core, some ten minutes; then training on two ranks. The published scheme (arXiv 2309.17082, 2410.21212): a U-Net of 32, 64, 128, 256 channels, 3x3, stride 1, zero
padding, an embedding of the time added in each layer, 500 Euler-Maruyama steps. Ours: reference and features, fitted and sampled by the
program. Its own U-Net of that shape is timed, too.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ["OMP_NUM_THREADS"] = "1"
try:
    import torch
except ImportError as error:
    python = ROOT / ".venv" / "bin" / "python"
    if "SCOREFIELD_REPORT" in os.environ or not python.exists():
        sys.exit(f"tests/bench/field_cost.py: error: {error}; jobscripts/setup.sh installs what is missing")
    os.environ["SCOREFIELD_REPORT"] = "in .venv"
    os.execv(python, [python, *sys.argv])

EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
SIZE = 32
PUBLISHED_STEPS = 500
SAMPLES = 4000
FEW = 128


class PublishedShape(torch.nn.Module):
    """Convolutions down and up with what was on the way down put beside, group normalisation, swish, time embedding."""

    channels = (32, 64, 128, 256)

    def __init__(self) -> None:
        super().__init__()
        conv = lambda a, b: torch.nn.Conv2d(a, b, 3, padding=1, bias=False)
        c = self.channels
        self.embed = torch.nn.Linear(256, 256)
        self.down = torch.nn.ModuleList([conv(a, b) for a, b in zip((1, *c), c)])
        self.up = torch.nn.ModuleList([conv(c[3], c[2]), conv(2 * c[2], c[1]), conv(2 * c[1], c[0])])
        self.last = conv(2 * c[0], 1)
        widths = (*c, *c[2::-1])
        self.times = torch.nn.ModuleList([torch.nn.Linear(256, width) for width in widths])
        self.norms = torch.nn.ModuleList([torch.nn.GroupNorm(4 if width == 32 else 32, width) for width in widths])

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        phase = t[:, None] * torch.linspace(0.1, 30.0, 128)
        embedded = torch.nn.functional.silu(self.embed(torch.cat([phase.sin(), phase.cos()], 1)))
        down = []
        for i, layer in enumerate([*self.down, *self.up]):
            if i >= 5:
                x = torch.cat([x, down[7 - i]], 1)
            x = torch.nn.functional.silu(self.norms[i](layer(x) + self.times[i](embedded)[:, :, None, None]))
            down.append(x)
        return self.last(torch.cat([x, down[0]], 1))


def least(action, repetitions: int) -> float:
    """Seconds of the fastest of some runs, after one that is not counted."""
    action()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def published_costs() -> tuple[float, float]:
    """Seconds of a configuration, and of a training sample."""
    torch.set_num_threads(1)
    network = PublishedShape()
    x, t = torch.randn(8, 1, SIZE, SIZE), torch.rand(8)
    with torch.no_grad():
        forward = least(lambda: network(x, t), 5) / len(x)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)

    def step() -> None:
        optimiser.zero_grad()
        network(x, t).square().mean().backward()
        optimiser.step()

    return PUBLISHED_STEPS * forward, least(step, 3) / len(x)


def program(command: str, folder: Path, kappa: str, *more: str, ranks: int = 1) -> float:
    start = time.perf_counter()
    launcher = ["mpirun", "-n", str(ranks)]
    subprocess.run([*launcher, EXECUTABLE, command, ROOT / "input" / "phi4-critical.ini", f"--run.output={folder}", f"--model.kappa={kappa}",
                    "--generate.samples=20000", "--run.threads=1", *more], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def our_costs(kappa: str, *more: str) -> tuple[float, float, float]:
    """Seconds of a configuration, of the training, and of a configuration's finish."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        program("generate", here, kappa, *more)
        training = program("train", here, kappa, *more)
        sample = lambda *keys: program("sample", here, kappa, *more, "--sample.records=2", *keys)
        sample(f"--sample.samples={FEW}", "--sample.finish=0")
        start_up = sample(f"--sample.samples={FEW}", "--sample.finish=0")  # nothing is left to do
        many = sample(f"--sample.samples={SAMPLES}", "--sample.finish=0")
        finish = sample(f"--sample.samples={SAMPLES}")
        return (many - start_up) / (SAMPLES - FEW), training - start_up, (finish - start_up) / SAMPLES


def two_ranks(kappa: str) -> None:
    """Training on two ranks of one core each beside one, with the same batches, less the start of the program: medians of three in turn."""
    network = ["--network.order=0", "--network.kind=resnet", "--network.channels=16,16", "--train.batch=64", "--train.steps=400",
               "--train.levels=5", "--train.per-level=64", "--train.calibration=0", "--train.validation=0", "--train.target=sample"]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        program("generate", here, kappa)
        for name, keys in (("features", ["--train.validation=0", "--train.calibration=8192"]), ("network", network)):
            times: dict[int, list[float]] = {1: [], 2: []}
            for _ in range(3):
                for ranks, of_ranks in times.items():
                    whole = program("train", here, kappa, *keys, "--overwrite", ranks=ranks)
                    of_ranks.append(whole - program("train", here, kappa, *keys, ranks=ranks))  # nothing is left to do
                    (here / "model-ve.h5").unlink()
            one, two = (statistics.median(times[ranks]) for ranks in (1, 2))
            print(f"training of {name} on two ranks: {one / two:.2f} times faster than on one ({one:.1f} s, {two:.1f} s)")


def main() -> None:
    kappa = sys.argv[1] if len(sys.argv) > 1 else "0.27"
    configuration, sample = published_costs()
    print(f"published shape: {1e3 * configuration:.0f} ms a configuration ({PUBLISHED_STEPS} steps), {1e3 * sample:.1f} ms a training sample")
    mixture = ["--network.reference=mixture"] if float(kappa) > 0.3 else []
    for name, more in (("sde2, 32 steps", []), ("sde2, 16 steps", ["--sample.steps=16"]), ("ode2, 32 steps", ["--sample.sampler=ode2"])):
        ours, training, finish = our_costs(kappa, *mixture, *more)
        print(f"ours, {name}: {1e3 * ours:.2f} ms a configuration, {configuration / ours:.0f} times less; training {training:.0f} s, "
              f"as {training / sample:.0f} samples of the published network; finish {1e3 * finish:.2f} ms")
    two_ranks(kappa)


if __name__ == "__main__":
    main()
