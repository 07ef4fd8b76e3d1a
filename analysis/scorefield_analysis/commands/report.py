"""scorefield-analysis report."""

import argparse
from pathlib import Path

from ..complex_field.records import ComplexFieldResults
from ..errors import warn
from ..freshness import changed_note
from ..lattice.records import LatticeResults
from ..plane.records import PlaneResults
from ..reader import Run, read_losses, read_run
from ..results import Results
from .command import RUN, Command


def write_report_of(folder: Path, results: Run) -> str:
    """Writes the report on a run, of whichever kind it is, and returns its main tables."""
    losses = read_losses(folder) if isinstance(results, Results) else []
    note = changed_note(folder, results)
    if note is not None:
        warn(note)
    # these load matplotlib, which is slow: errors and help need not wait for it
    if isinstance(results, LatticeResults):
        from ..lattice.report import write_lattice_report

        return write_lattice_report(folder, results, note)
    if isinstance(results, ComplexFieldResults):
        from ..complex_field.report import write_complex_field_report

        return write_complex_field_report(folder, results, note)
    if isinstance(results, PlaneResults):
        from ..plane.report import write_plane_report

        return write_plane_report(folder, results, note)
    from ..report import write_report

    return write_report(folder, results, losses, note)


def _report(options: argparse.Namespace) -> str:
    return write_report_of(options.folder, read_run(options.folder))


COMMAND = Command(
    name="report",
    help="write OUT/report/report.md and its figures, and print the main tables",
    description="Reads OUT/results.h5 and OUT/model-*.h5 (of a lattice also a few configurations), writes "
                "OUT/report/report.md with every table and figure (PNG and PDF), and prints the main tables.",
    arguments=[RUN],
    action=_report,
)
