"""The resolved deck of a run (INI text with every key) and where two of them differ."""

import configparser
from pathlib import Path
from typing import Mapping

from .errors import UserError

OWN_SECTION = "run."  # seed, folder, threads, ...: how a run was made, not of what


def read_deck(text: str, folder: Path) -> dict[str, str]:
    """"section.key" -> value, in the order of the deck. UserError, naming the run's folder, if it is no deck."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=False)
    parser.optionxform = str
    try:
        parser.read_string(text)
    except configparser.Error:
        raise UserError(f"the deck in {folder / 'results.h5'} is no INI text; "
                        "write the file again with 'scorefield measure'") from None
    return {f"{section}.{key}": value for section in parser.sections() for key, value in parser.items(section)}


def deck_of(provenance: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The deck that a run's provenance holds, as read_deck gives it; empty without one."""
    return read_deck(provenance.get("deck", ""), folder)


def first_difference(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first key outside [run] that differs, with both values ("absent" where a deck lacks it)."""
    for key in [*one, *(key for key in other if key not in one)]:
        values = one.get(key, "absent"), other.get(key, "absent")
        if not key.startswith(OWN_SECTION) and values[0] != values[1]:
            return key, *values
    return None
