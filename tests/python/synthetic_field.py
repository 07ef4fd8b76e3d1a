"""Made-up results.h5 of complex Langevin on a lattice: averages of a free field, with errors, criteria and warnings made up."""

from pathlib import Path

import h5py
import numpy as np
from synthetic_plane import CUTOFFS, TEXTS

Y, X = 6, 4
SAMPLES, CHAINS, BINS = 4000, 100, 400
KAPPA, MASS = 0.15, 1.0 + 0.4j
NAMES = ("z", "z^2", "z^3", "z^4", "z^5", "z^6", "z^7", "z^8", "hop_y", "hop_x", "L z^2", "L z^4", "V M^2")
BOSE_NAMES = ("density", "|phi|^2")
CUMULANTS = {2: 0.42 - 0.24j, 4: -0.06 + 0.1j, 6: -0.0093 - 0.19j, 8: 0.416 + 0.59j}
PLANE = (0.75, -0.25, 0.25, 1.6875, -0.5625, 0.3125, -0.1875, 0.1875)


def deck_text(**changes: object) -> str:
    """A resolved deck; `changes` are of section__key, None takes one away."""
    keys = {"run__seed": 1, "lattice__size": f"{Y}, {X}", "model__name": "complex-phi4", "model__kappa": KAPPA, "model__lambda": 0,
            "model__mass": MASS.real, "model__mass-im": MASS.imag, "generate__step": 0.01, **changes}
    if keys["model__name"] == "bose-gas":
        keys = {key: value for key, value in keys.items() if key not in ("model__kappa", "model__mass", "model__mass-im")}
        keys = {"model__mu": 0.5, "model__mass-squared": 1, **keys}
    lines = []
    for section in ("run", "lattice", "model", "generate"):
        lines += [f"[{section}]", *(f"{key.partition('__')[2]} = {value}" for key, value in keys.items()
                                    if key.startswith(f"{section}__") and value is not None)]
    return "\n".join(lines)


def free_spectrum() -> np.ndarray:
    """1/(2 m - 4 kappa (cos k_y + cos k_x)), Ly x (Lx/2+1)."""
    k_y, k_x = (2.0 * np.pi * np.arange(n) / extent for n, extent in ((Y, Y), (X // 2 + 1, X)))
    return 1.0 / (2.0 * MASS - 4.0 * KAPPA * (np.cos(k_y)[:, None] + np.cos(k_x)))


def write_field(folder: Path, seed: int = 3, verdict: str = "good", warnings: str = "", exact: bool = True, pull: float = 1.0,
                tau_int: float = 0.77, averages: dict[str, tuple[complex, float]] | None = None, **deck: object) -> Path:
    """Fills `folder` with results.h5. averages: values and errors of Re and of Im by name, instead of made-up ones; pull: width of the
    deviations from the exact spectrum, in errors; deck: as in deck_text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    bose = deck.get("model__name") == "bose-gas"
    with h5py.File(folder / "results.h5", "w") as file:
        file.attrs["schema_version"] = 2
        file.create_group("provenance").attrs.update({"deck": deck_text(**deck), "version": "0.1.0"})
        group = file.create_group("ensemble")
        group.attrs.update({"samples": SAMPLES, "chains": CHAINS, "bins": BINS, "tau_int": tau_int, "warnings": warnings,
                            "source": "ensemble.h5", "source_checksum": ""})
        _averages(group, (*NAMES, *(BOSE_NAMES if bose else ())), averages or {}, rng)
        cumulants = np.array([[CUMULANTS.get(n, 0.0j).real, CUMULANTS.get(n, 0.0j).imag] for n in range(1, 9)])
        error = np.outer(2.0 ** np.arange(8), (1e-3, 8e-4))
        _pair(group, "cumulants", cumulants + error * rng.normal(size=(8, 2)), error)
        group["cumulants/covariance"] = np.diag(error.ravel() ** 2)
        _pair(group, "plane", np.array(PLANE), np.full(8, 1e-3))
        _spectrum(group, rng, pull, exact and not bose)
        _drift(group, rng)
        _criteria(group.create_group("criteria"), verdict, rng)
    return folder


def _pair(group: h5py.Group, name: str, value: np.ndarray, error: np.ndarray) -> None:
    group[f"{name}/value"], group[f"{name}/error"] = value, error


def _averages(group: h5py.Group, names: tuple[str, ...], given: dict[str, tuple[complex, float]], rng: np.random.Generator) -> None:
    value, error = rng.normal(size=(len(names), 2)), np.full((len(names), 2), 0.01)
    for name, (number, own) in given.items():
        value[names.index(name)], error[names.index(name)] = (number.real, number.imag), own
    _pair(group, "averages", value, error)
    group["averages"].attrs["names"] = ",".join(names)


def _spectrum(group: h5py.Group, rng: np.random.Generator, pull: float, exact: bool) -> None:
    """The momenta k and -k have the same value, as in a measured one."""
    known = np.stack([free_spectrum().real, free_spectrum().imag], axis=-1)
    error = 0.01 * np.abs(known).sum(axis=-1, keepdims=True) * np.array([1.0, 0.7])
    noise = rng.normal(size=known.shape)
    for x in (0, X // 2):
        for y in range(1, Y):
            noise[y, x] = noise[min(y, Y - y), x]
    _pair(group, "spectrum", known + pull * error * noise, error)
    if exact:
        group["spectrum/exact"] = known


def _drift(group: h5py.Group, rng: np.random.Generator) -> None:
    lower = 2.0 ** (-8.0 + np.arange(640) / 16.0)
    size = np.abs(rng.normal(size=SAMPLES * Y * X) + 1j * rng.normal(size=SAMPLES * Y * X))
    cell = np.clip(16.0 * (np.log2(size) + 8.0), 0, 639).astype(int)
    group["drift/lower_edge"], group["drift/counts"] = lower, np.bincount(cell, minlength=640)


def _criteria(group: h5py.Group, verdict: str, rng: np.random.Generator) -> None:
    """Only <L z^2> and <L z^4> are measured on a lattice."""
    error = np.zeros((8, 2))
    error[[1, 3]] = [[2e-3, 1e-3], [8e-3, 4e-3]]
    _pair(group, "schwinger_dyson", error * rng.normal(size=(8, 2)), error)
    outside = np.exp(-CUTOFFS**2)
    noise = np.full((25, 2, 2), 2e-3)
    _pair(group, "boundary", outside[:, None, None] * np.array([[0.1, -0.1], [0.3, -0.2]]) + noise * rng.normal(size=(2, 2)), noise)
    group["boundary/cutoff"], group["boundary/outside"] = CUTOFFS, outside
    known = verdict != "undecided"
    group.attrs.update({
        "verdict": verdict, "verdict_text": TEXTS[verdict], "drift_exponent": 11.25 if known else 0.0,
        "drift_exponent_growth": 0.87 if known else 0.0, "drift_exponent_growth_error": 0.23 if known else 0.0,
        "boundary_cutoff": CUTOFFS[12] if known else 0.0, "boundary_sigmas": 0.64 if known else 0.0,
        "schwinger_dyson_p_value": 0.31})
