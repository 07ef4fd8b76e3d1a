"""Published cumulants (G. Aarts, talk; arXiv 2410.21212), read from published.toml."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Mapping

import numpy as np

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from .results import EVEN_ORDERS


@dataclass(frozen=True)
class PublishedRow:
    """One published row: kappa_2, kappa_4, kappa_6, kappa_8 with their errors, by order."""

    name: str
    value: Mapping[int, float]
    error: Mapping[int, float]


@dataclass(frozen=True)
class PublishedTable:
    """The published table: its data (training ensemble), and the rows of the processes by name (ve, vp)."""

    exact: Mapping[int, float]
    data: PublishedRow
    processes: Mapping[str, PublishedRow]

    @property
    def rows(self) -> list[PublishedRow]:
        """All rows with errors, the data first."""
        return [self.data, *self.processes.values()]


def published_section(name: str) -> dict[str, Any]:
    """A section of published.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("published.toml").read_text(encoding="utf-8"))[name]


def _row(table: dict[str, dict[str, list[float]]], key: str, name: str) -> PublishedRow:
    entries = {n: table[key][f"k{n}"] for n in EVEN_ORDERS}
    return PublishedRow(name, {n: entry[0] for n, entry in entries.items()},
                        {n: entry[1] for n, entry in entries.items()})


@cache
def two_peak() -> PublishedTable:
    """The table of the two-peak model."""
    table = published_section("two_peak")
    return PublishedTable(
        exact={n: table["exact"][f"k{n}"] for n in EVEN_ORDERS},
        data=_row(table, "data", "Data, published"),
        processes={"ve": _row(table, "ve", "VE, published"), "vp": _row(table, "vp", "VP, published")},
    )


@cache
def phi4_broken() -> list[PublishedRow]:
    """Site cumulants of phi^4 at kappa = 0.4 and lambda = 0.022 on 32 x 32, of fields scaled to [-1, 1]."""
    table = published_section("phi4_32")
    return [_row(table, "hmc", "HMC, published, scaled"), _row(table, "dm", "Diffusion model, published, scaled")]


PHI4_BROKEN = {"model.name": "phi4", "model.kappa": "0.4", "model.lambda": "0.022", "lattice.size": "32, 32"}


def phi4_published_for(deck: Mapping[str, str]) -> list[PublishedRow]:
    """The published rows of phi^4 if they are of the model of this deck ("section.key" -> value), else none."""
    return phi4_broken() if all(deck.get(key) == value for key, value in PHI4_BROKEN.items()) else []


def published_for(exact: np.ndarray | None) -> PublishedTable | None:
    """The published table if it is of the model with these exact cumulants (8), else None."""
    table = two_peak()
    if exact is None:
        return None
    same = all(np.isclose(exact[n - 1], table.exact[n], rtol=1e-9, atol=0.0) for n in EVEN_ORDERS)
    return table if same else None
