"""Slice correlators of an ensemble without Fourier transforms: sums over slices, a configuration and a chain at a time."""

from pathlib import Path

import h5py
import numpy as np
from program import contents


def slice_replicas(folder: Path, summed: int) -> np.ndarray:
    """Jackknife replicas (bins, distances) of the connected correlator of averages over the axis `summed` (2: x, 1: y), in the bins that
    results.h5 tells of; all chains of one length.
    """
    field, chain = (contents(folder / "ensemble.h5")[name] for name in ("field", "chain"))
    with h5py.File(folder / "results.h5") as file:
        size = int(file["ensemble"].attrs["bin_size"])
    bins = []
    for number in np.unique(chain):
        members = np.flatnonzero(chain == number)
        parts = max(len(members) // size, 1)
        bounds = np.arange(parts + 1) * len(members) // parts
        bins += [members[first:last] for first, last in zip(bounds[:-1], bounds[1:])]
    slices = field[:, 0].mean(axis=summed)
    extent = slices.shape[1]
    correlator = np.stack([(slices * np.roll(slices, -t, axis=1)).mean(axis=1) for t in range(extent // 2 + 1)], axis=1)
    without = [np.setdiff1d(np.arange(len(field)), each) for each in bins]
    return np.array([correlator[rest].mean(axis=0) - field[rest].mean() ** 2 for rest in without])
