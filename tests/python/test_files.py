"""verify and info: what is whole passes, what is damaged is named."""

import os
import shutil
from pathlib import Path

import h5py
import pytest
from conftest import run_command
from markdown_tables import read_tables
from synthetic import seal


@pytest.fixture
def run(make_output, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(make_output("files", processes=("ve",), times=2), tmp_path / "out"))
    for path in folder.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            file.attrs["schema_version"] = 2
            file.require_group("provenance" if path.name == "results.h5" else "reference")
        seal(path)
    return folder


def test_a_whole_run(run: Path) -> None:
    said = run_command("verify", run)
    assert said.returncode == 0, said.stdout + said.stderr
    (table,) = read_tables(said.stdout)
    assert set(table) == {path.name for path in run.glob("*.h5")}
    assert {row["seal"] for row in table.values()} == {"as it was sealed"} and {row["contents"] for row in table.values()} == {"as it should be"}


def test_what_is_damaged_is_named(run: Path) -> None:
    """A flipped byte; a file of another schema, sealed well; checkpoints cut short and without a seal; a pipe."""
    results = run / "results.h5"
    data = bytearray(results.read_bytes())
    data[-5] ^= 1
    results.write_bytes(data)
    (model,) = run.glob("model-*.h5")
    with h5py.File(model, "r+") as file:
        file.attrs["schema_version"] = 1
    seal(model)
    (run / "checkpoint").mkdir()
    (run / "checkpoint" / "short").write_bytes(data[:300])
    (run / "checkpoint" / "zeros").write_bytes(bytes(len(data)))
    os.mkfifo(run / "pipe.h5")
    said = run_command("verify", run)
    assert said.returncode == 2 and said.stderr == (f"scorefield-analysis: error: not whole: {model.name}, pipe.h5, results.h5, checkpoint/short, "
                                                    "checkpoint/zeros; make them again, or fetch intact copies\n")
    (table,) = read_tables(said.stdout)
    assert table["checkpoint/short"]["contents"] == table["checkpoint/zeros"]["contents"] == "is no checkpoint, or one that is damaged"
    assert table["pipe.h5"]["contents"] == "is no regular file"
    assert table["results.h5"]["seal"].startswith("DAMAGED") and table[model.name]["contents"] == "schema_version is 1, not 2"


def test_what_a_kill_or_overwrite_leaves_is_no_fault(run: Path) -> None:
    """A checkpoint that was being written beside the whole ones, and a damaged one that was set aside."""
    whole = run / "checkpoint" / "samples-ve-exact.h5"
    whole.parent.mkdir()
    shutil.copyfile(run / "results.h5", whole)
    for name, size in (("samples-ve-exact.h5.partial", 300), ("forward-ve.h5.partial", 0), ("ensemble.h5.old", 100), ("ensemble.h5.old.2", 100)):
        (whole.parent / name).write_bytes(whole.read_bytes()[:size])
    said = run_command("verify", run)
    assert said.returncode == 0, said.stdout + said.stderr
    (table,) = read_tables(said.stdout)
    assert {name: row["contents"] for name, row in table.items() if name.startswith("checkpoint")} == {
        "checkpoint/samples-ve-exact.h5": "as it should be", "checkpoint/samples-ve-exact.h5.partial": "unfinished, replaced by the next run",
        "checkpoint/forward-ve.h5.partial": "unfinished, replaced by the next run"}


def test_info_names_every_dataset(run: Path) -> None:
    said = run_command("info", run / "results.h5")
    assert said.returncode == 0, said.stderr
    names: list[str] = []
    with h5py.File(run / "results.h5") as file:
        file.visititems(lambda name, item: names.append(f"/{name} {item.shape} {item.dtype}") if isinstance(item, h5py.Dataset) else None)
        version = file.attrs["schema_version"]
    lines = said.stdout.splitlines()
    assert set(names) <= set(lines) and f"  @schema_version = {version}" in lines


@pytest.mark.parametrize("command, make, cause", [
    ("verify", lambda path: path.mkdir(), "no HDF5 files in"),
    ("verify", lambda path: None, "no HDF5 files in"),
    ("info", lambda path: path.write_text("text"), "cannot read"),
    ("info", lambda path: None, "no "),
    ("info", os.mkfifo, "is no regular file"),
    ("info", lambda path: path.mkdir(), "is a folder; give a file in it"),
])
def test_nothing_to_look_at(tmp_path: Path, command: str, make, cause: str) -> None:
    make(tmp_path / "it")
    said = run_command(command, tmp_path / "it")
    assert said.returncode in (2, 3) and said.stdout == "" and said.stderr.count("\n") == 1
    assert said.stderr.startswith("scorefield-analysis: error: ") and cause in said.stderr
