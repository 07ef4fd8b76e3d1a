"""The cluster that all tests of job scripts share, and how to run the program beside it."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))  # what the tests of the program share

from cluster import Cluster, missing  # noqa: E402

RULES = "=" * 100


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A SLURM; where none can be started the tests are skipped, and that is said loudly."""
    why = missing()
    if why is not None:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{RULES}\nTHE TESTS OF JOB SCRIPTS ARE SKIPPED: {why}\n{RULES}", file=sys.stderr)
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))  # paths of sockets may have 107 bytes
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
