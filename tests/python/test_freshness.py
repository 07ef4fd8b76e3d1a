"""Measured files that changed afterwards: a warning, and the same note in the report."""

from pathlib import Path

import h5py
import pytest
from conftest import Report, make_text, run_command
from scorefield_analysis.freshness import changed_note
from scorefield_analysis.reader import read_results
from scorefield_analysis.seal import SEAL_SIZE, seal_text
from synthetic import add_sources, write_output

CHANGED = "samples-ve-exact.h5"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output whose measured files are all beside it, unchanged."""
    folder = write_output(tmp_path / "output", processes=("ve",), times=2, samples=400, bins=20, cells=8)
    names = {path.name for path in add_sources(folder)}
    assert names == {"ensemble.h5", "forward-ve.h5", CHANGED, "samples-ve-learnt.h5"}
    return folder


def note(folder: Path) -> str | None:
    return changed_note(folder, read_results(folder))


def change(path: Path) -> None:
    path.write_bytes(seal_text(10**6, 1))


def test_unchanged_files(folder: Path) -> None:
    assert note(folder) is None


def test_a_changed_file_is_named_once(folder: Path) -> None:
    """Though two groups were measured from it."""
    change(folder / CHANGED)
    assert note(folder) == f"results.h5 was measured before {CHANGED} changed; run scorefield measure"


def test_all_changed_files_are_named(folder: Path) -> None:
    change(folder / CHANGED)
    change(folder / "ensemble.h5")
    assert note(folder) == f"results.h5 was measured before ensemble.h5, {CHANGED} changed; run scorefield measure"


def test_a_file_that_lost_its_seal_has_changed(folder: Path) -> None:
    (folder / CHANGED).write_bytes(bytes(SEAL_SIZE))
    assert CHANGED in (note(folder) or "")


def test_two_groups_of_one_file_measured_at_different_times(folder: Path) -> None:
    with h5py.File(folder / "results.h5", "a") as file:
        file["backward-ve-exact"].attrs["source_checksum"] = f"{2:016x}"
    assert CHANGED in (note(folder) or "")


def test_files_that_say_nothing(folder: Path) -> None:
    """One that is gone, one that is being extended, one that had no seal when it was measured, a folder in its place."""
    (folder / "ensemble.h5").unlink()
    change(folder / f"{CHANGED}.partial")
    with h5py.File(folder / "results.h5", "a") as file:
        file["forward-ve"].attrs["source_checksum"] = ""
    (folder / "samples-ve-learnt.h5").unlink()
    (folder / "samples-ve-learnt.h5").mkdir()
    assert note(folder) is None


def test_results_of_an_older_program(folder: Path) -> None:
    change(folder / CHANGED)
    with h5py.File(folder / "results.h5", "a") as file:
        for group in file.values():
            group.attrs.pop("source_checksum", None)
    assert note(folder) is None


def test_real_results_are_fresh(real_output: Path) -> None:
    sources = {source.name for source in read_results(real_output).sources if source.checksum}
    assert {"ensemble.h5", "forward-ve.h5", "samples-ve-exact.h5"} <= sources
    assert note(real_output) is None


def warnings(report: Report) -> list[str]:
    return [line for line in report.run.stderr.splitlines() if "warning" in line]


def test_report_warns_and_says_so_near_its_top(tmp_path: Path) -> None:
    folder = write_output(tmp_path / "output", processes=(), samples=400, bins=20, cells=8)
    (source,) = add_sources(folder)
    fresh = make_text(folder)
    assert warnings(fresh) == [] and "was measured before" not in fresh.text
    change(source)
    stale = make_text(folder)
    text = "results.h5 was measured before ensemble.h5 changed; run scorefield measure"
    assert warnings(stale) == [f"scorefield-analysis: warning: {text}"]
    assert text in stale.text.splitlines()[4]
    assert stale.run.stdout == fresh.run.stdout


def test_spread_warns_of_each_run(tmp_path: Path) -> None:
    folders = [write_output(tmp_path / f"seed{n}", processes=("ve",), times=2, samples=400, bins=20, cells=8) for n in range(2)]
    for folder in folders:
        add_sources(folder)
    assert run_command("spread", *folders).stderr == ""
    change(folders[1] / CHANGED)
    run = run_command("spread", *folders)
    assert run.returncode == 0
    assert run.stderr == (f"scorefield-analysis: warning: {folders[1]}: results.h5 was measured before {CHANGED} changed; run scorefield measure\n")
