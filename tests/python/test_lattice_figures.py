"""What the figures of a lattice show: the numbers of the file, on the right axis, in the right panel."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scorefield_analysis.lattice.bias import find_biases
from scorefield_analysis.lattice.comparison import named_runs
from scorefield_analysis.lattice.figures.configurations import Picture, choose, draw_configurations
from scorefield_analysis.lattice.figures.correlators import draw_slices, draw_two_point
from scorefield_analysis.lattice.figures.history import draw_history, shown_chains
from scorefield_analysis.lattice.figures.runs import draw_biases, draw_runs
from scorefield_analysis.lattice.figures.sites import draw_sites
from scorefield_analysis.lattice.figures.spectrum import draw_spectrum, lattice_momenta
from scorefield_analysis.lattice.reader import read_configurations
from scorefield_analysis.lattice.records import LatticeResults
from scorefield_analysis.reader import read_ensemble
from synthetic_lattice import PER_CHAIN, X, Y, write_lattice


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lattice(tmp_path_factory.mktemp("lattice") / "run", chains=12, striped_chain=5, exact=True)


@pytest.fixture(scope="module")
def results(folder: Path) -> LatticeResults:
    return read_ensemble(folder)


def shows(axes: plt.Axes, x: np.ndarray, y: np.ndarray, apart: float = 1e-9) -> bool:
    """Whether a line or points of the panel are these, up to a shift in x."""
    lines = [np.array(line.get_data(), dtype=float) for line in axes.get_lines()]
    return any(line.shape == (2, len(x)) and np.allclose(line[0], x, atol=apart) and np.allclose(line[1], y)
               for line in lines)


def test_history_of_a_few_chains_one_of_them_frozen(results: LatticeResults) -> None:
    assert shown_chains(results.series) == [0, 4, 5, 7]
    *panels, distribution = draw_history(results).axes
    for panel, chain in zip(panels, (0, 4, 5, 7), strict=True):
        assert shows(panel, np.arange(PER_CHAIN), results.series.values["M"][results.series.chain == chain])
    step = distribution.patches[0].get_data()
    assert (step.values * np.diff(step.edges)).sum() == pytest.approx(1.0)
    assert distribution.get_ylim() == panels[0].get_ylim()


def test_slices_and_their_mass(results: LatticeResults) -> None:
    left, right = draw_slices(results).axes
    assert left.get_yscale() == "log"
    for axis, extent in (("y", Y), ("x", X)):
        assert shows(left, np.arange(extent // 2 + 1), results.slices[axis].value, 0.1)
        known = np.arange(extent // 2 - 1)
        assert shows(right, known + 0.5, results.masses[axis].value[known], 0.1)


BROKEN = {"xi": (245.0, 0.6), "binder": (0.6665, 0.0001), "abs_M": (3.75, 0.01), "M1": (0.02, 0.03)}


@pytest.mark.parametrize("changes, has_mass", [
    ({}, False),
    ({"M1": (-3.75, 0.01)}, True),  # chains of one sign: the constant is taken out
    ({"xi": (2.9, 0.1)}, True),
    ({"xi": (3.1, 0.1)}, False),  # half of 6, the shorter extent
    ({"binder": (0.01, 0.02)}, True),  # a free field: its xi is a length
])
def test_no_mass_of_a_correlator_that_ends_at_a_constant(tmp_path: Path, changes: dict[str, tuple[float, float]], has_mass: bool) -> None:
    results = read_ensemble(write_lattice(tmp_path / "run", ensemble=False, quantities={**BROKEN, **changes}))
    left, right = draw_slices(results).axes
    assert shows(left, np.arange(Y // 2 + 1), results.slices["y"].value, 0.1)
    assert shows(right, np.arange(Y // 2 - 1) + 0.5, results.masses["y"].value[:Y // 2 - 1], 0.1) == has_mass
    assert any("chains hold both signs" in text.get_text() for text in right.texts) != has_mass


def test_spectrum_against_lattice_momenta(results: LatticeResults) -> None:
    momenta = lattice_momenta((Y, X))
    assert momenta[0, 0] == 0.0 and momenta[Y // 2, X // 2] == pytest.approx(8.0)
    assert momenta[1, 0] == pytest.approx(1.0) and momenta[0, 2] == pytest.approx(2.0)  # 4 sin²(π/6), 4 sin²(π/4)
    assert np.allclose(momenta[1:], momenta[:0:-1])
    panels = draw_spectrum(results).axes
    order = np.argsort(momenta.ravel(), kind="stable")
    x, value, exact = (each.ravel()[order] for each in (momenta, results.spectrum.value, results.exact_spectrum))
    assert shows(panels[0], x[1:], value[1:]) and shows(panels[0], x[1:], exact[1:])
    assert shows(panels[1], x, 1.0 / value) and shows(panels[1], x, 1.0 / exact)
    assert shows(panels[3], x, (value - exact) / (0.1 * value))


def test_two_point_function_has_its_origin_in_the_middle(results: LatticeResults) -> None:
    left, right = draw_two_point(results).axes[:2]
    image = left.get_images()[0]
    low_x, high_x, low_y, high_y = image.get_extent()
    at = np.unravel_index(np.argmax(image.get_array()), (Y, X))
    assert (low_y + at[0] + 0.5, low_x + at[1] + 0.5) == (0.0, 0.0) and high_x - low_x == X and high_y - low_y == Y
    assert shows(right, np.arange(Y // 2 + 1), results.two_point.value[:Y // 2 + 1, 0], 0.1)
    assert shows(right, np.arange(X // 2 + 1), results.two_point.value[0, :X // 2 + 1], 0.1)


def test_sites(results: LatticeResults) -> None:
    for panel, scale in zip(draw_sites(results).axes, ("linear", "log")):
        step = panel.patches[0].get_data()
        assert (step.values * np.diff(step.edges)).sum() == pytest.approx(1.0, abs=1e-6) and panel.get_yscale() == scale


def test_configurations_are_those_that_are_named(folder: Path, results: LatticeResults) -> None:
    """The average of each over the lattice is M of the series at its place; one is striped, and says so."""
    chosen = choose(results.series)
    fields = read_configurations(folder, [(each.chain, each.place) for each in chosen])
    assert len(chosen) == 9 and any(each.striped for each in chosen)
    assert not any(each.striped for each in choose(results.series, mark_stripes=False))
    for each, field in zip(chosen, fields):
        assert field.mean() == pytest.approx(results.series.of("M", each.chain)[each.place])
        assert each.striped == (each.chain == 5)
    panels = draw_configurations([Picture(each, field) for each, field in zip(chosen, fields)]).axes[:9]
    for panel, each, field in zip(panels, chosen, fields):
        image = panel.get_images()[0]
        assert np.array_equal(image.get_array(), field)
        assert image.get_clim() == (-np.abs(fields).max(), np.abs(fields).max())
        assert panel.get_title() == f"chain {each.chain}, no. {each.place}" + (", striped" if each.striped else "")


def test_runs_and_biases(tmp_path: Path) -> None:
    folders = [write_lattice(tmp_path / "hmc", ensemble=False)]
    for step in (0.1, 0.3):
        folders.append(write_lattice(tmp_path / f"e{step}", ensemble=False, quantities={"chi": (2.0 + step, 0.05)},
                                     generate__algorithm="langevin", generate__scheme="euler", generate__step=step))
    runs = named_runs({folder: read_ensemble(folder) for folder in folders})
    panel = draw_runs(runs, ["chi"]).axes[0]
    assert [text.get_text() for text in panel.get_yticklabels()] == ["hmc", "e0.1", "e0.3"]
    marks = [float(line.get_xdata()[0]) for line in panel.get_lines() if line.get_marker() == "o"]
    assert marks == pytest.approx([1.0, 2.1, 2.3])
    axes = draw_biases(find_biases(runs, ["chi"])).axes[0]
    assert shows(axes, np.array([0.1, 0.3]), np.array([2.1, 2.3]))
    step = np.linspace(0.0, 0.3, 100)
    assert shows(axes, step, 2.0 + step)
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.y0, band.y1) == (pytest.approx(0.9), pytest.approx(1.1))
