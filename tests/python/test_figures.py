"""What the figures show: the numbers of the file, in the right panel, on the right axis, in the right colour."""

from pathlib import Path
from typing import Callable

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from scorefield_analysis.figures.comparison import draw_comparison
from scorefield_analysis.figures.cumulants import draw_cumulants
from scorefield_analysis.figures.density import draw_density
from scorefield_analysis.figures.generating_function import draw_generating_function
from scorefield_analysis.figures.histogram import draw_histograms
from scorefield_analysis.figures.loss import draw_losses, window_means
from scorefield_analysis.figures.style import DATA, EXACT_SCORE, FORMULA, LEARNT_SCORE
from scorefield_analysis.figures.times import shown_times
from scorefield_analysis.histograms import ratio
from scorefield_analysis.reader import read_losses, read_results
from scorefield_analysis.results import EVEN_ORDERS, Results


@pytest.fixture(scope="module")
def folder(make_output: Callable[..., Path]) -> Path:
    return make_output("figures", processes=("vp",), times=12, cells=40)


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return read_results(folder)


def lines(axes: plt.Axes, colour: str) -> list[np.ndarray]:
    """(x, y) of the lines of one colour that have more than two points, shape (2, points)."""
    return [np.array(line.get_data()) for line in axes.get_lines()
            if to_hex(line.get_color()) == colour.lower() and len(line.get_xdata()) > 2]


def has_line(axes: plt.Axes, colour: str, x: np.ndarray, y: np.ndarray) -> bool:
    return any(line.shape == (2, len(x)) and np.allclose(line, [x, y]) for line in lines(axes, colour))


def test_forward_cumulants(results: Results) -> None:
    group = results.forward[0]
    axes = np.array(draw_cumulants([group], EVEN_ORDERS).axes).reshape(3, 4)
    for column, n in enumerate(EVEN_ORDERS):
        kappa = {name: getattr(group.cumulants, name)[:, n - 1] for name in ("value", "error", "exact")}
        deviation = (kappa["value"] - kappa["exact"]) / kappa["error"]
        assert has_line(axes[0, column], DATA.colour, group.time, kappa["value"])
        assert has_line(axes[0, column], FORMULA.colour, group.time, kappa["exact"])
        assert has_line(axes[1, column], DATA.colour, group.time, deviation)
        assert has_line(axes[2, column], DATA.colour, group.time, kappa["error"])
        assert np.abs(axes[1, column].get_ylim()).min() > np.abs(deviation).max()
    bars = axes[0, 1].collections[0].get_segments()
    half = 0.5 * (bars[3][1, 1] - bars[3][0, 1])
    assert half == pytest.approx(group.cumulants.error[3, 3])
    assert axes[2, 0].get_xlim()[0] < 0.0 < 1.0 < axes[2, 0].get_xlim()[1]


def test_backward_cumulants_run_from_noise_to_data(results: Results) -> None:
    axes = np.array(draw_cumulants(results.backward, EVEN_ORDERS).axes).reshape(3, 4)
    for group, look in zip(results.backward, (EXACT_SCORE, LEARNT_SCORE)):
        assert has_line(axes[0, 2], look.colour, group.time, group.cumulants.value[:, 5])
    left, right = axes[2, 0].get_xlim()
    assert left > 1.0 > 0.0 > right
    positions = axes[2, 0].transData.transform([[1.0, 1.0], [0.25, 1.0], [0.0, 1.0]])[:, 0]
    assert positions[1] - positions[0] == pytest.approx(positions[2] - positions[1], rel=1e-6)  # linear in sqrt(t)


def test_histograms(results: Results) -> None:
    axes = np.array(draw_histograms(results.fields).axes).reshape(2, 3)
    for column, (field, look) in enumerate(zip(results.fields, (DATA, EXACT_SCORE, LEARNT_SCORE))):
        step = axes[0, column].patches[0].get_data()
        assert (step.values * np.diff(step.edges)).sum() == pytest.approx(1.0)
        x, curve = lines(axes[0, column], FORMULA.colour)[0]
        assert np.trapezoid(curve, x) == pytest.approx(1.0, abs=1e-3)
        value, _ = ratio(field.histogram)
        shown = field.samples * field.histogram.exact >= 25.0
        assert lines(axes[1, column], look.colour)[0][1] == pytest.approx(value[shown])


def test_density_at_several_times(results: Results) -> None:
    axes = draw_density([*results.forward, *results.backward]).axes
    for panel, group in zip(axes[:3], [*results.forward, *results.backward]):
        shown = shown_times(group)
        assert len(panel.patches) == len(lines(panel, FORMULA.colour)) == len(shown) >= 5
        for patch, line in zip(panel.patches, lines(panel, FORMULA.colour)):
            step = patch.get_data()
            assert ((step.values - step.baseline) * np.diff(step.edges)).sum() == pytest.approx(1.0)
            assert np.trapezoid(line[1] - step.baseline, line[0]) == pytest.approx(1.0, abs=2e-3)
    assert axes[3].get_xlim() == (0.0, 1.0) and axes[4].get_xlim() == (1.0, 0.0)
    heat = axes[3].collections[0].get_array()
    assert heat.shape == (241, 12) and heat.max() <= 1.0
    middle = heat[120]
    assert middle[0] < 0.1 < 0.7 < middle[-1]  # the gap between the peaks fills with noise


def test_generating_function(results: Results) -> None:
    group = results.forward[0]
    top, bottom = draw_generating_function([group]).axes
    first = shown_times(group)[0]
    x = group.generating_function.source[first] * np.sqrt(group.cumulants.exact[first, 1])
    points = [np.array(line.get_data()) for line in top.get_lines() if len(line.get_xdata()) == 8]
    assert any(np.allclose(point, [x, group.generating_function.value[first]]) for point in points)
    curves = [np.array(line.get_data()) for line in top.get_lines() if len(line.get_xdata()) == 200]
    assert np.interp(x, *curves[0]) == pytest.approx(group.generating_function.exact[first], abs=2e-3)
    assert len(curves) == len(bottom.get_lines()) - 1 == len(shown_times(group))


def test_shown_times_span_the_process(results: Results) -> None:
    group = results.backward[0]
    shown = shown_times(group)
    assert group.time[shown[0]] == 0.0 and group.time[shown[-1]] == 1.0
    assert np.all(np.diff(group.time[shown]) > 0.0)


def test_comparison(results: Results) -> None:
    panels = draw_comparison(results, EVEN_ORDERS).axes
    names = [text.get_text() for text in panels[0].get_yticklabels()]
    assert names[:2] == ["Data", "VP, exact score"] and names[-1] == "VP, published"
    marks = [line.get_data() for line in panels[3].get_lines() if len(line.get_xdata()) == 1]
    assert marks[-1][0][0] == pytest.approx(100.0 * (265.6 / 272.0 - 1.0))
    own = results.ensemble.cumulants.value[7]
    assert marks[0][0][0] == pytest.approx(100.0 * (own / -272.0 - 1.0))


def test_loss_with_its_trend(folder: Path) -> None:
    loss = read_losses(folder)[0]
    assert loss.process == "vp"
    panel = draw_losses([loss]).axes[0]
    assert has_line(panel, LEARNT_SCORE.colour, loss.step, loss.value)
    step, mean = window_means(loss.step, loss.value)
    assert has_line(panel, LEARNT_SCORE.colour, step, mean)
    assert 10 < len(step) < 40
    assert mean[-1] == pytest.approx(loss.value[loss.step > 4000 * 400 ** (-1 / 30)].mean())
