"""Momenta of a lattice."""

import numpy as np


def lattice_momenta(shape: tuple[int, int]) -> np.ndarray:
    """khat^2 = 4 sin^2(k_y/2) + 4 sin^2(k_x/2), Ly x (Lx/2+1), wave numbers as those of the spectrum."""
    y, x = shape
    along_y, along_x = np.sin(np.pi * np.arange(y) / y), np.sin(np.pi * np.arange(x // 2 + 1) / x)
    return 4.0 * (along_y[:, None] ** 2 + along_x[None, :] ** 2)
