"""Diffusion models of complex Langevin walkers over runs of different seeds: the systematic error of a training, and walkers that no model
has learnt from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from ..chi_squared import ChiSquared, chi_squared
from ..errors import UserError
from ..notation import ABSENT, compact, exact_number, in_sigma, probability
from ..results import EVEN_ORDERS
from ..tables import Table
from .diffusion.records import SampledOrders
from .names import CUMULANT, MOMENT, OrderName
from .records import Orders, PlaneResults

LEAST_OF_ORDERS = 1e-10  # eigenvalue of a correlation matrix that can be inverted with any sense
PARTS = {"Re": 1.0, "-Im": -1.0}
EVEN = [2 * n - 2 + part for n in EVEN_ORDERS for part in range(2)]  # Re and Im, of the 16 numbers of orders 1 .. 8
NOTE = (
    "mean: over the runs, its error the statistical one, of samples and of walkers. spread: standard deviation over the runs. statistical: "
    "error of one run, of its samples and of the walkers that it learnt from. systematic: what the spread has beyond, the error of a training, "
    "0 where it has nothing; σ: deviation of the mean from the exact value, of samples with the systematic error of this mean."
)
INDEPENDENT_NOTE = (
    "Each run's samples against the walkers of the next run, which its model has never seen: χ² of Re and Im of n = 2, 4, 6, 8, with the full "
    "covariance of the samples, of these walkers, and of those that a learnt score was learnt from."
)


@dataclass(frozen=True)
class Sampled:
    """Samples of one score in each run, and whether it was learnt from the run's walkers."""

    members: Sequence[SampledOrders]
    learnt: bool


@dataclass(frozen=True)
class Members:
    """Of K runs: values and statistical errors (K, 8, 2)."""

    value: np.ndarray
    error: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        return self.value.mean(axis=0)

    @property
    def mean_error(self) -> np.ndarray:
        return np.sqrt((self.error**2).sum(axis=0)) / len(self.error)

    @property
    def spread(self) -> np.ndarray:
        return self.value.std(axis=0, ddof=1)

    @property
    def statistical(self) -> np.ndarray:
        return np.sqrt((self.error**2).mean(axis=0))

    @property
    def systematic(self) -> np.ndarray:
        return np.sqrt(np.maximum(0.0, self.spread**2 - self.statistical**2))


def spread_text(runs: Mapping[Path, PlaneResults]) -> str:
    """Tables of moments and of cumulants over runs of one deck, in Markdown."""
    labels = _labels(runs)
    first = next(iter(runs.values()))
    parts = []
    for key, name in (("cumulants", CUMULANT), ("moments", MOMENT)):
        walkers = [getattr(run, key) for run in runs.values()]
        samples = {label: Sampled([getattr(run.diffusion.samples[i], key) for run in runs.values()], first.diffusion.samples[i].score == "learnt")
                   for i, label in enumerate(labels)}
        parts += [_part_table(name, part, walkers, samples).markdown() for part in range(2)]
        parts.append(_independent_table(key, walkers, samples, [run.bins for run in runs.values()]).markdown())
    return "\n\n".join([*parts, NOTE, INDEPENDENT_NOTE])


def _labels(runs: Mapping[Path, PlaneResults]) -> list[str]:
    """Names of the samples that all runs have."""
    found = [[each.label for each in run.diffusion.samples] for run in runs.values()]
    if not found[0] or any(labels != found[0] for labels in found):
        raise UserError("the runs do not hold samples of the same scores; run the same deck with sample.score = learnt")
    return found[0]


def members_of(walkers: Sequence[Orders], samples: Sampled | None) -> Members:
    """Of the walkers, or of samples, to whose errors those of the walkers belong that a learnt score was learnt from."""
    errors = np.stack([each.error for each in walkers])
    if samples is None:
        return Members(np.stack([each.value for each in walkers]), errors)
    own = np.stack([each.estimate.error for each in samples.members])
    return Members(np.stack([each.estimate.value for each in samples.members]), np.hypot(own, errors) if samples.learnt else own)


def _part_table(name: OrderName, part: int, walkers: Sequence[Orders], samples: Mapping[str, Sampled]) -> Table:
    """Real parts, or minus imaginary ones as they are published."""
    label, sign = list(PARTS.items())[part]
    orders = [n - 1 for n in EVEN_ORDERS]
    exact = sign * walkers[0].exact[orders, part]
    rows = [["Exact", *map(exact_number, exact)]]
    for title, of in [("CL", None), *samples.items()]:
        members = members_of(walkers, of)
        mean, error, spread, statistical, systematic = (
            each[orders, part] for each in (members.mean, members.mean_error, members.spread, members.statistical, members.systematic))
        whole = error if of is None else np.hypot(error, systematic / np.sqrt(len(walkers)))
        rows.append([f"{title}, mean of {len(walkers)} runs", *(f"{compact(m, e)} {in_sigma((m - x) / w)}" if w > 0.0 else ABSENT
                                                                for m, e, w, x in zip(sign * mean, error, whole, exact))])
        rows += [[f"{title}, {what}", *(f"{value:.2g}" for value in values)]
                 for what, values in (("spread", spread), ("statistical", statistical), ("systematic", systematic))]
    return Table(["", *(f"{label} {name.text(n)}" for n in EVEN_ORDERS)], rows)


@dataclass(frozen=True)
class Comparison:
    """χ², None where there are too few bins, and the largest deviation in σ."""

    fit: ChiSquared | None
    largest: float


def against_other_walkers(made: SampledOrders, learnt_from: Orders | None, walkers: Orders, bins: int) -> Comparison:
    """Samples of a score, learnt from some walkers, against others. Numbers without an error (imaginary parts of a real theory) are left out."""
    covariance = made.covariance + walkers.covariance + (0.0 if learnt_from is None else learnt_from.covariance)
    known = [i for i in EVEN if covariance[i, i] > 0.0]
    off = (made.estimate.value - walkers.value).ravel()[known]
    covariance = covariance[np.ix_(known, known)]
    return Comparison(chi_squared(off, covariance, bins, LEAST_OF_ORDERS), float(np.abs(off / np.sqrt(np.diag(covariance))).max()))


def _independent_table(title: str, walkers: Sequence[Orders], samples: Mapping[str, Sampled],
                       bins: Sequence[int]) -> Table:
    """Samples of each run against the walkers of the next."""
    following = [*range(1, len(walkers)), 0]
    rows = []
    for label, sampled in samples.items():
        found = [against_other_walkers(made, walkers[k] if sampled.learnt else None, walkers[after], min(bins[k], bins[after]))
                 for k, (made, after) in enumerate(zip(sampled.members, following))]
        fits = [each.fit for each in found]
        rows.append([label, ", ".join(ABSENT if fit is None else f"{fit.value:.1f}" for fit in fits),
                     ", ".join(dict.fromkeys(ABSENT if fit is None else f"{fit.dof}" for fit in fits)),
                     ", ".join(probability(None if fit is None else fit.p_value) for fit in fits), f"{max(each.largest for each in found):.1f}σ"])
    return Table([title, "χ²", "numbers", "p", "largest"], rows)
