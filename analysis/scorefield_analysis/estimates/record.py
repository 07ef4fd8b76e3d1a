"""An estimate: numbers with errors, and what each of them belongs to."""

from dataclasses import dataclass
from typing import Sequence

import numpy as np

ENSEMBLE = "ensemble"
PARTS = ("Re", "Im")
SYMBOLS = {"cumulants": "kappa", "moments": "moment"}  # of what has an order
NAMING = ("label", "name", "order", "part")  # kinds of axes whose values are in labels; of all others it is the place
NAMED_ALONE = ("quantities", "averages", "plane")  # whose names say all


@dataclass(frozen=True)
class Axis:
    """One axis of an estimate. kind: "name" (values are names), "label" (whole labels), "order", "part" (Re, Im), or what the numbers in
    `values` are, as "time" and "distance". Values may depend on the recorded time, and then have it as first axis.
    """

    kind: str
    values: np.ndarray


@dataclass(frozen=True)
class Number:
    """A single number of an estimate under its label."""

    label: str
    value: float
    error: float

    @property
    def is_finite(self) -> bool:
        """Whether it has a value and an error."""
        return bool(np.isfinite([self.value, self.error]).all())


@dataclass(frozen=True)
class Estimate:
    """value and error, of the shape of the axes; exact (or None) likewise, NaN where it is not known.

    ensemble: names the configurations it is of, whatever folder they are in: estimates of different ensembles are independent.
    group: of results.h5; key: the rest of the path there. covariance (n, n) of the n numbers in C order, where it is known. replicas
    (bins, n): values without each bin; estimates of one group that have them have them of the same bins.
    gradients (n, r), where the covariance is known: with respect to independent noise of variance 1, whose name is `noise`. Estimates of
    the same noise are correlated.
    """

    ensemble: str
    group: str
    key: str
    value: np.ndarray
    error: np.ndarray
    axes: Sequence[Axis]
    exact: np.ndarray | None = None
    covariance: np.ndarray | None = None
    replicas: np.ndarray | None = None
    gradients: np.ndarray | None = None
    noise: str = ""

    @property
    def name(self) -> str:
        """The path in results.h5, without the group where it is the ensemble."""
        return in_group(self.group, self.key)

    @property
    def labels(self) -> list[str]:
        """A name for each number, in C order: "abs_M", "kappa_2", "Re moment_4", "slices_y[3]", "samples-vp-learnt/kappa_2"."""
        return [in_group(self.group, self.own_label(index)) for index in np.ndindex(self.value.shape)]

    @property
    def has_places(self) -> bool:
        """Whether its labels say at which place of an array a number is, as "slices_y[3]" does."""
        return any(axis.kind not in NAMING for axis in self.axes)

    def part(self, chosen: np.ndarray) -> "Estimate":
        """Some of its numbers, by their places in C order, under the names that they have here."""
        names = [self.own_label(np.unravel_index(place, self.value.shape)) for place in chosen]
        return Estimate(
            self.ensemble, self.group, self.key, self.value.ravel()[chosen], self.error.ravel()[chosen], [Axis("label", np.array(names))],
            exact=None if self.exact is None else self.exact.ravel()[chosen],
            covariance=None if self.covariance is None else self.covariance[np.ix_(chosen, chosen)],
            replicas=None if self.replicas is None else self.replicas[:, chosen],
            gradients=None if self.gradients is None else self.gradients[chosen], noise=self.noise)

    def numbers(self) -> list[Number]:
        """Each number, in C order."""
        return [Number(label, float(value), float(error)) for label, value, error in zip(self.labels, self.value.flat, self.error.flat)]

    def own_label(self, index: Sequence[int]) -> str:
        """Without the group."""
        stem, part, places = self.key, "", []
        for axis, i in zip(self.axes, index):
            if axis.kind == "label":
                stem = str(axis.values[i])
            elif axis.kind == "name":
                stem = str(axis.values[i]) if self.key in NAMED_ALONE else f"{self.key}/{axis.values[i]}"
            elif axis.kind == "order":
                stem = f"{SYMBOLS.get(self.key, self.key)}_{axis.values[i]}"
            elif axis.kind == "part":
                part = f"{PARTS[i]} "
            else:
                places.append(str(i))
        place = f"[{','.join(places)}]" if places else ""
        return f"{part}{stem}{place}"


def in_group(group: str, name: str) -> str:
    """The name of something in a group of results.h5."""
    return name if group == ENSEMBLE else f"{group}/{name}"
