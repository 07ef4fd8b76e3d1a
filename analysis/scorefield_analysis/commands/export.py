"""scorefield-analysis export."""

import argparse
from pathlib import Path
from typing import Sequence

from ..configurations import export_configurations
from ..errors import UserError, warn
from ..estimates.correlators import CORRELATORS, with_replicas
from ..estimates.npz import write_npz
from ..estimates.pyerrors_files import load_pyerrors, write_pyerrors
from ..estimates.reader import read_estimates
from ..estimates.record import Estimate
from ..estimates.select import chosen
from ..freshness import changed_note
from ..reader import read_run
from .command import Command, argument, names, warn_of_names

PYERRORS, NUMPY = "pyerrors", "numpy"
ENDINGS = {PYERRORS: (".json.gz", ".json"), NUMPY: (".npz",)}  # of estimates, the first is that of the file beside results.h5
OF_CONFIGURATIONS = (".npy",)
DESCRIPTION = (
    "Estimates of the scorefield run {run}. Correlations are known within an estimate that has a covariance, and between the slice "
    "correlators of one ensemble; those between other estimates are not known, and are taken for 0."
)


def _export(options: argparse.Namespace) -> str:
    if options.source.is_file():
        return _export_configurations(options)
    return _export_estimates(options, options.format or PYERRORS)


def _export_configurations(options: argparse.Namespace) -> str:
    if options.quantities is not None or options.format == PYERRORS:
        raise UserError("configurations are exported as they are; leave out --quantities, and choose --format numpy, "
                        "or give the output folder of the run for its estimates")
    return export_configurations(options.source, _target(options, options.source.with_suffix(""), OF_CONFIGURATIONS))


def _target(options: argparse.Namespace, beside: Path, endings: Sequence[str]) -> Path:
    """Where the user wants it, or `beside` with the first ending. UserError for a name by which it would not be known again."""
    if options.to is None:
        return beside.with_name(beside.name + endings[0])
    if not options.to.name.endswith(tuple(endings)):
        raise UserError(f"{options.to} would not be known for what it holds; let its name end in {' or '.join(endings)}")
    return options.to


def _export_estimates(options: argparse.Namespace, kind: str) -> str:
    folder = options.source
    if kind == PYERRORS:
        load_pyerrors()
    target = _target(options, folder / "estimates", ENDINGS[kind])
    run = read_run(folder)
    note = changed_note(folder, run)
    if note is not None:
        warn(note)
    estimates = _estimates(folder, names(options.quantities))
    warn_of_names({folder: run}, [name for each in estimates for name in ([each.name] if each.has_places else each.labels)])
    description = DESCRIPTION.format(run=folder.resolve().name)
    if kind == NUMPY:
        write_npz(target, estimates, description)
        left_out = []
    else:
        left_out = write_pyerrors(target, estimates, description)
    if left_out:
        warn(f"left out what is no number: {', '.join(left_out)}")
    return f"{target}: {sum(each.value.size for each in estimates) - len(left_out)} numbers of {len(estimates)} estimates"


def _estimates(folder: Path, wanted: Sequence[str] | None) -> list[Estimate]:
    """The chosen ones, correlators with their replicas if the configurations are there."""
    estimates = read_estimates(folder)
    found = chosen(estimates, wanted)
    groups = sorted({each.group for each in found if each.key in CORRELATORS})
    if not groups:
        return found
    try:
        return chosen(with_replicas(folder, estimates, groups), wanted)
    except UserError as error:
        warn(f"the points of correlators are exported without their correlations: {error}")
        return found


COMMAND = Command(
    name="export",
    help="estimates of a run for pyerrors or numpy, configurations as a numpy array",
    description="Writes all estimates of OUT/results.h5 with their errors and covariances into OUT/estimates.json.gz (pyerrors) or "
                "OUT/estimates.npz (numpy). Correlators of lattice fields get the covariance of their points from the configurations. Of a "
                "file of configurations it writes these as an array beside it (.npy), which 'generate.algorithm = import' can read.",
    arguments=[
        argument("source", metavar="OUT", type=Path, help="output folder of a run, or a file of configurations in it (OUT/ensemble.h5)"),
        argument("--format", choices=(PYERRORS, NUMPY), help="of what is written (pyerrors; of configurations always numpy)"),
        argument("--quantities", metavar="A,B,...", help="estimates, groups of results.h5, single numbers; * stands for any text"),
        argument("--to", metavar="FILE", type=Path, help="where it is written"),
    ],
    action=_export,
)
