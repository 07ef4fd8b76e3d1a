"""Broken files for lattice runs: arrays to import and ensembles to start from, by name."""

import io
from pathlib import Path

import h5py
import numpy as np

SHAPE = (40, 4, 6)


def field(count: int = SHAPE[0]) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(count, *SHAPE[1:]))


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def with_value(bad: float, row: int) -> np.ndarray:
    array = field()
    array[row, 2, 1] = bad
    return array


def header(text: str) -> bytes:
    """A .npy file of version 1 with such a header and the right data."""
    line = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line + field().tobytes()


GOOD = npy(field())
ARRAYS: dict[str, bytes] = {
    "good": GOOD,
    "integers": npy(field().astype(int)),
    "complex": npy(field().astype(complex)),
    "big-endian": npy(field().astype(">f8")),
    "half": npy(field().astype(np.float16)),
    "fortran": npy(np.asfortranarray(field())),
    "truncated": GOOD[:-8],
    "cut-in-header": GOOD[:50],
    "cut-in-magic": GOOD[:4],
    "empty": b"",
    "trailing": GOOD + b"\0",
    "transposed": npy(field().transpose(0, 2, 1).copy()),
    "flat": npy(field().ravel()),
    "scalar": npy(np.float64(1.0)),
    "components": npy(np.repeat(field()[:, None], 2, axis=1)),
    "none": npy(field()[:0]),
    "too-few": npy(field(19)),
    "nan": npy(with_value(np.nan, 13)),
    "huge": npy(with_value(1e80, 13)),
    "inf": npy(with_value(-np.inf, 0)),
    "garbage": b"\x93NUMPY\x01\x00\x76\x00" + bytes(range(128, 246)) + field().tobytes(),
    "no-shape": header("{'descr': '<f8', 'fortran_order': False, }"),
    "negative-shape": header("{'descr': '<f8', 'fortran_order': False, 'shape': (-40, -4, 6), }"),
    "words-for-shape": header("{'descr': '<f8', 'fortran_order': False, 'shape': (40, four, 6), }"),
    "huge-shape": header("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999, 16), }"),
    "pickled": npy(np.array([{"a": 1}, None], dtype=object)),
    "structured": npy(np.zeros(SHAPE, dtype=[("re", "<f8"), ("im", "<f8")])),
    "text": b"1.0 2.0\n" * 1000,
}


def write(folder: Path) -> None:
    """All of them, and HDF5 files: ensembles with /field, and other ones."""
    for name, content in ARRAYS.items():
        (folder / f"{name}.npy").write_bytes(content)
    (folder / "folder.npy").mkdir()
    (folder / "text.h5").write_bytes(b"1.0 2.0\n" * 1000)
    for name, path, array in (
            ("good", "field", field()[:, None]),
            ("other-name", "phi", field()),
            ("other-lattice", "field", field().transpose(0, 2, 1)[:, None]),
            ("three-axes", "field", field()),
            ("nan", "field", with_value(np.nan, 38)[:, None]),
            ("early-nan", "field", with_value(np.nan, 1)[:, None]),
            ("few", "field", field(7)[:, None]),
            ("strings", "field", np.full((40, 1, 4, 6), b"1.0"))):
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file[path] = array
    chains = {"five-chains": np.arange(40) % 5, "chains-in-turn": np.arange(40) // 10, "no-chains": np.full(39, 7)}
    for name, chain in chains.items():
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["group/field"] = field()
            file["group/chain"] = chain
    with h5py.File(folder / "group.h5", "w") as file:
        file.create_group("field")
