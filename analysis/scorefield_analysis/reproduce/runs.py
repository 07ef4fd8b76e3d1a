"""Finds the runs, brings their reports up to date, and writes the page and the tables."""

import sys
import time
from pathlib import Path
from typing import Callable, Sequence

from ..decks import read_deck
from ..document import write_texts
from ..errors import UserError
from ..reader import Run, read_run
from .latex import latex_document
from .page import Section, page

TITLE = "Lattice fields, complex Langevin and diffusion models"


def runs_in(folders: Sequence[Path]) -> list[Path]:
    """Folders with results.h5 among those given and, of one without, the folders in it; each once, in order. UserError if there are none."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"no folder {folder}; give output folders of runs, or a folder of such")
        inside = [folder] if (folder / "results.h5").exists() else sorted(path.parent for path in folder.glob("*/results.h5"))
        found += [each for each in inside if each.resolve() not in {known.resolve() for known in found}]
    if not found:
        raise UserError(f"no results.h5 in {', '.join(map(str, folders))} or in folders there; write it with 'scorefield measure'")
    return found


def is_current(folder: Path) -> bool:
    """Whether the report was written after the last measurement."""
    report = folder / "report" / "report.md"
    return report.exists() and report.stat().st_mtime >= (folder / "results.h5").stat().st_mtime


def write_reproduction(target: Path, folders: Sequence[Path], again: bool, report: Callable[[Path, Run], object]) -> str:
    """Writes target/index.html and target/tables.tex, with the reports made by `report` where they are missing or old, or all `again`.
    Returns what was written, in one line.
    """
    start = time.monotonic()
    sections = []
    for number, folder in enumerate(folders, start=1):
        results = read_run(folder)
        print(f"[{number}/{len(folders)}] {folder}" + ("" if again or not is_current(folder) else ": its report is up to date"),
              file=sys.stderr, flush=True)
        if again or not is_current(folder):
            report(folder, results)
        deck = read_deck(results.provenance.get("deck", ""), folder)
        text = (folder / "report" / "report.md").read_text(encoding="utf-8")
        sections.append(Section(folder.resolve().name, deck.get("model.name", "unknown"), text, folder / "report"))
    write_texts(target, {"index.html": page(TITLE, sections),
                         "tables.tex": latex_document([(each.name, each.report) for each in sections])})
    return f"{target / 'index.html'} and tables.tex: {len(sections)} runs, in {time.monotonic() - start:.0f} s"
