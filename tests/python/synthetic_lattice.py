"""Made-up output folders of runs on a lattice, drawn by numpy. Small, but of the full schema."""

from pathlib import Path

import h5py
import numpy as np
from scorefield_analysis.jackknife import jackknife_cumulants

Y, X = 6, 8
PER_CHAIN = 40
NAMES = ("abs_M", "M1", "M2", "V_M2", "chi", "binder", "xi", "xi_connected", "phi2", "hop_x", "hop_y", "action_density",
         "schwinger_dyson", "kappa2_Z2", "kappa4_Z2", "kappa6_Z2", "kappa8_Z2", "kappa4_Z2/kappa2^2",
         "kappa6_Z2/kappa2^3", "kappa8_Z2/kappa2^4")
SERIES = ("M", "|M|", "M^2", "phi^2", "action_density", "striped")

UPDATES = {"acceptance": 0.9012, "acceptance_error": 0.0004, "exp_minus_delta_h": 1.0015, "exp_minus_delta_h_error": 0.001,
           "step": 0.424812, "steps": 2}


def deck_text(**changes: object) -> str:
    """A resolved deck; `changes` are of section__key."""
    keys = {"model__name": "phi4", "model__kappa": 0.4, "model__lambda": 0.022, "lattice__size": "32, 32",
            "generate__algorithm": "hmc", "generate__step": 0.1, **changes}
    lines = []
    for section in sorted({key.partition("__")[0] for key in keys}):
        lines += [f"[{section}]", *(f"{key.partition('__')[2]} = {value}" for key, value in keys.items()
                                    if key.startswith(f"{section}__"))]
    return "\n".join(lines)


def write_lattice(folder: Path, seed: int = 5, chains: int = 5, striped_chain: int | None = None, warnings: str = "",
                  in_equilibrium: bool = True, updates: dict[str, float] | None = None, exact: bool = False,
                  quantities: dict[str, tuple[float, float]] | None = None, ensemble: bool = True,
                  known: dict[str, float] | None = None, tau_int: float = 6.0, **deck: object) -> Path:
    """Fills `folder` with ensemble.h5, results.h5. Quantities are 1 +- 0.1 but those given, `known` exact ones; chains are of one sign.

    updates: attributes of /ensemble/updates beside or instead of UPDATES; without them there is no such group.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    samples = chains * PER_CHAIN
    chain_of = np.arange(samples) % chains
    field = rng.normal(np.where(chain_of % 2, -2.0, 2.0)[:, None, None], 0.5, (samples, Y, X))
    if striped_chain is not None:
        field[chain_of == striped_chain, :, :X // 2] *= -1.0
    by_chain = np.argsort(chain_of, kind="stable")
    if ensemble:
        with h5py.File(folder / "ensemble.h5", "w") as file:
            file["field"], file["chain"] = field[:, None], chain_of
    with h5py.File(folder / "results.h5", "w") as file:
        file.attrs["schema_version"] = 2
        file.create_group("provenance").attrs.update({"deck": deck_text(**deck), "version": "0.1.0"})
        group = file.create_group("ensemble")
        _measured(group, field, rng, exact)
        _quantities(group, quantities or {}, known or {})
        _series(group, field[by_chain].mean(axis=(1, 2)), chain_of[by_chain], striped_chain)
        if updates is not None:
            group.create_group("updates").attrs.update({**UPDATES, **updates})
        share = 0.0 if striped_chain is None else 1.0 / chains
        group.attrs.update({"samples": samples, "chains": chains, "bins": 40, "bin_size": 2, "tau_int": tau_int, "striped": share,
                            "in_equilibrium": int(in_equilibrium), "warnings": warnings, "source": "ensemble.h5"})
    return folder


def _pair(group: h5py.Group, name: str, value: np.ndarray, error: np.ndarray) -> None:
    group[f"{name}/value"], group[f"{name}/error"] = value, error


def _measured(group: h5py.Group, field: np.ndarray, rng: np.random.Generator, exact: bool) -> None:
    spectrum = (np.abs(np.fft.rfft2(field)) ** 2 / (Y * X)).mean(axis=0)
    _pair(group, "spectrum", spectrum, 0.1 * spectrum)
    known = spectrum * (1.0 + 0.1 * rng.normal(size=spectrum.shape))
    group["spectrum/exact"] = known if exact else np.full_like(spectrum, np.nan)
    two_point = np.fft.irfft2(spectrum, s=(Y, X))
    _pair(group, "two_point", two_point, np.full_like(two_point, 0.01))
    for axis, extent in (("y", Y), ("x", X)):
        time = np.arange(extent // 2 + 1)
        _pair(group, f"slices_{axis}", np.exp(-0.7 * time), 0.02 * np.exp(-0.3 * time))
        mass = np.full(extent // 2, 0.7)
        mass[-1] = np.nan
        _pair(group, f"mass_{axis}", mass, 0.05 * np.ones_like(mass))
    cumulants = jackknife_cumulants(field[:, 0, 0], 40)
    _pair(group, "cumulants", cumulants.value, cumulants.error)
    group["cumulants/covariance"] = cumulants.covariance
    for name, values in (("histogram", field.ravel()), ("histogram_M", field.mean(axis=(1, 2)))):
        edges = np.linspace(-10.0, 10.0, 101)
        group[f"{name}/edges"], group[f"{name}/counts"] = edges, np.histogram(values, edges)[0]


def _quantities(group: h5py.Group, given: dict[str, tuple[float, float]], known: dict[str, float]) -> None:
    pairs = np.array([given.get(name, (1.0, 0.1)) for name in NAMES])
    _pair(group, "quantities", pairs[:, 0], pairs[:, 1])
    exact = {"schwinger_dyson": 1.25, **known}
    group["quantities/exact"] = [exact.get(name, np.nan) for name in NAMES]
    group["quantities"].attrs["names"] = ",".join(NAMES)


def _series(group: h5py.Group, m: np.ndarray, chain: np.ndarray, striped_chain: int | None) -> None:
    values = (m, np.abs(m), m**2, m**2 + 0.25, 0.5 * m, (chain == striped_chain).astype(float))
    group["series/chain"] = chain
    for name, series in zip(SERIES, values):
        group[f"series/{name}"] = series
    group["series"].attrs["every"] = 1
    group["autocorrelation"] = [[i, 0.5, 2.0 + i, 0.25, 7, 1.02, 321.4] for i in range(5)]
    group["autocorrelation"].attrs.update({
        "names": ",".join(SERIES[:5]), "columns": "mean,error,tau_int,tau_int_error,window,r_hat,effective_samples"})
