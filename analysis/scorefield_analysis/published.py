"""Published cumulants of the two-peak model (G. Aarts, talk; arXiv 2410.21212), read from published.toml."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Mapping

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


@cache
def two_peak() -> PublishedTable:
    """The table of the two-peak model."""
    text = resources.files(__package__).joinpath("published.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["two_peak"]

    def row(key: str, name: str) -> PublishedRow:
        entries = {n: table[key][f"k{n}"] for n in EVEN_ORDERS}
        return PublishedRow(name, {n: entry[0] for n, entry in entries.items()},
                            {n: entry[1] for n, entry in entries.items()})

    return PublishedTable(
        exact={n: table["exact"][f"k{n}"] for n in EVEN_ORDERS},
        data=row("data", "Data, published"),
        processes={"ve": row("ve", "VE, published"), "vp": row("vp", "VP, published")},
    )


def published_for(exact: np.ndarray | None) -> PublishedTable | None:
    """The published table if it is of the model with these exact cumulants (8), else None."""
    table = two_peak()
    if exact is None:
        return None
    same = all(np.isclose(exact[n - 1], table.exact[n], rtol=1e-9, atol=0.0) for n in EVEN_ORDERS)
    return table if same else None
