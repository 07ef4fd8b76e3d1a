"""What a user does wrong is answered by one line with cause and cure, and exit code 2 (3 if writing failed)."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import h5py
import numpy as np
import pytest
from conftest import run_command, run_process
from scorefield_analysis.reader import read_losses, read_results
from synthetic import seal, write_output


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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others can reach, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="scorefield-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def run_without_rights(folder: Path) -> subprocess.CompletedProcess:
    """Runs the report as nobody, if we are root, whom no mode of a file stops."""
    code = ("import os, sys; from scorefield_analysis import cli\n"
            "cli._parser()\n"  # loads modules that nobody else may be able to
            "if os.geteuid() == 0: os.seteuid(65534)\n"
            "sys.exit(cli.main(['report', sys.argv[1]]))")
    return subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, timeout=120, check=False)


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


@pytest.mark.parametrize("name, cure", [("results.h5", "'scorefield measure'"), ("model-ve.h5", "'scorefield train'")])
def test_file_whose_seal_is_broken(output: Path, name: str, cure: str) -> None:
    """A bit of raw data, which HDF5 alone would read without a word."""
    seal(output / name)
    assert read_results(output).ensemble is not None and len(read_losses(output)) == 1
    data = bytearray((output / name).read_bytes())
    data[-1] ^= 1
    (output / name).write_bytes(data)
    assert_error("report", output, cause=f"{output / name} is damaged: its checksum is not that of its bytes", cure=cure)


@pytest.mark.parametrize("name, cure", [("results.h5", "'scorefield measure'"), ("model-ve.h5", "'scorefield train'")])
def test_what_stands_in_place_of_a_file(output: Path, name: str, cure: str) -> None:
    (output / name).write_bytes(b"")
    assert_error("report", output, cause=f"{output / name} is empty", cure=cure)
    (output / name).unlink()
    (output / name).mkdir()
    assert_error("report", output, cause=f"{output / name} is a folder where a file should be", cure=cure)
    (output / name).rmdir()
    os.mkfifo(output / name)
    assert_error("report", output, cause=f"{output / name} is no regular file", cure=cure)


@pytest.mark.parametrize("name, mode", [("results.h5", 0o000), ("model-ve.h5", 0o200), ("", 0o000), ("", 0o711)])
def test_what_may_not_be_read(intact: Path, open_folder: Path, name: str, mode: int) -> None:
    """A file, or the folder: also one whose files may be read, but which may not be listed to find the models."""
    output = Path(shutil.copytree(intact, open_folder / "output"))
    (output / name).chmod(mode)
    run = run_without_rights(output)
    (output / name).chmod(0o755)
    assert run.returncode == 3 and run.stdout == "", run.stderr
    assert run.stderr.startswith(f"scorefield-analysis: error: cannot read {output / name}") and run.stderr.count("\n") == 1
    assert "Permission denied; allow reading it" in run.stderr


@pytest.mark.parametrize("structure", [b"TREE", b"HEAP", b"SNOD"])
def test_damaged_structures_of_a_file_without_a_seal(output: Path, structure: bytes) -> None:
    """What HDF5 finds out is a RuntimeError of h5py: one line, too."""
    data = (output / "results.h5").read_bytes()
    assert data.count(structure) > 10
    root = data.index(structure) + len(structure)  # the first is that of the root group: all others are spoilt
    (output / "results.h5").write_bytes(data[:root] + data[root:].replace(structure, bytes(len(structure))))
    assert_error("report", output, cause="is damaged, or was not written by scorefield (", cure="scorefield measure")


def test_damaged_header_in_a_file_without_a_seal(output: Path) -> None:
    """A KeyError of h5py: there is such a name, but nothing behind it."""
    path = output / "results.h5"
    with h5py.File(path) as file:
        at = h5py.h5o.get_info(file["ensemble"].id).addr
    data = path.read_bytes()
    path.write_bytes(data[:at] + b"\xff" * 16 + data[at + 16:])
    assert_error("report", output, cause="is damaged, or was not written by scorefield (Unable to", cure="scorefield measure")


@pytest.mark.parametrize("change", [
    lambda file: file["ensemble"].attrs.create("samples", [1, 2]),
    lambda file: file["ensemble"].attrs.create("bins", "many"),
    lambda file: file["provenance"].attrs.create("version", b"\xff\xfe"),
    lambda file: (file.pop("ensemble"), file.create_dataset("ensemble", data=1.0)),
    lambda file: (file.pop("ensemble/cumulants/value"), file.create_group("ensemble/cumulants/value")),
])
def test_members_of_another_kind(output: Path, change: Callable[[h5py.File], object]) -> None:
    edit(output, change)
    assert_error("report", output, cause="results.h5", cure="write it again")


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
    assert "OUT/report/report.md" in run_process("report", "--help").stdout.replace("\n", " ")
    assert run_process("--version").stdout.startswith("scorefield-analysis 0.1.0")


@pytest.mark.parametrize("command", ["table", "plot", "--help", "report"])
@pytest.mark.parametrize("errors_too", [False, True])
def test_cut_output_ends_without_a_word(output: Path, command: str, errors_too: bool) -> None:
    """As "| head" and "2>&1 | head" cut it."""
    reader, writer = os.pipe()
    os.close(reader)
    code = "import sys; from scorefield_analysis.cli import main; sys.exit(main(sys.argv[1:]))"
    run = subprocess.run([sys.executable, "-c", code, command, *([] if command == "--help" else [str(output)])], stdout=writer,
                         stderr=writer if errors_too else subprocess.PIPE, timeout=120, check=False)
    os.close(writer)
    assert run.returncode == 141 or command == "--help" and run.returncode == 0  # argparse itself may pass over it
    assert errors_too or all(line.startswith(b"[") for line in run.stderr.splitlines()), run.stderr  # progress of a report


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


def test_a_full_disk_under_the_output(output: Path) -> None:
    code = "import sys; from scorefield_analysis.cli import main; sys.exit(main(sys.argv[1:]))"
    with open("/dev/full", "wb") as full:
        run = subprocess.run([sys.executable, "-c", code, "info", str(output / "results.h5")], stdout=full, stderr=subprocess.PIPE, text=True,
                             timeout=120, check=False)
    assert run.returncode == 3
    assert run.stderr == "scorefield-analysis: error: cannot write the output: No space left on device; redirect it elsewhere\n"
