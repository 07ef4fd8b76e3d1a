"""What a user does wrong is answered by one line with cause and cure, and exit code 2 (3 if writing failed)."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Callable

import h5py
import numpy as np
import pytest
from conftest import run_command
from synthetic import write_output


@pytest.fixture(scope="module")
def intact(make_output: Callable[..., Path]) -> Path:
    return make_output("intact", processes=("ve",), times=2)


@pytest.fixture
def output(intact: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(intact, tmp_path / "output"))


def assert_error(*arguments: object, cause: str, cure: str, code: int = 2) -> None:
    run = run_command(*arguments)
    assert run.returncode == code, run.stderr
    assert run.stdout == ""
    lines = run.stderr.splitlines()
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("scorefield-analysis: error: ")
    assert cause in lines[0] and cure in lines[0].partition("; ")[2]


def edit(output: Path, change: Callable[[h5py.File], object]) -> None:
    with h5py.File(output / "results.h5", "a") as file:
        change(file)


def test_no_folder(tmp_path: Path) -> None:
    assert_error("report", tmp_path / "none", cause=f"no folder {tmp_path / 'none'}", cure="output folder of a run")


def test_no_results(tmp_path: Path) -> None:
    assert_error("report", tmp_path, cause="no results.h5 in", cure="scorefield measure")


def test_results_that_are_no_hdf5_file(output: Path) -> None:
    (output / "results.h5").write_text("nothing")
    assert_error("report", output, cause="results.h5 is not a readable HDF5 file", cure="scorefield measure")


def test_truncated_results(output: Path) -> None:
    whole = (output / "results.h5").read_bytes()
    (output / "results.h5").write_bytes(whole[:len(whole) // 2])
    assert_error("report", output, cause="results.h5 is not a readable HDF5 file", cure="scorefield measure")


@pytest.mark.parametrize("version", [1, None])
def test_schema_of_another_version(output: Path, version: int | None) -> None:
    edit(output, lambda file: file.attrs.pop("schema_version"))
    if version is not None:
        edit(output, lambda file: file.attrs.create("schema_version", version))
    assert_error("report", output, cause=f"schema_version {version}, this analysis reads 2", cure="same release")


def test_results_without_a_measurement(output: Path) -> None:
    edit(output, lambda file: [file.pop(name) for name in list(file)])
    assert_error("report", output, cause="holds no measurement", cure="scorefield measure")


@pytest.mark.parametrize("group, member", [
    ("ensemble", "cumulants/error"), ("forward-ve", "histogram/exact"), ("samples-ve-learnt", "process"),
])
def test_missing_member_is_named(output: Path, group: str, member: str) -> None:
    edit(output, lambda file: (file[group].attrs if member == "process" else file[group]).pop(member))
    kind = "attribute" if member == "process" else "dataset"
    assert_error("report", output, cause=f"/{group} has no {kind} '{member}'", cure="write it again")


@pytest.mark.parametrize("name", ["process", "score"])
def test_unknown_process_or_score(output: Path, name: str) -> None:
    edit(output, lambda file: file["samples-ve-exact"].attrs.modify(name, "cfoo"))
    assert_error("report", output, cause=f"unknown {name} 'cfoo'", cure="expected ")


def test_damaged_dataset(output: Path) -> None:
    """A flipped bit that the dataset's checksum notices."""
    value = np.arange(1.0, 9.0)

    def replace(file: h5py.File) -> None:
        del file["ensemble/cumulants/value"]
        file["ensemble"].create_dataset("cumulants/value", data=value, chunks=(8,), fletcher32=True)

    edit(output, replace)
    data = bytearray((output / "results.h5").read_bytes())
    data[data.index(value.tobytes())] ^= 1
    (output / "results.h5").write_bytes(data)
    assert_error("report", output, cause="cannot read 'cumulants/value' of /ensemble", cure="write it again")


def test_model_that_cannot_be_read(output: Path) -> None:
    (output / "model-ve.h5").write_text("nothing")
    assert_error("report", output, cause="model-ve.h5 is not a readable HDF5 file", cure="train again")


def test_report_that_cannot_be_written(output: Path) -> None:
    (output / "report").write_text("in the way")
    assert_error("report", output, cause=f"cannot write {output / 'report'}: File exists", cure="free the path", code=3)


def test_figure_that_cannot_be_written(output: Path) -> None:
    (output / "report" / "comparison.png").mkdir(parents=True)
    run = run_command("report", output)
    assert run.returncode == 3 and "Traceback" not in run.stderr
    last = run.stderr.splitlines()[-1]
    assert last.startswith(f"scorefield-analysis: error: cannot write {output}/report/comparison.png: Is a directory;")


@pytest.mark.parametrize("arguments, cause", [
    ([], "COMMAND"), (["fly"], "invalid choice: 'fly'"), (["report"], "OUT"), (["report", "a", "b"], "b"),
])
def test_wrong_command_line(arguments: list[str], cause: str) -> None:
    assert_error(*arguments, cause=cause, cure="--help")


def test_help_and_version() -> None:
    assert "OUT/report/report.md" in run_command("report", "--help").stdout.replace("\n", " ")
    assert run_command("--version").stdout.startswith("scorefield-analysis 0.1.0")


def test_interrupt_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C once the first figure is written, while others are drawn. It goes to all processes, here as on a terminal; none may
    answer with a traceback.
    """
    folder = write_output(tmp_path / "output", processes=("ve", "vp"), times=2)
    code = "import sys; from scorefield_analysis.cli import main; sys.exit(main(['report', sys.argv[1]]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    assert process.stderr.readline().startswith("[")
    os.killpg(process.pid, signal.SIGINT)
    errors = process.stderr.read()
    assert process.wait(timeout=60) == 130
    assert errors.splitlines()[-1] == "scorefield-analysis: interrupted" and "Traceback" not in errors
    assert not (folder / "report" / "report.md").exists()
