"""How numbers with a covariance come from independent noise of variance 1: gradients, whose products are the covariances."""

import numpy as np


def gradients_of_covariance(covariance: np.ndarray, error: np.ndarray) -> np.ndarray:
    """G (n, r) with G Gᵀ the covariance (n, n), r its rank. Made of correlations: numbers may be of any size, and some functions of
    others, so that eigenvalues vanish or come out below 0. Each row is scaled to its error exactly.
    """
    scale = np.where(error > 0.0, error, 1.0)
    eigenvalues, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    kept = eigenvalues > len(error) * np.finfo(float).eps * max(eigenvalues.max(initial=0.0), 1.0)
    return _with_errors(vectors[:, kept] * np.sqrt(eigenvalues[kept]), error)


def gradients_of_replicas(replicas: np.ndarray, error: np.ndarray) -> np.ndarray:
    """The same from jackknife replicas (bins, n), whose deviations from their mean have the correlations."""
    deviation = replicas - replicas.mean(axis=0)
    scale = np.where(error > 0.0, error, 1.0)
    _, sizes, vectors = np.linalg.svd(deviation / scale, full_matrices=False)
    kept = sizes > max(deviation.shape) * np.finfo(float).eps * sizes.max(initial=0.0)
    return _with_errors(vectors[kept].T * sizes[kept], error)


def covariance_of_replicas(replicas: np.ndarray) -> np.ndarray:
    """The covariance (n, n) of jackknife replicas (bins, n)."""
    bins = len(replicas)
    deviation = replicas - replicas.mean(axis=0)
    return (bins - 1) / bins * deviation.T @ deviation


def _with_errors(gradients: np.ndarray, error: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(gradients, axis=1)
    return gradients * np.divide(error, length, out=np.zeros_like(length), where=length > 0.0)[:, None]
