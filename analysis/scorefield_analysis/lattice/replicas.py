"""Correlators of an ensemble in the bins of its measurement: what results.h5 has no covariance of.

All follow from the field's mean M and from |phi~(k)|^2/V, both averaged over the configurations of a bin.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

import h5py
import numpy as np

from ..configurations import MAKE_AGAIN, parts_of
from ..errors import UserError
from ..hdf5 import array, reading_part
from ..jackknife import variance_of_replicas
from ..seal import sealed_checksum

# as in src/observables/chain_sums.cpp, which bins whole blocks of configurations
MOST_NUMBERS, MOST_BLOCKS, FEWEST_BLOCKS = 1 << 25, 4096, 32
AGREEMENT = 1e-6  # with the measurement, of an error


@dataclass(frozen=True)
class Binning:
    """What results.h5 tells of the bins: configurations of each, how many there are, and the scalars measured beside the correlators."""

    bin_size: int
    bins: int
    scalars: int


@dataclass(frozen=True)
class CorrelatorReplicas:
    """Jackknife replicas without each bin: slices_y (bins, Ly/2+1), slices_x (bins, Lx/2+1), connected; spectrum (bins, Ly, Lx/2+1)."""

    slices_y: np.ndarray
    slices_x: np.ndarray
    spectrum: np.ndarray


def scalars_of(names: Sequence[str]) -> int:
    """How many scalars the program measures on a configuration: the quantities before the first that is derived from their means."""
    return list(names).index("kappa1_M") if "kappa1_M" in names else len(names)


def read_replicas(path: Path, checksum: str, binning: Binning) -> CorrelatorReplicas:
    """Reads the configurations once. UserError if the file is not the one with this checksum in its seal, or gives other bins."""
    with reading_part(path, MAKE_AGAIN) as file:
        if checksum and sealed_checksum(path) != checksum:
            raise UserError(f"{path} is not what was measured; run scorefield measure")
        field = file.get("field")
        if not isinstance(field, h5py.Dataset) or field.ndim != 4 or field.shape[1] != 1:
            raise UserError(f"{path} holds no real fields on a lattice; {MAKE_AGAIN}")
        chain = array(file, "chain") if "chain" in file else np.zeros(len(field), dtype=int)
        if len(chain) != len(field):
            raise UserError(f"{path}: /field and /chain do not belong together; {MAKE_AGAIN}")
        own = bins_of(chain, binning, _width(field.shape, binning.scalars))
        if own.max() + 1 != binning.bins:
            raise UserError(f"{path} gives {own.max() + 1} bins, its measurement had {binning.bins}; run scorefield measure")
        return _jackknife(field.shape, *_sums(path, field, own, binning.bins))


def _width(shape: Sequence[int], scalars: int) -> int:
    """Numbers that the program measures on a configuration."""
    y, x = shape[-2:]
    return scalars + y // 2 + 1 + x // 2 + 1 + y * (x // 2 + 1)


def bins_of(chain: np.ndarray, binning: Binning, width: int) -> np.ndarray:
    """The bin (N) of each configuration, by the rules of the program: chain after chain, of whole blocks in the order of the chain."""
    most = min(max(MOST_NUMBERS // width, FEWEST_BLOCKS), MOST_BLOCKS)
    block = max(1, -(-len(chain) // most))
    size = -(-binning.bin_size // block)
    result = np.empty(len(chain), dtype=int)
    first = 0
    for number in np.unique(chain):
        members = np.flatnonzero(chain == number)
        blocks = -(-len(members) // block)
        parts = max(blocks // size, 1)
        starts = np.arange(1, parts) * blocks // parts
        result[members] = first + np.searchsorted(starts, np.arange(len(members)) // block, side="right")
        first += parts
    return result


def _sums(path: Path, field: h5py.Dataset, own: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Configurations of each bin, and sums over them of M and of |phi~(k)|^2/V."""
    y, x = field.shape[-2:]
    means, powers = np.zeros(bins), np.zeros((bins, y, x // 2 + 1))
    for first, part in parts_of(path, field):
        transformed = np.fft.rfft2(part[:, 0].astype(float))
        for number, rows in _by_bin(own[first:first + len(part)]):
            means[number] += transformed[rows, 0, 0].real.sum() / (y * x)
            powers[number] += (transformed[rows].real ** 2 + transformed[rows].imag ** 2).sum(axis=0) / (y * x)
    return np.bincount(own, minlength=bins), means, powers


def _by_bin(own: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each bin in a part, and its configurations there."""
    order = np.argsort(own, kind="stable")
    numbers, starts = np.unique(own[order], return_index=True)
    return zip(numbers, np.split(order, starts[1:]))


def _jackknife(shape: Sequence[int], counts: np.ndarray, means: np.ndarray, powers: np.ndarray) -> CorrelatorReplicas:
    """All but one bin each time."""
    y, x = shape[-2:]
    left = counts.sum() - counts
    mean = (means.sum() - means) / left
    spectrum = (powers.sum(axis=0) - powers) / left[:, None, None]
    disconnected = mean[:, None] ** 2
    slices_y = np.fft.ifft(spectrum[:, :, 0], axis=1).real[:, :y // 2 + 1] / x - disconnected
    slices_x = np.fft.irfft(spectrum[:, 0, :], n=x, axis=1)[:, :x // 2 + 1] / y - disconnected
    return CorrelatorReplicas(slices_y, slices_x, spectrum)


def require_agreement(path: Path, name: str, replicas: np.ndarray, error: np.ndarray) -> None:
    """UserError unless replicas (bins, ...) have the errors (...) that were measured."""
    own = np.sqrt(variance_of_replicas(replicas))
    if not np.allclose(own, error, rtol=AGREEMENT, atol=AGREEMENT * np.abs(error).max()):
        raise UserError(f"the errors of {name} are not those of the configurations in {path}; run scorefield measure")
