"""The action of a run, from its deck."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import numpy as np

from ..errors import UserError

GAUSSIAN, QUARTIC = "gaussian", "quartic"


@dataclass(frozen=True)
class Action:
    """S = sigma z²/2 + lam z⁴/4 with noise of N_x = 1 + noise_y and N_y = noise_y; Gaussian for lam = 0."""

    name: str
    sigma: complex
    lam: complex
    noise_y: float

    def drift(self, z: np.ndarray) -> np.ndarray:
        """K = -dS/dz: the classical flow."""
        return -(self.sigma + self.lam * z**2) * z

    def fixed_points(self) -> list[tuple[complex, bool]]:
        """Where the drift vanishes, and whether it points there from all around: Re K' < 0, K being holomorphic."""
        roots = [0.0j] if self.lam == 0.0 else [0.0j, *(sign * np.sqrt(-self.sigma / self.lam) for sign in (1.0, -1.0))]
        return [(root, bool((self.sigma + 3.0 * self.lam * root**2).real > 0.0)) for root in roots]

    def gaussian_covariance(self) -> np.ndarray:
        """That of x and y for lam = 0, (2, 2), where P(x,y) is a Gaussian with ⟨abs z²⟩ = (N_x + N_y)/Re sigma, ⟨z²⟩ = 1/sigma."""
        modulus, square = (1.0 + 2.0 * self.noise_y) / self.sigma.real, 1.0 / self.sigma
        return 0.5 * np.array([[modulus + square.real, square.imag], [square.imag, modulus - square.real]])


def action_of(deck: Mapping[str, str], folder: Path) -> Action:
    """The action of a deck ("section.key" -> value). UserError, naming the run's folder, if the deck has none."""
    def number(key: str) -> float:
        try:
            return float(deck[key])
        except (KeyError, ValueError):
            raise UserError(f"the deck in {folder / 'results.h5'} has no number {key}; "
                            "write the file again with 'scorefield measure'") from None

    name = deck.get("model.name", "")
    if name not in (GAUSSIAN, QUARTIC):
        raise UserError(f"the deck in {folder / 'results.h5'} is of model.name '{name}', not {GAUSSIAN} or {QUARTIC}; "
                        "write the file again with 'scorefield measure'")
    lam = complex(number("model.lambda"), number("model.lambda-im")) if name == QUARTIC else 0.0j
    return Action(name, complex(number("model.a"), number("model.b")), lam, number("generate.noise-y"))
