"""The documentation tells the truth: its links lead somewhere, its keys and paths are there, and its commands are accepted."""

import contextlib
import io
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from broken import WORKERS
from documentation import Command, Page, comments, decks, known_keys, pages, read_page, run_in, typed, wrong_keys, wrong_links, wrong_paths
from program import EXECUTABLE, ROOT
from scorefield_analysis.cli import _parser

STAGES = ("run", "generate", "train", "sample", "measure", "check")
GOOD = "check: the deck is good"
SCRIPT_OPTIONS = ("--launcher=srun", "--launcher=mpirun", "--gpu", "--no-requeue")  # of run.sbatch, in front of the deck
OF_SBATCH = re.compile(r"--(array|ntasks|nodes|time|account|partition|mem|cpus-per-task|gpus-per-task|ntasks-per-node)=\S+")
OF_MPIRUN = {"-n": 1, "-np": 1, "--bind-to": 1, "-x": 1, "--map-by": 1, "--oversubscribe": 0}  # option: words behind it


class Checker:
    """Looks at commands. Decks are collected, for `scorefield check` to be asked once for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wanted: dict[tuple[str, ...], list[str]] = {}
        self.of: dict[str, Callable[[list[str]], str]] = {
            "scorefield": self.scorefield, "scorefield-analysis": self.analysis, "mpirun": self.mpirun, "srun": self.srun, "sbatch": self.sbatch,
            "chain.sh": self.chain, "local.sh": self.deck, "build.sh": self.build, "python": self.python}
        self.place = ""

    def look_at(self, commands: list[Command]) -> list[str]:
        wrong = []
        for command in commands:
            self.place = command.place
            why = self.one([command.program, *command.arguments])
            if why:
                wrong.append(f"{command.place}: {command.program} {' '.join(command.arguments)}: {why}")
        return wrong + self.check_decks()

    def one(self, words: list[str]) -> str:
        if words[0].startswith("doc/"):
            return ""
        return self.of.get(Path(words[0]).name, lambda _: "")(words[1:])

    def check_decks(self) -> list[str]:
        with ThreadPoolExecutor(WORKERS) as pool:
            said = list(pool.map(self.refusal, self.wanted))
        return [f"{place}: {why}" for why, places in zip(said, self.wanted.values(), strict=True) if why for place in places]

    def refusal(self, words: tuple[str, ...]) -> str:
        done = subprocess.run([EXECUTABLE, "check", *words], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)
        return "" if GOOD in done.stdout else done.stderr.strip()  # behind that it may say what is not there yet

    def deck(self, words: list[str]) -> str:
        """DECK [--section.key=value ...] [--overwrite]"""
        if not words:
            return "no deck"
        if not words[0].isupper():  # DECK stands for any
            self.wanted.setdefault((words[0], *sorted(word for word in words[1:] if word != "--overwrite")), []).append(self.place)
        return ""

    def scorefield(self, words: list[str]) -> str:
        if words and words[0] in ("--help", "--version"):
            return ""
        if words and words[0] == "status":
            return "" if len(words) == 2 else "status takes a folder or a deck"
        return self.deck(words[1:]) if words and words[0] in STAGES else "no such command"

    def analysis(self, words: list[str]) -> str:
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            try:
                _parser().parse_args(words)
            except SystemExit as end:
                return said.getvalue().strip() if end.code else ""
        return ""

    def mpirun(self, words: list[str]) -> str:
        while words and words[0].startswith("-"):
            if words[0] not in OF_MPIRUN:
                return f"unknown option {words[0]}"
            words = words[1 + OF_MPIRUN[words[0]]:]
        return self.one(words) if words else "nothing to run"

    def srun(self, words: list[str]) -> str:
        return self.mpirun([word for word in words if not word.startswith("--mpi=")])

    def sbatch(self, words: list[str]) -> str:
        options = [word for word in words if words.index(word) < next((i for i, each in enumerate(words) if not each.startswith("-")), 0)]
        script, *rest = words[len(options):] or [""]
        if unknown := [option for option in options if not OF_SBATCH.fullmatch(option)]:
            return f"unknown option {unknown[0]} of sbatch"
        if not script.endswith(".sbatch") or not (ROOT / script).exists():
            return f"no job script {script}"
        return self.scan(options, rest) if script.endswith("scan.sbatch") else self.job(rest)

    def job(self, words: list[str]) -> str:
        while words and words[0].startswith("--"):
            if words[0] not in SCRIPT_OPTIONS:
                return f"unknown option {words[0]} of the job script"
            words = words[1:]
        return self.deck(words)

    def scan(self, options: list[str], words: list[str]) -> str:
        key, _, values = words[0].partition("=") if words else ("", "", "")
        array = re.search(r"--array=0-(\d+)", " ".join(options))
        if array is None or not values or int(array[1]) + 1 != len(values.split(",")):
            return "as many values as tasks, counted from 0, are wanted: --array=0-N ... KEY=V0,...,VN"
        return next(filter(None, (self.job([*words[1:], f"--{key}={value}"]) for value in values.split(","))), "")

    def chain(self, words: list[str]) -> str:
        if not words or not words[0].isdigit():
            return "the number of jobs is missing"
        options, rest = (words[1:words.index("--")], words[words.index("--") + 1:]) if "--" in words else ([], words[1:])
        return self.sbatch([*options, "jobscripts/run.sbatch", *rest])

    def build(self, words: list[str]) -> str:
        presets = (ROOT / "CMakePresets.json").read_text(encoding="utf-8")
        return "" if not words or f'"name": "{words[0]}"' in presets else f"no preset {words[0]}"

    def python(self, words: list[str]) -> str:
        return "" if not words or words[0].startswith("-") or (ROOT / words[0]).exists() else f"no {words[0]}"


@pytest.fixture(scope="module")
def known() -> set[str]:
    keys = known_keys(subprocess.run([EXECUTABLE, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout)
    assert len(keys) > 80
    return keys


def wrong_commands(of_pages: list[Page], folder: Path) -> list[str]:
    commands, unread = typed(of_pages, folder)
    return unread + Checker(folder).look_at(commands)


def test_links_and_images_lead_somewhere():
    assert [wrong for page in pages() for wrong in wrong_links(page)] == []


def test_lists_and_tables_stand_apart():
    assert [wrong for page in pages() for wrong in run_in(page)] == []


def test_keys_are_keys(known):
    assert [wrong for page in [*pages(), *map(comments, decks())] for wrong in wrong_keys(page, known)] == []


def test_paths_are_there():
    assert [wrong for page in [*pages(), *map(comments, decks())] for wrong in wrong_paths(page)] == []


def test_commands_are_accepted(tmp_path):
    assert wrong_commands([*pages(), *map(comments, decks())], tmp_path) == []


def test_every_deck_has_its_line():
    text = (ROOT / "doc" / "decks.md").read_text(encoding="utf-8")
    assert [deck.name for deck in decks() if f"`input/{deck.name}`" not in text] == []


def test_every_page_is_in_the_site_and_in_the_readme():
    names = {page.name for page in pages()} - {"README.md"}
    assert set(re.findall(r"^ +- [^:]+: (\S+\.md)$", (ROOT / "doc" / "site" / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)) == {
        "README.md", *names}
    assert names <= {link.text for link in read_page(ROOT / "README.md").links}


# Each fault on a page of its own: what would be said of it.
FAULTS = [
    ("[decks](doc/no-decks.md)", "doc/no-decks.md leads to no file"),
    ("![a figure](doc/figures/none.png)", "doc/figures/none.png leads to no file"),
    ("[decks](doc/decks.md#no-such-heading)", "doc/decks.md#no-such-heading leads to no heading"),
    ("# One\n\n[two](#two)", "#two leads to no heading"),
    ("A list:\n- one\n", "fault-4.md:2: wants an empty line"),
    ("A table:\n| a |\n|---|\n", "fault-5.md:2: wants an empty line"),
    ("more of `train.stepps`", "there is no key train.stepps"),
    ("Deck:\n\n    [train]\n    stepps = 5\n", "there is no key train.stepps"),
    ("see `input/two-peaks.ini`", "there is no input/two-peaks.ini"),
    ("see `base/rng.cpp`, `base/rgn.h` and `tests/unit/*_test.cpp`", "there is no base/rgn.h"),
    ("see `test_kil.py`", "there is no test_kil.py"),
    ("Run:\n\n    scorefield run input/two-peak.ini --train.steps=many\n", "train.steps = many"),
    ("Run:\n\n    mpirun -n 2 scorefield train input/two-peak.ini \\\n      --model.kappa=1   # of another model\n", "model.kappa means nothing"),
    ("```\nscorefield rnu input/two-peak.ini\n```", "no such command"),
    ("as in `scorefield run input/two-peak.ini --run.sed=1`", "unknown key run.sed"),
    ("Run:\n\n    for mu in 1 2; do scorefield run input/bose-gas.ini --model.mu=$mu; done; for\n", "no shell can run this"),
    ("Run:\n\n    for mu in 0.5 200; do scorefield run input/bose-gas.ini --model.mu=$mu; done\n", "model.mu = 200"),
    ("Run:\n\n    scorefield-analysis repport out/two-peak\n", "invalid choice: 'repport'"),
    ("Run:\n\n    sbatch --ntasks=8 jobscripts/runs.sbatch input/two-peak.ini\n", "no job script jobscripts/runs.sbatch"),
    ("Run:\n\n    sbatch --ntasks=8 jobscripts/run.sbatch --cuda input/two-peak.ini\n", "unknown option --cuda of the job script"),
    ("Run:\n\n    sbatch --array=0-2 jobscripts/scan.sbatch model.mu=1,2 input/bose-gas.ini\n", "as many values as tasks"),
    ("Run:\n\n    sbatch --array=0-1 jobscripts/scan.sbatch model.mu=1,20 input/bose-gas.ini\n", "model.mu = 20"),
    ("Run:\n\n    jobscripts/chain.sh --ntasks=8 -- input/two-peak.ini\n", "the number of jobs is missing"),
    ("Run:\n\n    jobscripts/chain.sh 2 --ntask=8 -- input/two-peak.ini\n", "unknown option --ntask=8 of sbatch"),
    ("Run:\n\n    jobscripts/local.sh input/two-peak.ini --forward.process=ve,2\n", "forward.process = ve,2"),
    ("Run:\n\n    jobscripts/compile.sh release\n", "no shell can run this"),
    ("Run:\n\n    jobscripts/build.sh relase\n", "no preset relase"),
]


def test_each_fault_is_found(known, tmp_path):
    """As is a page without any."""
    broken = [Page(ROOT / f"fault-{number}.md", text) for number, (text, _) in enumerate(FAULTS)]
    said = [wrong_links(page) + run_in(page) + wrong_keys(page, known) + wrong_paths(page) for page in broken]
    of_commands = wrong_commands(broken, tmp_path)
    for number, (_, expected) in enumerate(FAULTS):
        mine = said[number] + [wrong for wrong in of_commands if wrong.startswith(f"fault-{number}.md:")]
        assert any(expected in wrong for wrong in mine), (expected, mine)
    good = Page(ROOT / "good.md", "# A heading\n\n[it](#a-heading), `run.seed`, `base/rng.h`, `run.log`:\n\n    scorefield check input/two-peak.ini\n")
    (tmp_path / "good").mkdir()
    assert wrong_links(good) + run_in(good) + wrong_keys(good, known) + wrong_paths(good) + wrong_commands([good], tmp_path / "good") == []
