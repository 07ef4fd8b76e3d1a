#!/usr/bin/env python3
"""Studies of scores of phi^4: what choices cost, and what they give. Prints a table.

    .venv/bin/python tests/bench/field_study.py STUDY [FOLDER]

targets    distance to the exact denoiser against the cost of training, for posterior means and for phi_0 itself as targets (kappa = 0.27, 32^2);
           also drawn, FOLDER/targets/targets.png
data       cumulants against the number of configurations to learn from (16^2), beside those of these configurations themselves
networks   features, networks in their place and on top of them, and a network of the published shape (kappa = 0.27, 16^2)
samplers   schemes and steps of the backward process with one model (kappa = 0.27, 32^2)
sizes      a score fitted at 32^2 that makes 64^2 and 128^2, beside one that is fitted there to as many sites (kappa = 0.27)
independent  what an independent configuration costs by HMC, with clusters, and by corrected Langevin (kappa = 0.27, 32^2)

Outputs are kept in FOLDER (out/study), and what is complete there is not made again. Times are core-seconds that runs with two threads used.
"""

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
EXECUTABLE = Path(os.environ.get("SCOREFIELD_EXECUTABLE", ROOT / "build" / "release" / "src" / "scorefield"))
DECK = ROOT / "input" / "phi4-critical.ini"
THREADS = 2
FEW = 128
PUBLISHED = ["--network.reference=none", "--network.peaks=0", "--network.order=0", "--network.kind=unet", "--network.channels=32,64,128,256",
             "--network.stride=1", "--network.padding=zeros", "--network.activation=silu", "--network.normalisation=group",
             "--network.embedding=256", "--network.symmetry=none", "--train.target=sample", "--train.calibration=0", "--train.batch=64", "--train.warmup=20"]


