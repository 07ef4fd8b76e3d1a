"""A made-up output folder of the program, with the two-peak model drawn by numpy. Small, but of the full schema."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from scipy.stats import f as f_distribution
from scipy.stats import norm

from scorefield_analysis.jackknife import bin_sums, cumulants_from_moments, jackknife, jackknife_cumulants
from scorefield_analysis.seal import SEAL_SIZE, checksum, seal_text

SIGMA = 10.0
MU0, SIGMA0 = 1.0, 0.25
SOURCES = np.array([-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0])
DECK = "[model]\nname = two-peak\n"


@dataclass(frozen=True)
class TwoPeak:
    """w N(mu0, sigma0^2) + (1-w) N(-mu0, sigma0^2), seen through x_t = kept x_0 + sqrt(noise) eps."""

    weight: float = 0.5

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        signs = np.where(rng.random(size) < self.weight, MU0, -MU0)
        return signs + SIGMA0 * rng.standard_normal(size)

    def cumulants(self, kept: float = 1.0, noise: float = 0.0) -> np.ndarray:
        a = 2.0 * self.weight - 1.0
        kappa = cumulants_from_moments(np.array([a, 1.0] * 4)) * (MU0 * kept) ** np.arange(1, 9)
        kappa[1] += (SIGMA0 * kept) ** 2 + noise
        if self.weight == 0.5:
            kappa[::2] = 0.0
        return kappa

    def log_mean_exponential(self, source: np.ndarray, kept: float = 1.0, noise: float = 0.0) -> np.ndarray:
        up = MU0 * kept * source
        peaks = self.weight * np.exp(up) + (1.0 - self.weight) * np.exp(-up)
        return 0.5 * ((SIGMA0 * kept) ** 2 + noise) * source**2 + np.log(peaks)

    def cells(self, edges: np.ndarray, kept: float = 1.0, noise: float = 0.0) -> np.ndarray:
        width = np.sqrt((SIGMA0 * kept) ** 2 + noise)
        below = self.weight * norm.cdf((edges - MU0 * kept) / width)
        return np.diff(below + (1.0 - self.weight) * norm.cdf((edges + MU0 * kept) / width))


def schedule(process: str, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f(t) and Xi(t)."""
    c = {"ve": 0.0, "vp": 1.0}.get(process)
    c = float(process[1:]) if c is None else c
    u = (SIGMA ** (2.0 * time) - 1.0) / (2.0 * np.log(SIGMA))
    return np.exp(-0.5 * c * u), u if c == 0.0 else -np.expm1(-c * u) / c


def backward_times(records: int) -> np.ndarray:
    """Times from 1 to 0, crowded at small noise as those of the program."""
    log_base = 2.0 * np.log(SIGMA)
    noise = np.geomspace(np.expm1(log_base) / log_base, 5e-4, records - 1)
    return np.append(np.log1p(log_base * noise) / log_base, 0.0)


