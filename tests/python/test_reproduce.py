"""The page of all runs and the tables for LaTeX: everything of the reports is in them, and nothing else is needed to read the page."""

import base64
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from typing import Callable

import pytest
from conftest import run_command
from markdown_tables import read_tables
from scorefield_analysis.reproduce.latex import SPECIAL, escaped, tables_of
from scorefield_analysis.reproduce.page import Section, page
from synthetic_plane import write_plane

VOID = {"meta", "img", "br", "hr"}


class Page(HTMLParser):
    """Links, pictures and tables of a page; AssertionError if its elements are not nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.sources: list[str] = []
        self.tables = 0
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        self.tables += tag == "table"
        self.links += [values["href"]] if "href" in values else []
        self.anchors += [values["id"]] if "id" in values else []
        self.sources += [values["src"]] if "src" in values else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_balanced(text: str) -> bool:
    """Whether each closing brace has its opening one before it."""
    depths = list(accumulate((character == "{") - (character == "}") for character in text))
    return not depths or (min(depths) >= 0 and depths[-1] == 0)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, make_output: Callable[..., Path]) -> Path:
    """A folder with a run of the two-peak model, walkers, and what is no run."""
    folder = tmp_path_factory.mktemp("runs") / "out"
    shutil.copytree(make_output("two-peak", processes=("ve",), times=2), folder / "two-peak")
    write_plane(folder / "walkers & more", solved=False)
    (folder / "notes").mkdir()
    (folder / "begun").mkdir()
    (folder / "begun" / "deck.ini").touch()
    return folder


@pytest.fixture(scope="module")
def made(runs: Path) -> Path:
    run = run_command("reproduce", runs)
    assert run.returncode == 0, run.stderr
    assert "2 runs" in run.stdout and f"warning: left out what is not measured yet: {runs / 'begun'}\n" in run.stderr
    return runs / "reproduce"


def test_the_page_holds_all_of_the_reports(runs: Path, made: Path) -> None:
    page = Page((made / "index.html").read_text(encoding="utf-8"))
    tables = pictures = 0
    for folder in ("two-peak", "walkers & more"):
        report = (runs / folder / "report" / "report.md").read_text(encoding="utf-8")
        tables += len(read_tables(report))
        for name in re.findall(r"^!\[[^]]*\]\(([^)]*)\)", report, re.MULTILINE):
            data = base64.b64encode((runs / folder / "report" / name).read_bytes()).decode()
            assert page.sources.count(f"data:image/png;base64,{data}") == 1
            pictures += 1
    assert page.tables == tables + 1 and len(page.sources) == pictures > 8
    assert page.links and all(link.startswith("#") and link[1:] in page.anchors for link in page.links)


def test_the_tables_for_latex_are_those_of_the_reports(runs: Path, made: Path) -> None:
    text = (made / "tables.tex").read_text(encoding="utf-8")
    assert text.isascii()
    for folder in ("two-peak", "walkers & more"):
        for table in tables_of((runs / folder / "report" / "report.md").read_text(encoding="utf-8")):
            for line in table.lines:
                assert " & ".join(map(escaped, line)) + r" \\" in text
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == text.count(r"\toprule") > 6
    assert r"walkers \& more: " in text
    bare = re.sub(r"\\[\\&%$#_{}]", "", text)
    assert not set(bare) & set("#~")
    assert all(map(is_balanced, bare.split(r"\end{table}")))


@pytest.mark.full
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="NO pdflatex: tables.tex is NOT COMPILED; jobscripts/setup.sh --develop installs it")
def test_latex_takes_the_tables(made: Path, tmp_path: Path) -> None:
    """Without an error, and none wider than the page."""
    shutil.copy(made / "tables.tex", tmp_path)
    (tmp_path / "document.tex").write_text("\\documentclass{article}\n\\usepackage{booktabs,graphicx}\n"
                                           "\\begin{document}\n\\input{tables}\n\\end{document}\n")
    run = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"], cwd=tmp_path, capture_output=True, text=True,
                         errors="replace", timeout=120, check=False)
    assert run.returncode == 0 and (tmp_path / "document.pdf").stat().st_size > 10000, run.stdout[-2000:]
    assert "Overfull" not in run.stdout


def test_characters_of_latex() -> None:
    assert escaped("⟨∣M∣⟩") == r"\ensuremath{\langle }\ensuremath{\vert }M\ensuremath{\vert }\ensuremath{\rangle }"
    assert escaped("κ4/κ2² -1.3σ & 5 %") == r"\ensuremath{\kappa}4/\ensuremath{\kappa}2\ensuremath{^{2}} -1.3\ensuremath{\sigma} \& 5 \%"
    assert escaped("`run_a`") == r"\texttt{run\_a}"
    assert all(escaped(each) == SPECIAL[each] for each in SPECIAL)


def test_reports_are_made_again_only_where_they_are_old(runs: Path, made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(runs, tmp_path / "out"))
    reports = {name: folder / name / "report" / "report.md" for name in ("two-peak", "walkers & more")}
    for report in reports.values():
        report.write_text(report.read_text(encoding="utf-8") + "\nkept\n", encoding="utf-8")
    os.utime(folder / "two-peak" / "results.h5")
    later = reports["two-peak"].stat().st_mtime + 10.0
    os.utime(folder / "two-peak" / "results.h5", (later, later))
    assert run_command("reproduce", folder, "--to", tmp_path / "page").returncode == 0
    assert [report.read_text(encoding="utf-8").endswith("\nkept\n") for report in reports.values()] == [False, True]
    assert (tmp_path / "page" / "index.html").exists()


def test_the_overview_counts_all_that_is_bold(tmp_path: Path) -> None:
    """A verdict that is not good, and what is said of samples, as warnings."""
    head = "# Report\n\n**Criteria: FAILING.**\n\n**Warning:** few.\n\nNot **bold** itself.\n\n## Samples\n\n**VE, learnt score:** far off.\n"
    found = page("title", [Section(1, "bad", "phi4", head, tmp_path), Section(2, "good", "phi4", "# Report\n\nFine.\n", tmp_path)])
    assert re.findall(r"<td>\d+</td><td>(\w+)</td></tr>", found) == ["3", "none"]


@pytest.mark.parametrize("table, cells", [
    ("|  | κ2 | κ4 | p | p of histogram |\n| - | - | - | - | - |\n| Exact | 1 | 2 | – | – |\n| Data | 1.06(5) +0.2σ | 2(1) | 0.53 | 0.7 |",
     ["κ2 = 1.06(5) +0.2σ", "0.53"]),
    ("|  | Re κ2 | p |\n| - | - | - |\n| This run | 0.5(1) | 0.2 |\n| VE, learnt score | 0.7(1) | 0.1 |", ["Re κ2 = 0.5(1)", "0.2"]),
    ("|  | measured |\n| - | - |\n| χ: it | 3(1) |\n\n|  | κ2 | κ4/κ2² |\n| - | - | - |\n| Data | 14.2(1) | -1.9(1) |", ["κ2 = 14.2(1)", "–"]),
    ("|  | Re | Im |\n| - | - | - |\n| κ2 | 0.4(1) | 0.1(1) |", ["Re κ2 = 0.4(1)", "–"]),
    ("None.", ["–", "–"]),
])
def test_the_overview_tells_what_was_measured(tmp_path: Path, table: str, cells: list[str]) -> None:
    """As the reports of points, walkers, lattices and complexified fields have it."""
    found = page("title", [Section(1, "run", "a model", f"# Report\n\n## Cumulants\n\n{table}\n", tmp_path)])
    assert re.findall("<td>([^<]*)</td>", found.partition("</table>")[0]) == ["a model", *cells, "0", "none"]


def test_the_overview_of_real_reports_has_no_dash(made: Path) -> None:
    overview = (made / "index.html").read_text(encoding="utf-8").partition("</table>")[0]
    assert overview.count("κ2 = ") + overview.count("⟩ = ") == 2 and "–" not in overview, overview[-600:]


def test_a_run_that_is_not_measured(runs: Path, made: Path, tmp_path: Path) -> None:
    """Given by its name; beside one that is, folders in which are not looked at."""
    run = run_command("reproduce", runs / "begun", runs / "two-peak", "--to", tmp_path / "page")
    assert run.returncode == 0 and "1 run, in" in run.stdout
    assert run.stderr.startswith(f"scorefield-analysis: warning: left out what is not measured yet: {runs / 'begun'}\n")
    shutil.copytree(runs / "two-peak", tmp_path / "whole")
    shutil.copytree(runs / "begun", tmp_path / "whole" / "begun")
    assert "left out" not in run_command("reproduce", tmp_path / "whole", "--to", tmp_path / "page").stderr


@pytest.mark.parametrize("make, cause", [(lambda path: None, "no folder"), (lambda path: path.mkdir(), "no results.h5 in")])
def test_nothing_to_reproduce(tmp_path: Path, make: Callable[[Path], None], cause: str) -> None:
    make(tmp_path / "out")
    run = run_command("reproduce", tmp_path / "out")
    assert run.returncode == 2 and run.stdout == "" and run.stderr.count("\n") == 1
    assert run.stderr.startswith("scorefield-analysis: error: ") and cause in run.stderr
