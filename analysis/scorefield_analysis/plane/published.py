"""Published tables of complex Langevin (CL) and of diffusion models (DM) trained on its walkers, which quote Re and -Im."""

from dataclasses import dataclass
from functools import cache
from typing import Mapping, Sequence

from ..published import published_section
from .action import Action

OF_ROWS = {"cl": "CL, published", "dm": "DM, published"}
SIGMA = 1.0 + 1.0j
NO_NOISE_Y = 0.0


@dataclass(frozen=True)
class ComplexRow:
    """One published row: by order (value, error) of the real part, and of minus the imaginary part."""

    name: str
    re: Mapping[int, tuple[float, float]]
    minus_im: Mapping[int, tuple[float, float]]


@cache
def complex_rows(section: str) -> Sequence[ComplexRow]:
    """The rows of a section of published.toml."""
    table = published_section(section)
    columns = {key: {n: tuple(entry) for n, entry in zip(table["n"], table[key], strict=True)}
               for row in OF_ROWS for key in (f"{row}_re", f"{row}_minus_im")}
    return [ComplexRow(name, columns[f"{row}_re"], columns[f"{row}_minus_im"]) for row, name in OF_ROWS.items()]


def published_moments(action: Action) -> Sequence[ComplexRow]:
    """⟨zⁿ⟩ of the Gaussian, if they are of this action; else none."""
    return complex_rows("gaussian_moments") if _is(action, lam=0.0) else []


def published_cumulants(action: Action) -> Sequence[ComplexRow]:
    """κₙ of the quartic model, if they are of this action; else none."""
    return complex_rows("quartic_cumulants") if _is(action, lam=1.0) else []


def published_moments_over(action: Action) -> Sequence[ComplexRow]:
    """⟨zⁿ⟩/n of the quartic model, if they are of this action; else none."""
    return complex_rows("quartic_moments_over_n") if _is(action, lam=1.0) else []


def _is(action: Action, lam: float) -> bool:
    return action.sigma == SIGMA and action.lam == lam and action.noise_y == NO_NOISE_Y
