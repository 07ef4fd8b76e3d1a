"""The scripts of jobscripts/ under a real SLURM: jobs that complete, are cut, cancelled, queued again, chained, and arrays."""

import re
import shutil
from pathlib import Path

import pytest
from cluster import CORES, ROOT, Cluster, Job
from program import QUICK, same_bits, scorefield

# Some seconds of each stage on two cores, with a safe point every tenth of a second.
WORK = ["--generate.samples=400000", "--train.steps=300", "--train.warmup=30", "--sample.score=learnt", "--sample.sampler=adams4", "--sample.samples=300000",
        "--forward.process=vp", "--run.batch=4096", "--run.checkpoint=1", "--measure.bins=50"]
OUTPUTS = ["ensemble.h5", "model-vp.h5", "forward-vp.h5", "samples-vp-learnt.h5"]
SECONDS = 300.0
# A lattice, with more than a minute of each of generate, train and sample.
PHI4 = ROOT / "input" / "phi4-broken-quick.ini"
LONG = [PHI4, "--forward.process=vp", "--generate.samples=400000", "--generate.separation=40", "--train.per-level=65536", "--sample.samples=160000",
        "--run.checkpoint=5"]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same work without a job, on as many ranks."""
    folder = tmp_path_factory.mktemp("straight") / "out"
    result = scorefield("run", QUICK, *WORK, f"--run.output={folder}", ranks=CORES, timeout=300)
    assert result.returncode == 0, result.stderr
    return folder


def log_of(folder: Path) -> str:
    return (folder / "job.log").read_text(encoding="utf-8")


def assert_complete(straight: Path, out: Path) -> None:
    for name in OUTPUTS:
        assert same_bits(straight / name, out / name), name
    assert (out / "results.h5").exists() and (out / "report" / "report.md").exists()


class Starts:
    """Hastens jobs that were queued again, once for each time: moved again and again they would never start."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.known: set[tuple[str, str]] = set()

    def hasten(self, number: str) -> None:
        job = self.cluster.job(number)
        waiting = (number, job.fields["SubmitTime"])  # that of the queuing again
        if job.state != "PENDING" or job.fields["Reason"] != "BeginTime" or waiting in self.known:
            return
        self.known.add(waiting)
        # not now: SLURM's node refuses a job that starts in the second in which it was ended
        self.cluster.command("scontrol", "update", f"jobid={number}", "starttime=now+2")


def wait_through_requeues(cluster: Cluster, number: str, folder: Path, seconds: float = SECONDS) -> Job:
    """Until the job has ended; where it waits to be queued again, it is told to start soon (SLURM would wait for two minutes)."""
    starts = Starts(cluster)

    def ended() -> bool:
        job = cluster.job(number)
        if job.state == "FAILED" and log_of(folder).count("this job is queued again\n") == len(re.findall(": job .*, start [0-9]+, ", log_of(folder))):
            return False  # so SLURM calls it until it waits, before it counts the restart or after
        starts.hasten(number)
        return job.state in ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED")

    cluster.wait_for(ended, seconds, f"the end of job {number}")
    return cluster.job(number)


@pytest.mark.parametrize("launcher", ["mpirun", "srun"])
def test_a_job_completes(cluster: Cluster, straight: Path, tmp_path: Path, launcher: str) -> None:
    number = cluster.submit("run.sbatch", f"--launcher={launcher}", QUICK, *WORK, f"--run.output={tmp_path}/out", folder=tmp_path)
    job = cluster.wait(number, SECONDS)
    assert job.state == "COMPLETED", log_of(tmp_path)
    assert "run.sbatch: complete" in log_of(tmp_path)
    assert_complete(straight, tmp_path / "out")


