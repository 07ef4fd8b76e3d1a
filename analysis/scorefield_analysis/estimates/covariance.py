"""How numbers with a covariance come from independent noise of variance 1: gradients, whose products are the covariances."""

import numpy as np

SMALLEST = 1e-14  # variance that is left of a number, over all of it: rounding
NEAR_LARGEST = 0.5


def gradients_of(covariance: np.ndarray, error: np.ndarray) -> np.ndarray:
    """G (n, r) with G Gᵀ the covariance (n, n), r its rank; each row is scaled to its error exactly. NaN for what has no covariance.

    A Cholesky decomposition of the correlations: numbers may be of any size, and some functions of others. Rounding does not change the
    order in which the noises are taken (the next is that of the first number that keeps half as much variance as any), so that every
    export of a run, on any machine, has the same noise.
    """
    known = np.isfinite(covariance).sum(axis=1) == np.isfinite(covariance).sum(axis=1).max(initial=0)
    scale = np.where(error > 0.0, error, 1.0)
    result = np.full((len(error), 0), np.nan)
    if known.any() and np.isfinite(covariance[np.ix_(known, known)]).all():
        factor = _cholesky((covariance / np.outer(scale, scale))[np.ix_(known, known)])
        result = np.full((len(error), factor.shape[1]), np.nan)
        length = np.linalg.norm(factor, axis=1)
        result[known] = factor * np.divide(error[known], length, out=np.zeros_like(length), where=length > 0.0)[:, None]
    return result


def _cholesky(correlation: np.ndarray) -> np.ndarray:
    """L (n, r) with L Lᵀ the matrix, which need not have full rank."""
    left = correlation.copy()
    columns = []
    while len(left) and left.diagonal().max() > SMALLEST:
        pivot = int(np.argmax(left.diagonal() >= NEAR_LARGEST * left.diagonal().max()))
        column = left[:, pivot] / np.sqrt(left[pivot, pivot])
        left -= np.outer(column, column)
        left[pivot], left[:, pivot] = 0.0, 0.0
        columns.append(column)
    return np.column_stack(columns) if columns else np.zeros((len(correlation), 0))
