"""Long checks, by tests/run.sh --full: what the decks of the two-peak model are to show, at their full statistics."""

import h5py
import numpy as np
import pytest
from program import ROOT, scorefield

pytestmark = pytest.mark.full

EVEN = [1, 3, 5, 7]  # places of orders 2, 4, 6, 8
LIMITS = np.array([0.002, 0.003, 0.005, 0.007])  # of a learnt row from its training ensemble


def run(deck: str, folder, *more: str) -> h5py.File:
    result = scorefield("run", ROOT / "input" / deck, f"--run.output={folder}", *more, ranks=2, timeout=3000)
    assert result.returncode == 0, result.stderr
    return h5py.File(folder / "results.h5")


def deviations(group: h5py.Group) -> np.ndarray:
    c = group["cumulants"]
    return ((c["value"][:] - c["exact"][:]) / c["error"][:])[..., EVEN]


def assert_exact_rows(results: h5py.File, names: list[str]) -> None:
    for name in names:
        assert results[name].attrs["p_value"] > 0.01, name
        assert np.abs(deviations(results[name])).max() < 3.5, name


@pytest.fixture(scope="module")
def main_deck(tmp_path_factory):
    with run("two-peak.ini", tmp_path_factory.mktemp("two-peak")) as results:
        yield results


def test_data_and_exact_score_rows(main_deck):
    assert_exact_rows(main_deck, ["ensemble", "samples-ve-exact", "samples-c0.5-exact", "samples-vp-exact"])


@pytest.mark.parametrize("process", ["ve", "c0.5", "vp"])
def test_every_recorded_time(main_deck, process):
    for name, first in ((f"forward-{process}", 0), (f"backward-{process}-exact", 1)):
        rows = deviations(main_deck[name])[first:]
        assert len(rows) >= 40
        assert np.abs(rows).max() < 4.0, name


@pytest.mark.parametrize("process", ["ve", "c0.5", "vp"])
def test_learnt_rows(main_deck, process):
    learnt, data = main_deck[f"samples-{process}-learnt/cumulants"], main_deck["ensemble/cumulants"]
    relative = learnt["value"][:][EVEN] / data["value"][:][EVEN] - 1.0
    statistical = np.hypot(learnt["error"][:][EVEN] / learnt["value"][:][EVEN], data["error"][:][EVEN] / data["value"][:][EVEN])
    assert (np.abs(relative) < LIMITS + 2.0 * statistical).all(), relative


def test_unequal_peaks(tmp_path):
    with run("two-peak-unequal.ini", tmp_path, "--sample.score=exact", "--sample.sampler=sde4") as results:
        for name in ("ensemble", "samples-ve-exact", "samples-vp-exact"):
            assert results[name].attrs["p_value"] > 0.01, name
            c = results[name]["cumulants"]
            assert np.abs((c["value"][:] - c["exact"][:]) / c["error"][:]).max() < 3.5, name


def test_a_hundred_million_from_the_exact_score(tmp_path):
    more = ("--sample.score=exact", "--sample.samples=100000000", "--sample.sampler=sde4", "--sample.steps=97")
    with run("two-peak-precise.ini", tmp_path, *more) as results:
        assert_exact_rows(results, ["samples-ve-exact", "samples-vp-exact"])
        assert results["samples-ve-exact/cumulants/error"][1] < 6e-5
