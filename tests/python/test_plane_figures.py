"""What the figures of complex Langevin walkers show: the numbers of the file, on the right axis, in the right panel."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov
from scipy.stats import norm
from scorefield_analysis.decks import read_deck
from scorefield_analysis.figures.style import DATA, FORMULA, PUBLISHED
from scorefield_analysis.plane.action import Action, action_of
from scorefield_analysis.plane.diffusion.figures import draw_cumulants
from scorefield_analysis.plane.diffusion.records import PlaneProcess
from scorefield_analysis.plane.expected import pulls, with_marginal
from scorefield_analysis.plane.figures.boundary import Sampled, draw_boundary, last_shown
from scorefield_analysis.plane.figures.comparison import draw_comparison
from scorefield_analysis.plane.figures.complex_density import draw_complex_density
from scorefield_analysis.plane.figures.drift import draw_drift, share_above, tail_start
from scorefield_analysis.plane.figures.field import ARROWS, draw_field
from scorefield_analysis.plane.figures.flow import BORDER, draw_flow
from scorefield_analysis.plane.figures.maps import draw_maps
from scorefield_analysis.plane.figures.marginals import draw_marginals
from scorefield_analysis.plane.quantities import comparable_orders, quantities
from scorefield_analysis.plane.records import Estimate, PlaneResults
from scorefield_analysis.reader import read_run
from scorefield_analysis.results import Histogram
from synthetic_plane import MAP, SAMPLES, marginal, write_plane


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plane(tmp_path_factory.mktemp("plane") / "run")


@pytest.fixture(scope="module")
def results(folder: Path) -> PlaneResults:
    return read_run(folder)


@pytest.mark.parametrize("errors, known", [((1.0, 2.0, 30.0), 2), ((0.0, 2.0, 30.0), 3), ((np.nan, 2.0, 100.0), 1), ((0.0, 0.0, 0.0), 3),
                                           ((np.nan, np.nan, np.nan), 0)])
def test_cumulants_along_a_process_are_shown_where_they_are_known(errors: tuple[float, ...], known: int) -> None:
    """Up to twenty times the least error; what does not fluctuate is known, what has no error is not. The axis ends where the last is."""
    error = np.broadcast_to(np.array(errors)[:, None, None], (3, 8, 2))
    process = PlaneProcess("ve", None, 100, np.array([0.1, 0.5, 1.0]), np.ones(3), np.array([0.01, 1.0, 100.0]),
                           Estimate(np.ones((3, 8, 2)), error), None, np.zeros((3, 8)), None)
    panel = draw_cumulants([process]).axes[0]
    assert len(panel.containers[0].lines[0].get_xdata()) == known
    if known:
        assert panel.get_xlim()[1] < 3.0 * panel.containers[0].lines[0].get_xdata().max()
    plt.close("all")


@pytest.fixture(scope="module")
def action(results: PlaneResults, folder: Path) -> Action:
    return action_of(read_deck(results.provenance["deck"], folder), folder)


def shows(axes: plt.Axes, x: np.ndarray, y: np.ndarray, apart: float = 1e-9) -> bool:
    """Whether a line or points of the panel are these, up to a factor in x."""
    lines = [np.array(line.get_data(), dtype=float) for line in axes.get_lines()]
    return any(line.shape == (2, len(x)) and np.allclose(line[0], x, rtol=apart) and np.allclose(line[1], y) for line in lines)


def test_drift_is_minus_the_derivative_of_the_action() -> None:
    action = Action("quartic", 1.0 + 2.0j, 0.5 - 0.25j, 0.0)
    z, step = np.array([0.7 - 0.4j, -1.1 + 0.2j]), 1e-5

    def s(at: np.ndarray) -> np.ndarray:
        return 0.5 * action.sigma * at**2 + 0.25 * action.lam * at**4

    assert action.drift(z) == pytest.approx((s(z - step) - s(z + step)) / (2.0 * step), rel=1e-8)


def test_expected_counts_of_a_marginal() -> None:
    points, edges = np.linspace(-5.0, 5.0, 161), np.linspace(-4.0, 6.0, 51)
    exact = np.diff(norm.cdf(edges))
    histogram = with_marginal(Histogram(edges, np.zeros(50), None, 10**6), points, marginal(points, 1.0))
    inside = edges[1:] <= 5.0
    assert histogram.exact[inside] == pytest.approx(exact[inside], abs=1e-7) and np.isnan(histogram.exact[~inside]).all()


def test_cells_that_the_points_do_not_resolve_have_no_expectation() -> None:
    """The flanks of a curve that is as narrow as the distance of the points, at the precision of many samples."""
    points, edges = np.linspace(-2.0, 2.0, 41), np.linspace(-0.5, 0.5, 21)
    sharp = marginal(points, 0.01)
    many, few = (with_marginal(Histogram(edges, np.zeros(20), None, samples), points, sharp) for samples in (10**9, 10))
    assert np.isnan(many.exact).sum() >= 10 and np.isfinite(few.exact[8:12]).all()


def test_pulls_are_in_binomial_errors() -> None:
    histogram = Histogram(np.arange(5.0), np.array([120.0, 380.0, 500.0, 0.0]), np.array([0.1, 0.4, np.nan, 0.009]), 1000)
    assert pulls(histogram)[:2] == pytest.approx([20.0 / np.sqrt(90.0), -20.0 / np.sqrt(240.0)])
    assert np.isnan(pulls(histogram)[2:]).all()


def test_marginals(results: PlaneResults) -> None:
    x_top, y_top, x_bottom, y_bottom = draw_marginals(results).axes
    for top, bottom, histogram, variance in ((x_top, x_bottom, results.histogram_x, 0.75), (y_top, y_bottom, results.histogram_y, 0.25)):
        step = top.patches[0].get_data()
        assert step.values == pytest.approx(histogram.counts / SAMPLES / np.diff(step.edges))
        (curve,) = [np.array(line.get_data()) for line in top.get_lines() if line.get_color() == FORMULA.colour]
        assert curve[1] == pytest.approx(marginal(curve[0], variance), abs=1e-6)
        expected = SAMPLES * np.diff(norm.cdf(histogram.edges, scale=np.sqrt(variance)))
        deviation = (histogram.counts - expected) / np.sqrt(expected * (1.0 - expected / SAMPLES))
        shown = expected >= 10.0
        centres = 0.5 * (histogram.edges[1:] + histogram.edges[:-1])
        points = next(np.array(line.get_data()) for line in bottom.get_lines() if len(line.get_xdata()) > 2)
        assert points[0] == pytest.approx(centres[shown]) and points[1] == pytest.approx(deviation[shown], abs=1e-3)


def test_maps_have_one_scale_and_the_axes_of_the_plane(results: PlaneResults) -> None:
    left, right, _ = draw_maps(results).axes
    solution, walkers = left.collections[0], right.collections[0]
    assert solution.get_clim() == walkers.get_clim() and solution.get_cmap().name == walkers.get_cmap().name
    assert np.asarray(solution.get_array()).reshape(161, 161) == pytest.approx(results.fokker_planck.density.T)
    area = (6.0 / MAP) * (3.6 / MAP)
    assert np.asarray(walkers.get_array()).reshape(MAP, MAP) == pytest.approx(results.map.counts.T / SAMPLES / area)
    assert left.get_xlim() == (-3.0, 3.0) and left.get_ylim() == (-1.8, 1.8)
    above = solution.get_array().reshape(161, 161)[100:, :80].sum()  # y > 0, x < 0: x and y are correlated negatively
    assert above > 2.0 * solution.get_array().reshape(161, 161)[100:, 81:].sum()


def test_flow(results: PlaneResults, action: Action) -> None:
    axes = draw_flow(results, action).axes[0]
    density = axes.collections[0].get_array()
    assert density.shape == (MAP, MAP) and np.array_equal(density.mask, results.map.counts.T == 0)
    borders = sorted(line.get_ydata()[0] for line in axes.get_lines() if line.get_color() == BORDER and line.get_linestyle() == "--")
    assert borders == [-0.3029, 0.3029]
    contours = next(each for each in axes.collections if hasattr(each, "levels"))
    level = contours.get_paths()[-1].vertices  # a tenth of the largest value
    inverse = np.linalg.inv([[0.75, -0.25], [-0.25, 0.25]])
    assert np.exp(-0.5 * np.einsum("ni,ij,nj->n", level, inverse, level)) == pytest.approx(0.1, rel=0.02)


def test_flow_of_walkers_alone(tmp_path: Path, action: Action) -> None:
    axes = draw_flow(read_run(write_plane(tmp_path / "run", solved=False, strip=None)), action).axes[0]
    assert not any(hasattr(each, "levels") for each in axes.collections)
    assert not any(line.get_linestyle() == "--" for line in axes.get_lines())


def test_contours_of_a_gaussian_are_exact(tmp_path: Path) -> None:
    """Also where the Fokker-Planck equation was not solved, and with noise in y."""
    folder = write_plane(tmp_path / "run", solved=False, strip=None, model__name="gaussian", model__a=1.5, model__b=2.0,
                         **{"generate__noise-y": 0.25})
    results = read_run(folder)
    action = action_of(read_deck(results.provenance["deck"], folder), folder)
    relaxation = np.array([[1.5, -2.0], [2.0, 1.5]])
    covariance = solve_continuous_lyapunov(relaxation, 2.0 * np.diag([1.25, 0.25]))
    assert action.gaussian_covariance() == pytest.approx(covariance)
    for axes in (draw_flow(results, action).axes[0], draw_field(results, action).axes[0]):
        contours = next(each for each in axes.collections if hasattr(each, "levels"))
        level = contours.get_paths()[-1].vertices
        assert np.einsum("ni,ij,nj->n", level, np.linalg.inv(covariance), level) == pytest.approx(2.0 * np.log(10.0), rel=0.01)


@pytest.mark.parametrize("sigma, attractors", [(1.0 + 1.0j, [0.0]), (-0.49, [0.7, -0.7])])
def test_fixed_points(results: PlaneResults, sigma: complex, attractors: list[float]) -> None:
    """Of the drift -(sigma + z²) z; below Re sigma = 0 the origin repels."""
    action = Action("quartic", sigma, 1.0, 0.0)
    for point, attracts in action.fixed_points():
        around = point + 1e-4 * np.exp(2j * np.pi * np.arange(8) / 8)
        inwards = (action.drift(around) * np.conj(around - point)).real
        assert abs(action.drift(point)) < 1e-12 and (inwards < 0.0).all() == attracts and (inwards > 0.0).all() != attracts
    axes = draw_flow(results, action).axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert sorted(lines["attractor"].get_xdata()) == pytest.approx(sorted(attractors))
    assert lines["repelling fixed point"].get_markerfacecolor() == "white"


def test_arrows_follow_the_drift_on_paper(results: PlaneResults, action: Action) -> None:
    axes = draw_field(results, action).axes[0]
    arrows = next(each for each in axes.collections if hasattr(each, "U"))
    x, y = arrows.X, arrows.Y
    assert len(x) == ARROWS[0] * ARROWS[1]
    drift = action.drift(x + 1j * y)
    box = axes.figure.get_size_inches()
    on_paper = drift.real / 6.0 * box[0] + 1j * drift.imag / 3.6 * box[1]
    assert np.hypot(arrows.U, arrows.V) == pytest.approx(1.0)
    assert (arrows.U + 1j * arrows.V) * np.conj(on_paper) == pytest.approx(np.abs(on_paper), rel=1e-6)


def test_streams_follow_the_drift(results: PlaneResults, action: Action) -> None:
    axes = draw_flow(results, action).axes[0]
    lines = next(each for each in axes.collections if type(each).__name__ == "LineCollection")
    for segment in lines.get_segments()[::10]:
        middle = (len(segment) - 1) // 2
        (x0, y0), (x1, y1) = segment[middle:middle + 2]
        drift = action.drift(np.array([0.5 * (x0 + x1) + 0.5j * (y0 + y1)]))[0]
        along = (x1 - x0) + 1j * (y1 - y0)
        assert (along * np.conj(drift)).real > 0.9 * abs(along * drift)


def test_complex_density(results: PlaneResults) -> None:
    top_re, top_im, bottom_re, bottom_im = draw_complex_density(results.fokker_planck.complex_density).axes
    density = results.fokker_planck.complex_density
    for part, top, bottom in ((0, top_re, bottom_re), (1, top_im, bottom_im)):
        assert shows(top, results.fokker_planck.x, density.value[:, part])
        assert shows(top, results.fokker_planck.x, density.exact[:, part])
        (points,) = [line for line in bottom.get_lines() if len(line.get_xdata()) == 161]
        assert points.get_ydata() == pytest.approx(1e-7, rel=1e-6)


def test_drift_and_its_tail(results: PlaneResults) -> None:
    drift = results.drift
    start = tail_start(drift)
    assert drift.counts[start:].sum() >= 200 > drift.counts[start + 1:].sum()
    assert share_above(drift)[0] == pytest.approx(1.0) and share_above(drift)[start] == drift.counts[start:].sum() / SAMPLES
    left, right = draw_drift(results.drift, results.criteria).axes
    step = left.patches[0].get_data()
    assert (step.values * np.diff(np.log(step.edges))).sum() == pytest.approx(1.0)
    for panel, factor in ((left, 11.25), (right, 1.0)):
        assert panel.get_xscale() == panel.get_yscale() == "log"
        (x, y), = [line.get_data() for line in panel.get_lines() if line.get_color() == FORMULA.colour]
        assert x[0] == drift.lower_edge[start] and y[0] == pytest.approx(factor * share_above(drift)[start])
        assert np.log(y[1] / y[0]) / np.log(x[1] / x[0]) == pytest.approx(-11.25)


def test_drift_without_a_known_tail(tmp_path: Path) -> None:
    results = read_run(write_plane(tmp_path / "run", verdict="undecided", solved=False))
    panels = draw_drift(results.drift, results.criteria).axes
    assert not any(line.get_color() == FORMULA.colour for panel in panels for line in panel.get_lines())


def test_boundary_terms(results: PlaneResults) -> None:
    axes = draw_boundary(results.criteria, Sampled(SAMPLES)).axes
    boundary, last = results.criteria.boundary, last_shown(results.criteria, SAMPLES)
    assert last == 13 and boundary.cutoff[last - 1] == results.criteria.boundary_cutoff
    for order in (0, 1):
        top, bottom = axes[2 * order], axes[2 * order + 1]
        for part in (0, 1):
            value, error = (each[:last, order, part] for each in (boundary.terms.value, boundary.terms.error))
            assert shows(top, boundary.cutoff[:last], value, 0.05) and shows(bottom, boundary.cutoff[:last], value / error, 0.05)
        bars = top.collections[0].get_segments()
        assert 0.5 * (bars[3][1, 1] - bars[3][0, 1]) == pytest.approx(boundary.terms.error[3, order, 0])
    share = boundary.outside[:last]
    assert shows(axes[4], boundary.cutoff[:last][share > 0.0], share[share > 0.0]) and axes[4].get_yscale() == "log"
    for panel in axes:
        assert any(line.get_linestyle() == ":" and line.get_xdata()[0] == boundary.cutoff[12] for line in panel.get_lines())


def test_comparison(results: PlaneResults, action: Action) -> None:
    quantity = quantities(results, action)[0]
    panels = draw_comparison(quantity).axes
    assert [text.get_text() for text in panels[0].get_yticklabels()] == ["this run", "CL, published", "DM, published"]
    size = np.hypot(0.060347, 0.100083)
    for panel, part, sign, published in ((panels[1], 0, 1.0, -0.0582), (panels[5], 1, -1.0, -0.0981)):
        own, _, dm = [line for line in panel.get_lines() if len(line.get_xdata()) == 1]
        exact = results.cumulants.exact[3, part]
        assert own.get_xdata()[0] == pytest.approx(100.0 * sign * (results.cumulants.value[3, part] - exact) / size)
        assert dm.get_xdata()[0] == pytest.approx(100.0 * (published - sign * exact) / size)
        assert own.get_color() == DATA.colour and dm.get_color() == PUBLISHED.colour
        bar = panel.collections[0].get_segments()[0]
        assert 0.5 * (bar[1, 0] - bar[0, 0]) == pytest.approx(100.0 * results.cumulants.error[3, part] / size)


def test_orders_without_an_exact_value_are_not_compared(tmp_path: Path) -> None:
    folder = write_plane(tmp_path / "gaussian", solved=False, model__name="gaussian")
    results = read_run(folder)
    moments, cumulants = quantities(results, action_of(read_deck(results.provenance["deck"], folder), folder))
    assert comparable_orders(moments) == [2, 4, 6, 8] and comparable_orders(cumulants) == [2]
