"""What is compared with the exact and the published values: moments of a Gaussian; cumulants, and moments over n, of a quartic model."""

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from ..results import EVEN_ORDERS
from .action import GAUSSIAN, Action
from .names import CUMULANT, MOMENT, MOMENT_OVER, OrderName
from .published import ComplexRow, published_cumulants, published_moments, published_moments_over
from .records import Estimate, Orders, PlaneResults

LEAST_EXACT = 1e-9  # what is smaller, in errors, is the rounding of a 0


@dataclass(frozen=True)
class ComplexQuantity:
    """One table: name of each order, and Re and -Im, (8, 2), of the estimate and of the exact value."""

    key: str
    title: str
    name: OrderName
    estimate: Estimate
    exact: np.ndarray
    p_value: float
    published: Sequence[ComplexRow]
    sampled: Sequence["SampledRow"] = ()


@dataclass(frozen=True)
class SampledRow:
    """Samples of a diffusion model and of its score: Re and -Im, (8, 2), and the probability of a larger chi^2 against the walkers it learnt
    from.
    """

    name: str
    score: str
    estimate: Estimate
    p_value: float


def quantities(results: PlaneResults, action: Action) -> list[ComplexQuantity]:
    """The tables of a run, the main one first."""
    if action.name == GAUSSIAN:
        return [_quantity("moments", "Moments", MOMENT, results, published_moments(action)),
                _quantity("cumulants", "Cumulants", CUMULANT, results, [])]
    return [_quantity("cumulants", "Cumulants", CUMULANT, results, published_cumulants(action)),
            _quantity("moments", "Moments over n", MOMENT_OVER, results, published_moments_over(action),
                      1.0 / np.arange(1, len(results.moments.value) + 1))]


def _quantity(key: str, title: str, name: OrderName, results: PlaneResults, published: Sequence[ComplexRow],
              factor: np.ndarray | float = 1.0) -> ComplexQuantity:
    """Each order times its factor, with the sign of Im turned as it is published."""
    orders: Orders = getattr(results, key)
    factors = np.multiply.outer(np.broadcast_to(factor, len(orders.value)), (1.0, -1.0))
    sampled = []
    for each in results.diffusion.samples:
        of_samples = getattr(each, key)
        scaled = Estimate(factors * of_samples.estimate.value, np.abs(factors) * of_samples.estimate.error)
        sampled.append(SampledRow(each.label, each.score, scaled, of_samples.p_value))
    error = np.abs(factors) * orders.error
    exact = factors * orders.exact
    exact = np.where(np.abs(exact) < LEAST_EXACT * error, 0.0, exact)
    return ComplexQuantity(key, title, name, Estimate(factors * orders.value, error), exact, orders.p_value, published, sampled)


def exact_size(quantity: ComplexQuantity, order: int) -> float:
    """Modulus of the exact value of this order."""
    return float(np.hypot(*quantity.exact[order - 1]))


def comparable_orders(quantity: ComplexQuantity) -> list[int]:
    """Even orders whose exact value is not 0, of which a deviation can be given in %."""
    return [n for n in EVEN_ORDERS if exact_size(quantity, n) > 0.0]
