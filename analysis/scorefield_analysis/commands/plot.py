"""scorefield-analysis plot."""

import argparse
import re
from hashlib import blake2s
from pathlib import Path
from typing import Sequence

from ..errors import UserError
from ..estimates.panels import Panel, panels_of
from ..estimates.reader import read_estimates
from ..estimates.select import pattern_of
from ..outputs import written_aside
from ..reader import read_run
from ..spelling import listed, nearest
from ..tables import Table
from .command import RUN, Command, argument, warn_of_changes, warn_of_names

ENDINGS = (".png", ".pdf")
MOST_PANELS = 12
LONGEST_NAME = 80


def _plot(options: argparse.Namespace) -> str:
    runs = {options.folder: read_run(options.folder)}
    warn_of_changes(runs)
    panels = panels_of(options.folder, read_estimates(options.folder))
    if not options.quantities:
        return _list(panels)
    found = _chosen(panels, options.quantities)
    warn_of_names(runs, [name for panel in found for name in panel.names])
    target = options.to or options.folder / "report" / f"plot-{_in_a_file_name(options.quantities)}.png"
    if target.suffix not in ENDINGS:
        raise UserError(f"{target} is no name of a figure; let it end in {' or '.join(ENDINGS)}")
    _write(found, target)
    return str(target)


def _in_a_file_name(quantities: Sequence[str]) -> str:
    """Another one for other quantities: a long one is cut, and ends with a hash of all of them."""
    whole = re.sub("[^A-Za-z0-9]+", "-", " ".join(quantities).replace("*", " any ")).strip("-")
    if len(whole) <= LONGEST_NAME:
        return whole
    own = blake2s("\0".join(quantities).encode(), digest_size=4).hexdigest()
    return f"{whole[:LONGEST_NAME - len(own) - 1]}-{own}"


def _list(panels: Sequence[Panel]) -> str:
    """What there is: estimates with what they are drawn against, and how many single numbers."""
    rows: dict[str, list[str]] = {}
    for panel in panels:
        name = panel.names[-1]
        rows.setdefault(name, [panel.against or "groups", panel.names[0] if panel.names[0] != name else ""])
    return Table(["name", "against", "a single one"], [[name.replace("|", r"\|"), *(cell.replace("|", r"\|") for cell in cells)]
                                                       for name, cells in rows.items()]).markdown()


def _chosen(panels: Sequence[Panel], wanted: Sequence[str]) -> list[Panel]:
    """In the order of the names. UserError for one that fits nothing, or where there are too many."""
    found: dict[str, Panel] = {}
    for name in wanted:
        exact = [panel for panel in panels if panel.names[0] == name]  # before single numbers of an estimate that is drawn as a whole
        fitting = exact or [panel for panel in panels if any(map(pattern_of(name).fullmatch, panel.names))]
        if not fitting:
            alike = nearest(name, [panel.names[-1] for panel in panels], [panel.names[0] for panel in panels])
            raise UserError(f"nothing is called '{name}'; {alike} ('scorefield-analysis plot OUT' lists what there is)")
        found |= {panel.names[0]: panel for panel in fitting}
    if len(found) > MOST_PANELS:
        raise UserError(f"{len(found)} panels are too many for a figure; name at most {MOST_PANELS} of {listed(list(found))}")
    return list(found.values())


def _write(panels: Sequence[Panel], target: Path) -> None:
    # this loads matplotlib, which is slow: errors and help need not wait for it
    from ..figures.quantities import write_panels

    with written_aside(target) as partial:
        write_panels(panels, partial)


COMMAND = Command(
    name="plot",
    help="one figure of quantities by name; without a name, what can be drawn",
    description="Draws quantities of OUT/results.h5, a panel each, beside what is expected where that is known: correlators, propagators "
                "and others against what they depend on, single numbers along a process or of all samples side by side, histograms.",
    arguments=[
        RUN,
        argument("quantities", metavar="QUANTITY", nargs="*", help="names; * stands for any text"),
        argument("--to", metavar="FILE", type=Path, help="where it is written, .png or .pdf (OUT/report/plot-QUANTITY-....png)"),
    ],
    action=_plot,
)
