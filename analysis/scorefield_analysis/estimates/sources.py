"""What numbers may come from: the folder of a run, a file of pyerrors, a file of 'scorefield-analysis export'."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Sequence

from ..errors import UserError
from ..lattice.names import CUMULANTS, MAIN, RATIOS
from .npz import read_npz
from .pyerrors_files import read_pyerrors
from .reader import read_estimates
from .record import ENSEMBLE, Estimate, Number

PYERRORS = (".json", ".json.gz", ".gz")
NUMPY = ".npz"
CONFIGURATIONS = (ENSEMBLE, "samples-", "finished-")  # how the names of groups begin whose numbers a table shows unasked
IN_SHORT = {"cumulants", "moments", "plane", "averages"}  # estimates in them that it shows
OF_A_LATTICE = "quantities"
SHOWN = {*MAIN, *CUMULANTS, *RATIOS}  # of a lattice


@dataclass(frozen=True)
class NamedSource:
    """Numbers by their labels, and which of them are shown if none is asked for; both in their order. wholes: labels of all numbers of an
    estimate, or of a group of results.h5, by its name.
    """

    name: str
    numbers: dict[str, Number]
    shown: Sequence[str]
    wholes: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_sources(paths: Sequence[Path]) -> list[NamedSource]:
    """Each by the name of its folder or file, by the whole path where two have the same. UserError for what is none of these."""
    names = [path.resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return [_source(name.replace("|", "/"), path) for name, path in zip(names, paths)]


def _source(name: str, path: Path) -> NamedSource:
    if path.name.endswith(PYERRORS):
        numbers = read_pyerrors(path)
    elif path.name.endswith(NUMPY):
        numbers = read_npz(path)
    elif path.is_file():
        raise UserError(f"{path} is no folder of a run, and neither of pyerrors (.json, .json.gz) nor of 'scorefield-analysis export' "
                        "(.npz) by its name; give one of these")
    else:
        return _run(name, read_estimates(path))
    return NamedSource(name, {number.label: number for number in numbers}, [number.label for number in numbers])


def _run(name: str, estimates: Sequence[Estimate]) -> NamedSource:
    numbers = {number.label: number for estimate in estimates for number in estimate.numbers()}
    own = [estimate for estimate in estimates if estimate.group.startswith(CONFIGURATIONS)] or list(estimates)
    lattice = [label for estimate in own if estimate.key == OF_A_LATTICE for label in estimate.labels if label.removeprefix(f"{estimate.group}/") in SHOWN]
    shown = lattice or [label for estimate in own if estimate.key in IN_SHORT for label in estimate.labels]
    return NamedSource(name, numbers, shown or list(numbers), _wholes(estimates))


def _wholes(estimates: Sequence[Estimate]) -> dict[str, list[str]]:
    """Labels by the names of estimates, and by those of groups."""
    found: dict[str, list[str]] = {}
    for estimate in estimates:
        labels = estimate.labels
        for whole in dict.fromkeys((estimate.name, estimate.group)):
            found.setdefault(whole, []).extend(labels)
    return found
