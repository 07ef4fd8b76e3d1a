"""The report on a lattice run with a diffusion model: of the quick deck's own output, and of parts of one."""

import shutil
from dataclasses import replace

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from scorefield_analysis.histograms import Histogram
from scorefield_analysis.lattice.diffusion.figures import (draw_correlators, draw_cumulants, draw_distances, draw_finish, draw_magnetisation,
                                                            draw_modes)
from scorefield_analysis.lattice.diffusion.magnetisation import cells_of, in_cells, stretches
from scorefield_analysis.lattice.diffusion.plan import diffusion_figures
from scorefield_analysis.lattice.diffusion.records import Distance, Samples
from scorefield_analysis.lattice.diffusion.tables import comparison_table, finish_table, process_table
from scorefield_analysis.lattice.records import LatticeResults
from scorefield_analysis.lattice.report import write_lattice_report
from scorefield_analysis.notation import in_sigma
from scorefield_analysis.reader import read_run


@pytest.fixture(scope="module")
def folder(real_output, tmp_path_factory):
    """A copy of what tests/run.sh made of phi4-critical-quick.ini, without the large files."""
    source = real_output / "phi4-critical"
    copy = tmp_path_factory.mktemp("run")
    for name in ("results.h5", "model-ve.h5", "deck.ini"):
        shutil.copy(source / name, copy)
    return copy


@pytest.fixture(scope="module")
def results(folder):
    return read_run(folder)


def test_reads_all_groups(results):
    diffusion = results.diffusion
    assert [each.label for each in diffusion.samples] == ["VE, learnt score", "VE, learnt score, finished"]
    assert [each.label for each in diffusion.forward + diffusion.backward] == ["VE forward", "VE backward, learnt score"]
    assert diffusion.backward[0].snapshots.shape == (17, 4, 16, 16)
    assert diffusion.samples[1].finish.updates[-1] == 64


def test_tables_hold_the_numbers(results, folder):
    table = comparison_table(results, results.diffusion).markdown()
    with h5py.File(folder / "results.h5") as file:
        names = file["/samples-ve-learnt/quantities"].attrs["names"]
        names = (names.decode() if isinstance(names, bytes) else names).split(",")
        value = file["/samples-ve-learnt/quantities/value"][names.index("kappa2_Z2")]
    row = next(line for line in table.splitlines() if line.startswith("| κ2 "))
    cell = row.split("|")[3]
    assert abs(float(cell.split("(")[0]) - value) < 0.01
    assert "σ" in cell and "%" in cell
    data = results.quantities["kappa2_Z2"]
    for each, shared, cell in zip(results.diffusion.samples, (True, False), row.split("|")[3:5]):
        made = each.measured.quantities["kappa2_Z2"]
        assert in_sigma((made.value - data.value) / (made.error if shared else np.hypot(made.error, data.error))) in cell
    assert process_table(results.diffusion).markdown().count("\n") == 3
    assert "64" in finish_table(results.diffusion).markdown().splitlines()[-1]


def test_report_has_its_figures(folder):
    text = write_lattice_report(folder, read_run(folder))
    assert "VE, learnt score, finished" in text
    for name in ("forward-ve", "backward-ve", "backward-modes-ve", "snapshots-ve", "magnetisation-ve", "correlators-ve", "finish-ve", "distance"):
        assert (folder / "report" / f"{name}.png").stat().st_size > 10000, name
    report = (folder / "report" / "report.md").read_text()
    for part in ("## Samples of the diffusion model", "## Along the processes", "## Exact finish"):
        assert part in report


def test_parts_of_a_run(results):
    """Without forward process, finish or snapshots, and with too few bins for a p-value, tables and figures leave out what there is not."""
    diffusion = results.diffusion
    bare = replace(diffusion.backward[0], p_value=np.full((17, 2), np.nan), snapshots=None, score="reference")
    no_law = replace(bare, p_value=None, pull=None, mode_pull=None, cumulants=replace(bare.cumulants, exact=None), modes=replace(bare.modes, exact=None))
    for backward in (bare, no_law):
        part = replace(diffusion, forward=[], backward=[backward], samples=diffusion.samples[:1])
        assert "–" in process_table(part).markdown()
        names = [figure.name for figure in diffusion_figures(results, part)]
        assert "snapshots-ve" not in names and "finish-ve" not in names
        for draw in (draw_cumulants, draw_modes):
            plt.close(draw([backward]))


