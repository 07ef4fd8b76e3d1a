"""Figures of quantities by name: what is drawn is what results.h5 holds, in the place where it belongs."""

from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import answer
from markdown_tables import read_tables
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from scorefield_analysis.estimates.panels import Panel, panels_of
from scorefield_analysis.estimates.reader import read_estimates
from scorefield_analysis.figures.quantities import draw_panels, in_maths
from synthetic_field import write_field
from synthetic_lattice import write_lattice
from synthetic_plane import write_plane


@pytest.fixture(scope="module")
def points(make_output) -> Path:
    return make_output("points", processes=("vp",), times=5)


@pytest.fixture(scope="module")
def lattice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a finish, of which everything is another number."""
    folder = write_lattice(tmp_path_factory.mktemp("lattice") / "run", ensemble=False, exact=True, quantities={"chi": (2.0, 0.5)})
    with h5py.File(folder / "results.h5", "a") as file:
        file.copy("ensemble", "finished-ve-learnt")
        finish = file.create_group("finished-ve-learnt/finish")
        finish["updates"], finish["value"], finish["error"] = [0, 4, 16], np.arange(6.0).reshape(3, 2), np.full((3, 2), 0.5)
        finish.attrs["columns"] = "chi, acceptance"
    return folder


def panel(folder: Path, name: str) -> Panel:
    (found,) = [each for each in panels_of(folder, read_estimates(folder)) if each.names[0] == name]
    return found


def drawn(each: Panel) -> Axes:
    canvas = draw_panels([each])
    canvas.draw_without_rendering()
    return canvas.axes[0]


def bars(axes: Axes) -> list[np.ndarray]:
    """x, y and error of each set of points."""
    found = []
    for container in axes.containers:
        assert isinstance(container, ErrorbarContainer)
        line, _, (segments,) = container.lines
        ends = np.array(segments.get_segments())
        found.append(np.column_stack([line.get_xdata(), line.get_ydata(), 0.5 * np.abs(ends[:, 1] - ends[:, 0]).max(axis=1)]))
    return found


def stored(folder: Path, *names: str) -> list[np.ndarray]:
    with h5py.File(folder / "results.h5") as file:
        return [file[name][...] for name in names]


def test_a_correlator_against_the_distance(lattice: Path) -> None:
    value, error = stored(lattice, "ensemble/slices_y/value", "ensemble/slices_y/error")
    axes = drawn(panel(lattice, "slices_y"))
    assert bars(axes)[0] == pytest.approx(np.column_stack([np.arange(4), value, error]))
    assert axes.get_yscale() == "log" and "distance" in axes.get_xlabel()
    mass = bars(drawn(panel(lattice, "mass_x")))[0]
    assert mass[:, 0] == pytest.approx([0.5, 1.5, 2.5]) and np.isfinite(mass).all()  # the fourth is no number


def test_a_propagator_against_the_momentum_with_what_is_exact(lattice: Path) -> None:
    value, exact = stored(lattice, "ensemble/spectrum/value", "ensemble/spectrum/exact")
    y, x = np.meshgrid(2.0 * np.pi * np.arange(6) / 6, 2.0 * np.pi * np.arange(5) / 8, indexing="ij")
    momenta = (4.0 - 2.0 * np.cos(y) - 2.0 * np.cos(x)).ravel()
    axes = drawn(panel(lattice, "spectrum"))
    rows = {(round(k, 6), round(v, 9)) for k, v in zip(momenta, value.ravel())}
    assert {(round(k, 6), round(v, 9)) for k, v, _ in bars(axes)[0]} == rows
    (line,) = [line for line in axes.lines if line.get_label() == "expected"]
    lines = {(round(k, 6), round(v, 9)) for k, v in zip(momenta, exact.ravel())}
    assert {(round(k, 6), round(v, 9)) for k, v in zip(*line.get_data())} == lines


def test_a_two_point_function_along_both_axes(lattice: Path) -> None:
    (value,) = stored(lattice, "ensemble/two_point/value")
    along_y, along_x = bars(drawn(panel(lattice, "two_point")))
    assert along_y[:, 1] == pytest.approx(value[:4, 0]) and along_x[:, 1] == pytest.approx(value[0, :5])


def test_a_complex_propagator(tmp_path: Path) -> None:
    """Lx = 4 and not 5, which the deck tells."""
    folder = write_field(tmp_path / "field")
    (value,) = stored(folder, "ensemble/spectrum/value")
    axes = drawn(panel(folder, "spectrum"))
    re, im = bars(axes)
    assert re[0, 1] == pytest.approx(value[0, 0, 0]) and im[0, 1] == pytest.approx(value[0, 0, 1])
    assert re[-1] == pytest.approx([8.0, value[3, 2, 0], re[-1, 2]])  # k = (π, π)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Re", "Im"]


def test_numbers_of_all_groups_side_by_side(points: Path) -> None:
    axes = drawn(panel(points, "kappa_4"))
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["ensemble", "samples-vp-exact", "samples-vp-learnt"]
    for height, (name, row) in enumerate(zip(names, bars(axes))):
        value, error = (array[3] for array in stored(points, f"{name}/cumulants/value", f"{name}/cumulants/error"))
        assert row[0] == pytest.approx([value, height, error])
    assert any(line.get_xdata()[0] == -2.0 for line in axes.lines)


def test_a_cumulant_along_a_process(points: Path) -> None:
    members = ("time", "cumulants/value", "cumulants/error", "cumulants/exact")
    time, value, error, exact = stored(points, *(f"backward-vp-exact/{member}" for member in members))
    axes = drawn(panel(points, "backward-vp-exact/kappa_2"))
    assert bars(axes)[0] == pytest.approx(np.column_stack([time, value[:, 1], error[:, 1]]))
    assert axes.lines[-1].get_ydata() == pytest.approx(exact[:, 1]) and axes.xaxis_inverted()
    assert not drawn(panel(points, "forward-vp/kappa_2")).xaxis_inverted()


def test_what_is_all_noise_is_left_out(lattice: Path, points: Path) -> None:
    """Beyond twice the largest expected value; where nothing is expected, nothing is."""
    each = panel(points, "backward-vp-exact/kappa_2")
    (curve,) = each.curves
    noisy = curve.error.copy()
    noisy[0] = 2.1 * curve.exact.max()
    changed = Panel(each.names, each.group, each.against, [type(curve)("", curve.x, curve.value, noisy, curve.exact)])
    assert len(bars(drawn(changed))[0]) == len(curve.x) - 1
    alone = Panel(each.names, each.group, each.against, [type(curve)("", curve.x, curve.value, noisy, None)])
    assert len(bars(drawn(alone))[0]) == len(curve.x)


def test_levels_of_a_generating_function(points: Path) -> None:
    """Each with its own sources."""
    name = "forward-vp/generating_function"
    time, source, value = stored(points, "forward-vp/time", f"{name}/source", f"{name}/value")
    axes = drawn(panel(points, name))
    for level, rows in zip((0, 1, 3, 4), bars(axes)):  # at most four of the five
        assert rows[:, :2] == pytest.approx(np.column_stack([source[level], value[level]]))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [f"t = {time[level]:.3g}" for level in (0, 1, 3, 4)]


def test_a_finish_and_the_quantity_of_the_same_name(lattice: Path) -> None:
    axes = drawn(panel(lattice, "finished-ve-learnt/finish/chi"))
    assert bars(axes)[0] == pytest.approx(np.array([[0, 0, 0.5], [4, 2, 0.5], [16, 4, 0.5]]))
    assert [curve.name for curve in panel(lattice, "chi").curves] == ["ensemble", "finished-ve-learnt"]


def test_histograms(points: Path) -> None:
    """Of the ensemble as a density beside the exact one; of a process in units of its width."""
    edges, counts = stored(points, "ensemble/histogram/edges", "ensemble/histogram/counts")
    (step,) = drawn(panel(points, "histogram")).patches
    assert step.get_data().edges == pytest.approx(edges)
    assert step.get_data().values == pytest.approx(counts / 4000 / np.diff(edges))
    for step in drawn(panel(points, "forward-vp/histogram")).patches:
        data = step.get_data()
        middles, weights = 0.5 * (data.edges[1:] + data.edges[:-1]), data.values * np.diff(data.edges)
        assert (weights * middles**2).sum() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("name", "title"), [
    ("Im kappa_6", r"Im $\kappa_6$"), ("x y^3", r"$\langle x y^3\rangle$"), ("Re moment_2", r"Re $\langle x^2\rangle$"),
    ("criteria/boundary", "criteria/boundary")])
def test_titles(tmp_path: Path, name: str, title: str) -> None:
    assert in_maths(panel(write_plane(tmp_path / "plane", solved=False), name)) == title


@pytest.mark.parametrize("kind", ["lattice", "points", "plane", "field"])
def test_everything_that_is_listed_can_be_drawn(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    made_here = {"plane": write_plane, "field": write_field}
    folder = made_here[kind](tmp_path / kind) if kind in made_here else request.getfixturevalue(kind)
    code, out, _ = answer("plot", folder)
    (listed,) = read_tables(out)  # a bar would end a cell
    panels = panels_of(folder, read_estimates(folder))
    assert code == 0 and set(listed) == {each.names[-1] for each in panels} and len(listed) > 5
    first = {each.names[-1]: each for each in panels}
    for each in first.values():
        drawn(each)
        plt.close("all")


@pytest.mark.parametrize("ending", [".png", ".pdf"])
def test_files(points: Path, tmp_path: Path, ending: str) -> None:
    """The same bytes each time; and in OUT/report where nothing else is asked for."""
    said = [answer("plot", points, "cumulants", "samples-*/kappa_2", "--to", tmp_path / f"{name}{ending}") for name in ("a", "b")]
    assert [code for code, _, _ in said] == [0, 0] and said[0][1] == f"{tmp_path / 'a'}{ending}\n"
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()
    assert answer("plot", points, "forward-vp/kappa_2", "kappa_4")[0] == 0
    assert (points / "report" / "plot-forward-vp-kappa-2-kappa-4.png").read_bytes().startswith(b"\x89PNG")


def test_other_quantities_have_another_file(points: Path) -> None:
    """Also where stars are all that differs, and where the list is too long for a name; the same ones have the same."""
    many = [f"samples-vp-learnt/kappa_{n}" for n in range(1, 9)]
    lists = [["kappa_2"], ["kappa_2*"], ["*/kappa_2"], many[:4], many[:5], many[:6], many[:6]]
    said = [answer("plot", points, *each) for each in lists]
    assert [code for code, _, _ in said] == [0] * len(lists)
    files = [Path(out.strip()) for _, out, _ in said]
    assert len(set(files)) == len(lists) - 1 and files[-1] == files[-2] and all(len(file.stem) <= 85 for file in files)
    assert [file.name for file in files[:3]] == ["plot-kappa-2.png", "plot-kappa-2-any.png", "plot-any-kappa-2.png"]


def test_what_cannot_be_drawn(points: Path, tmp_path: Path) -> None:
    for arguments, message in ((["speed"], "nothing is called 'speed'; choose of cumulants, generating_function"),
                               (["cumulant"], "nothing is called 'cumulant'; the nearest is cumulants ("),
                               (["*"], "panels are too many for a figure; name at most 12 of "),
                               (["cumulants", "--to", tmp_path / "a.gif"], "a.gif is no name of a figure; let it end in .png or .pdf")):
        code, out, said = answer("plot", points, *arguments)
        assert (code, out) == (2, "") and said.count("\n") == 1 and message in said
    (tmp_path / "file").touch()
    code, _, said = answer("plot", points, "cumulants", "--to", tmp_path / "file" / "a.png")
    assert code == 3 and f"cannot write {tmp_path / 'file' / 'a.png'}: " in said and not list(tmp_path.glob("*.png"))
