"""Made-up results.h5 of complex Langevin walkers: a Gaussian P(x,y) drawn by numpy, with criteria and exact values made up."""

from pathlib import Path

import h5py
import numpy as np

SAMPLES = 20000
CELLS, MAP = 40, 20
GRID = 161
POWERS = ((2, 0), (1, 1), (0, 2), (4, 0), (3, 1), (2, 2), (1, 3), (0, 4))
PLANE_EXACT = np.array([0.75, -0.25, 0.25, 1.6875, -0.5625, 0.3125, -0.1875, 0.1875])
COVARIANCE = np.array([[0.75, -0.25], [-0.25, 0.25]])
CUTOFFS = 0.05 * 2.0 ** (np.arange(25) / 2.0)
QUARTIC = {2: 0.428142 - 0.148010j, 4: -0.060347 + 0.100083j, 6: -0.00934 - 0.19222j, 8: 0.41578 + 0.5923j}
QUARTIC_MOMENTS = {2: 0.428142 - 0.148010j, 4: 0.423848 - 0.280132j, 6: 0.580446 - 0.587748j, 8: 0.951048 - 1.393360j}
GAUSSIAN_MOMENTS = {2: 0.5 - 0.5j, 4: -1.4e-16 - 1.5j, 6: -3.75 - 3.75j, 8: -26.25 + 5e-15j}
GAUSSIAN = {2: 0.5 - 0.5j, 4: 1e-16 - 1e-15j, 6: 9e-15 + 8e-15j, 8: -1e-13 + 9e-15j}
TEXTS = {
    "good": "criteria: good. The drift falls faster than any power",
    "failing": "criteria: FAILING, these are not averages with exp(-S): <L z> is far off",
    "undecided": "criteria: undecided, the configurations are too few to see the tail of the drift",
}


def deck_text(**changes: object) -> str:
    """A resolved deck; `changes` are of section__key, None takes one away."""
    keys = {"run__seed": 1, "model__name": "quartic", "model__lambda": 1, "model__lambda-im": 0, "model__a": 1, "model__b": 1,
            "generate__noise-y": 0, **changes}
    lines = []
    for section in ("run", "model", "generate"):
        lines += [f"[{section}]", *(f"{key.partition('__')[2]} = {value}" for key, value in keys.items()
                                    if key.startswith(f"{section}__") and value is not None)]
    return "\n".join(lines)


