"""Decks of complex Langevin on the lattice, and reading what a run of one left."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from columns import Action
from lattice_deck import PATIENT
from program import scorefield

Settings = dict[str, object]  # by section.key


def phi4(action: Action) -> Settings:
    mass, lam = complex(action.square), complex(action.lam)
    return {"model.name": "complex-phi4", "model.kappa": action.kappa, "model.mass": mass.real,
            "model.mass-im": mass.imag, "model.lambda": lam.real, "model.lambda-im": lam.imag}


def gas(mu: float, lam: float = 1.0, mass_squared: float = 1.0) -> Settings:
    """Time is along y, the first extent of lattice.size."""
    return {"model.name": "bose-gas", "model.mass-squared": mass_squared, "model.lambda": lam, "model.mu": mu}


def chains(step: float, samples: int, separation: int = 1, thermalisation: int = 20) -> Settings:
    """A thousand chains with updates of half a unit of time."""
    return {"generate.samples": samples, "generate.chains": 1000, "generate.step": step, "generate.trajectory": 0.5,
            "generate.thermalisation": thermalisation, "generate.separation": separation,
            "generate.largest-drift": 0.5, "run.threads": 1}


def written(deck: Path, settings: Settings) -> Path:
    """The settings as a deck; model and lattice are always in it, the rest could as well be on the command line."""
    sections: dict[str, list[str]] = {}
    for name, value in settings.items():
        section, key = name.split(".")
        sections.setdefault(section, []).append(f"{key} = {value}\n")
    deck.write_text("".join(f"[{section}]\n" + "".join(lines) for section, lines in sections.items()), encoding="utf-8")
    return deck


def run(command: str, folder: Path, settings: Settings, ranks: int = 2, faulty: dict[str, str] | None = None,
        timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    """The deck lies beside the output folder, so that only the program writes there."""
    deck = written(folder.with_name(folder.name + ".ini"), settings)
    return scorefield(command, deck, f"--run.output={folder}", ranks=ranks, timeout=timeout,
                      environment=PATIENT | (faulty or {}))


@dataclass(frozen=True)
class Measured:
    """Complex numbers with errors that are those of the real part + i those of the imaginary part."""

    cumulants: dict[int, tuple[complex, complex]]
    averages: dict[str, tuple[complex, complex]]
    verdict: str
    text: str


def pairs(group: h5py.Group) -> tuple[np.ndarray, np.ndarray]:
    value, error = (group[name][:] @ [1, 1j] for name in ("value", "error"))
    return value, error


def measured(folder: Path) -> Measured:
    with h5py.File(folder / "results.h5") as file:
        group = file["ensemble"]
        names = group["averages"].attrs["names"].decode().split(",")
        criteria = {name: group["criteria"].attrs[name].decode() for name in ("verdict", "verdict_text")}
        return Measured(dict(enumerate(zip(*pairs(group["cumulants"]), strict=True), 1)),
                        dict(zip(names, zip(*pairs(group["averages"]), strict=True), strict=True)),
                        criteria["verdict"], criteria["verdict_text"])


def sigmas(found: tuple[complex, complex], expected: complex) -> np.ndarray:
    """Deviations of real and imaginary part in errors."""
    value, error = found
    return np.array([(value.real - np.real(expected)) / error.real, (value.imag - np.imag(expected)) / error.imag])
