"""Reading the documentation: its links, and the keys, paths and commands that it tells a user to type."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from program import ROOT

FENCE = re.compile(r"^ {0,3}(?:```|~~~) *(\w*)")
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"!?\[(?:[^\[\]\\]|\\.|\[[^\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$")
ELSEWHERE = re.compile(r"^[a-z]+:")  # https:, mailto:


@dataclass(frozen=True)
class Piece:
    """Text of one kind, and the line where it stands."""

    line: int
    text: str
    language: str = ""  # of a fenced block, as its fence says


@dataclass(frozen=True)
class Page:
    """A page of Markdown. `path` is where its links start from."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else self.path.name

    @cached_property
    def _parts(self) -> tuple[list[Piece], list[Piece]]:
        """Lines of prose and lines of code blocks, fenced or indented by four blanks behind an empty line."""
        prose, code = [], []
        fenced = indented = False
        before = language = ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if fence := FENCE.match(line):
                fenced, language = not fenced, fence[1]
            elif fenced:
                code.append(Piece(number, line, language))
            else:
                indented = line.startswith("    ") and (indented or not before.strip())
                (code if indented else prose).append(Piece(number, line))
            before = line
        return prose, code

    @property
    def prose(self) -> list[Piece]:
        return self._parts[0]

    @property
    def code(self) -> list[Piece]:
        return self._parts[1]

    @property
    def spans(self) -> list[Piece]:
        """What stands in backticks in the prose; a span may go on in the next line."""
        text = "\n".join(line.text for line in self.prose)
        return [Piece(self.prose[text.count("\n", 0, found.start())].line, " ".join(found[1].split())) for found in SPAN.finditer(text)]

    @property
    def links(self) -> list[Piece]:
        return [Piece(line.line, found[1]) for line in self.prose for found in LINK.finditer(SPAN.sub("", line.text))]

    @cached_property
    def anchors(self) -> set[str]:
        """The names that GitHub and MkDocs give to the headings."""
        found: set[str] = set()
        for line in self.prose:
            heading = HEADING.match(line.text)
            if heading is None:
                continue
            words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()).strip().replace(" ", "-")
            number = 0
            while (name := f"{words}-{number}" if number else words) in found:
                number += 1
            found.add(name)
        return found


def read_page(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def pages() -> list[Page]:
    return [read_page(path) for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "doc").glob("*.md")))]


def decks() -> list[Path]:
    return sorted((ROOT / "input").glob("*.ini"))


def comments(deck: Path) -> Page:
    """What is indented in the comments of a deck, as code of a page."""
    lines = deck.read_text(encoding="utf-8").splitlines()
    return Page(deck, "\n".join(f"    {line[1:].strip()}" if line.startswith("#   ") else "" for line in lines))


# Links

def wrong_links(page: Page) -> list[str]:
    return [f"{page.name}:{link.line}: {link.text} {why}" for link in page.links if (why := _wrong(page, link.text))]


def _wrong(page: Page, target: str) -> str:
    file, _, anchor = target.partition("#")
    if ELSEWHERE.match(target):
        return ""
    path = page.path.parent / file
    if file.startswith("/") or (file and not path.exists()):
        return "leads to no file"
    if anchor and anchor not in (read_page(path) if file else page).anchors:
        return "leads to no heading"
    return ""


# Lists and tables

ITEM = re.compile(r"^(?:[-*] |\d+\. |\|)")


def run_in(page: Page) -> list[str]:
    """Lists and tables without an empty line before them: MkDocs takes them for a part of the paragraph."""
    wrong, before, inside = [], Piece(0, ""), False
    for line in page.prose:
        item = ITEM.match(line.text) is not None
        continues = before.line == line.line - 1 and before.text.strip() and not HEADING.match(before.text)
        if item and continues and not inside:
            wrong.append(f"{page.name}:{line.line}: wants an empty line before it")
        inside = item or (inside and bool(line.text.strip()))
        before = line
    return wrong


# Keys

SECTIONS = ("run", "lattice", "model", "generate", "forward", "network", "train", "sample", "measure")
KEY = re.compile(rf"(?<![\w/.\-])({'|'.join(SECTIONS)})\.([a-z][a-z0-9_-]*)")
FILES = {"log", "sh", "sbatch", "cpp", "h", "py", "md", "ini", "h5"}  # run.log is a file
ERROR = "scorefield: error:"  # an example of one may name a wrong key


def known_keys(help_text: str) -> set[str]:
    """All keys that `scorefield --help` lists."""
    keys, section = set(), ""
    for line in help_text.splitlines():
        if found := re.match(r"^\[(\w+)\]$", line):
            section = found[1]
        elif section and (found := re.match(r"^  ([a-z0-9-]+) = ", line)):
            keys.add(f"{section}.{found[1]}")
    return keys


def wrong_keys(page: Page, known: set[str]) -> list[str]:
    return [f"{page.name}:{key.line}: there is no key {key.text}" for key in _keys(page) if key.text not in known]


def _keys(page: Page) -> Iterator[Piece]:
    section = ""
    for line in [*page.prose, *page.code]:
        if ERROR in line.text:
            continue
        for found in KEY.finditer(line.text):
            if found[2] not in FILES:
                yield Piece(line.line, found[0])
    for line in page.code:  # examples of decks
        if found := re.match(r"^ *\[(\w+)\] *(?:#.*)?$", line.text):
            section = found[1]
        elif section and (found := re.match(r"^ *([a-z][a-z0-9-]*) = ", line.text)):
            yield Piece(line.line, f"{section}.{found[1]}")
        elif line.text.strip():
            section = ""


