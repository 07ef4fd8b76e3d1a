"""How reports on complex Langevin tell the verdict of the criteria."""

import re

from .records import GOOD, Criteria

CRITERIA_NOTE = (
    "Averages are those with exp(-S) only if the drift K falls faster than any power: the exponent of its tail then grows "
    "towards rarer values (by p per factor e in the share, where the tail is exp(-u^p)). Boundary terms and ⟨L zⁿ⟩, with the "
    "Langevin operator L, must vanish. None of these needs an exact result. Where a tail falls like a power, the "
    "errors of high powers mean nothing either."
)
UNSEEN = "though the criteria see nothing; half of generate.step, or more generate.samples, tells why"  # that a number is not the exact one


def shown(text: str) -> str:
    """Averages in other brackets: Markdown takes <L z> for a tag, and shows nothing."""
    return re.sub("<([^<>]*)>", r"⟨\1⟩", text)


def verdict_line(criteria: Criteria) -> str:
    """The first line of a report; in bold unless it is good."""
    verdict = shown(criteria.text)
    verdict = f"{verdict[:1].upper()}{verdict[1:]}."
    return verdict if criteria.verdict == GOOD else f"**{verdict}**"


def bad_verdict(criteria: Criteria) -> list[str]:
    """The verdict, unless it is good."""
    return [] if criteria.verdict == GOOD else [shown(criteria.text)]
