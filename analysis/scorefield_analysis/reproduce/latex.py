"""Tables of a report for LaTeX (booktabs, graphicx)."""

import re
from dataclasses import dataclass
from typing import Sequence

SPECIAL = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
           "^": r"\textasciicircum{}", "\\": r"\textbackslash{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
MATHS = {"κ": r"\kappa", "σ": r"\sigma", "χ": r"\chi", "φ": r"\phi", "ρ": r"\rho", "τ": r"\tau", "λ": r"\lambda", "μ": r"\mu", "θ": r"\theta",
         "π": r"\pi", "α": r"\alpha", "β": r"\beta", "ε": r"\epsilon", "η": r"\eta", "γ": r"\gamma", "ζ": r"\zeta",
         "Ξ": r"\Xi", "Δ": r"\Delta", "Φ": r"\Phi", "⟨": r"\langle ", "⟩": r"\rangle ", "×": r"\times ", "±": r"\pm ", "∫": r"\int ",
         "∂": r"\partial ", "√": r"\surd ", "≥": r"\ge ", "≤": r"\le ", "→": r"\to ", "∞": r"\infty ", "·": r"\cdot ", "½": r"\frac12 ",
         "¼": r"\frac14 ", "−": "-", "∝": r"\propto ", "≈": r"\approx ", "≠": r"\neq ", "∇": r"\nabla ", "ξ": r"\xi", "∣": r"\vert "}
TEXT = {"–": "--", "—": "---", "…": r"\ldots{}", "’": "'", "“": "``", "”": "''"}
SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n"))
SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₙ", "0123456789+-n"))
MOST_FLOATS = 12
PACKAGES = r"\usepackage{booktabs,graphicx}"  # that a document with such tables needs
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class NamedTable:
    """A table of a report: the heading above it, and its cells, the header first."""

    heading: str
    lines: Sequence[Sequence[str]]


def tables_of(report: str) -> list[NamedTable]:
    """All Markdown tables of a report."""
    found: list[NamedTable] = []
    heading, lines = "", []
    for line in [*report.splitlines(), ""]:
        if line.startswith("|"):
            lines.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
            continue
        if lines:
            found.append(NamedTable(heading, [lines[0], *lines[2:]]))
            lines = []
        if line.startswith("#"):
            heading = line.lstrip("# ")
    return found


def escaped(text: str) -> str:
    """Text for LaTeX: Greek letters, powers and indices as mathematics, `code` in typewriter."""
    parts = CODE.split(text.replace(r"\|", "|").replace("**", ""))
    return "".join(rf"\texttt{{{_characters(part)}}}" if place % 2 else _characters(part) for place, part in enumerate(parts))


def _characters(text: str) -> str:
    return "".join(map(_character, text))


def _character(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    if character in MATHS:
        return rf"\ensuremath{{{MATHS[character]}}}"
    if character in SUPERSCRIPT:
        return rf"\ensuremath{{^{{{SUPERSCRIPT[character]}}}}}"
    if character in SUBSCRIPT:
        return rf"\ensuremath{{_{{{SUBSCRIPT[character]}}}}}"
    return TEXT.get(character, character)


def latex_table(table: NamedTable, run: str) -> str:
    """A table environment with its caption; a table that is wider than the text is made as wide."""
    columns = len(table.lines[0])
    rows = [" & ".join(map(escaped, line)) + r" \\" for line in table.lines]
    return "\n".join([r"\begin{table}", r"\centering\small", r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
                      rf"\begin{{tabular}}{{l{'r' * (columns - 1)}}}", r"\toprule", rows[0], r"\midrule",
                      *rows[1:], r"\bottomrule", r"\end{tabular}}", rf"\caption{{{escaped(run)}: {escaped(table.heading)}.}}", r"\end{table}"])


def latex_document(reports: Sequence[tuple[str, str]]) -> str:
    """All tables of the reports (name of the run, text), to be \\input into a document with booktabs and graphicx."""
    parts = [f"% Tables of scorefield-analysis reproduce; {PACKAGES}"]
    for name, text in reports:
        tables = [latex_table(table, name) for table in tables_of(text)]
        for first in range(0, len(tables), MOST_FLOATS):  # LaTeX holds few tables for which it has not found a place
            parts += [*tables[first:first + MOST_FLOATS], r"\clearpage"]
    return "\n\n".join(parts) + "\n"
