"""Which figures the report on complex Langevin walkers holds."""

from functools import partial

from ...figures import Figure
from ...results import process_label
from ..action import GAUSSIAN, Action
from ..diffusion.figures import diffusion_figures
from ..quantities import ComplexQuantity, comparable_orders, quantities
from ..records import FokkerPlanck, PlaneResults
from .boundary import Sampled, draw_boundary
from .comparison import draw_comparison
from .complex_density import draw_complex_density
from .drift import draw_drift
from .field import draw_field
from .flow import draw_flow
from .maps import draw_maps
from .marginals import draw_marginals


def planned_figures(results: PlaneResults, action: Action) -> list[Figure]:
    """All figures that the measurements allow, in the order of the report."""
    figures = [_comparison(each) for each in quantities(results, action) if len(comparable_orders(each)) > 1]
    figures += _flow(results, action)
    if results.fokker_planck is not None:
        figures += _solution(results, results.fokker_planck)
    figures += [
        Figure("drift", "Histogram of the drift's magnitude |K|, and the share above it, with the power that fits the largest "
               "200 or so: a tail that falls faster than any power bends away below it.", partial(draw_drift, results.drift, results.criteria)),
        Figure("boundary", "Boundary terms: averages of L z² and L z⁴ over the walkers with |y| < Y, in units and in standard "
               "errors (logarithmic beyond 3), and the share of the others. Where these are gone, the terms vanish unless P(x,y) "
               "falls too slowly; the dotted line is where they were judged.", partial(draw_boundary, results.criteria, Sampled(results.samples))),
    ]
    learnt = [Figure(f"complex-density-{score.process}", f"{process_label(score.process)}: ρ(x) = ∫dy P(x - iy, y) of the learnt P(x,y) (points) "
                     "and exp(-S(x))/Z (line); below, their difference.", partial(draw_complex_density, score.complex_density))
              for score in results.diffusion.scores if score.complex_density is not None]
    return [*figures, *diffusion_figures(results.diffusion, "exact" if action.name == GAUSSIAN else "Fokker-Planck"), *learnt]


def _comparison(quantity: ComplexQuantity) -> Figure:
    published = (", of samples of its models" if quantity.sampled else "") + (" and of the published ones" if quantity.published else "")
    return Figure(f"comparison-{quantity.key}", f"{quantity.title}: deviation from the exact value in % of its modulus, "
                  f"of this run{published}, with statistical errors.", partial(draw_comparison, quantity))


def _flow(results: PlaneResults, action: Action) -> list[Figure]:
    strip = "" if results.strip is None else ", the border of the strip that they never leave (dashed)"
    exact = _contours(results, action)
    return [Figure("flow", "Density of the walkers over the flow of the classical drift K, with its fixed points (full: it points "
                   f"there; open: away){strip}{exact}.", partial(draw_flow, results, action)),
            Figure("drift-field", "The classical drift K = -dS/dz: its direction, as on this picture's scales (arrows), its magnitude "
                   f"(colour), and its fixed points{exact}.", partial(draw_field, results, action))]


def _contours(results: PlaneResults, action: Action) -> str:
    """What the contours are, if there are any."""
    if action.name == GAUSSIAN and action.sigma.imag != 0.0:
        return ", and contours of the exact P(x,y) at powers of ten of its largest value"
    return "" if results.fokker_planck is None else ", and contours of the Fokker-Planck solution at powers of ten of its largest value"


def _solution(results: PlaneResults, solution: FokkerPlanck) -> list[Figure]:
    figures = [
        Figure("maps", "P(x,y) of the Fokker-Planck equation, and the histogram of the walkers, on one scale of colours.",
               partial(draw_maps, results)),
        Figure("marginals", "Marginals in x and in y: histogram of the walkers, and Fokker-Planck solution (line); below, the "
               "deviation of each cell, with the error of independent configurations (those of one walker are not quite); cells "
               "are left out where the grid of the solution is too coarse to tell their probability.",
               partial(draw_marginals, results)),
    ]
    if solution.complex_density is not None:
        figures.append(Figure("complex-density", "ρ(x) = ∫dy P(x - iy, y) of the Fokker-Planck solution (points) and exp(-S(x))/Z "
                              "(line); below, their difference.", partial(draw_complex_density, solution.complex_density)))
    return figures