def test_a_warned_job_is_queued_again(cluster: Cluster, straight: Path, tmp_path: Path) -> None:
    """SIGUSR1 to the script, as SLURM sends it some time before the end."""
    number = cluster.submit("run.sbatch", QUICK, *WORK, f"--run.output={tmp_path}/out", folder=tmp_path)
    cluster.wait_for(lambda: list((tmp_path / "out" / "checkpoint").glob("*")), 60.0, "a checkpoint")
    cluster.command("scancel", "--batch", "--signal=USR1", number)
    job = wait_through_requeues(cluster, number, tmp_path)
    assert job.state == "COMPLETED" and job.restarts == 1, log_of(tmp_path)
    assert "stopping at the next safe point" in log_of(tmp_path) and "this job is queued again" in log_of(tmp_path)
    assert re.search(r"start 1, ", log_of(tmp_path))
    assert_complete(straight, tmp_path / "out")


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work of a lattice without a job."""
    folder = tmp_path_factory.mktemp("long") / "out"
    result = scorefield("run", *LONG, f"--run.output={folder}", ranks=CORES, timeout=1500)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.full
@pytest.mark.parametrize("way", ["requeue", "chain"])
def test_the_limit_of_a_job_cuts_each_stage(cluster: Cluster, long: Path, tmp_path: Path, way: str) -> None:
    """Jobs of one minute, which the program knows to end: generate, train and sample are all cut, by four jobs or more."""
    arguments = [*LONG, f"--run.output={tmp_path}/out"]
    options = ("--time=1", "--signal=B:USR1@1")  # which SLURM sends up to a minute early
    if way == "requeue":
        number = cluster.submit("run.sbatch", *arguments, options=options, folder=tmp_path)
        job = wait_through_requeues(cluster, number, tmp_path, 1500.0)
        assert job.state == "COMPLETED" and job.restarts >= 4, log_of(tmp_path)
    else:
        numbers = cluster.chain(24, *arguments, options=options, folder=tmp_path)
        cluster.wait_for(lambda: not cluster.command("squeue", "-h", "-j", ",".join(numbers)).strip(), 1500.0, "the end of the chain")
        jobs = [cluster.job(number) for number in numbers]
        cut = [job.state for job in jobs].index("COMPLETED")
        assert cut >= 4 and [job.exit_code for job in jobs[:cut]] == [85] * cut
    log = (tmp_path / "out" / "run.log").read_text(encoding="utf-8")
    stopped = re.findall(r"stopped by (?:the end of the job|SIGUSR1); .*?/out/(\w+)", log)
    assert {"ensemble", "model", "samples"} <= set(stopped), log
    for name in ("ensemble.h5", "model-vp.h5", "forward-vp.h5", "samples-vp-learnt.h5", "finished-vp-learnt.h5"):
        assert same_bits(long / name, tmp_path / "out" / name), name
    print(f"{way}: {len(stopped)} jobs cut, at {', '.join(stopped)}")


def test_the_job_after_a_cancelled_one_goes_on(cluster: Cluster, straight: Path, tmp_path: Path) -> None:
    arguments = (QUICK, *WORK, f"--run.output={tmp_path}/out")
    number = cluster.submit("run.sbatch", *arguments, folder=tmp_path)
    cluster.wait_for(lambda: list((tmp_path / "out" / "checkpoint").glob("*")), 60.0, "a checkpoint")
    cluster.command("scancel", number)
    assert cluster.wait(number, 60.0).state == "CANCELLED"
    assert not (tmp_path / "out" / "results.h5").exists()
    job = cluster.wait(cluster.submit("run.sbatch", *arguments, folder=tmp_path), SECONDS)
    assert job.state == "COMPLETED", log_of(tmp_path)
    assert "going on with" in log_of(tmp_path)
    assert_complete(straight, tmp_path / "out")


def test_a_chain_has_the_bits_of_one_run(cluster: Cluster, straight: Path, tmp_path: Path) -> None:
    """Each of its jobs has few seconds; the first that completes the deck ends it."""
    numbers = cluster.chain(30, QUICK, *WORK, f"--run.output={tmp_path}/out", "--run.walltime=2", folder=tmp_path)
    cluster.wait_for(lambda: not cluster.command("squeue", "-h", "-j", ",".join(numbers)).strip(), SECONDS, "the end of the chain")
    jobs = [cluster.job(number) for number in numbers]
    states = [job.state for job in jobs]
    cut = states.index("COMPLETED")
    assert 3 <= cut <= len(jobs) - 4, states  # those behind it must not start, not every second one either
    assert [job.exit_code for job in jobs[:cut]] == [85] * cut
    assert set(states[:cut]) == {"FAILED"} and set(states[cut + 1:]) == {"CANCELLED"}, states
    assert_complete(straight, tmp_path / "out")


def test_a_stop_file_ends_a_job_for_good(cluster: Cluster, tmp_path: Path) -> None:
    number = cluster.submit("run.sbatch", QUICK, *WORK, f"--run.output={tmp_path}/out", folder=tmp_path)
    cluster.wait_for(lambda: list((tmp_path / "out" / "checkpoint").glob("*")), 60.0, "a checkpoint")
    (tmp_path / "out" / "stop").touch()
    job = cluster.wait(number, 60.0)
    assert (job.state, job.exit_code, job.restarts) == ("FAILED", 85, 0), log_of(tmp_path)
    assert "stopped by the stop file; submit it again to go on" in log_of(tmp_path)


def checkout_of(folder: Path, program: str) -> Path:
    """A checkout with a program in place of scorefield."""
    made = folder / "checkout"
    for name, text in (("build/release/src/scorefield", program), (".venv/bin/scorefield-analysis", "#!/bin/sh\n")):
        (made / name).parent.mkdir(parents=True)
        (made / name).write_text(text)
        (made / name).chmod(0o755)
    (made / "jobscripts").symlink_to(ROOT / "jobscripts")
    return made


PROGRAM = """\
#!/usr/bin/env bash
case $1 in
  check) echo "check: the deck is good. Output folder: {folder}/out" ;;
  status) cat {folder}/starts ;;
  run) [ {gains} = no ] || echo start >>{folder}/starts; exit {code} ;;
