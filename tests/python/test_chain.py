"""jobscripts/chain.sh against an sbatch and a scontrol that only write down how they were called."""

import os
import subprocess
from pathlib import Path

import pytest
from program import ROOT

SBATCH = """#!/bin/bash
echo "sbatch $*" >>"$CALLS"
number=$((40 + $(grep -c ^sbatch "$CALLS")))
[ $number -lt "$REFUSED_FROM" ] || exit 7
case " $* " in *" -M east "*) number+=";east" ;; esac
echo "$number"
"""
SCONTROL = """#!/bin/bash
echo "scontrol $*" >>"$CALLS"
exit "$SCONTROL_CODE"
"""


def chain(folder: Path, *options: str, refused_from: int = 99, scontrol_code: int = 0) -> tuple[subprocess.CompletedProcess, list[str], list[str]]:
    """Of two jobs: what the script said, the submissions, and the calls of scontrol."""
    for name, script in (("sbatch", SBATCH), ("scontrol", SCONTROL)):
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(folder / "calls"), "REFUSED_FROM": str(refused_from),
                                "SCONTROL_CODE": str(scontrol_code)}
    said = subprocess.run([ROOT / "jobscripts" / "chain.sh", "2", "--ntasks=8", *options, "--", "input/two-peak.ini"], env=environment,
                          capture_output=True, text=True, timeout=60, check=False)
    calls = (folder / "calls").read_text(encoding="utf-8").splitlines()
    return said, [call for call in calls if call.startswith("sbatch")], [call for call in calls if call.startswith("scontrol")]


def test_each_job_waits_for_the_one_before_and_the_first_for_all(tmp_path: Path) -> None:
    said, submitted, released = chain(tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (0, "41\n42\n", "")
    assert " --hold " in submitted[0] and " --dependency=afternotok:41 " in submitted[1] and " --hold " not in submitted[1]
    assert all(" --ntasks=8 " in call and call.endswith("/run.sbatch --chained input/two-peak.ini") for call in submitted)
    assert released == ["scontrol release 41"]


def test_on_another_cluster_the_first_is_released_there(tmp_path: Path) -> None:
    said, submitted, released = chain(tmp_path, "-M", "east")
    assert (said.returncode, said.stdout) == (0, "41\n42\n") and " --dependency=afternotok:41 " in submitted[1]
    assert released == ["scontrol -M east release 41"]


@pytest.mark.parametrize("options, command", [([], "scontrol release 41"), (["-M", "east"], "scontrol -M east release 41")])
def test_a_job_that_stays_held_is_told(tmp_path: Path, options: list[str], command: str) -> None:
    said, *_ = chain(tmp_path, *options, scontrol_code=1)
    assert (said.returncode, said.stdout) == (1, "41\n42\n")
    assert said.stderr == f"chain.sh: error: the first job is still held; release job 41 yourself: {command}\n"


@pytest.mark.parametrize("option", ["--hold", "-H"])
def test_who_holds_the_jobs_releases_them(tmp_path: Path, option: str) -> None:
    said, submitted, released = chain(tmp_path, option)
    assert said.returncode == 0 and len(submitted) == 2 and released == []


def test_the_first_begins_where_a_later_one_is_refused(tmp_path: Path) -> None:
    said, submitted, released = chain(tmp_path, refused_from=42)
    assert said.returncode == 7 and len(submitted) == 2 and released == ["scontrol release 41"]
