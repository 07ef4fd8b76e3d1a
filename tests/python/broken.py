"""What every error of a user must be: one line, the exit code that is documented, no hang, and nothing changed."""

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from program import AT_ONCE, EXECUTABLE, ROOT

LONGEST = 120.0  # seconds: a run that takes longer hangs
SHARE = 3  # one in so many cases is run on two ranks in the short run, too
WORKERS = 3  # runs at a time: most of a run's first second is waiting
# mpirun's own words on a program that failed; and, once in some thousand ends, of its event library on a pipe that is closed already
BANNER = re.compile(r"^-{20,}\n.*?^-{20,}\n|^\[warn\] Epoll [^\n]*\n", re.MULTILINE | re.DOTALL)

Snapshot = dict[str, tuple]


@dataclass(frozen=True)
class Outcome:
    """What a run said, and a folder before and after it."""

    code: int
    stderr: str
    stdout: str
    before: Snapshot
    after: Snapshot


def snapshot(folder: Path) -> Snapshot:
    """Names, kinds, sizes, bytes and times of everything under a folder (the times of files only: a lock comes and goes)."""
    found: Snapshot = {}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        times = state.st_mtime_ns if path.is_file() else 0
        found[str(path.relative_to(folder))] = (oct(state.st_mode), state.st_size if path.is_file() else 0, content, times)
    return found


def run(arguments: Iterable[object], ranks: int, watched: Path, *, prefix: Iterable[str] = (), cwd: Path = ROOT,
        environment: dict[str, str] | None = None) -> Outcome:
    """Runs the program: alone for one rank, else under mpirun."""
    mpirun = [] if ranks == 1 else ["mpirun", *AT_ONCE, "-n", str(ranks)]
    command = [*prefix, *mpirun, str(EXECUTABLE), *map(str, arguments)]
    before = snapshot(watched)
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=LONGEST, cwd=cwd, check=False,
                          env={**os.environ, **(environment or {})})
    return Outcome(done.returncode, done.stderr, done.stdout, before, snapshot(watched))


def on_one_and_two_ranks(names: Iterable[str]) -> list:
    """(name, ranks) for the tests: each case on one rank, and in the long run on two; some of them on two always. How ranks agree on an
    error is the same code for all cases.
    """
    return [pytest.param(name, ranks, marks=[] if ranks == 1 or number % SHARE == 0 else pytest.mark.full)
            for number, name in enumerate(names) for ranks in (1, 2)]


def run_all(jobs: dict[tuple, Callable[[], Outcome]], request: pytest.FixtureRequest | None = None) -> dict[tuple, Outcome]:
    """All runs, some at a time. With `request`: of keys that end with the name and the ranks of a test, only those that are to be tested."""
    if request is not None:
        asked = [item.callspec.params for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
        tested = {(of.get("name"), of.get("ranks")) for of in asked}
        jobs = {key: job for key, job in jobs.items() if key[-2:] in tested}
    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip(jobs, pool.map(lambda job: job(), jobs.values()), strict=True))


def the_error(outcome: Outcome, code: int, *parts: str, unchanged: bool = True) -> str:
    """The one line of an error that names all `parts`; everything else that an error must be is looked at, too."""
    lines = BANNER.sub("", outcome.stderr).splitlines()
    assert len(lines) == 1 and lines[0].startswith("scorefield: error: "), outcome.stderr + outcome.stdout
    for part in parts:
        assert part in lines[0], f"{part!r} is not in: {lines[0]}"
    assert len(lines[0]) < 1000 and lines[0].isprintable(), lines[0]
    assert outcome.code == code, f"exit code {outcome.code}: {lines[0]}"
    if unchanged:
        assert outcome.after == outcome.before
    return lines[0]


@dataclass(frozen=True)
class OtherUser:
    """Somebody whom permissions stop, and a folder that he can reach; `how` goes to `run`."""

    folder: Path
    how: dict


def make_other_user(folder: Path) -> OtherUser | str:
    """Nobody, if we are root; ourselves otherwise. Or why that cannot be done. `folder` must be open to all."""
    if os.geteuid() != 0:
        return OtherUser(folder, {})
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    try:
        subprocess.run([*prefix, str(EXECUTABLE), "--version"], capture_output=True, check=True, cwd="/", timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        return f"cannot run the program as another user: {error}"
    home = folder / "home"  # where mpirun keeps its sockets: not watched
    watched = folder / "watched"
    home.mkdir()
    watched.mkdir()
    for path in (folder, home, watched):
        os.chmod(path, 0o755)
    os.chown(home, 65534, 65534)
    return OtherUser(watched, {"prefix": prefix, "environment": {"HOME": str(home), "TMPDIR": str(home)}})
