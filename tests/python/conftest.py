"""Made-up outputs of the program, and the reports that the command makes of them."""

import one_thread  # noqa: F401  before numpy

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Callable, Iterator
from unittest.mock import patch

import pytest
from broken import OtherUser, make_other_user
from faults import Straight, run_straight
from markdown_tables import Tables, read_tables
from scorefield_analysis.cli import main
from synthetic import write_output

REAL_OUTPUT = "SCOREFIELD_TEST_OUTPUT"
REQUIRE_OUTPUT = "SCOREFIELD_REQUIRE_OUTPUT"


def pytest_configure() -> None:
    """Programs under test hear Ctrl-C also where a shell started pytest in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stay_on_one_core()


def stay_on_one_core() -> None:
    """Of several workers of pytest, each has a core of its own, with all that it starts: ranks that wait for each other then wait for no
    work of another test, which makes them several times faster than sharing all cores.
    """
    worker, cores = os.environ.get("PYTEST_XDIST_WORKER", ""), sorted(os.sched_getaffinity(0))
    if worker:
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@dataclass(frozen=True)
class Report:
    """What one run of the command left: its folder, its output, and the tables of report.md."""

    folder: Path
    run: subprocess.CompletedProcess
    tables: list[Tables]

    @property
    def text(self) -> str:
        return (self.folder / "report" / "report.md").read_text(encoding="utf-8")


def run_process(*arguments: object) -> subprocess.CompletedProcess:
    """Runs scorefield-analysis as a user without a display does."""
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    command = [sys.executable, "-c", "import sys; from scorefield_analysis.cli import main; sys.exit(main())"]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8",
                          env=environment, timeout=120, check=False)


def run_command(*arguments: object) -> subprocess.CompletedProcess:
    """Runs scorefield-analysis in this process, which saves the seconds of loading it, with the result of run_process."""
    output, errors = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as end:  # of --help and of a bad command line
            code = end.code or 0
    return subprocess.CompletedProcess(arguments, code, *map(_text, (output, errors)))


def _text(stream: TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def answer(*arguments: object) -> tuple[int, str, str]:
    """Of run_command: exit code, stdout, stderr."""
    run = run_command(*arguments)
    return run.returncode, run.stdout, run.stderr


def make_report(folder: Path, run_it: Callable[..., subprocess.CompletedProcess] = run_command) -> Report:
    run = run_it("report", folder)
    assert run.returncode == 0, run.stderr
    return Report(folder, run, read_tables((folder / "report" / "report.md").read_text(encoding="utf-8")))


def make_text(folder: Path) -> Report:
    """The same without drawing its figures, which takes most of the time."""
    with patch("scorefield_analysis.document.write_figures"):
        return make_report(folder)


@pytest.fixture(scope="session")
def make_output(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a fresh output folder: make_output(name, options of write_output)."""
    return lambda name, **options: write_output(tmp_path_factory.mktemp("output") / name, **options)


@pytest.fixture(scope="session")
def report(make_output: Callable[..., Path]) -> Report:
    """The report on the symmetric model, with three processes."""
    return make_report(make_output("two-peak", processes=("ve", "c0.5", "vp")))


@pytest.fixture(scope="session")
def skew_report(make_output: Callable[..., Path]) -> Report:
    """The report on a model with unequal peaks."""
    return make_report(make_output("skew", weight=0.7, processes=("ve",)))


@pytest.fixture(scope="session")
def real_output() -> Path:
    """The folder of a real run."""
    if not os.environ.get(REAL_OUTPUT):
        pytest.fail(f"set {REAL_OUTPUT} to the output folder of a run with ensemble, samples and results")
    return Path(os.environ[REAL_OUTPUT])


@pytest.fixture(scope="session")
def real_report(real_output: Path) -> Report:
    return make_report(real_output, run_process)


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """No figure outlives the test that drew it: pyplot holds all of them, and warns of more than twenty."""
    yield
    if "matplotlib.pyplot" in sys.modules:  # most tests need not load it
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def other_user() -> Iterator[OtherUser]:
    """A user whom the modes of files stop (root passes them all), and a folder that is not below root's own."""
    folder = Path(tempfile.mkdtemp(prefix="scorefield-"))
    try:
        user = make_other_user(folder)
        if isinstance(user, str):
            pytest.skip(user)
        yield user
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=False)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Straight:
    """The small deck of the tests with faults, run without any."""
    return run_straight(tmp_path_factory.mktemp("straight"), tmp_path_factory.mktemp("counts"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests on a real run are left out where there is none, unless they are required: then they fail."""
    if os.environ.get(REAL_OUTPUT) or os.environ.get(REQUIRE_OUTPUT) == "1":
        return
    real = [item for item in items if "real_output" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=real)
    items[:] = [item for item in items if item not in real]