@dataclass(frozen=True)
class Maker:
    """Writes the groups of one results.h5."""

    file: h5py.File
    law: TwoPeak
    rng: np.random.Generator
    samples: int
    bins: int
    cells: int

    def measured(self, x: np.ndarray, kept: float = 1.0, noise: float = 0.0) -> dict[str, np.ndarray]:
        """All datasets of one set of configurations, by their names in the file."""
        exact = self.law.cumulants(kept, noise)
        sources = SOURCES / np.sqrt(exact[1])
        exponentials = _bin_means(np.exp(x[:, None] * sources), self.bins)
        w = jackknife(exponentials, np.ones(self.bins), np.log)
        cumulants = jackknife_cumulants(x, self.bins)
        moments = jackknife(*bin_sums(x, self.bins), lambda means: means)
        edges = exact[0] + np.linspace(-5.0, 5.0, self.cells + 1) * np.sqrt(exact[1])
        counts = np.histogram(x, edges)[0]
        return {
            "moments/value": moments.value, "moments/error": moments.error,
            "cumulants/value": cumulants.value, "cumulants/error": cumulants.error,
            "cumulants/covariance": cumulants.covariance, "cumulants/exact": exact,
            "generating_function/source": sources, "generating_function/value": w.value,
            "generating_function/error": w.error,
            "generating_function/exact": self.law.log_mean_exponential(sources, kept, noise),
            "histogram/edges": edges, "histogram/counts": counts.astype(np.int64),
            "histogram/exact": self.law.cells(edges, kept, noise),
        }

    def field(self, name: str, x: np.ndarray, process: str = "", score: str = "") -> None:
        """Writes /ensemble or /samples-P-S."""
        data = self.measured(x)
        for key, value in data.items():
            self.file[f"{name}/{key}"] = value
        orders = [1, 3, 5, 7] if self.law.weight == 0.5 else list(range(8))
        deviation = (data["cumulants/value"] - data["cumulants/exact"])[orders]
        chi2 = deviation @ np.linalg.solve(data["cumulants/covariance"][np.ix_(orders, orders)], deviation)
        n = len(orders)
        p_value = f_distribution.sf(chi2 * (self.bins - n) / (n * (self.bins - 1)), n, self.bins - n)
        attributes = {"samples": len(x), "bins": self.bins, "chi2": chi2, "dof": n, "p_value": p_value,
                      "process": process, "score": score, "sampler": "sde4"}
        self.file[name].attrs.update(attributes)

    def process(self, name: str, process: str, score: str, time: np.ndarray, scale: float) -> None:
        """Writes /forward-P or /backward-P-S; `scale` spoils x, as a score that is not perfect would."""
        kept, noise = schedule(process, time)
        records = []
        for f, xi in zip(kept, noise):
            x = f * self.law.draw(self.rng, self.samples) + np.sqrt(xi) * self.rng.standard_normal(self.samples)
            records.append(self.measured(scale * x, f, xi))
        kinds = ("moments", "cumulants/covariance")
        for key in records[0]:
            if not key.startswith(kinds):
                self.file[f"{name}/{key}"] = np.array([record[key] for record in records])
        for key, value in (("time", time), ("kept", kept), ("noise_variance", noise)):
            self.file[f"{name}/{key}"] = value
        self.file[name].attrs.update({"samples": self.samples, "bins": self.bins, "process": process, "score": score})


def _bin_means(values: np.ndarray, bins: int) -> np.ndarray:
    bounds = np.arange(bins + 1) * len(values) // bins
    return np.array([values[a:b].mean(axis=0) for a, b in zip(bounds[:-1], bounds[1:])])


def write_output(folder: Path, weight: float = 0.5, processes: tuple[str, ...] = ("ve", "vp"), samples: int = 4000,
                 bins: int = 40, times: int = 5, cells: int = 50, learnt_scale: float = 1.01) -> Path:
    """Fills `folder` with results.h5 and a model for each process; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    with h5py.File(folder / "results.h5", "w") as file:
        file.attrs["schema_version"] = 2
        file.create_group("provenance").attrs.update({"deck": DECK, "version": "0.1.0", "fingerprint": "abc"})
        maker = Maker(file, TwoPeak(weight), np.random.default_rng(7), samples, bins, cells)
        maker.field("ensemble", maker.law.draw(maker.rng, samples))
        for process in processes:
            maker.process(f"forward-{process}", process, "", np.linspace(0.0, 1.0, times), 1.0)
            for score, scale in (("exact", 1.0), ("learnt", learnt_scale)):
                maker.process(f"backward-{process}-{score}", process, score, backward_times(times), scale)
                x = scale * maker.law.draw(maker.rng, samples)
                maker.field(f"samples-{process}-{score}", x, process, score)
    for process in processes:
        _write_model(folder / f"model-{process}.h5")
    return folder


def _write_model(path: Path) -> None:
    step = np.arange(10, 4001, 10)
    noise = np.random.default_rng(3).standard_normal(len(step))
    with h5py.File(path, "w") as file:
        file["loss/step"] = step
        file["loss/value"] = 0.35 + 2.0 / step + 0.01 * noise


def seal(path: Path) -> None:
    """Puts a seal before an HDF5 file that has none, as the program does: HDF5 looks for its own first bytes there, too."""
    data = path.read_bytes()
    path.write_bytes(bytes(SEAL_SIZE) + data)
    with path.open("r+b") as file:
        text = seal_text(SEAL_SIZE + len(data), checksum(file))
        file.seek(0)
        file.write(text)


def add_sources(folder: Path) -> list[Path]:
    """Names the measured files in results.h5, as the program does, and puts files beside it of which there is but the seal."""
    paths = []
    with h5py.File(folder / "results.h5", "a") as file:
        for name in sorted(set(file) - {"provenance"}):
            source = f"{name.replace('backward-', 'samples-')}.h5"  # the backward process is in the file of its samples
            digest = len(source) * 0x0123456789ABCDEF % 2**64
            file[name].attrs.update({"source": source, "source_checksum": f"{digest:016x}"})
            paths.append(folder / source)
            paths[-1].write_bytes(seal_text(10**6, digest))
    return sorted(set(paths))
