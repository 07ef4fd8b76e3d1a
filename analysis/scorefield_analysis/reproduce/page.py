"""One HTML page of all reports, with its pictures inside: nothing else is needed to read it."""

import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from markdown import markdown

from ..notation import ABSENT
from .latex import tables_of

OF_THE_ENSEMBLE = ("Data", "This run")  # how reports name the row of what was measured
SECOND = "κ2"  # where cumulants have rows of their own
FOLDED = ("Inputs", "Provenance", "Deck", "Updates", "Autocorrelations", "Criteria for correctness")  # sections that open on a click
IMAGE = re.compile(r'<p><img alt="([^"]*)" src="([^"]*)"\s*/?></p>\s*<p>(.*?)</p>', re.DOTALL)
PICTURE = re.compile(r"^!\[[^]]*\]\(([^)]*)\)", re.MULTILINE)
HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
WARNING = re.compile(r"^\*\*Warning:\*\* (.+)$", re.MULTILINE)
BOLD = re.compile(r"^\*\*\S", re.MULTILINE)  # how a line begins that a reader must know of: warnings, verdicts that are not good
STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #1b1f24; background: #fff; }
nav { position: fixed; inset: 0 auto 0 0; width: 15rem; overflow-y: auto; background: #f4f6f8; padding: 1rem; box-sizing: border-box; }
nav a { display: block; color: #0b4f8a; text-decoration: none; padding: .15rem 0; overflow-wrap: anywhere; }
main { margin-left: 15rem; padding: 1rem 2rem; max-width: 80rem; }
h1 { margin-top: 0; } h2 { border-top: 2px solid #0b4f8a; padding-top: .8rem; margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; display: block; overflow-x: auto; margin: .8rem 0; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid #d8dee4; text-align: right; white-space: nowrap; }
th { background: #f4f6f8; } th:first-child, td:first-child { text-align: left; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; } figure img { width: 100%; } figcaption { font-size: 12px; color: #57606a; }
.warning { background: #fff4e5; border-left: 4px solid #d97706; padding: .4rem .8rem; margin: .4rem 0; }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; }
pre { background: #f4f6f8; padding: .6rem; overflow-x: auto; font-size: 12px; }
@media (max-width: 60rem) { nav { position: static; width: auto; } main { margin: 0; } }
"""


@dataclass(frozen=True)
class Section:
    """A run on the page: its number and name, its model, its report, and the folder of its pictures."""

    number: int
    name: str
    model: str
    report: str
    folder: Path

    @property
    def anchor(self) -> str:
        return f"run-{self.number}"

    @property
    def warnings(self) -> list[str]:
        return WARNING.findall(self.report)

    @property
    def bold_lines(self) -> int:
        return len(BOLD.findall(self.report))

    @property
    def measured(self) -> tuple[str, str]:
        """The second cumulant of the ensemble (of a site) with its name and error, and the p-value of all; dashes where the report has none."""
        for table in tables_of(self.report):
            header, *rows = table.lines
            for row in rows:
                if row[0] in OF_THE_ENSEMBLE:
                    return f"{header[1]} = {row[1]}", row[header.index("p")] if "p" in header else ABSENT
                if row[0] == SECOND:
                    return f"{header[1]} {SECOND} = {row[1]}", ABSENT
        return ABSENT, ABSENT


def pictures_of(report: str) -> list[str]:
    """Files of the pictures of a report in Markdown."""
    return PICTURE.findall(report)


def page(title: str, sections: Sequence[Section]) -> str:
    """The whole document."""
    links = "".join(f'<a href="#{each.anchor}">{html.escape(each.name)}</a>' for each in sections)
    body = "".join(_section(each) for each in sections)
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><nav><strong>Runs</strong>{links}</nav>'
            f"<main><h1>{html.escape(title)}</h1>{_overview(sections)}{body}</main></body></html>\n")


def _overview(sections: Sequence[Section]) -> str:
    rows = "".join(map(_overview_row, sections))
    return ("<table><thead><tr><th>run</th><th>model</th><th>measured</th><th>p</th><th>figures</th><th>warnings</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>")


def _overview_row(section: Section) -> str:
    cells = [section.model, *section.measured, str(len(pictures_of(section.report))), str(section.bold_lines or "none")]
    own = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr><td><a href="#{section.anchor}">{html.escape(section.name)}</a></td>{own}</tr>'


def _html(text: str) -> str:
    return markdown(text, extensions=["tables", "fenced_code"])


def _section(section: Section) -> str:
    """Warnings first; then the report's own sections, those that few readers need folded."""
    titles = HEADING.split(section.report)
    parts = [f'<h2 id="{section.anchor}">{html.escape(section.name)}</h2>']
    parts += [f'<p class="warning">{html.escape(each)}</p>' for each in section.warnings]
    parts.append(_html(WARNING.sub("", titles[0].partition("\n")[2])))
    for title, text in zip(titles[1::2], titles[2::2]):
        inside = _with_figures(_html(text), section.folder)
        parts.append(f"<details><summary>{html.escape(title)}</summary>{inside}</details>" if title in FOLDED
                     else f"<h3>{html.escape(title)}</h3>{inside}")
    return "".join(parts)


def _with_figures(body: str, folder: Path) -> str:
    """Pictures with their captions side by side, inside the page."""
    def figure(found: re.Match) -> str:
        name, file, caption = found.groups()
        data = base64.b64encode((folder / file).read_bytes()).decode()
        caption = re.sub(r"\s*\(<a [^>]*>PDF</a>\)", "", caption)
        return f'<figure><img alt="{name}" src="data:image/png;base64,{data}"><figcaption>{caption}</figcaption></figure>'

    replaced = IMAGE.sub(figure, body)
    return replaced if replaced == body else f'<div class="figures">{replaced}</div>'
