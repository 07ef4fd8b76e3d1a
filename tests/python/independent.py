"""Cumulants by pyerrors: another code, another propagation of errors (linear), another recursion (raw moments)."""

from math import comb

import numpy as np
import pyerrors as pe


def pyerrors_cumulants(samples: np.ndarray, bins: int) -> list[pe.Obs]:
    """kappa_1 .. kappa_8; each of `bins` equal bins is one configuration of a chain without autocorrelation."""
    means = [(samples**n).reshape(bins, -1).mean(axis=1) for n in range(1, 9)]
    moments = [pe.Obs([mean], ["ensemble"]) for mean in means]
    kappa: list[pe.Obs] = []
    for n in range(1, 9):
        products = (comb(n - 1, j - 1) * kappa[j - 1] * moments[n - j - 1] for j in range(1, n))
        kappa.append(moments[n - 1] - sum(products))
    for cumulant in kappa:
        cumulant.gamma_method(S=0)
    return kappa
