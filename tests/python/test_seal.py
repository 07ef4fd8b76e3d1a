"""The seal of a file, against checksums by the program's own code, real files, and damage."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from scorefield_analysis import seal
from scorefield_analysis.seal import HDF5_SIGNATURE, PIECE, SEAL_SIZE, Seal, check_seal, seal_text, sealed_checksum
from synthetic import seal as put_seal

# Lengths behind the seal, and the checksum that src/base/hash.h gives of `content`: whole pieces and parts of one, words
# that do not fill the four chains, and bytes that do not fill a word.
CHECKSUMS = [
    (0, "0000000000000000"),
    (1, "9f8337ffde21da25"),
    (8, "3938cd9607903d98"),
    (31, "d5bea01306bb93f3"),
    (32, "f4e7f747070ef02f"),
    (45, "9c4a04d9a5cbb449"),
    (1000, "d9bcc767f70c4978"),
    (PIECE, "0970be98d99a5478"),
    (5 * PIECE // 2 + 13, "91b30085a1e0db73"),
]


def content(size: int) -> bytes:
    index = np.arange(size, dtype=np.uint64)
    return ((index * index + index // 1009) % 256).astype(np.uint8).tobytes()


def sealed(size: int, digits: str) -> bytes:
    return seal_text(SEAL_SIZE + size, int(digits, 16)) + content(size)


def state(path: Path, data: bytes) -> Seal:
    path.write_bytes(data)
    return check_seal(path)


@pytest.mark.parametrize("at_once", [1, 2, 32])
@pytest.mark.parametrize("size, digits", CHECKSUMS)
def test_checksums_are_those_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, digits: str,
                                            at_once: int) -> None:
    monkeypatch.setattr(seal, "PIECES_AT_ONCE", at_once)
    assert state(tmp_path / "file", sealed(size, digits)) is Seal.GOOD
    assert sealed_checksum(tmp_path / "file") == digits


def test_text_of_the_seal() -> None:
    text = seal_text(1596696, 0x6A56115A1823EFCA)
    assert text.rstrip(b"\0") == b"scorefield file\nbytes 1596696\nchecksum 6a56115a1823efca\n" and len(text) == SEAL_SIZE


def test_every_flipped_byte_is_seen(tmp_path: Path) -> None:
    """Also in the text and the padding of the seal; but a file without the seal's first line has none."""
    whole = sealed(45, "9c4a04d9a5cbb449")
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 4
        assert state(tmp_path / "file", data) is (Seal.NONE if at < len(seal.FIRST_LINE) else Seal.BROKEN), at


def test_pieces_that_change_places_are_seen(tmp_path: Path) -> None:
    whole = sealed(5 * PIECE // 2 + 13, "91b30085a1e0db73")
    first, second, last = whole[SEAL_SIZE:][:PIECE], whole[SEAL_SIZE + PIECE:][:PIECE], whole[SEAL_SIZE + 2 * PIECE:]
    assert first != second
    assert state(tmp_path / "file", whole[:SEAL_SIZE] + first + second + last) is Seal.GOOD
    assert state(tmp_path / "file", whole[:SEAL_SIZE] + second + first + last) is Seal.BROKEN


def test_lengths(tmp_path: Path) -> None:
    whole = sealed(1000, "d9bcc767f70c4978")
    assert state(tmp_path / "file", whole[:-1]) is Seal.BROKEN
    assert state(tmp_path / "file", whole + b"\0") is Seal.BROKEN
    assert state(tmp_path / "file", whole[:SEAL_SIZE]) is Seal.BROKEN
    assert state(tmp_path / "file", whole[:SEAL_SIZE - 1]) is Seal.NONE
    assert state(tmp_path / "file", b"") is Seal.NONE


def test_files_that_nobody_sealed(tmp_path: Path) -> None:
    behind = HDF5_SIGNATURE + content(100)
    assert state(tmp_path / "file", bytes(SEAL_SIZE) + behind) is Seal.NONE
    assert state(tmp_path / "file", behind + content(1000)) is Seal.NONE
    assert state(tmp_path / "file", b"somebody's text".ljust(SEAL_SIZE) + content(100)) is Seal.NONE
    assert state(tmp_path / "file", b"Scorefield file".ljust(SEAL_SIZE, b"\0") + behind) is Seal.BROKEN
    assert sealed_checksum(tmp_path / "file") is None


def test_every_real_file_is_as_it_was_sealed(real_output: Path) -> None:
    paths = sorted(real_output.glob("*.h5"))
    assert {"results.h5", "ensemble.h5", "model-ve.h5"} <= {path.name for path in paths}
    for path in paths:
        assert check_seal(path) is Seal.GOOD, path


@pytest.mark.parametrize("what", ["data", "metadata"])
def test_flipped_bit_in_a_real_file(real_output: Path, tmp_path: Path, what: str) -> None:
    path = Path(shutil.copy(real_output / "results.h5", tmp_path))
    data = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        dataset = file["samples-ve-exact/cumulants/value"]
        at = {"data": data.index(dataset[:].tobytes()), "metadata": SEAL_SIZE + h5py.h5o.get_info(dataset.id).addr}[what]
    data[at] ^= 1
    path.write_bytes(data)
    run = run_command("report", tmp_path)
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == (f"scorefield-analysis: error: {path} is damaged: its checksum is not that of its bytes; "
                          "write it again with 'scorefield measure'\n")


def test_sealed_by_us_is_sealed_for_the_reader(make_output) -> None:
    """The tests' own sealed files are what the program would have written."""
    folder = make_output("sealed", processes=(), samples=400, cells=10)
    put_seal(folder / "results.h5")
    assert check_seal(folder / "results.h5") is Seal.GOOD
    with h5py.File(folder / "results.h5") as file:
        assert file.userblock_size == SEAL_SIZE and "ensemble" in file
