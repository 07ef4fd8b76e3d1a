"""Files, folders and disks that are broken: each is one line with the cause and the cure, or is mended and said, on one rank and on two."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from broken import Outcome, on_one_and_two_ranks, run, run_all, the_error
from faults import fault
from program import EXECUTABLE, QUICK, ROOT, only_error_line, same_bits, scorefield, unseal

SAMPLES = 32768
DECK = [QUICK, f"--generate.samples={SAMPLES}", f"--sample.samples={SAMPLES}", "--measure.bins=20", "--forward.process=ve",
        "--forward.times=5", "--sample.score=learnt", "--sample.sampler=ode2", "--sample.steps=8", "--train.steps=40", "--train.warmup=1",
        "--train.levels=8", "--train.per-level=32", "--network.hidden=8", "--network.embedding=8"]
STOP = ["--run.batch=8192", "--run.walltime=0.001"]  # stops at the first safe point: after 8192 configurations or 10 steps

OVERWRITE = "choose another --run.output, or set aside what is there with --overwrite"


def works(command: str, folder: Path, *more: str, code: int = 0, ranks: int = 1) -> str:
    outcome = run([command, *DECK, *more, f"--run.output={folder}"], ranks, folder)
    assert outcome.code == code, outcome.stdout + outcome.stderr
    return outcome.stdout


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A finished run, and runs that were stopped twice while they generated, trained and sampled."""
    base = tmp_path_factory.mktemp("bases")
    folders = {name: base / name for name in ("finished", "generating", "training", "sampling")}
    for folder in folders.values():
        folder.mkdir()
    works("run", folders["finished"])
    for _ in range(2):
        works("generate", folders["generating"], *STOP, code=85)
    works("generate", folders["training"])
    shutil.copytree(folders["training"], folders["sampling"], dirs_exist_ok=True)
    works("train", folders["sampling"])
    for _ in range(2):
        works("train", folders["training"], *STOP, code=85)
        works("sample", folders["sampling"], *STOP, code=85)
    return folders


Break = Callable[[Path], object]


def cut(name: str, size: int) -> Break:
    """The first `size` bytes of a file; all but so many if it is negative."""

    def action(folder: Path) -> None:
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[:size])

    return action


