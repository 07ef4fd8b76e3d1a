"""Which figures the report on complexified fields holds."""

from functools import partial

from ...figures import Figure
from ...plane.diffusion.figures import diffusion_figures
from ...plane.figures.boundary import Sampled, draw_boundary
from ...plane.figures.drift import draw_drift
from ...lattice_model import Model
from ..momenta import spectrum_of
from ..records import ComplexFieldResults
from .spectrum import draw_spectrum

OF_COMPONENTS = (", averaged over the two components of the field. At a chemical potential it depends on both momenta, not on k̂² alone; "
                 "those along the spatial direction x are told apart")


def planned_figures(results: ComplexFieldResults, model: Model) -> list[Figure]:
    """All figures, in the order of the report."""
    spectrum = spectrum_of(results, model.size)
    components = OF_COMPONENTS if model.is_bose_gas else ""
    exact = "" if spectrum.exact is None else "; lines are exact, and below is the deviation from them"
    sites = "sites and components" if model.is_bose_gas else "sites"
    return [
        Figure("spectrum", f"Propagator ⟨z(k) z(-k)⟩/V against the lattice momentum, of k and -k one{components}{exact}.",
               partial(draw_spectrum, spectrum, model.is_bose_gas)),
        Figure("drift", f"Histogram of the drift's magnitude |K|, the largest over the {sites} of each configuration, and the share above "
               "it, with the power that fits the largest 200 or so: a tail that falls faster than any power bends away below it.",
               partial(draw_drift, results.drift, results.criteria, "configurations")),
        Figure("boundary", "Boundary terms: averages of L z² and L z⁴ over the configurations with |y| < Y at all sites, in units and "
               "in standard errors (logarithmic beyond 3), and the share of the others. Where these are gone, the terms vanish unless "
               "the distribution falls too slowly; the dotted line is where they were judged.",
               partial(draw_boundary, results.criteria, Sampled(results.samples, "configurations", r"\max|y|"))),
        *diffusion_figures(results.processes),
    ]