# Paths

TOP = ("input", "jobscripts", "tests", "src", "analysis", "doc", "cmake", ".ci")
PATH = re.compile(rf"^(?:{'|'.join(map(re.escape, TOP))})/[\w./*-]*$")
SOURCE = re.compile(r"^\w+/[\w*]+\.(?:h|cpp)$")  # as src/ includes it
FILE = re.compile(r"^[\w-]+\.(?:h|cpp|py|sbatch|ini|cmake)$")
OF_USERS = {"my.ini", "deck.ini"}


def wrong_paths(page: Page) -> list[str]:
    return [f"{page.name}:{piece.line}: there is no {word}" for piece in [*page.spans, *page.code]
            for word in (each.strip(",;:()'\"").rstrip(".") for each in piece.text.split()) if not _exists(word)]


def _exists(word: str) -> bool:
    if PATH.match(word):
        return _found(ROOT, word)
    if SOURCE.match(word):
        return _found(ROOT / "src", word)
    if FILE.match(word) and word not in OF_USERS:
        return any(next((ROOT / top).rglob(word), None) for top in TOP)
    return True


def _found(folder: Path, word: str) -> bool:
    return next(folder.glob(word), None) is not None if "*" in word else (folder / word).exists()


# Commands

COMMAND = re.compile(r"^(?:\w+=\S* )*(?:\. |for |export |module |cmake |(?:\S*/)?(?:scorefield|scorefield-analysis|python) "
                     r"|(?:mpirun|srun|sbatch|scancel|squeue|nohup) |(?:jobscripts|tests|doc)/[\w/-]+(?:\.sh|\.sbatch|/report)(?: |$))")
IN_PROSE = re.compile(r"^(?:scorefield(?:-analysis)?|mpirun|sbatch|jobscripts/[\w.]+) .*(?:\.ini|out/)")  # whole commands, not words on one
PROGRAMS = ("scorefield", "scorefield-analysis", "mpirun", "srun", "sbatch", "scancel", "squeue", "nohup", "module", "cmake", "kill", "touch",
            "build/release/src/scorefield", ".venv/bin/scorefield-analysis", ".venv/bin/python")
RECORDER = '#!/bin/bash\nIFS=$\'\\x1f\'; printf "%s\\n" "${0#"$HOME/"}$IFS$*" >>"$HOME/log"\n'


@dataclass(frozen=True)
class Command:
    """What a shell makes of a line: the program, as it was typed, and its arguments."""

    place: str
    program: str
    arguments: list[str]


def command_lines(page: Page) -> list[Piece]:
    """Lines that a user types, with those that they go on in."""
    lines: list[Piece] = []
    open_line: Piece | None = None
    for piece in page.code:
        text = piece.text.strip()
        if piece.language not in ("", "sh", "bash"):
            continue
        if open_line:
            open_line = Piece(open_line.line, f"{open_line.text[:-1]}{text}")
        elif COMMAND.match(text):
            open_line = Piece(piece.line, text)
        if open_line and not open_line.text.endswith("\\"):
            lines.append(open_line)
            open_line = None
    return lines + [span for span in page.spans if IN_PROSE.match(span.text)]


def typed(of_pages: Iterable[Page], folder: Path) -> tuple[list[Command], list[str]]:
    """A shell reads the lines in an empty checkout, where every program only says how it was called. What it could not read comes second."""
    _make_checkout(folder)
    script, wrong = [], []
    for page in of_pages:
        for line in command_lines(page):
            place = f"{page.name}:{line.line}"
            script += [_say(f"@{place}"), f"eval {_quoted(line.text)} || {_say(f'!{place}: {line.text}')}"]
    (folder / "log").touch()
    subprocess.run(["/bin/bash", "-c", "\n".join(script)], cwd=folder, env={"HOME": str(folder), "PATH": str(folder / "bin")}, timeout=60,
                   capture_output=True, check=False)
    commands, place = [], ""
    for line in (folder / "log").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            place = line[1:]
        elif line.startswith("!"):
            wrong.append(f"{line[1:]}: no shell can run this")
        else:
            program, *arguments = line.split("\x1f")
            commands.append(Command(place, program.removeprefix("bin/").removeprefix("./"), [each for each in arguments if each]))
    return commands, wrong


def _say(text: str) -> str:
    return f'echo {_quoted(text)} >>"$HOME/log"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _make_checkout(folder: Path) -> None:
    """The scripts and programs of a checkout, all of them recorders, and its decks."""
    scripts = [str(path.relative_to(ROOT)) for top in ("jobscripts", "tests", "doc") for path in (ROOT / top).rglob("*")
               if path.suffix in {".sh", ".sbatch"} or path.name == "report"]
    for name in [*(f"bin/{each}" if "/" not in each else each for each in PROGRAMS), *scripts]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name.endswith("environment.sh") else RECORDER, encoding="utf-8")
        path.chmod(0o755)
    (folder / "input").symlink_to(ROOT / "input")
    (folder / "my.ini").write_text("[model]\nname = two-peak\n", encoding="utf-8")
