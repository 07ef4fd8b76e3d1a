"""A few recorded times of a process that show how the data drown in noise."""

import numpy as np

from ..results import ProcessResult

NOISE_FRACTIONS = (0.0, 0.03, 0.15, 0.5, 0.85, 1.0)


def shown_times(group: ProcessResult) -> list[int]:
    """Indices of the recorded times nearest to given fractions of noise in the variance, in order of growing t.

    Fraction Ξ/κ_2(t) in 0 .. 1. Equal times would show different stages for different processes; these compare.
    """
    fraction = group.noise_variance / group.cumulants.exact[:, 1]
    nearest = {int(np.argmin(np.abs(fraction - target))) for target in NOISE_FRACTIONS}
    return sorted(nearest, key=lambda index: group.time[index])
