"""What the deck of a run tells of its model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from .errors import UserError

BOSE_GAS = "bose-gas"
MODEL = "model."


@dataclass(frozen=True)
class Model:
    """Its name and couplings as the deck has them, and the lattice, Ly and Lx."""

    name: str
    couplings: Mapping[str, str]
    size: tuple[int, int]

    @property
    def is_bose_gas(self) -> bool:
        """A complex field, that is two components, at a chemical potential: its averages are real."""
        return self.name == BOSE_GAS


def model_of(deck: Mapping[str, str], folder: Path, spectrum: tuple[int, ...]) -> Model:
    """The model of a deck ("section.key" -> value). UserError, naming the run's folder, if the deck does not tell it, or if the
    spectrum has the shape of another lattice.
    """
    def refuse(cause: str) -> UserError:
        return UserError(f"the deck in {folder / 'results.h5'} {cause}; write the file again with 'scorefield measure'")

    if not deck.get("model.name"):
        raise refuse("has no model.name")
    try:
        size = tuple(int(extent) for extent in deck["lattice.size"].split(","))
    except (KeyError, ValueError):
        raise refuse("has no lattice.size") from None
    if len(size) != 2 or spectrum[:2] != (size[0], size[1] // 2 + 1):
        raise refuse(f"is of another lattice ({deck['lattice.size']}) than the spectrum ({spectrum[0]} × {spectrum[1]} momenta)")
    couplings = {key.removeprefix(MODEL): value for key, value in deck.items() if key.startswith(MODEL) and key != "model.name"}
    return Model(deck["model.name"], couplings, size)
