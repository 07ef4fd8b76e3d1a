"""Quantities that are not what their names promise."""

from typing import Mapping

from .names import in_text
from .records import LatticeResults

NO_LENGTH = "is of the constant ⟨M²⟩ and no length of fluctuations (a broken phase, or too small a lattice); take xi_connected"
NO_MASS = "is of a correlator that ends at the constant ⟨M²⟩, since chains hold both signs, and is no mass"


def doubts_of(results: LatticeResults) -> Mapping[str, str]:
    """By name of the quantity; empty where all is well."""
    lengths = ("xi", "xi_y", "xi_x") if results.is_broken else ()
    masses = ("mass_y", "mass_x") if results.slices_end_at_a_constant else ()
    return {**{name: f"{in_text(name)} {NO_LENGTH}" for name in lengths}, **{name: f"{name} {NO_MASS}" for name in masses}}