def flip(name: str, at: int) -> Break:
    """One bit of a file; a negative offset counts from its end."""

    def action(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[at] ^= 4
        (folder / name).write_bytes(content)

    return action


def replace(name: str, content: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(content)


def gone(*names: str) -> Break:
    return lambda folder: [(folder / name).unlink() for name in names]


def folder_instead(name: str) -> Break:
    def action(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return action


def dataset(name: str, path: str, make: Callable[[h5py.Group, str, np.ndarray], object]) -> Break:
    """Another dataset in place of one, in a file without a seal."""

    def action(folder: Path) -> None:
        with h5py.File(folder / name, "r+") as file:
            values = file[path][()]
            del file[path]
            make(file, path, values)
        unseal(folder / name)

    return action


def value(name: str, path: str, index: int, bad: float) -> Break:
    def action(folder: Path) -> None:
        with h5py.File(folder / name, "r+") as file:
            flat = file[path][()].reshape(-1)
            flat[index] = bad
            file[path][...] = flat.reshape(file[path].shape)
        unseal(folder / name)

    return action


def both(*actions: Break) -> Break:
    return lambda folder: [action(folder) for action in actions]


def compound(file: h5py.Group, path: str, values: np.ndarray) -> None:
    file[path] = np.zeros(values.shape, dtype=[("re", "<i4"), ("im", "<i4")])


def text(file: h5py.Group, path: str, values: np.ndarray) -> None:
    file.create_dataset(path, values.shape, data=np.full(values.shape, b"1.0"))


def group(file: h5py.Group, path: str, _: np.ndarray) -> None:
    file.create_group(path)


def of_shape(*shape: int) -> Callable[[h5py.Group, str, np.ndarray], None]:
    def make(file: h5py.Group, path: str, values: np.ndarray) -> None:
        file[path] = np.resize(values, shape)

    return make


def nothing(*_: object) -> None:
    """The dataset is missing."""


ENSEMBLE, MODEL, FORWARD, SAMPLED = "ensemble.h5", "model-ve.h5", "forward-ve.h5", "samples-ve-learnt.h5"
CHECKSUM = " is damaged: its checksum is not that of its bytes"
NOT_HDF5 = " is not a readable HDF5 file"
FIELD = f"{ENSEMBLE} is damaged: /field is not an array of numbers of shape ({SAMPLES}, 1, 1, 1)"

# The run that is broken, how, the command that meets it, then the exit code, the cause and the cure.
Case = tuple[str, Break, list[str], int, str, str]
FILES: dict[str, Case] = {
    "ensemble empty": ("finished", cut(ENSEMBLE, 0), ["run"], 2, ENSEMBLE + NOT_HDF5, OVERWRITE),
    "ensemble cut in the seal": ("finished", cut(ENSEMBLE, 100), ["run"], 2, ENSEMBLE + NOT_HDF5, OVERWRITE),
    "ensemble cut behind the seal": ("finished", cut(ENSEMBLE, 512), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "ensemble cut in the metadata": ("finished", cut(ENSEMBLE, 700), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "ensemble cut in the data": ("finished", cut(ENSEMBLE, 100_000), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "ensemble cut by a byte": ("finished", cut(ENSEMBLE, -1), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in the data": ("finished", flip(ENSEMBLE, 100_000), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in HDF5's first bytes": ("finished", flip(ENSEMBLE, 512), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in HDF5's metadata": ("finished", flip(ENSEMBLE, 700), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in the seal's name": ("finished", flip(ENSEMBLE, 3), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in the seal's checksum": ("finished", flip(ENSEMBLE, 45), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "bit in the seal's rest": ("finished", flip(ENSEMBLE, 300), ["run"], 2, ENSEMBLE + CHECKSUM, OVERWRITE),
    "ensemble of text": ("finished", dataset(ENSEMBLE, "/field", text), ["run"], 2, FIELD, OVERWRITE),
    "ensemble of compounds": ("finished", dataset(ENSEMBLE, "/field", compound), ["run"], 2, FIELD, OVERWRITE),
    "group in place of the ensemble": ("finished", dataset(ENSEMBLE, "/field", group), ["run"], 2, FIELD, OVERWRITE),
    "no field": ("finished", dataset(ENSEMBLE, "/field", nothing), ["run"], 2, FIELD, OVERWRITE),
    "field of one axis": ("finished", dataset(ENSEMBLE, "/field", of_shape(SAMPLES)), ["run"], 2, FIELD, OVERWRITE),
    "field of two axes": ("finished", dataset(ENSEMBLE, "/field", of_shape(SAMPLES, 1)), ["run"], 2, FIELD, OVERWRITE),
    "field of two components": ("finished", dataset(ENSEMBLE, "/field", of_shape(SAMPLES, 2, 1, 1)), ["run"], 2, FIELD, OVERWRITE),
    "field too short": ("finished", dataset(ENSEMBLE, "/field", of_shape(SAMPLES // 2, 1, 1, 1)), ["run"], 2, FIELD, OVERWRITE),
    "scalar field": ("finished", dataset(ENSEMBLE, "/field", of_shape()), ["run"], 2, FIELD, OVERWRITE),
    "ensemble not HDF5": ("finished", replace(ENSEMBLE, b"1.0 2.0\n" * 1000), ["run"], 2, ENSEMBLE + NOT_HDF5, OVERWRITE),
    "ensemble of zeros": ("finished", replace(ENSEMBLE, bytes(100_000)), ["run"], 2, ENSEMBLE + NOT_HDF5, OVERWRITE),
    "a folder in place of the ensemble": ("finished", folder_instead(ENSEMBLE), ["run"], 2,
                                          ENSEMBLE + " is a folder where a file should be", OVERWRITE),
    "another physics": ("finished", both(), ["run", "--model.sigma0=0.5"], 2, "made by another deck (model.sigma0 was 0.25)", OVERWRITE),
    "not a number in the ensemble": ("finished", value(ENSEMBLE, "/field", SAMPLES - 7, np.nan), ["run"], 4,
                                     f"row {SAMPLES - 7} of /field holds what is infinite or not a number", OVERWRITE),
    "infinite in the ensemble to measure": ("finished", value(ENSEMBLE, "/field", 5, -np.inf), ["measure"], 4,
                                            "row 5 of /field holds what is infinite", "--overwrite"),
    "bit in the ensemble to measure": ("finished", flip(ENSEMBLE, 100_000), ["measure"], 2, ENSEMBLE + CHECKSUM, "--overwrite"),
    "bit in the ensemble to train on": ("finished", both(gone(MODEL), flip(ENSEMBLE, 100_000)), ["train"], 2, ENSEMBLE + CHECKSUM,
                                        "run `scorefield generate"),
    "not a number to train on": ("finished", both(gone(MODEL), value(ENSEMBLE, "/field", 7, np.nan)), ["train"], 4, "not a number",
                                 "run `scorefield generate"),
    "ensemble missing": ("finished", gone(ENSEMBLE, MODEL), ["train"], 2, "no ", "run `scorefield generate"),
    "model cut": ("finished", cut(MODEL, 3000), ["run"], 2, MODEL + CHECKSUM, OVERWRITE),
    "bit in the model": ("finished", flip(MODEL, -500), ["run"], 2, MODEL + CHECKSUM, OVERWRITE),
    "bit in the model to sample with": ("finished", both(gone(SAMPLED), flip(MODEL, -500)), ["sample"], 2, MODEL + CHECKSUM,
                                        "run `scorefield train"),
    "model of another width": ("finished", dataset(MODEL, "/network/averaged_weights", of_shape(7)), ["run"], 2,
                               MODEL + " is damaged: /network/averaged_weights is not an array of numbers of shape (", OVERWRITE),
    "model without frequencies": ("finished", dataset(MODEL, "/network/frequencies", nothing), ["run"], 2,
                                  MODEL + " is damaged: /network/frequencies", OVERWRITE),
    "not a number in the model": ("finished", value(MODEL, "/network/averaged_weights", 3, np.nan), ["run"], 4,
                                  "row 3 of /network/averaged_weights", OVERWRITE),
    "model of another deck": ("finished", both(), ["train", "--network.hidden=9"], 2, "another deck (network.hidden was 8)", OVERWRITE),
    "samples cut": ("finished", cut(SAMPLED, 200_000), ["run"], 2, SAMPLED + CHECKSUM, OVERWRITE),
    "bit in the samples": ("finished", flip(SAMPLED, -900), ["measure"], 2, SAMPLED + CHECKSUM, "--overwrite"),
    "samples of text": ("finished", dataset(SAMPLED, "/field", text), ["measure"], 2, SAMPLED + " is damaged: /field", "--overwrite"),
    "sums of another shape": ("finished", dataset(SAMPLED, "/backward/power_sums", of_shape(3, 9, 8)), ["measure"], 2,
                              SAMPLED + " is damaged: /backward/power_sums", "--overwrite"),
    "not a number in the sums": ("finished", value(SAMPLED, "/backward/power_sums", 0, np.nan), ["measure"], 4,
                                 "row 0 of /backward/power_sums", "--overwrite"),
    "bit in the forward process": ("finished", flip(FORWARD, 5000), ["run"], 2, FORWARD + CHECKSUM, OVERWRITE),
    "forward process without times": ("finished", dataset(FORWARD, "/forward/time", group), ["run"], 2,
                                      FORWARD + " is damaged: /forward/time", OVERWRITE),
    "a folder in place of the results": ("finished", folder_instead("results.h5"), ["measure"], 2, "is a folder where a file", "move it away"),
    "a folder in place of the log": ("finished", folder_instead("run.log"), ["run"], 2, "is a folder where a file", "move it away"),
    "a file in place of the checkpoints": ("finished", both(gone(MODEL), replace("checkpoint", b"here")), ["run"], 2,
                                           "is a file where a folder should be", "move it away"),
    "nothing to measure": ("finished", gone(ENSEMBLE, FORWARD, SAMPLED), ["measure"], 2, "nothing to measure", "run `scorefield generate"),
    "checkpoint without its file": ("generating", gone(ENSEMBLE + ".partial"), ["run"], 2,
                                    f"{ENSEMBLE} is there without {ENSEMBLE}.partial", OVERWRITE),
    "a folder in place of the unfinished file": ("generating", folder_instead(ENSEMBLE + ".partial"), ["run"], 2,
                                                 "is a folder where a file should be", OVERWRITE),
    "both checkpoints damaged": ("generating", both(flip("checkpoint/ensemble.h5", 900), flip("checkpoint/ensemble.h5.previous", 900)),
                                 ["run"], 2, "ensemble.h5 is damaged, and there is no whole one before it", OVERWRITE),
    "both checkpoints empty": ("training", both(cut("checkpoint/model-ve.h5", 0), cut("checkpoint/model-ve.h5.previous", 0)), ["run"], 2,
                               "model-ve.h5 is damaged, and there is no whole one before it", OVERWRITE),
    "a folder in place of the checkpoint": ("training", both(folder_instead("checkpoint/model-ve.h5"), gone("checkpoint/model-ve.h5.previous")),
                                            ["run"], 2, "is damaged, and there is no whole one before it", OVERWRITE),
    "checkpoint without its ensemble": ("training", gone(ENSEMBLE), ["train"], 2, "no ", "run `scorefield generate"),
    "checkpoint of another deck": ("training", both(), ["train", "--network.embedding=6"], 2,
                                   "belongs to another deck (network.embedding was 8)", OVERWRITE),
    "unfinished file of another length": ("sampling", both(), ["run", f"--generate.samples={2 * SAMPLES}"], 2,
                                          f"was begun with generate.samples = {SAMPLES}", OVERWRITE),
}


def file_job(bases: dict[str, Path], folder: Path, case: Case, ranks: int) -> Outcome:
    base, action, (command, *more), *_ = case
    shutil.copytree(bases[base], folder)
    action(folder)
    return run([command, *DECK, *more, f"--run.output={folder}"], ranks, folder)


@pytest.fixture(scope="module")
def outcomes(request, bases, tmp_path_factory) -> dict[tuple, Outcome]:
    place = tmp_path_factory.mktemp("files")
    return run_all({(name, ranks): partial(file_job, bases, place / f"{number}-{ranks}", case, ranks)
                    for number, (name, case) in enumerate(FILES.items()) for ranks in (1, 2)}, request)


@pytest.mark.parametrize(("name", "ranks"), on_one_and_two_ranks(FILES))
def test_a_broken_file_is_one_line_with_the_cure(outcomes, name, ranks):
    *_, code, cause, cure = FILES[name]
    the_error(outcomes[name, ranks], code, cause, cure)


def test_the_cure_cures(bases, tmp_path):
    """--overwrite sets a damaged ensemble aside, and the run is that of an undamaged one."""
    folder = tmp_path / "run"
    shutil.copytree(bases["finished"], folder)
    flip(ENSEMBLE, 100_000)(folder)
    damaged = (folder / ENSEMBLE).read_bytes()
    works("run", folder, "--overwrite")
    assert (folder / (ENSEMBLE + ".old")).read_bytes() == damaged
    assert same_bits(folder / ENSEMBLE, bases["finished"] / ENSEMBLE)


# What is mended without an error: the run, how it is broken, the command, the file it makes, and what it must say.
MENDED: dict[str, tuple[str, Break, str, str, str]] = {
    "newest checkpoint damaged": ("generating", flip("checkpoint/ensemble.h5", 900), "generate", ENSEMBLE, "from 8192 of 32768"),
    "newest checkpoint empty": ("training", cut("checkpoint/model-ve.h5", 0), "train", MODEL, "from step 10 of 40"),
    "newest checkpoint missing": ("sampling", gone("checkpoint/forward-ve.h5"), "sample", FORWARD, "from 8192 of 32768"),
    "bit in committed data": ("generating", flip(ENSEMBLE + ".partial", 4096 + 20_000), "generate", ENSEMBLE, "it is made again"),
    "bit in committed sums": ("sampling", flip(FORWARD + ".partial", 30_000), "sample", FORWARD, "it is made again"),
    "bit in HDF5's first bytes": ("generating", flip(ENSEMBLE + ".partial", 512), "generate", ENSEMBLE, "it is made again"),
    "unfinished file cut": ("generating", cut(ENSEMBLE + ".partial", 20_000), "generate", ENSEMBLE, "it is made again"),
    "unfinished file empty": ("sampling", cut(FORWARD + ".partial", 0), "sample", FORWARD, "it is made again"),
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", MENDED)
def test_damage_that_can_be_mended_is_said_and_mended(bases, tmp_path, name, ranks):
    base, action, command, file, said = MENDED[name]
    folder = tmp_path / "run"
    shutil.copytree(bases[base], folder)
    action(folder)
    assert said in works(command, folder, ranks=1 if file == MODEL else ranks)  # a training depends on the number of ranks
    assert same_bits(folder / file, bases["finished"] / file)


def outside_filled_parts(path: Path) -> list[int]:
    """Offsets of the metadata, attributes and datasets that were written with the layout, which the seal of an unfinished file names."""
    content = path.read_bytes()
    words = next(line for line in content[256:512].decode().splitlines() if line.startswith("filled")).split()[1:]
    filled = [range(int(begin), int(begin) + int(size)) for begin, size in zip(words[::2], words[1::2], strict=True)]
    return [at for at in range(256, len(content)) if not any(at in part for part in filled)]


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("base, command, file", [("generating", "generate", ENSEMBLE), ("sampling", "sample", FORWARD)])
def test_a_bit_in_the_layout_of_an_unfinished_file_is_seen(bases, tmp_path, base, command, file, number):
    """All that is in the file besides the numbers that are being filled in has a checksum, too: the file is made again."""
    folder = tmp_path / "run"
    shutil.copytree(bases[base], folder)
    offsets = outside_filled_parts(folder / (file + ".partial"))
    flip(file + ".partial", offsets[(2 * number + 1) * len(offsets) // 12])(folder)
    assert "it is made again" in works(command, folder)
    assert same_bits(folder / file, bases["finished"] / file)
    assert "stale" not in works("status", folder)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("nth", [1, 2, 9])
def test_a_read_that_fails_once_costs_nothing(bases, tmp_path, nth, ranks):
    """An unfinished file that cannot be read is an error and stays; the next run goes on with it."""
    folder = tmp_path / "run"
    shutil.copytree(bases["generating"], folder)
    before = (folder / (ENSEMBLE + ".partial")).read_bytes()
    failed = scorefield("generate", *DECK, f"--run.output={folder}", ranks=ranks, environment=fault(folder, read_fails=nth))
    assert failed.returncode == 3, failed.stdout
    assert "ensemble.h5.partial" in only_error_line(failed)
    assert (folder / (ENSEMBLE + ".partial")).read_bytes() == before
    assert "from 16384 of 32768" in works("generate", folder, ranks=ranks)
    assert same_bits(folder / ENSEMBLE, bases["finished"] / ENSEMBLE)


def test_samples_of_another_model_are_stale(bases, tmp_path):
    """A training of the same deck that is not the same to the bit: the samples of the first are not those of the second."""
    folder = tmp_path / "run"
    shutil.copytree(bases["finished"], folder)
    (folder / MODEL).unlink()
    works("train", folder, ranks=2)
    outcome = run(["sample", *DECK, f"--run.output={folder}"], 1, folder)
    the_error(outcome, 2, "was made with another model-ve.h5", OVERWRITE)
    assert "forward-ve.h5                complete" in " ".join(works("status", folder).split("\n"))


def test_results_are_as_new_as_what_was_measured(bases, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(bases["finished"], folder)
    results = [line for line in works("status", folder).splitlines() if "results.h5" in line]
    assert len(results) == 1 and results[0].endswith("complete")
    (folder / FORWARD).unlink()
    works("sample", folder)
    assert "measured before there was this forward-ve.h5" in works("status", folder)
    works("measure", folder)
    assert "stale" not in works("status", folder)
    (folder / "results.h5").unlink()
    assert "results.h5                   missing" in works("status", folder)


# A closed file, the command that meets it, and the cause.
CLOSED = {
    "ensemble": ("finished", ENSEMBLE, "ensemble.h5: Permission denied"),
    "checkpoint": ("generating", "checkpoint/ensemble.h5", "checkpoint/ensemble.h5: Permission denied"),
    "unfinished file": ("generating", ENSEMBLE + ".partial", "ensemble.h5.partial: Permission denied"),
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", CLOSED)
def test_a_file_that_may_not_be_read(bases, other_user, name, ranks):
    base, closed, cause = CLOSED[name]
    folder = other_user.folder / "run"
    shutil.copytree(bases[base], folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    (folder / closed).chmod(0)
    outcome = run(["run", *DECK, f"--run.output={folder}"], ranks, other_user.folder, **other_user.how)
    the_error(outcome, 3, cause, OVERWRITE)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_finished_run_in_a_read_only_folder(bases, other_user, ranks):
    folder = other_user.folder / "run"
    shutil.copytree(bases["finished"], folder)
    folder.chmod(0o555)
    for command in ("run", "measure"):
        outcome = run([command, *DECK, f"--run.output={folder}"], ranks, other_user.folder, **other_user.how)
        the_error(outcome, 3, "lock: Permission denied", "choose another --run.output")
    outcome = run(["check", *DECK, f"--run.output={folder}"], ranks, other_user.folder, **other_user.how)
    assert outcome.code == 0 and outcome.stdout.count("complete") == 5, outcome.stdout + outcome.stderr


def start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen([str(EXECUTABLE), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def wait_for(path: Path, process: subprocess.Popen) -> None:
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None and time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.001)


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_second_run_on_the_folder(bases, tmp_path, ranks):
    folder = tmp_path / "run"
    shutil.copytree(bases["training"], folder)
    long = ["train", *DECK, "--train.steps=1e6", f"--run.output={folder}", "--overwrite"]
    first = start(*long)
    try:
        wait_for(folder / "lock", first)
        wait_for(folder / "checkpoint" / "model-ve.h5.old", first)  # the short training was set aside: the long one is at work
        time.sleep(0.5)
        first.send_signal(signal.SIGSTOP)  # so that only the second could change anything
        for arguments in (long[:-1], ["run", *DECK, f"--run.output={folder}"]):
            outcome = run(arguments, ranks, folder)
            the_error(outcome, 2, f"is in use by pid {first.pid} on ", "wait for it (scorefield status shows how far it is)")
        told = run(["status", folder], 1, folder)
        assert told.code == 0 and f"in use by pid {first.pid} on " in told.stdout
        assert "what it is at shows after its first checkpoint (run.checkpoint: every 60 s); measure has none" in told.stdout
        first.send_signal(signal.SIGCONT)
        first.send_signal(signal.SIGTERM)
        said = first.communicate(timeout=60)[1]
        assert first.returncode == 85 and "the same command goes on from there" in said
        assert not (folder / "lock").exists()
    finally:
        first.kill()


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount a small disk: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def fill(path: Path) -> None:
    """Takes all that is free."""
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("command", ["generate", "run"])
def test_a_disk_that_is_too_small_is_seen_before_any_work(small_disk, command, ranks):
    folder = small_disk / "run"
    outcome = run([command, *DECK, "--generate.samples=1e6", f"--run.output={folder}"], ranks, small_disk)
    the_error(outcome, 3, "the disk has too little room", "free some, or choose another --run.output")


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("free", [0, 4096, 32768])
def test_a_disk_without_room_for_anything(bases, small_disk, free, ranks):
    folder = small_disk / "run"
    shutil.copytree(bases["generating"], folder)
    fill(small_disk / "filler")
    os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - free)
    outcome = run(["run", *DECK, f"--run.output={folder}"], ranks, small_disk)
    the_error(outcome, 3, "No space left" if free == 0 else "the disk has too little room", "choose another --run.output")


# A stage that writes a checkpoint at every safe point, and the file it makes.
FILLING = {
    "generate": (["generate", *DECK, "--generate.samples=131072", "--run.batch=4", "--run.checkpoint=0"], ENSEMBLE),
    "train": (["train", *DECK, "--train.steps=4000", "--run.checkpoint=0"], MODEL),
}


@pytest.mark.parametrize("command", FILLING)
def test_a_disk_that_fills_during_the_work(bases, small_disk, tmp_path, command):
    arguments, file = FILLING[command]
    folder, straight = small_disk / "run", tmp_path / "straight"
    if command == "train":
        for place in (folder, straight):
            place.mkdir()
            shutil.copy2(bases["finished"] / ENSEMBLE, place)
    process = start(*arguments, f"--run.output={folder}")
    try:
        wait_for(folder / "checkpoint" / file, process)
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            fill(small_disk / "filler")
            time.sleep(0.002)
        said = process.communicate(timeout=60)[1]
    finally:
        process.kill()
    lines = said.splitlines()
    assert process.returncode == 3 and len(lines) == 1, said
    assert lines[0].startswith("scorefield: error: ") and "free some" in lines[0]
    (small_disk / "filler").unlink()
    again = run([*arguments, f"--run.output={folder}"], 1, small_disk)
    assert again.code == 0 and "going on with" in again.stdout, again.stdout + again.stderr
    assert run([*arguments, f"--run.output={straight}"], 1, tmp_path).code == 0
    assert same_bits(folder / file, straight / file)
    assert not list(folder.rglob("*.partial*"))


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_disk_that_fills_while_results_are_written(bases, small_disk, ranks):
    """Files that one rank writes for all: the others must not wait for ever."""
    folder = small_disk / "run"
    folder.mkdir()
    shutil.copy2(bases["finished"] / ENSEMBLE, folder)
    fill(small_disk / "filler")
    os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - 100_000)
    outcome = run(["measure", *DECK, "--measure.histogram-bins=20000", f"--run.output={folder}"], ranks, small_disk)
    the_error(outcome, 3, "results.h5.partial", "free some disk space", unchanged=False)
    assert outcome.before["run/" + ENSEMBLE] == outcome.after["run/" + ENSEMBLE]
    assert not {"run/results.h5", "run/results.h5.partial", "run/lock"} & outcome.after.keys()
