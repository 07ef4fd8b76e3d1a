"""Chooses estimates by name."""

import re
from typing import Sequence

import numpy as np

from ..errors import UserError
from ..spelling import nearest
from .record import Estimate


def pattern_of(name: str) -> re.Pattern[str]:
    """What a name given by a user fits: "*" stands for any text, all else for itself."""
    return re.compile(".*".join(map(re.escape, name.split("*"))))


def chosen(estimates: Sequence[Estimate], wanted: Sequence[str] | None) -> list[Estimate]:
    """Those of these names, in the order of the names; all if none is given. A name is that of an estimate, of a group of results.h5, or
    of a single number; "*" stands for any text. Numbers of one estimate, by whatever names, are one part of it. UserError for a name that
    fits nothing.
    """
    if wanted is None:
        return list(estimates)
    places: dict[int, list[int]] = {}
    for name in wanted:
        for which, fitting in _named(estimates, name).items():
            places.setdefault(which, []).extend(fitting)
    return [_part(estimates[which], list(dict.fromkeys(fitting))) for which, fitting in places.items()]


def _part(estimate: Estimate, places: Sequence[int]) -> Estimate:
    return estimate if len(places) == estimate.value.size else estimate.part(np.array(places))


def _named(estimates: Sequence[Estimate], name: str) -> dict[int, Sequence[int]]:
    """Places in C order of the numbers that a name fits, by the estimate that they are in."""
    pattern = pattern_of(name)
    found: dict[int, Sequence[int]] = {}
    for which, estimate in enumerate(estimates):
        whole = pattern.fullmatch(estimate.name) or pattern.fullmatch(estimate.group)
        places = range(estimate.value.size) if whole else [i for i, label in enumerate(estimate.labels) if pattern.fullmatch(label)]
        if places:
            found[which] = places
    if not found:
        known = [each.name for each in estimates]
        labels = [label for each in estimates if not each.has_places for label in each.labels]
        raise UserError(f"there is no estimate '{name}'; {nearest(name, known, labels)}")
    return found