esac
"""


@pytest.mark.parametrize("gains, code, state, starts, cause", [
    ("no", 85, "FAILED", 0, "got no further than the one before: it needs a longer --time"),
    ("no", 1, "FAILED", 0, "ended with exit code 1 and got no further than the job before"),
    ("yes", 1, "PENDING", 1, "this job is queued again"),
    ("yes", 137, "PENDING", 1, "this job is queued again"),
    ("yes", 4, "FAILED", 0, "failed with exit code 4"),
])
def test_what_follows_from_an_exit_code(cluster: Cluster, tmp_path: Path, gains: str, code: int, state: str, starts: int, cause: str) -> None:
    """A program that is cut without having gained anything, is killed, or fails; 1 may be of its launcher."""
    (tmp_path / "starts").touch()
    checkout = checkout_of(tmp_path, PROGRAM.format(folder=tmp_path, gains=gains, code=code))
    number = cluster.submit("run.sbatch", QUICK, options=(f"--export=ALL,SCOREFIELD_CHECKOUT={checkout}",), folder=tmp_path)
    cluster.wait_for(lambda: cause in log_of(tmp_path) if (tmp_path / "job.log").exists() else False, 60.0, cause)
    cluster.wait_for(lambda: cluster.job(number).state == state, 60.0, state)
    assert cluster.job(number).restarts == starts
    cluster.command("scancel", number)


def test_a_chain_ends_at_an_error(cluster: Cluster, tmp_path: Path) -> None:
    numbers = cluster.chain(3, QUICK, "--train.steps=many", f"--run.output={tmp_path}/out", folder=tmp_path)
    jobs = [cluster.wait(number, 60.0) for number in numbers]
    assert [job.state for job in jobs] == ["FAILED", "CANCELLED", "CANCELLED"] and jobs[0].exit_code == 2
    assert "train.steps = many" in (tmp_path / f"job-{numbers[0]}.log").read_text(encoding="utf-8")


def test_an_array_scans_a_key(cluster: Cluster, tmp_path: Path) -> None:
    values = ("0.2", "0.3")
    number = cluster.submit("scan.sbatch", f"model.sigma0={','.join(values)}", QUICK, *WORK,
                            "--generate.samples=50000", "--sample.samples=20000", f"--run.output={tmp_path}/out", options=(f"--array=0-{len(values) - 1}",),
                            folder=tmp_path)
    for index, value in enumerate(values):
        job = cluster.wait(f"{number}_{index}", SECONDS)
        assert job.state == "COMPLETED", (tmp_path / f"job-{index}.log").read_text(encoding="utf-8")
        deck = (tmp_path / f"out-sigma0-{value}" / "deck.ini").read_text(encoding="utf-8")
        assert f"sigma0 = {value}\n" in deck and f"seed = {20241202 + index}\n" in deck
        assert (tmp_path / f"out-sigma0-{value}" / "report" / "report.md").exists()


CUT_ONCE = """\
#!/usr/bin/env bash
out={folder}/out
for argument; do
  case $argument in --run.output=*) out=${{argument#*=}} ;; esac
done
case $1 in
  check) echo "check: the deck is good. Output folder: $out"; echo "seed = 1" ;;
  status) cat "$2.starts" 2>/dev/null ;;
  run)
    echo start >>"$out.starts"
    [ "$(wc -l <"$out.starts")" -gt 1 ] || exit 85 ;;
