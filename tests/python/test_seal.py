"""The seal of a file, against checksums by the program's own code, real files, and damage."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import run_command
from scorefield_analysis import seal
from scorefield_analysis.seal import HDF5_SIGNATURE, PIECE, SEAL_SIZE, SEAL_TEXT, Seal, check_seal, seal_text, sealed_checksum
from synthetic import seal as put_seal

# Lengths behind the user block, and the checksum that src/base/hash.h gives of its second half and `content`: whole pieces and parts of one, words
# that do not fill the four chains, and bytes that do not fill a word.
CHECKSUMS = [
    (0, "fdbe3d2316576dc9"),
    (1, "9b7975b4bc0182df"),
    (8, "1e7ff793a758cc34"),
    (31, "2518ae2b5a82db7f"),
    (32, "422783e5793214f7"),
    (45, "47159f43dd48d4ee"),
    (1000, "81ddfeeaffeac1f3"),
    (PIECE, "73c8c9d13458e32c"),
    (5 * PIECE // 2 + 13, "3124a46e1831e62d"),
]


def content(size: int) -> bytes:
    index = np.arange(size, dtype=np.uint64)
    return ((index * index + index // 1009) % 256).astype(np.uint8).tobytes()


def sealed(size: int, digits: str) -> bytes:
    return seal_text(SEAL_SIZE + size, int(digits, 16)) + bytes(SEAL_SIZE - SEAL_TEXT) + content(size)


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
    assert text.rstrip(b"\0") == b"scorefield file\nbytes 1596696\nchecksum 6a56115a1823efca\n" and len(text) == SEAL_TEXT


def test_every_flipped_byte_is_seen(tmp_path: Path) -> None:
    """Also in the text and the padding of the seal; but a file without the seal's first line has none."""
    whole = sealed(45, "47159f43dd48d4ee")
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 4
        assert state(tmp_path / "file", data) is (Seal.NONE if at < len(seal.FIRST_LINE) else Seal.BROKEN), at


def test_pieces_that_change_places_are_seen(tmp_path: Path) -> None:
    whole = sealed(5 * PIECE // 2 + 13, "3124a46e1831e62d")
    start, behind = whole[:SEAL_TEXT], whole[SEAL_TEXT:]
    first, second, last = behind[:PIECE], behind[PIECE:][:PIECE], behind[2 * PIECE:]
    assert first != second
    assert state(tmp_path / "file", start + first + second + last) is Seal.GOOD
    assert state(tmp_path / "file", start + second + first + last) is Seal.BROKEN


def test_lengths(tmp_path: Path) -> None:
    whole = sealed(1000, "81ddfeeaffeac1f3")
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
