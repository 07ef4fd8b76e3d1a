"""Cumulants of one variable from its moments, and how an error of the moments becomes one of a cumulant.

Arrays are indexed by the order: moments[n] = <x^n>, moments[0] = 1. Complex moments work, too.
"""

from math import comb, factorial

import numpy as np


def cumulants(moments: np.ndarray) -> np.ndarray:
    """kappa[n]; m_n = sum_j binomial(n-1, j-1) kappa_j m_(n-j), solved for kappa_n."""
    kappa = np.zeros_like(moments)
    for n in range(1, len(moments)):
        kappa[n] = moments[n] - sum(comb(n - 1, j - 1) * kappa[j] * moments[n - j] for j in range(1, n))
    return kappa


def influence(moments: np.ndarray, order: int) -> np.ndarray:
    """Coefficients a of d kappa_order = sum_k a[k] d m_k.

    K(t) = log M(t) changes by dM/M, so a[k] is order!/k! times the coefficient of t^(order-k) in 1/M(t).
    """
    inverse = [1.0]
    for n in range(1, order + 1):
        inverse.append(-sum(moments[k] / factorial(k) * inverse[n - k] for k in range(1, n + 1)))
    return np.array([0.0] + [factorial(order) / factorial(k) * inverse[order - k] for k in range(1, order + 1)])


def gaussian_moments(variance: complex, largest: int = 8) -> np.ndarray:
    """<x^n>, n = 0 .. largest, of a Gaussian around zero: (n-1)!! variance^(n/2)."""
    moments = np.zeros(largest + 1, dtype=np.result_type(variance, float))
    moments[0] = 1.0
    for n in range(2, largest + 1, 2):
        moments[n] = (n - 1) * variance * moments[n - 2]
    return moments
