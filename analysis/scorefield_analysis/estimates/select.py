"""Chooses estimates by name."""

import re
from typing import Sequence

import numpy as np

from ..errors import UserError
from .record import Estimate

MOST_NAMED = 30  # in a message


def pattern_of(name: str) -> re.Pattern[str]:
    """What a name given by a user fits: "*" stands for any text, all else for itself."""
    return re.compile(".*".join(map(re.escape, name.split("*"))))


def listed(names: Sequence[str]) -> str:
    """Names in a message, not too many."""
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}, ..."


def chosen(estimates: Sequence[Estimate], wanted: Sequence[str] | None) -> list[Estimate]:
    """Those of these names, in the order of the names; all if none is given. A name is that of an estimate, of a group of results.h5, or
    of a single number; "*" stands for any text. UserError for one that fits nothing.
    """
    if wanted is None:
        return list(estimates)
    return [part for name in dict.fromkeys(wanted) for part in _named(estimates, name)]


def _named(estimates: Sequence[Estimate], name: str) -> list[Estimate]:
    pattern = pattern_of(name)
    found = []
    for estimate in estimates:
        if pattern.fullmatch(estimate.name) or pattern.fullmatch(estimate.group):
            found.append(estimate)
            continue
        places = [i for i, label in enumerate(estimate.labels) if pattern.fullmatch(label)]
        if places:
            found.append(estimate.part(np.array(places)))
    if not found:
        raise UserError(f"there is no estimate '{name}'; choose of {listed([each.name for each in estimates])}, or of the numbers in them "
                        f"({listed(estimates[0].labels)})")
    return found

