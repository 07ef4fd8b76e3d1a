"""The seal of a file: its size and checksum as text in the first half of HDF5's user block, written by the program (doc/file-formats.md).

It is compared before HDF5 sees the file: HDF5 crashes on some damaged files, and takes others for good.
"""

import os
import re
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import numpy as np

SEAL_SIZE = 512  # of the user block
SEAL_TEXT = 256  # of it; the checksum is of all behind
FIRST_LINE = b"scorefield file"
STATED = re.compile(FIRST_LINE + rb"\nbytes \d+\nchecksum ([0-9a-f]{16})\n")
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
PIECE = 1 << 20  # bytes of one word of the checksum
PIECES_AT_ONCE = 32  # hashed side by side: more would cost memory, and no longer save time
LANES = 4  # chains of words in each piece
FACTOR = np.uint64(0x9E3779B97F4A7C15)
START = np.uint64(0x243F6A8885A308D3)
LEFT, RIGHT = np.uint64(31), np.uint64(33)  # a rotation by 31 bits


class Seal(Enum):
    """Whether a file is as it was sealed; NONE: nobody sealed it, or another tool has rewritten it."""

    GOOD = "good"
    NONE = "none"
    BROKEN = "broken"


def check_seal(path: Path) -> Seal:
    """Compares a file with its seal, without HDF5, by the rules of the program. OSError if it cannot be read."""
    with path.open("rb") as file:
        start, behind = file.read(SEAL_SIZE), file.read(len(HDF5_SIGNATURE))
        if len(start) < SEAL_SIZE or not start.startswith(FIRST_LINE):
            return Seal.NONE if _is_unsealed(start, behind) else Seal.BROKEN
        size = os.fstat(file.fileno()).st_size
        return Seal.GOOD if start[:SEAL_TEXT] == seal_text(size, checksum(file)) else Seal.BROKEN


def sealed_checksum(path: Path) -> str | None:
    """The 16 hex digits of the checksum that a file's seal states, not compared with its bytes; None without a seal."""
    with path.open("rb") as file:
        stated = STATED.match(file.read(SEAL_TEXT))
    return stated[1].decode() if stated else None


def seal_text(size: int, total: int) -> bytes:
    """The first 256 bytes of a sealed file."""
    return FIRST_LINE + f"\nbytes {size}\nchecksum {total:016x}\n".encode().ljust(SEAL_TEXT - len(FIRST_LINE), b"\0")


def checksum(file: BinaryIO) -> int:
    """Sum over the pieces behind the seal of the hash of each at its position, modulo 2^64."""
    file.seek(SEAL_TEXT)
    total = 0
    first = 0
    while data := file.read(PIECES_AT_ONCE * PIECE):
        words = _hash_pieces(data)
        position = np.arange(first, first + len(words), dtype=np.uint64)
        total += int(_combine(_combine(np.full_like(words, START), position), words).sum(dtype=np.uint64))
        first += len(words)
    return total % 2**64


def _is_unsealed(start: bytes, behind: bytes) -> bool:
    """Zeros in place of the seal, or no room for one before HDF5's first bytes; or no HDF5 file at all."""
    return len(start) < SEAL_SIZE or not any(start) or start.startswith(HDF5_SIGNATURE) or behind != HDF5_SIGNATURE


def _hash_pieces(data: bytes) -> np.ndarray:
    """The hash of each piece of 1 MiB, the last one of what is left; shape (pieces), uint64."""
    values = np.frombuffer(data, dtype=np.uint8)
    whole = len(values) // PIECE * PIECE
    hashes = [_hash_rows(values[:whole].reshape(-1, PIECE))] if whole else []
    if whole < len(values):
        hashes.append(_hash_rows(values[None, whole:]))
    return np.concatenate(hashes)


def _hash_rows(rows: np.ndarray) -> np.ndarray:
    """hash_bytes of src/base/hash.h of each row; (P, n) to (P). Four chains of words, what is left over, the length.

    A chain takes one word after the other; the chains of all rows go side by side.
    """
    pieces, size = rows.shape
    even = size // (8 * LANES) * 8 * LANES
    steps = _words(rows[:, :even]).reshape(pieces, -1, LANES).swapaxes(0, 1)
    chains = np.tile(np.arange(1, LANES + 1, dtype=np.uint64), (pieces, 1))
    _run_chains(chains, np.ascontiguousarray(steps))
    for word in _words(rows[:, even:]).T:
        chains[:, 0] = _combine(chains[:, 0], word)
    result = np.full(pieces, size, dtype=np.uint64)
    for chain in chains.T:
        result = _combine(result, chain)
    return result


def _words(rows: np.ndarray) -> np.ndarray:
    """Rows of bytes (P, n) as rows of 8-byte words, the last one padded with zeros."""
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 8)))
    return padded.view("<u8").astype(np.uint64, copy=False)


def _run_chains(chains: np.ndarray, steps: np.ndarray) -> None:
    """Combines the chains (P, 4) with the words of each step (S, P, 4), in place: there are 32768 steps in a piece."""
    high = np.empty_like(chains)
    for words in steps:
        np.bitwise_xor(chains, words, out=chains)
        np.multiply(chains, FACTOR, out=chains)
        np.right_shift(chains, RIGHT, out=high)
        np.left_shift(chains, LEFT, out=chains)
        np.bitwise_or(chains, high, out=chains)


def _combine(hashes: np.ndarray, words: np.ndarray) -> np.ndarray:
    """hash_combine of src/base/hash.h: a bijection of either argument."""
    product = (hashes ^ words) * FACTOR
    return (product << LEFT) | (product >> RIGHT)
