"""Chooses estimates by name."""

import difflib
import re
from typing import Sequence

import numpy as np

from ..errors import UserError
from .record import Estimate

MOST_NAMED = 12  # in a message
MOST_ALIKE = 3  # of a misspelt one


def pattern_of(name: str) -> re.Pattern[str]:
    """What a name given by a user fits: "*" stands for any text, all else for itself."""
    return re.compile(".*".join(map(re.escape, name.split("*"))))


def listed(names: Sequence[str]) -> str:
    """Names in a message, not too many."""
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}, ..."


def nearest(name: str, wholes: Sequence[str], parts: Sequence[str] = ()) -> str:
    """For a message on a name that nothing has: those that are spelt nearly so, or else some of `wholes`, of `parts` where there are none.
    Places ("slices_y[3]") are not compared, for there may be a million; nothing is spelt like a name with "*".
    """
    compared = [] if "*" in name else list(dict.fromkeys(each for each in (*wholes, *parts) if "[" not in each))
    alike = difflib.get_close_matches(name, compared, MOST_ALIKE)
    if alike:
        return f"the nearest {'is' if len(alike) == 1 else 'are'} {', '.join(alike)}"
    return f"choose of {listed(list(dict.fromkeys(wholes or parts)))}"


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
