"""Colours that the figures of the complex plane share."""

from ...figures.style import DATA, LEARNT_SCORE, Look

PARTS = {"Re": Look(DATA.colour, "o", "Re"), "Im": Look(LEARNT_SCORE.colour, "^", "Im")}