def with_magnetisations(samples: Samples, values: np.ndarray, every: int = 1) -> Samples:
    """Samples whose configurations have these."""
    return replace(samples, measured=replace(samples.measured, series=replace(samples.measured.series, values={"M": values}, every=every)))


def of_each_kind(results: LatticeResults) -> tuple[Samples, Samples]:
    """Samples as they were made, and moved on by updates."""
    return tuple(next(each for each in results.diffusion.samples if (each.finish is None) == raw) for raw in (True, False))


def with_histogram(results: LatticeResults, counts: np.ndarray, edges: np.ndarray) -> LatticeResults:
    return replace(results, histogram_m=Histogram(edges, counts, None, int(counts.sum())))


def test_samples_beyond_the_data_are_missing_in_the_distribution_of_m(results):
    """A tenth of the samples far outside: what is left integrates to nine tenths, is below the data by as much, and the rest is told."""
    made, _ = of_each_kind(results)
    edges, counts = results.histogram_m.edges, results.histogram_m.counts
    data = np.repeat(0.5 * (edges[1:] + edges[:-1]), counts.astype(int))
    away = with_magnetisations(made, np.append(np.repeat(data, 9), np.full(len(data), 10.0 * edges[-1])))
    above, below = draw_magnetisation(results, [away]).axes
    (drawn,) = [each for each in above.containers if isinstance(each, ErrorbarContainer)]
    x, height = drawn.lines[0].get_data()
    assert np.sum(height * (x[1] - x[0])) == pytest.approx(0.9, rel=1e-6) and drawn.get_label() == "learnt score (10 % outside)"
    assert below.containers[0].lines[0].get_ydata().max() < 0.0
    plt.close("all")


def test_narrow_peaks_have_panels_of_their_own(results):
    """Each with all of its fine cells, where the width of a cell is that of a peak; samples between the peaks are told."""
    made, _ = of_each_kind(results)
    counts, edges = np.zeros(200), np.linspace(-4.0, 4.0, 201)
    counts[[3, 4, 5, 193, 194, 195]] = 20, 80, 20, 30, 70, 30
    data = with_histogram(results, counts, edges)
    values = np.repeat(0.5 * (edges[1:] + edges[:-1]), counts.astype(int))
    for between, label in ((0, "learnt score"), (250, "learnt score (50 % outside)")):
        drawn = draw_magnetisation(data, [with_magnetisations(made, np.append(values, np.zeros(between)))])
        left, right, below, _ = drawn.axes
        assert left.get_xlim()[1] < -3.6 and right.get_xlim()[0] > 3.6
        assert [len(panel.containers[0].lines[0].get_xdata()) for panel in (left, right)] == [3, 3]
        assert left.containers[0].get_label() == label
        assert (np.abs(below.containers[0].lines[0].get_ydata()).max() < 1e-12) == (between == 0)
    plt.close("all")


def test_cells_of_the_data(results):
    """A single value far off is no peak; without any, all cells are shown, and no difference is known."""
    edges = np.linspace(-4.0, 4.0, 201)
    counts = np.where(np.arange(200) < 30, 100.0, 0.0)
    assert stretches(cells_of(with_histogram(results, counts, edges))) == [slice(0, 30)]
    counts[190] = 1.0
    assert stretches(cells_of(with_histogram(results, counts, edges))) == [slice(0, 191)]
    counts[190] = 100.0
    assert stretches(cells_of(with_histogram(results, counts, edges))) == [slice(0, 30), slice(190, 191)]
    none = with_histogram(results, np.zeros(200), edges)
    assert stretches(cells_of(none)) == [slice(0, len(cells_of(none).counts))]
    assert np.isnan(in_cells(of_each_kind(results)[0], none, cells_of(none), stretches(cells_of(none))).pull).all()


