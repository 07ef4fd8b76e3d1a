"""The command scorefield-analysis."""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Mapping, Sequence

from .complex_field.records import ComplexFieldResults
from .errors import UserError
from .files import describe, verify
from .freshness import changed_note
from .lattice.records import LatticeResults
from .plane.records import PlaneResults
from .plane.spread import spread_text
from .reader import Run, read_ensemble, read_field, read_losses, read_run, require_results
from .results import Results
from .spread import require_one_deck, spread_table

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 2 (bad input), 3 (output failed) or 130 (interrupted)."""
    options = _parser().parse_args(arguments)
    # a terminal that cannot show κ or σ gets a "?" in its place, not an encoding error
    sys.stdout.reconfigure(errors="replace")
    try:
        print(options.action(options))
    except UserError as error:
        print(f"scorefield-analysis: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("scorefield-analysis: interrupted", file=sys.stderr)
        return INTERRUPTED
    return 0


def _report(options: argparse.Namespace) -> str:
    return _write_report(options.folder, read_run(options.folder))


def _write_report(folder: Path, results: Run) -> str:
    losses = read_losses(folder) if isinstance(results, Results) else []
    note = changed_note(folder, results)
    if note is not None:
        print(f"scorefield-analysis: warning: {note}", file=sys.stderr, flush=True)
    # these load matplotlib, which is slow: errors and help need not wait for it
    if isinstance(results, LatticeResults):
        from .lattice.report import write_lattice_report

        return write_lattice_report(folder, results, note)
    if isinstance(results, ComplexFieldResults):
        from .complex_field.report import write_complex_field_report

        return write_complex_field_report(folder, results, note)
    if isinstance(results, PlaneResults):
        from .plane.report import write_plane_report

        return write_plane_report(folder, results, note)
    from .report import write_report

    return write_report(folder, results, losses, note)


def _spread(options: argparse.Namespace) -> str:
    _require_different(options.folders)
    runs = {folder: read_run(folder) for folder in options.folders}
    in_the_plane = all(isinstance(run, PlaneResults) for run in runs.values())
    if not in_the_plane:
        runs = {folder: require_results(folder, run) for folder, run in runs.items()}
    require_one_deck(runs)
    return spread_text(runs) if in_the_plane else spread_table(runs).markdown()


def _compare(options: argparse.Namespace) -> str:
    _require_different(options.folders)
    runs = {folder: read_ensemble(folder) for folder in options.folders}
    _warn_of_changes(runs)
    from .lattice.compare import write_comparison

    return write_comparison(options.to or options.folders[0] / "report", runs, _names(options.quantities))


def _scan(options: argparse.Namespace) -> str:
    _require_different(options.folders)
    runs = {folder: read_field(folder) for folder in options.folders}
    _warn_of_changes(runs)
    from .complex_field.scan_report import write_scan

    return write_scan(options.to or options.folders[0] / "report", runs, options.against.removeprefix("model."),
                      _names(options.quantities), options.exact)


def _reproduce(options: argparse.Namespace) -> str:
    from .reproduce.runs import runs_in, write_reproduction

    folders = runs_in(options.folders)
    return write_reproduction(options.to or options.folders[0] / "reproduce", folders, options.again, _write_report)


def _verify(options: argparse.Namespace) -> str:
    table, wrong = verify(options.folder)
    if wrong:
        print(table.markdown())
        raise UserError(f"not whole: {', '.join(wrong)}; make them again, or fetch intact copies")
    return table.markdown()


def _info(options: argparse.Namespace) -> str:
    return "\n\n".join(map(describe, options.files))


def _warn_of_changes(runs: Mapping[Path, LatticeResults | ComplexFieldResults]) -> None:
    """Runs that were made anew since they were measured."""
    for folder, results in runs.items():
        note = changed_note(folder, results)
        if note is not None:
            print(f"scorefield-analysis: warning: {folder}: {note}", file=sys.stderr, flush=True)


def _names(joined: str | None) -> list[str] | None:
    """Names separated by commas."""
    return None if joined is None else [name.strip() for name in joined.split(",")]


def _require_different(folders: Sequence[Path]) -> None:
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UserError("a folder is given twice; each run counts once")


class _Parser(argparse.ArgumentParser):
    """Reports a bad command line in one line, like every other error."""

    def error(self, message: str) -> None:
        print(f"scorefield-analysis: error: {message}; see 'scorefield-analysis --help'", file=sys.stderr)
        sys.exit(UserError.exit_code)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="scorefield-analysis", description="Tables and figures from the output of scorefield.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('scorefield-analysis')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="write OUT/report/report.md and its figures, and print the main tables",
        description="Reads OUT/results.h5 and OUT/model-*.h5 (of a lattice also a few configurations), writes "
                    "OUT/report/report.md with every table and figure (PNG and PDF), and prints the main tables.",
    )
    report.add_argument("folder", metavar="OUT", type=Path, help="output folder of a run (run.output of its deck)")
    report.set_defaults(action=_report)
    spread = commands.add_parser(
        "spread",
        help="compare learnt scores of runs with different seeds",
        description="Prints the deviation of learnt samples from their training ensembles, in %: mean over the runs with "
                    "its error, standard deviation over the runs, and the statistical error of one run. Of complex Langevin walkers "
                    "it prints moments and cumulants, and compares each run's samples with the walkers of the next. The runs are of "
                    "one deck, and differ in run.seed.",
    )
    spread.add_argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of the runs")
    spread.set_defaults(action=_spread)
    compare = commands.add_parser(
        "compare",
        help="compare ensembles on a lattice, Langevin runs of several steps with HMC among them",
        description="Prints quantities of runs on a lattice beside each other, the deviation of each pair in standard "
                    "errors, and for Langevin runs of different steps the bias with its extrapolation; writes this "
                    "with its figures (PNG and PDF) into OUT/report of the first run. The runs differ in run.seed.",
    )
    compare.add_argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of the runs")
    compare.add_argument("--quantities", metavar="A,B,...", help="what is compared, by the names in results.h5")
    compare.add_argument("--to", metavar="FOLDER", type=Path, help="where it is written")
    compare.set_defaults(action=_compare)
    scan = commands.add_parser(
        "scan",
        help="averages of complex Langevin runs on a lattice against a coupling, as the density of the Bose gas against mu",
        description="Prints averages of runs that differ in one coupling, with their verdicts and, where they are known, their "
                    "deviations from exact values; writes this with its figure (PNG and PDF) into OUT/report of the first run.",
    )
    scan.add_argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of the runs")
    scan.add_argument("--against", metavar="KEY", default="mu", help="the coupling, a key of [model] (mu)")
    scan.add_argument("--quantities", metavar="A,B,...", help="averages, by the names in results.h5 (density,|phi|^2)")
    scan.add_argument("--exact", metavar="FILE", type=Path,
                      help="CSV of exact values: columns named as the coupling and the averages, phi2 standing for |phi|^2")
    scan.add_argument("--to", metavar="FOLDER", type=Path, help="where it is written")
    scan.set_defaults(action=_scan)
    reproduce = commands.add_parser(
        "reproduce",
        help="one page of all runs with every table and figure, and the tables for LaTeX",
        description="Brings the reports of the runs up to date and writes them all into one HTML page with its pictures inside, "
                    "reproduce/index.html of the first folder, and their tables into tables.tex beside it.",
    )
    reproduce.add_argument("folders", metavar="OUT", type=Path, nargs="+", help="output folders of runs, or folders that hold such (out)")
    reproduce.add_argument("--again", action="store_true", help="make all reports again")
    reproduce.add_argument("--to", metavar="FOLDER", type=Path, help="where it is written")
    reproduce.set_defaults(action=_reproduce)
    verified = commands.add_parser(
        "verify", help="compare all files of a run with their checksums",
        description="Compares each HDF5 file of OUT and its checkpoints with the checksum in its seal, and looks for what a file of its kind "
                    "must hold. Exit code 2 if one is not whole.")
    verified.add_argument("folder", metavar="OUT", type=Path, help="output folder of a run")
    verified.set_defaults(action=_verify)
    info = commands.add_parser("info", help="what files of a run hold", description="Prints seal, attributes and datasets of HDF5 files.")
    info.add_argument("files", metavar="FILE", type=Path, nargs="+", help="such as OUT/results.h5")
    info.set_defaults(action=_info)
    return parser
