"""What all reports have in common: their folder, their figures, and how they are written."""

from pathlib import Path
from typing import Mapping, Sequence

from .errors import OutputError
from .figures import Figure
from .outputs import aside
from .render import write_figures


def write_document(target: Path, name: str, text: str, figures: Sequence[Figure]) -> None:
    """Writes the figures and target/name, making the folder where there is none. OutputError if that fails."""
    _written(target, {name: text}, figures)


def write_texts(target: Path, texts: Mapping[str, str]) -> None:
    """Writes target/NAME for each, likewise."""
    _written(target, texts, [])


def _written(target: Path, texts: Mapping[str, str], figures: Sequence[Figure]) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
        if figures:
            write_figures(figures, target)
        for name, text in texts.items():
            with aside(target / name) as partial:  # an interrupted run leaves the former report or none, never half of one
                partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or target}: {error.strerror}; "
                          "free the path, or make room and allow writing there") from None


def embedded(figure: Figure) -> str:
    """A figure with its caption, as Markdown."""
    return f"![{figure.name}]({figure.name}.png)\n\n*{figure.caption}* ([PDF]({figure.name}.pdf))"


def provenance_parts(provenance: Mapping[str, str]) -> list[str]:
    """How the measured files came to be: attributes in one line each, the resolved deck in full."""
    lines = [f"- {key}: {value}" for key, value in sorted(provenance.items()) if key != "deck"]
    parts = ["## Provenance", "\n".join(lines)] if lines else []
    deck = provenance.get("deck")
    return parts if deck is None else [*parts, "## Deck", f"```ini\n{deck.strip()}\n```"]
