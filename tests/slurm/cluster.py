"""A SLURM of one node in a folder of its own: munged, slurmctld and slurmd as root, without systemd and without accounting."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DAEMONS = ("munged", "slurmctld", "slurmd")
ENDED = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "DEADLINE", "OUT_OF_MEMORY", "BOOT_FAIL", "PREEMPTED"}
CORES = 2

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MinJobAge=36000
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
JobRequeue=1
ReturnToService=2
MailProg=/bin/true
KillWait=5
SchedulerParameters=requeue_delay=1,batch_sched_delay=0,sched_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def missing() -> str | None:
    """Why no SLURM can be started here, if so."""
    if os.geteuid() != 0:
        return "not root"
    absent = [name for name in (*DAEMONS, "sbatch") if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    return f"no {', '.join(absent)}: apt-get install slurm-wlm munge" if absent else None


@dataclass(frozen=True)
class Job:
    """What scontrol says of a job."""

    fields: dict[str, str]

    @property
    def state(self) -> str:
        return self.fields["JobState"]

    @property
    def exit_code(self) -> int:
        return int(self.fields["ExitCode"].partition(":")[0])

    @property
    def restarts(self) -> int:
        return int(self.fields["Restarts"])


class Cluster:
    """Started in `folder`, a short path, and stopped by stop()."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = socket.gethostname().partition(".")[0]
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        for name in ("munge", "state", "spool"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o711)
        (folder / "munge").chmod(0o711)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        (folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=self.host, folder=folder, ports=free_ports(2), cores=min(CORES, os.cpu_count() or 1), memory=memory * 9 // 10))
        key = folder / "munge" / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)

    def start(self) -> None:
        munge = self.folder / "munge"
        self._run("munged", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket", f"--pid-file={munge}/munged.pid",
                  f"--log-file={munge}/munged.log", f"--seed-file={munge}/seed")
        self._run("slurmctld", "-c")
        self._run("slurmd", "-c", "-N", self.host)
        self.wait_for(lambda: "idle" in self._run("sinfo", "-h", "-o", "%T"), 60.0, "an idle node")

    def stop(self) -> None:
        subprocess.run(["scancel", "--user=root"], env=self.environment, capture_output=True, check=False)
        for file in ("slurmd.pid", "slurmctld.pid", "munge/munged.pid"):
            path = self.folder / file
            if path.exists():
                os.kill(int(path.read_text()), signal.SIGTERM)
                self.wait_for(lambda path=path: not path.exists(), 20.0, f"the end of {file}")

    def _run(self, *command: str) -> str:
        result = subprocess.run(list(map(str, command)), env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, (command, result.stdout, result.stderr)
        return result.stdout

    def submit(self, script: str, *arguments: str | Path, options: tuple[str, ...] = (), folder: Path) -> str:
        """The number of a job of jobscripts/`script`, whose log is folder/job.log (of an array job-INDEX.log)."""
        log = "job-%a.log" if any(option.startswith("--array") for option in options) else "job.log"
        folder.mkdir(exist_ok=True)
        return self._run("sbatch", "--parsable", f"--chdir={folder}", f"--output={folder}/{log}", f"--ntasks={CORES}", *options,
                         str(ROOT / "jobscripts" / script), *map(str, arguments)).strip()

    def chain(self, jobs: int, *arguments: str | Path, options: tuple[str, ...] = (), folder: Path) -> list[str]:
        """The numbers of the jobs of jobscripts/chain.sh."""
        folder.mkdir(exist_ok=True)
        return self._run(str(ROOT / "jobscripts" / "chain.sh"), str(jobs), f"--chdir={folder}", f"--output={folder}/job-%j.log",
                         f"--ntasks={CORES}", *options, "--", *map(str, arguments)).split()

    def job(self, number: str) -> Job:
        text = self._run("scontrol", "show", "job", "-o", number)
        return Job(dict(word.partition("=")[::2] for word in text.split() if "=" in word))

    def wait(self, number: str, seconds: float) -> Job:
        """The job when it has ended."""
        self.wait_for(lambda: self.job(number).state in ENDED, seconds, f"the end of job {number}")
        return self.job(number)

    def command(self, *arguments: str) -> str:
        """Any command of SLURM."""
        return self._run(*arguments)

    @staticmethod
    def wait_for(condition, seconds: float, what: str) -> None:
        """AssertionError if it does not come about in time."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
            time.sleep(0.2)


def free_ports(count: int) -> list[int]:
    """TCP ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