def cpu_seconds() -> float:
    """Of all programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Job:
    """A run of stages in a folder of its own, with the ensemble of another one linked in if that is given."""

    folder: Path
    keys: list[str]

    def do(self, stage: str, *more: str, name: str = "") -> float:
        """Core-seconds of a stage; those of the time it was made if it is complete. `name` keeps it apart from others of that stage."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.folder / f"{name or stage}.seconds"
        words = [stage, str(DECK), f"--run.output={self.folder}", f"--run.threads={THREADS}", *self.keys, *more]
        if not note.exists():
            start = cpu_seconds()
            done = subprocess.run([EXECUTABLE, *words], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"field_study: {self.folder}: {done.stderr}")
            note.write_text(f"{cpu_seconds() - start}\n{' '.join(words)}\n", encoding="utf-8")
        seconds, made_by = note.read_text(encoding="utf-8").splitlines()
        if made_by != " ".join(words):
            sys.exit(f"field_study: {self.folder} is of another study ({made_by}): remove it, or name another FOLDER")
        return float(seconds)

    def borrow(self, other: "Job", *files: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            if not (self.folder / file).exists():
                os.link(other.folder / file, self.folder / file)

    def quantities(self, group: str) -> dict[str, tuple[float, float]]:
        with h5py.File(self.folder / "results.h5") as file:
            table = file[f"{group}/quantities"]
            names = table.attrs["names"].decode().split(",")
            return dict(zip(names, zip(table["value"][:], table["error"][:], strict=True), strict=True))

    def validation(self) -> tuple[np.ndarray, ...]:
        """sqrt(Xi)/f, |D - D*|^2 a site, its error, and |D_ref - D*|^2, at each noise level."""
        with h5py.File(self.folder / "model-ve.h5") as file:
            spectrum, ratio = file["/reference/spectrum"][:].ravel(), file["/features/ratio"][:]
            posterior = np.array([np.mean(spectrum * r**2 / (spectrum + r**2)) for r in ratio])
            left, error, reference, _ = file["/validation/distance"][:].T
        return ratio, posterior * left, posterior * error, posterior * reference

    def distance(self, other: "Job | None" = None) -> tuple[float, float]:
        """|D - D*|^2 over |D_ref - D*|^2 of the reference of `other`, or its own, in per cent, and its error: the mean over noise levels
        that has the least."""
        ratio, left, error, reference = self.validation()
        if other is not None:
            known_ratio, _, _, known = other.validation()
            reference = np.interp(np.log(ratio), np.log(known_ratio), known)
        weight = reference / error**2
        return 100.0 * (left @ weight) / (reference @ weight), 100.0 / np.sqrt(reference @ weight)

    def autocorrelation(self, observable: str) -> float:
        """tau_int, in configurations."""
        with h5py.File(self.folder / "results.h5") as file:
            table = file["ensemble/autocorrelation"]
            row = table.attrs["names"].decode().split(",").index(observable)
            return float(table[row, table.attrs["columns"].decode().split(",").index("tau_int")])


def text(value: tuple[float, float], digits: int = 4) -> str:
    return f"{value[0]:.{digits}f} +- {value[1]:.{digits}f}"


def against(made: tuple[float, float], known: tuple[float, float]) -> str:
    """The deviation in per cent, and over the error of what was made: what a model was told of the ensemble, its samples have, too, the
    fluctuation of the ensemble included (doc/lattice-scores.md)."""
    deviation, error = made[0] - known[0], made[1]
    return f"{100.0 * deviation / known[0]:+.2f}({100.0 * error / abs(known[0]):.2f}) % {deviation / error:+.1f}s"


def rows(*lines: list[str]) -> None:
    for i, line in enumerate(lines):
        print("| " + " | ".join(line) + " |")
        if i == 0:
            print("|" + "---|" * len(line))


def ensemble(base: Path, *keys: str) -> Job:
    job = Job(base / "ensemble", ["--sample.score=none", *keys])
    for stage in ("generate", "measure"):
        job.do(stage)
    return job


def trained(base: Path, name: str, data: Job, *keys: str) -> Job:
    job = Job(base / name, [*keys])
    job.borrow(data, "ensemble.h5")
    job.do("train")
    return job


def sampled(job: Job, count: int) -> float:
    """Samples and measures; core-ms a configuration, without the forward process, which goes before the first of them, and without the
    start of the program, which a run takes that has nothing left to do."""
    keys = ["--sample.finish=0", "--sample.records=2"]
    job.do("sample", *keys, f"--sample.samples={FEW}", name="start")
    rest = job.do("sample", *keys, f"--sample.samples={count}")
    idle = job.do("sample", *keys, f"--sample.samples={count}", name="idle")
    job.do("measure", *keys, f"--sample.samples={count}")
    return 1e3 * (rest - idle) / (count - FEW)


def targets(base: Path) -> None:
    data = ensemble(base)
    lines = [["target", "a level", "core-s", "distance %"]]
    for target, counts in {"posterior": (128, 256, 1024, 4096), "sample": (1024, 4096, 16384)}.items():
        for count in counts:
            keys = [f"--train.target={target}", f"--train.per-level={count}", "--train.calibration=0", "--train.levels=33"]
            plain = trained(base, f"{target}-{count}-plain", data, *keys, "--train.validation=0")
            job = trained(base, f"{target}-{count}", data, *keys, "--train.validation=512")
            lines.append([target, str(count), f"{plain.do('train'):.1f}", text(job.distance(), 2)])
    rows(*lines)
    draw_curves(lines[1:], base / "targets.png")


def draw_curves(lines: list[list[str]], path: Path) -> None:
    """Distance against the cost of training, of rows [target, configurations a level, core-seconds, distance]."""
    figure, axes = plt.subplots(figsize=(6.0, 4.0), layout="constrained")
    for target, marker in (("posterior", "o"), ("sample", "s")):
        cost, distance, error = np.array([[float(x) for x in (line[2], *line[3].split(" +- "))] for line in lines if line[0] == target]).T
        axes.errorbar(cost, distance, error, marker=marker, capsize=3, label=f"train.target = {target}")
    axes.axhline(0.0, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("training, core-seconds")
    axes.set_ylabel(r"$\langle|D-D^*|^2\rangle/\langle|D_{\rm ref}-D^*|^2\rangle$, %")
    axes.legend()
    figure.savefig(path, dpi=150)
    print(f"{path}: the same as curves")


def data(base: Path) -> None:
    size = ["--lattice.size=16,16"]
    truth = ensemble(base, *size, "--generate.samples=400000", "--generate.separation=60").quantities("ensemble")
    names = ("kappa2_Z2", "kappa4_Z2/kappa2^2", "kappa8_Z2/kappa2^4", "abs_M", "chi")
    lines = [["N", "r.m.s. deviation of", *names]]
    seeds = 6
    for count in (300, 1000, 3000, 10000):
        off: dict[str, list[list[float]]] = {"data": [], "samples": []}
        for seed in range(seeds):
            keys = [*size, f"--run.seed={100 * count + seed}", f"--generate.samples={count}", "--generate.chains=50",
                    "--generate.separation=60", "--train.levels=33", f"--train.per-level={min(count, 2048)}", "--train.validation=0",
                    "--train.calibration=16384", "--sample.samples=40000", "--sample.finish=0", "--sample.records=2"]
            job = Job(base / f"{count}-{seed}", keys)
            for stage in ("generate", "train", "sample", "measure"):
                job.do(stage)
            for name, group in (("data", "ensemble"), ("samples", "samples-ve-learnt")):
                made = job.quantities(group)
                off[name].append([100.0 * (made[q][0] / truth[q][0] - 1.0) for q in names])
        for name, deviations in off.items():
            root = np.sqrt(np.mean(np.square(deviations), axis=0))
            lines.append([str(count), name, *(f"{value:.2f} %" for value in root)])
    rows(*lines)


NETWORKS = {
    "features to order 3": ["--network.order=3"],
    "features to order 5": ["--network.order=5"],
    "features to order 7": [],
    "resnet 16, 16, 16 in their place": ["--network.order=0", "--network.kind=resnet", "--network.channels=16,16,16", "--train.steps=500"],
    "resnet 16, 16, 16 on top": ["--network.kind=resnet", "--network.channels=16,16,16", "--train.steps=500"],
    "unet 16, 32, 64 in their place": ["--network.order=0", "--network.kind=unet", "--network.channels=16,32,64", "--train.steps=500"],
    "mlp 512, 512 in their place": ["--network.order=0", "--network.kind=mlp", "--network.hidden=512,512", "--train.steps=500"],
    "published shape and targets": [*PUBLISHED, "--train.steps=200"],
}


def networks(base: Path) -> None:
    size = ["--lattice.size=16,16"]
    known = ensemble(base, *size)
    truth = known.quantities("ensemble")
    names = ("kappa2_Z2", "kappa4_Z2/kappa2^2", "abs_M", "chi")
    lines = [["score", "train core-s", "core-ms a configuration", "distance %", *names]]
    gaussian = trained(base, "features-to-order-7", known, *size, "--train.calibration=16384")
    for name, keys in NETWORKS.items():
        network, published = "kind" in str(keys), keys[:1] == PUBLISHED[:1]
        calibration = [] if published else ["--train.calibration=2048" if network else "--train.calibration=16384"]
        job = trained(base, name.replace(" ", "-").replace(",", ""), known, *size, *keys, *calibration)
        cost = sampled(job, 256 if published else 1000 if network else 20000)
        made = job.quantities("samples-ve-learnt")
        lines.append([name, f"{job.do('train'):.0f}", f"{cost:.1f}", text(job.distance(gaussian), 2),
                      *(against(made[q], truth[q]) for q in names)])
    rows(*lines)


def samplers(base: Path) -> None:
    known = ensemble(base)
    truth = known.quantities("ensemble")
    model = trained(base, "model", known)
    names = ("kappa2_Z2", "kappa4_Z2/kappa2^2", "abs_M", "chi", "action_density")
    lines = [["sampler", "steps", "core-ms a configuration", *names]]
    for sampler, steps in (("sde2", 8), ("sde2", 16), ("sde2", 32), ("ode2", 16), ("ode2", 32), ("ode4", 8), ("ode4", 16),
                           ("predictor-corrector", 32), ("sde4", 8), ("sde4", 16), ("euler-maruyama", 32), ("euler-maruyama", 128)):
        job = Job(base / f"{sampler}-{steps}", [f"--sample.sampler={sampler}", f"--sample.steps={steps}"])
        job.borrow(known, "ensemble.h5")
        job.borrow(model, "model-ve.h5")
        cost = sampled(job, 20000)
        made = job.quantities("samples-ve-learnt")
        lines.append([sampler, str(steps), f"{cost:.2f}", *(against(made[q], truth[q]) for q in names)])
    rows(*lines)


def sizes(base: Path) -> None:
    origin = trained(base, "model", ensemble(base))
    names = ("kappa2_Z2", "kappa4_Z2/kappa2^2", "kappa8_Z2/kappa2^4", "abs_M", "chi", "action_density")
    lines = [["L", "", "core-s", *names]]
    for size, count in ((64, 20000), (128, 4000)):
        of_ensemble = [f"--lattice.size={size},{size}", f"--generate.samples={count}"]
        keys = [*of_ensemble, f"--sample.samples={count}", "--train.validation=0", "--sample.records=2"]
        known = ensemble(base / str(size), *of_ensemble)
        truth = known.quantities("ensemble")
        lines.append([str(size), "ensemble", f"{known.do('generate'):.0f}", *(text(truth[q]) for q in names)])
        ways = {"from 32": [f"--train.from={origin.folder / 'model-ve.h5'}", "--train.per-level=1024"],
                "fitted here": [f"--train.per-level={4096 * 32**2 // size**2}"]}
        for way, more in ways.items():
            job = trained(base / str(size), way.replace(" ", "-"), known, *keys, *more)
            seconds = {"samples": job.do("sample", "--sample.finish=0"), "finished": job.do("sample", name="finish")}
            job.do("measure")
            for group, of_group in seconds.items():
                made = job.quantities(f"{group}-ve-learnt")
                lines.append([str(size), f"{group}, {way}", f"{job.do('train'):.0f} + {of_group:.0f}",
                              *(against(made[q], truth[q]) for q in names)])
    rows(*lines)


def independent(base: Path) -> None:
    chains = 64
    ways = {"HMC": (20, 1500, []), "HMC and clusters": (5, 1500, ["--generate.cluster=1"]),
            "corrected Langevin": (50, 1500, ["--generate.algorithm=langevin-corrected"]),
            "corrected Langevin, accelerated": (10, 300, ["--generate.algorithm=langevin-corrected", "--generate.acceleration=1"])}
    lines = [["", "core-us an update", "tau_int of M^2, updates", "phi^2", "core-ms an independent configuration"]]
    for name, (separation, length, keys) in ways.items():
        job = Job(base / name.replace(" ", "-").replace(",", ""),
                  ["--sample.score=none", f"--generate.samples={length * chains}", f"--generate.separation={separation}", "--generate.cluster=0", *keys])
        seconds = job.do("generate")
        job.do("measure")
        update = seconds / (length * chains * separation + 1000 * chains)
        times = [separation * job.autocorrelation(observable) for observable in ("M^2", "phi^2")]
        lines.append([name, f"{1e6 * update:.1f}", *(f"{tau:.1f}" for tau in times), f"{2e3 * max(times) * update:.2f}"])
    rows(*lines)


STUDIES = {study.__name__: study for study in (targets, data, networks, samplers, sizes, independent)}


def main() -> None:
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in STUDIES:
        sys.exit(__doc__)
    STUDIES[sys.argv[1]](Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "out" / "study").resolve() / sys.argv[1])


if __name__ == "__main__":
    main()
