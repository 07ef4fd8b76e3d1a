"""Which figures the report on a lattice ensemble holds."""

from functools import partial
from typing import Sequence

from ...figures import Figure
from ..records import LatticeResults
from .configurations import Picture, draw_configurations
from .correlators import draw_slices, draw_two_point
from .history import SHOWN_POINTS, draw_history
from .sites import draw_sites
from .spectrum import draw_spectrum


def planned_figures(results: LatticeResults, pictures: Sequence[Picture]) -> list[Figure]:
    """All figures, in the order of the report; configurations only where there are pictures of them."""
    every = results.series.every
    thinned = "" if every == 1 else f", every {every} configurations"
    exact = "." if results.exact_spectrum is None else ", with the exact one (line) and the deviation from it."
    figures = [
        Figure("history", f"Magnetisation along a few chains (at most their first {SHOWN_POINTS} points{thinned}), and "
               "its distribution over all of them.", partial(draw_history, results)),
        Figure("slices", "Correlator of averages over slices, along y and along x, with ⟨φ⟩² taken out, and its effective mass. "
               "Where chains hold both signs, the mean field vanishes, and the correlator ends at ⟨M²⟩: it then has no mass.",
               partial(draw_slices, results)),
        Figure("spectrum", "Propagator G(k) of all wave numbers but 0, and its inverse with 0 (G(0) = V⟨M²⟩), against "
               f"the lattice momentum{exact}", partial(draw_spectrum, results)),
        Figure("two-point", "Two-point function with ⟨φ⟩² taken out, and along both axes with its errors.",
               partial(draw_two_point, results)),
        Figure("histogram", "Distribution of the field at a site, linear and logarithmic.",
               partial(draw_sites, results)),
    ]
    if pictures:
        figures.append(Figure("configurations", "Configurations, on one scale of colours; where chains are frozen, "
                              "those with domain walls around the lattice are marked as striped.", partial(draw_configurations, pictures)))
    return figures