def write_plane(folder: Path, seed: int = 3, verdict: str = "good", solved: bool = True, complex_density: bool = True,
                strip: float | None = 0.3029, stationarity: bool = True, last_change: float = 5e-7, p_value: float = 0.42,
                flat: bool = False, **deck: object) -> Path:
    """Fills `folder` with results.h5. deck: as in deck_text; flat: walkers on the real line, of a real action."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    x, y = rng.multivariate_normal(np.zeros(2), COVARIANCE, SAMPLES).T
    y = np.zeros_like(y) if flat else y
    gaussian = deck.get("model__name") == "gaussian"
    with h5py.File(folder / "results.h5", "w") as file:
        file.attrs["schema_version"] = 2
        file.create_group("provenance").attrs.update({"deck": deck_text(**{"run__seed": seed, **deck}), "version": "0.1.0"})
        group = file.create_group("ensemble")
        group.attrs.update({"samples": SAMPLES, "bins": 250, "source": "ensemble.h5", "source_checksum": ""})
        _orders(group, "moments", GAUSSIAN_MOMENTS if gaussian else QUARTIC_MOMENTS, rng, p_value, flat)
        _orders(group, "cumulants", GAUSSIAN if gaussian else QUARTIC, rng, p_value, flat)
        values = np.array([np.mean(x**a * y**b) for a, b in POWERS])
        _pair(group, "plane", values, 0.01 * np.abs(values) + (0.0 if flat else 1e-3))
        _histograms(group, x, y)
        _drift(group, x + 1j * y)
        _criteria(group.create_group("criteria"), y, verdict, stationarity, rng)
        file["exact/partition_function"] = [1.815, -0.4197]
        file["exact"].attrs.update({"phase": 0.9626, **({} if strip is None else {"strip": strip})})
        if solved:
            _solution(file.create_group("fokker_planck"), complex_density, last_change)
    return folder


def _pair(group: h5py.Group, name: str, value: np.ndarray, error: np.ndarray) -> None:
    group[f"{name}/value"], group[f"{name}/error"] = value, error


def _orders(group: h5py.Group, name: str, known: dict[int, complex], rng: np.random.Generator, p_value: float, flat: bool) -> None:
    exact = np.array([known.get(n, 0.0j) for n in range(1, 9)])
    exact = np.stack([exact.real, 0.0 * exact.imag if flat else exact.imag], axis=1)
    error = 1e-3 * np.abs(exact).sum(axis=1, keepdims=True) * np.array([1.0, 0.0 if flat else 0.8]) + (0.0 if flat else 1e-4)
    _pair(group, name, exact + error * rng.normal(size=exact.shape), error)
    group[f"{name}/exact"], group[f"{name}/covariance"] = exact, np.diag(error.ravel() ** 2)
    group[name].attrs.update({"chi2": 8.2, "dof": 8, "p_value": p_value})


def _histograms(group: h5py.Group, x: np.ndarray, y: np.ndarray) -> None:
    reach = {"x": 3.0, "y": 1.8}
    for name, values in (("x", x), ("y", y)):
        edges = np.linspace(-reach[name], reach[name], CELLS + 1)
        group[f"histogram_{name}/edges"], group[f"histogram_{name}/counts"] = edges, np.histogram(values, edges)[0]
        group[f"map/edges_{name}"] = np.linspace(-reach[name], reach[name], MAP + 1)
    group["map/counts"] = np.histogram2d(x, y, (group["map/edges_x"][:], group["map/edges_y"][:]))[0].astype(int)


def _drift(group: h5py.Group, z: np.ndarray) -> None:
    lower = 2.0 ** (-8.0 + np.arange(640) / 16.0)
    cell = np.clip(16.0 * (np.log2(np.abs((1.0 + 1.0j) * z)) + 8.0), 0, 639).astype(int)
    group["drift/lower_edge"], group["drift/counts"] = lower, np.bincount(cell, minlength=640)


def _criteria(group: h5py.Group, y: np.ndarray, verdict: str, stationarity: bool, rng: np.random.Generator) -> None:
    error = np.outer(2.0 ** np.arange(8), (1e-3, 5e-4))
    _pair(group, "schwinger_dyson", error * rng.normal(size=(8, 2)), error)
    outside = np.array([np.mean(np.abs(y) >= cutoff) for cutoff in CUTOFFS])
    noise = np.full((25, 2, 2), 2e-3)
    _pair(group, "boundary", outside[:, None, None] * np.array([[1.0, -1.0], [3.0, -2.0]]) + noise * rng.normal(size=(2, 2)), noise)
    group["boundary/cutoff"], group["boundary/outside"] = CUTOFFS, outside
    if stationarity:
        _pair(group, "late_less_early", np.array([2e-3, -1e-3, 0.0]), np.full(3, 1e-3))
    known = verdict != "undecided"
    group.attrs.update({
        "verdict": verdict, "verdict_text": TEXTS[verdict], "drift_exponent": 11.25 if known else 0.0,
        "drift_exponent_growth": 0.87 if known else 0.0, "drift_exponent_growth_error": 0.23 if known else 0.0,
        "boundary_cutoff": CUTOFFS[12] if known else 0.0, "boundary_sigmas": 0.64 if known else 0.0,
        "schwinger_dyson_p_value": 0.31})


def marginal(points: np.ndarray, variance: float) -> np.ndarray:
    return np.exp(-0.5 * points**2 / variance) / np.sqrt(2.0 * np.pi * variance)


def _solution(group: h5py.Group, complex_density: bool, last_change: float) -> None:
    x, y = (reach * np.sqrt(variance) * np.linspace(-1.0, 1.0, GRID) for reach, variance in ((5.0, 0.75), (4.0, 0.25)))
    inverse = np.linalg.inv(COVARIANCE)
    exponent = inverse[0, 0] * x[:, None] ** 2 + inverse[1, 1] * y**2 + 2.0 * inverse[0, 1] * np.outer(x, y)
    group["functions"], group["residual"] = [[24, 24], [32, 48]], [3.6e-5, 5e-9]
    group["moments"] = [PLANE_EXACT * 1.0001, PLANE_EXACT]
    group["x"], group["y"] = x, y
    group["density"] = np.exp(-0.5 * exponent) * np.sqrt(np.linalg.det(inverse)) / (2.0 * np.pi)
    group["marginal_x"], group["marginal_y"] = marginal(x, 0.75), marginal(y, 0.25)
    if complex_density:
        weight = np.exp(-0.5 * (1.0 + 1.0j) * x**2) * np.sqrt((1.0 + 1.0j) / (2.0 * np.pi))
        exact = np.stack([weight.real, weight.imag], axis=1)
        group["complex_density/value"], group["complex_density/exact"] = exact + 1e-7, exact
    group.attrs["last_change"] = last_change
