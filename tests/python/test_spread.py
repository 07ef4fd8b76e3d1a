"""The spread of learnt scores over runs, against numbers made by hand."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from markdown_tables import read_tables


def set_cumulants(folder: Path, kappa: list[float], scale: float) -> None:
    """Learnt samples whose κ2, κ4, κ6, κ8 are `scale` times those of the ensemble."""
    with h5py.File(folder / "results.h5", "r+") as file:
        for group, factor in (("ensemble", 1.0), ("samples-ve-learnt", scale)):
            values = np.zeros(8)
            values[[1, 3, 5, 7]] = np.array(kappa) * factor
            file[f"{group}/cumulants/value"][:] = values
            file[f"{group}/cumulants/error"][:] = 1e-3 * np.maximum(np.abs(values), 1e-9)


def set_deck(folder: Path, **changes: str) -> None:
    """A resolved deck; `changes` are of section__key."""
    keys = {"run__seed": "1", "run__output": str(folder), "model__name": "two-peak", "train__steps": "300", **changes}
    sections = {key.partition("__")[0] for key in keys}
    lines = [line for section in sorted(sections) for line in (
        f"[{section}]", *(f"{key.partition('__')[2]} = {value}" for key, value in keys.items() if key.startswith(f"{section}__")))]
    write_deck(folder, "\n".join(lines))


def write_deck(folder: Path, text: str) -> None:
    with h5py.File(folder / "results.h5", "r+") as file:
        file["provenance"].attrs["deck"] = np.bytes_(text)


def assert_refused(runs: list[Path], message: str) -> None:
    run = run_command("spread", *runs)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == f"scorefield-analysis: error: {message}\n"


@pytest.fixture
def runs(make_output) -> list[Path]:
    folders = [make_output(f"seed{n}", processes=("ve",), times=2) for n in range(3)]
    for folder, scale in zip(folders, (1.01, 1.02, 1.03)):
        set_cumulants(folder, [1.0625, -2.0, 16.0, -272.0], scale)
    return folders


def test_mean_spread_and_statistical_error(runs: list[Path]) -> None:
    run = run_command("spread", *runs)
    assert run.returncode == 0, run.stderr
    (row,) = read_tables(run.stdout)[0].values()
    for n in (2, 4, 6, 8):
        mean, spread, statistical = row[f"κ{n}"].split(", ")
        assert mean == "2.0(6)"  # 1 %/sqrt(3)
        assert float(spread) == pytest.approx(1.0, abs=0.001)
        assert float(statistical) == pytest.approx(0.1 * np.sqrt(2.0), abs=0.002)


def test_one_run_has_no_spread(runs: list[Path]) -> None:
    run = run_command("spread", runs[0])
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        "scorefield-analysis: error: a spread needs at least two runs; give the output folders of runs with different seeds"]


def test_a_run_counts_once(runs: list[Path]) -> None:
    run = run_command("spread", runs[0], runs[1], runs[0])
    assert run.returncode == 2
    assert "a folder is given twice" in run.stderr


def test_runs_of_different_scores_are_refused(runs: list[Path], make_output) -> None:
    other = make_output("other", processes=("vp",), times=2)
    run = run_command("spread", runs[0], other)
    assert run.returncode == 2
    assert "do not hold the same learnt scores" in run.stderr


def test_runs_of_different_decks_are_refused(runs: list[Path]) -> None:
    """The first key of the deck that differs is named, though others differ, too."""
    for folder, steps, weight in zip(runs, ("300", "300", "600"), ("0.5", "0.5", "0.7")):
        set_deck(folder, train__steps=steps, train__weight=weight)
    assert_refused(runs, f"the runs are of different decks: train.steps is 300 in {runs[0]}, and 600 in {runs[2]}; "
                         "give runs of one deck with different run.seed")


def test_runs_may_differ_in_how_they_were_made(runs: list[Path]) -> None:
    for seed, folder in enumerate(runs):
        set_deck(folder, run__seed=str(seed), run__threads=str(seed))
    run = run_command("spread", *runs)
    assert run.returncode == 0, run.stderr
    assert len(read_tables(run.stdout)[0]) == 1


def test_runs_of_one_seed_are_refused(runs: list[Path]) -> None:
    for seed, folder in zip((1, 2, 1), runs):
        set_deck(folder, run__seed=str(seed))
    assert_refused(runs, f"{runs[0]} and {runs[2]} have the same run.seed = 1, and so the same random numbers: no spread can be seen; "
                         "make one again with another --run.seed and --run.output")


def test_key_that_one_deck_lacks(runs: list[Path]) -> None:
    for folder, extra in zip(runs, ({}, {"train__schedule": "a%b = c"}, {})):
        set_deck(folder, **extra)
    assert_refused(runs, f"the runs are of different decks: train.schedule is absent in {runs[0]}, and a%b = c in {runs[1]}; "
                         "give runs of one deck with different run.seed")


def test_deck_that_is_none(runs: list[Path]) -> None:
    write_deck(runs[1], "nothing")
    assert_refused(runs, f"the deck in {runs[1] / 'results.h5'} is no INI text; write the file again with 'scorefield measure'")