esac
"""


def test_a_task_of_an_array_is_queued_again_alone(cluster: Cluster, tmp_path: Path) -> None:
    """One has the number of the whole array: the others, which are at work or complete, must not start again with it."""
    checkout = checkout_of(tmp_path, CUT_ONCE.format(folder=tmp_path))
    number = cluster.submit("scan.sbatch", "model.sigma0=1,2,3", QUICK, folder=tmp_path,
                            options=("--array=0-2", "--ntasks=1", f"--export=ALL,SCOREFIELD_CHECKOUT={checkout}"))

    starts = Starts(cluster)

    def ended() -> bool:
        for index in range(3):
            starts.hasten(f"{number}_{index}")
        return [cluster.job(f"{number}_{index}").state for index in range(3)] == ["COMPLETED"] * 3

    cluster.wait_for(ended, 60.0, "the end of all tasks")
    assert [(tmp_path / f"out-sigma0-{value}.starts").read_text() for value in (1, 2, 3)] == ["start\n" * 2] * 3
    assert [cluster.job(f"{number}_{index}").restarts for index in range(3)] == [1, 1, 1]


def test_a_scan_of_a_deck_that_was_run_before(cluster: Cluster, straight: Path, tmp_path: Path) -> None:
    """Its own folder, of another value, is in nobody's way."""
    folder = Path(shutil.copytree(straight, tmp_path / "out"))
    number = cluster.submit("scan.sbatch", "model.sigma0=0.3", QUICK, *WORK, f"--run.output={folder}", "--generate.samples=50000",
                            "--sample.samples=20000", options=("--array=0",), folder=tmp_path)
    job = cluster.wait(f"{number}_0", SECONDS)
    text = (tmp_path / "job-0.log").read_text(encoding="utf-8")
    assert job.state == "COMPLETED" and "was made by another deck" not in text, text


@pytest.mark.parametrize("script, arguments, options, cause", [
    ("run.sbatch", (), (), "no deck"),
    ("run.sbatch", ("nowhere.ini",), (), "no deck nowhere.ini"),
    ("run.sbatch", ("--fast", QUICK), (), "unknown option --fast"),
    ("scan.sbatch", ("model.sigma0=1,2", QUICK), (), "no array"),
    ("scan.sbatch", ("width", QUICK), ("--array=0",), "expected section.key=V0,V1,..."),
    ("scan.sbatch", ("model.sigma0=1,2", QUICK), ("--array=2",), "model.sigma0 has no value number 2: --array=0-1"),
])
def test_wrong_submissions_are_one_line(cluster: Cluster, tmp_path: Path, script: str, arguments: tuple, options: tuple, cause: str) -> None:
    number = cluster.submit(script, *arguments, options=options, folder=tmp_path)
    array = any(option.startswith("--array") for option in options)
    index = options[0].partition("=")[2] if array else ""
    job = cluster.wait(f"{number}_{index}" if array else number, 60.0)
    text = (tmp_path / (f"job-{index}.log" if array else "job.log")).read_text(encoding="utf-8")
    assert job.state == "FAILED" and job.exit_code == 2
    assert text.count("\n") == 1 and text.startswith(f"{script}: error: ") and cause in text, text
