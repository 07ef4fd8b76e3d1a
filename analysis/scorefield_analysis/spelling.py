"""Names in messages: not too many, and those that a misspelt one is nearest to."""

import difflib
from typing import Sequence

MOST_NAMED = 12
MOST_ALIKE = 3


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