@pytest.mark.parametrize("finished", [False, True])
def test_errors_of_the_differences(results, finished):
    """Normal, M having 4 000 independent values of 16 000: of samples that share the data's fluctuation, which are drawn from its histogram,
    and of finished ones, from the law.
    """
    generator = np.random.default_rng(20261201)
    samples = of_each_kind(results)[int(finished)]
    of_m = replace(results.autocorrelation["M"], effective_samples=4000.0)
    pulls = []
    for _ in range(40):
        data = np.repeat(generator.normal(size=4000), 4)
        counts, edges = np.histogram(data, 40, (-3.0, 3.0))
        told = replace(with_histogram(results, counts, edges), autocorrelation={**results.autocorrelation, "M": of_m})
        values = generator.normal(size=8000) if finished else generator.choice(data, 8000)
        found = in_cells(with_magnetisations(samples, values), told, cells_of(told), [slice(0, 40)])
        pulls.append(found.pull[np.isfinite(found.pull)])
        assert found.total == 8000 and found.outside < 0.01
    pulls = np.concatenate(pulls)
    assert len(pulls) > 1400
    assert np.mean(pulls**2) == pytest.approx(1.0, abs=5.0 * np.sqrt(2.0 / len(pulls)))  # 5 sigma; with the other kind's error 0.34 or 3


def test_thinned_samples_are_told(results):
    made, _ = of_each_kind(results)
    edges = results.histogram_m.edges
    values = np.full(100, 0.5 * (edges[100] + edges[101]))
    figure = draw_magnetisation(results, [with_magnetisations(made, values, every=4)])
    assert figure.axes[0].containers[0].get_label() == "learnt score (every 4th)"
    plt.close("all")


def test_differences_of_correlators(results):
    """In per cent of the size of the data's, with the samples' error alone where they share the data's fluctuation, where it is below 50 %."""
    for each in of_each_kind(results):
        panel = draw_correlators(results, [each]).axes[1]
        x = np.arange(results.shape[1] // 2 + 1)
        data, made = results.two_point, each.measured.two_point
        error = made.error[0, x] if each.finish is None else np.hypot(made.error[0, x], data.error[0, x])
        known = error < 0.5 * np.abs(data.value[0, x])
        (bars,) = [one for one in panel.containers if isinstance(one, ErrorbarContainer)]
        assert bars.lines[0].get_ydata() == pytest.approx((100.0 * (made.value - data.value)[0, x] / np.abs(data.value[0, x]))[known])
        lengths = [np.ptp(segment[:, 1]) for segment in bars.lines[2][0].get_segments()]
        assert lengths == pytest.approx((200.0 * error / np.abs(data.value[0, x]))[known])
    plt.close("all")


def test_the_finish_is_drawn_against_the_updates_that_were_recorded(results):
    (finished,) = [each for each in results.diffusion.samples if each.finish is not None]
    panel = draw_finish([finished]).axes[0]
    assert [label.get_text() for label in panel.get_xticklabels()] == [str(int(updates)) for updates in finished.finish.updates]
    line = panel.containers[0].lines[0]
    assert list(line.get_xdata()) == list(panel.get_xticks()) and list(line.get_ydata()) == list(finished.finish.value["kappa2_Z2"])
    plt.close("all")


def test_distances_that_are_not_seen_are_limits():
    """Two errors above the value, above 0 where the value is below."""
    error = np.full(3, 0.1)
    panel = draw_distances([Distance("ve", np.array([0.1, 1.0, 10.0]), np.array([0.3, 0.05, -0.02]), error, np.full(3, 0.5), error)]).axes[0]
    seen = {each.get_label(): list(each.lines[0].get_ydata()) for each in panel.containers if each.lines[0] is not None}
    assert seen == {"reference alone": [0.5] * 3, "model": [0.3]}
    limits = [top for each in panel.containers if each.lines[0] is None for bar in each.lines[2][0].get_segments() for top in [bar[:, 1].max()]]
    assert limits == pytest.approx([0.25, 0.2])
    plt.close("all")
