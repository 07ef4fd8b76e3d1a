"""The scaling model of doc/scaling.md: what runs send, what that costs, and what follows for up to 10^4 ranks.

    .venv/bin/python tests/bench/scaling.py [--latency SECONDS --bandwidth BYTES] [--ranks 2,4,16,64]

Four tables, in some minutes; nothing else may run on the machine. Messages: what a rank sends in an update, a step of training, ..., counted (tests/bench/mpi_counts.cpp) in
runs of two lengths, whose difference is divided by that of their lengths; the ranks may be many more than there are cores, for nothing is timed. Costs: of a core's work, of a message
and of a sum, measured here on two ranks. Check: the time of an update on two ranks by the model, beside that measured. Forecast:
efficiencies up to 10^4 ranks, with the messages measured here, or those of a network of the given latency and bandwidth (of a rank).
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lattice_job import large, updates_a_second

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield")).parents[1]
DECKS = ROOT / "input"
ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """A run in two lengths, `length` being what `unit` counts."""

    name: str
    unit: str
    stage: str
    deck: str
    keys: dict[str, object]
    length: tuple[str, int, int]  # the key, and two values of it
    most_ranks: int = 10000

    def options(self, value: int) -> list[str]:
        return [f"--{key}={v}" for key, v in {**self.keys, self.length[0]: value}.items()]


UPDATES = ("generate.thermalisation", 20, 120)
CASES = [
    Case("one lattice of 512², strips", "update", "generate", "phi4-symmetric", large("512,512", 0), UPDATES),
    Case("  with a cluster update after each", "update", "generate", "phi4-symmetric", {**large("512,512", 0), "generate.cluster": 1}, UPDATES),
    Case("chains of 32², 4 a rank, thermalising", "update", "generate", "phi4-symmetric", {"sample.score": "none", "generate.samples": 256, "generate.chains": 256}, UPDATES),
    Case("  stored, one in 20 updates", "sweep", "generate", "phi4-symmetric",
         {"sample.score": "none", "generate.thermalisation": 20, "generate.chains": 256, "run.batch": 256}, ("generate.samples", 2560, 7680)),
    Case("training the network of a number", "step", "train", "two-peak-quick", {"forward.process": "vp"}, ("train.steps", 100, 200), 16),
    Case("sampling numbers, 48 steps", "10⁶ samples", "sample", "two-peak-quick", {"forward.process": "vp", "sample.score": "exact", "sample.sampler": "sde4", "run.batch": 65536},
         ("sample.samples", 1000000, 2000000), 16),
]


@dataclass
class Sent:
    """By the rank that sends most, in a unit: messages to neighbours and their bytes, collectives, their bytes and successive messages."""

    messages: float
    bytes: float
    collectives: float
    collective_bytes: float
    hops: float


def program(stage: str, deck: str, folder: Path, ranks: int, options: list[str], **environment: str) -> None:
    command = [BUILD / "src" / "scorefield", stage, DECKS / f"{deck}.ini", f"--run.output={folder}", "--run.threads=1", *options]
    if ranks > 1:
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), *command]
    run = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"tests/bench/scaling.py: error: {' '.join(map(str, command))}: {run.stderr.strip()}")


def totals(case: Case, value: int, ranks: int) -> list[float]:
    """Of a whole run: the numbers of Sent, each of the rank that has most."""
    with tempfile.TemporaryDirectory() as place:
        folder, counts = Path(place) / "out", Path(place) / "counts"
        if case.stage in ("train", "sample"):
            program("generate", case.deck, folder, 1, [])
        program(case.stage, case.deck, folder, ranks, case.options(value), LD_PRELOAD=str(BUILD / "tests" / "libscorefield_mpi_counts.so"),
                SCOREFIELD_MPI_COUNTS=str(counts), OMPI_MCA_mpi_yield_when_idle="1")
        most = [0.0] * 5
        for line in counts.read_text().splitlines():
            words = line.split()[2:]
            sent = [0.0] * 5
            for name, *numbers in zip(*[iter(words)] * 4):
                calls, size, hops = map(float, numbers)
                for i, number in ((0, calls), (1, size)) if name == "Isend" else ((2, calls), (3, size), (4, hops)):
                    sent[i] += number
            most = [max(pair) for pair in zip(most, sent)]
        return most


def sent(case: Case, ranks: int) -> Sent:
    _, short, long = case.length
    units = (long - short) / {"step": 1, "update": 1, "sweep": 256, "10⁶ samples": 1e6}[case.unit]
    return Sent(*((b - a) / units for a, b in zip(totals(case, short, ranks), totals(case, long, ranks))))


def table_of_messages(counts: list[int]) -> None:
    print("## Messages\n\n| run | of | ranks | messages | bytes in them | collectives | bytes in them | successive messages |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for case in CASES:
        for ranks in counts:
            if ranks <= case.most_ranks:
                s = sent(case, ranks)
                print(f"| {case.name} | {case.unit} | {ranks} | {s.messages:.4g} | {s.bytes:.4g} | {s.collectives:.3g} | "
                      f"{s.collective_bytes:.4g} | {s.hops:.3g} |", flush=True)


@dataclass(frozen=True)
class Network:
    """A message of n bytes takes latency + n / bandwidth; so does each of the successive ones of a collective."""

    latency: float
    bandwidth: float

    def exchange(self, size: float) -> float:
        """Both neighbours along one axis: two messages sent, two received."""
        return self.latency + 2 * size / self.bandwidth

    def sum(self, ranks: int, size: float) -> float:
        """Of short vectors by recursive doubling; of long ones by halving and doubling, which sends each byte twice."""
        return math.ceil(math.log2(ranks)) * self.latency + 2 * size / self.bandwidth if ranks > 1 else 0.0


@dataclass(frozen=True)
class MeasuredNetwork(Network):
    """Exchanges as they were measured, in between by interpolation: the way that MPI sends a message changes with its size."""

    exchanges: dict[int, float]

    def exchange(self, size: float) -> float:
        return float(np.interp(math.log(max(size, 1.0)), [math.log(known) for known in self.exchanges], list(self.exchanges.values())))


def measured_network() -> MeasuredNetwork:
    """From exchanges of two ranks: latency of the smallest, bandwidth of those of 32 kB to 2 MB."""
    run = subprocess.run(["mpirun", "-n", "2", BUILD / "tests" / "scorefield_mpi_costs"], stdout=subprocess.PIPE, text=True, check=True)
    print("## Costs\n\n| kind | ranks | bytes | µs |\n|---|---:|---:|---:|")
    exchanges = {}
    for line in run.stdout.splitlines():
        kind, ranks, size, seconds = line.split()
        print(f"| {kind} | {ranks} | {size} | {float(seconds) * 1e6:.2f} |")
        if kind == "exchange":
            exchanges[int(size)] = float(seconds)
    small = min(exchanges)
    rates = [2 * size / (seconds - exchanges[small]) for size, seconds in exchanges.items() if size >= 32768]
    return MeasuredNetwork(exchanges[small], statistics.median(rates), exchanges)


def seconds_an_update(size: int, ranks: int) -> float:
    """Of one chain of size²: the difference of two lengths, so that what happens once cancels; the median of some."""
    updates = max(40, 2**25 // size**2)
    with tempfile.TemporaryDirectory() as place:
        return statistics.median(1.0 / updates_a_second(Path(place), f"{size},{size}", ranks, number=updates) for _ in range(ROUNDS))


# Of an update of ten steps (lattice_job.py), as the table of messages has them: steps between two exchanges of ghosts; exchanges, with molecular dynamics,
# energies and what begins it; rows of numbers that each of them sends one neighbour, all together; sums over the ranks
DEPTH, EXCHANGES, ROWS, SUMS = 4, 6, 44, 6


def update(core: float, size: int, grid: tuple[int, int], network: Network) -> float:
    """Seconds of an update of one chain of size² on a grid of ranks, from those of one core. Ghosts are worked on, too: of d steps the
    first needs d - 1 rows more on each side, the last none.
    """
    rows, columns = size / grid[0], size / grid[1]
    work = (rows + (DEPTH - 1 if grid[0] > 1 else 0)) * (columns + (DEPTH - 1 if grid[1] > 1 else 0)) / size**2
    messages = sum(network.exchange(ROWS / EXCHANGES * 8 * length) for length, cut in ((columns, grid[0] > 1), (rows, grid[1] > 1)) if cut)
    return core * work + EXCHANGES * messages + SUMS * network.sum(grid[0] * grid[1], 16)


def table_of_checks(network: Network) -> dict[int, float]:
    print("\n## Check\n\n| lattice | one rank, ms | two ranks, ms | by the model | measured / model | efficiency |\n|---|---:|---:|---:|---:|---:|")
    cores = {}
    for size in (64, 128, 256, 512, 1024, 2048):
        one, two = seconds_an_update(size, 1), seconds_an_update(size, 2)
        model = update(one, size, (2, 1), network)
        print(f"| {size}² | {one * 1e3:.4g} | {two * 1e3:.4g} | {model * 1e3:.4g} | {two / model:.2f} | {one / two / 2:.2f} |", flush=True)
        cores[size] = one
    return cores


def table_of_forecasts(core_of_site: float, network: Network, name: str) -> None:
    print(f"\n## Forecast: {name}: {network.latency * 1e6:.2f} µs, {network.bandwidth / 1e9:.1f} GB/s\n")
    print("| lattice | ranks | grid | ms an update | efficiency |\n|---|---:|---|---:|---:|")
    for size in (1024, 4096, 16384):
        core = core_of_site * size**2
        for ranks in (16, 100, 1024, 10000):
            side = round(math.sqrt(ranks))
            grids = [(ranks, 1), (side, ranks // side)]
            fitting = [grid for grid in grids if min(size // grid[0], size // grid[1]) >= DEPTH]
            if not fitting:
                print(f"| {size}² | {ranks} | none | – | – |")
                continue
            taken, grid = min((update(core, size, grid, network), grid) for grid in fitting)
            print(f"| {size}² | {ranks} | {grid[0]} × {grid[1]} | {taken * 1e3:.4g} | {core / taken / ranks:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", default="2,4,16,64", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--latency", default=2e-6, type=float)
    parser.add_argument("--bandwidth", default=3e9, type=float)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    targets = ["scorefield", "scorefield_mpi_counts", "scorefield_mpi_costs"]
    if subprocess.run([ROOT / "jobscripts" / "build.sh", "release", *targets], stdout=sys.stderr, check=False).returncode != 0:
        sys.exit("tests/bench/scaling.py: error: nothing to measure, see above")
    table_of_messages(options.ranks)
    measured = measured_network()
    cores = table_of_checks(measured)
    core_of_site = cores[1024] / 1024**2
    table_of_forecasts(core_of_site, measured, "messages of shared memory, measured")
    table_of_forecasts(core_of_site, Network(options.latency, options.bandwidth), "a network")


if __name__ == "__main__":
    main()
