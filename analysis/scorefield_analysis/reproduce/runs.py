"""Finds the runs, brings their reports up to date, and writes the page and the tables."""

import sys
import time
from pathlib import Path
from typing import Callable, Sequence

from ..decks import deck_of
from ..document import write_texts
from ..errors import UserError, warn
from ..freshness import changed_note
from ..reader import Run, read_run
from .latex import latex_document
from .page import Section, page, pictures_of

TITLE = "Lattice fields, complex Langevin and diffusion models"


def runs_in(folders: Sequence[Path]) -> list[Path]:
    """Folders with results.h5 among those given and, of one without, the folders in it; each once, in order. UserError if there are none."""
    found: list[Path] = []
    left_out: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"no folder {folder}; give output folders of runs, or a folder of such")
        if _is_measured(folder):
            inside = [folder]
        else:
            inside = sorted(path.parent for path in folder.glob("*/results.h5"))
            left_out += [each for each in [folder, *sorted(folder.glob("*/"))] if (each / "deck.ini").exists() and not _is_measured(each)]
        found += [each for each in inside if each.resolve() not in {known.resolve() for known in found}]
    if left_out:
        warn(f"left out what is not measured yet: {', '.join(map(str, left_out))}")
    if not found:
        raise UserError(f"no results.h5 in {', '.join(map(str, folders))} or in folders there; write it with 'scorefield measure'")
    return found


def _is_measured(folder: Path) -> bool:
    return (folder / "results.h5").exists()


def is_current(folder: Path, results: Run) -> bool:
    """Whether the report was written after the last measurement, of files that are still the same, and has all its pictures."""
    report = folder / "report" / "report.md"
    if not report.exists() or report.stat().st_mtime < (folder / "results.h5").stat().st_mtime or changed_note(folder, results):
        return False
    return all((report.parent / name).exists() for name in pictures_of(report.read_text(encoding="utf-8")))


def names_of(folders: Sequence[Path]) -> list[str]:
    """What the page calls the runs: their folders, with what is above them where two have one name."""
    last = [folder.resolve().name for folder in folders]
    return [f"{folder.resolve().parent.name}/{name}" if last.count(name) > 1 else name for folder, name in zip(folders, last)]


def write_reproduction(target: Path, folders: Sequence[Path], again: bool, report: Callable[[Path, Run], object]) -> str:
    """Writes target/index.html and target/tables.tex, with the reports made by `report` where they are missing or old, or all `again`.
    Returns what was written, in one line.
    """
    start = time.monotonic()
    sections = []
    for number, (folder, name) in enumerate(zip(folders, names_of(folders)), start=1):
        results = read_run(folder)
        current = not again and is_current(folder, results)
        print(f"[{number}/{len(folders)}] {folder}" + (": its report is up to date" if current else ""), file=sys.stderr, flush=True)
        if not current:
            report(folder, results)
        deck = deck_of(results.provenance, folder)
        text = (folder / "report" / "report.md").read_text(encoding="utf-8")
        sections.append(Section(number, name, deck.get("model.name", "unknown"), text, folder / "report"))
    write_texts(target, {"index.html": page(TITLE, sections),
                         "tables.tex": latex_document([(each.name, each.report) for each in sections])})
    return f"{target / 'index.html'} and tables.tex: {len(sections)} run{'' if len(sections) == 1 else 's'}, in {time.monotonic() - start:.0f} s"
