"""Quantities that are not what their names promise."""

from typing import Mapping

from .records import LatticeResults

NO_LENGTH = "of the constant ⟨M²⟩ and no length of fluctuations, in a broken phase; take xi_connected"
NO_MASS = "of a correlator that ends at the constant ⟨M²⟩, since chains hold both signs, and no mass"


def doubts_of(results: LatticeResults) -> Mapping[str, str]:
    """What it is in truth, by name of the quantity; empty where all is well."""
    lengths = ("xi", "xi_y", "xi_x") if results.is_broken else ()
    masses = ("mass_y", "mass_x") if results.slices_end_at_a_constant else ()
    return {**dict.fromkeys(lengths, NO_LENGTH), **dict.fromkeys(masses, NO_MASS)}


def doubts_of_run(results: LatticeResults) -> Mapping[str, str]:
    """Those of the samples of its diffusion model, too, each by its own numbers: "samples-vp-learnt/xi"."""
    found = dict(doubts_of(results))
    for each in results.diffusion.samples:
        found |= {f"{each.group}/{name}": doubt for name, doubt in doubts_of(each.measured).items()}
    return found
