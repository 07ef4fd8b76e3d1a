"""Decks and command lines that are wrong: each is one line with the place, the cause and the cure, on one rank and on two."""

from functools import partial
from pathlib import Path

import pytest
from broken import Outcome, on_one_and_two_ranks, run, run_all, the_error
from program import QUICK

# A deck's text, then what the line must say: the place and the cause, and the cure.
DECKS: dict[str, tuple[str | bytes, str, str]] = {
    "unknown key": ("[model]\nmu_0 = 1\n", ":2: unknown key model.mu_0;", "nearest known one is model.mu0"),
    "key of another section": ("[model]\nsteps = 1\n", ":2: unknown key model.steps;", "scorefield --help lists all"),
    "key in capitals": ("[model]\nMU0 = 1\n", ":2: unknown key model.MU0;", "nearest known one is model."),
    "unknown section": ("[modle]\nmu0 = 1\n", ":1: unknown section [modle]", "expected one of [run] [lattice] [model]"),
    "unknown section, empty": ("[model]\n[extra]\n", ":2: unknown section [extra]", "expected one of [run] [lattice] [model]"),
    "not a number": ("[model]\nmu0 = one\n", ":2: model.mu0 = one", "expected a number, 0 <= value <= 1000"),
    "two numbers": ("[model]\nmu0 = 1 2\n", ":2: model.mu0 = 1 2", "expected a number, 0 <= value <= 1000"),
    "a unit": ("[model]\nmu0 = 1cm\n", ":2: model.mu0 = 1cm", "expected a number, 0 <= value <= 1000"),
    "inf": ("[model]\nsigma0 = inf\n", ":2: model.sigma0 = inf", "expected a number, 0 < value <= 1000"),
    "nan": ("[model]\nsigma0 = nan\n", ":2: model.sigma0 = nan", "expected a number, 0 < value <= 1000"),
    "too large for a double": ("[forward]\nsigma = 1e400\n", ":2: forward.sigma = 1e400", "1 < value <= 1e+06"),
    "negative": ("[model]\nsigma0 = -0.25\n", ":2: model.sigma0 = -0.25", "0 < value <= 1000"),
    "at an open lower end": ("# deck\n\n[model]\nsigma0 = 0\n", ":4: model.sigma0 = 0", "0 < value <= 1000"),
    "at an open upper end": ("[forward]\nnoise-min = 1\n", ":2: forward.noise-min = 1", "value < 1"),
    "below the lower end": ("[measure]\nbins = 15\n", ":2: measure.bins = 15", "16 <= value <= 512"),
    "above the upper end": ("[measure]\nbins = 513\n", ":2: measure.bins = 513", "16 <= value <= 512"),
    "hexadecimal": ("[run]\nseed = 0x10\n", ":2: run.seed = 0x10", "expected an integer, 0 <= value"),
    "decimal comma": ("[model]\nmu0 = 1,5\n", ":2: model.mu0 = 1,5", "with a point for decimals"),
    "no integer": ("[generate]\nsamples = 1.5e0\n", ":2: generate.samples = 1.5e0", "expected an integer, 1 <= value"),
    "integer of 1e30": ("[generate]\nsamples = 1e30\n", ":2: generate.samples = 1e30", "expected an integer, 1 <= value <= 1e+12"),
    "integer of 20 digits": ("[run]\nseed = 99999999999999999999\n", ":2: run.seed = 99999999999999999999", "value <= 9e+18"),
    "missing value": ("[model]\nmu0\n", ":2: expected key = value", "[section] or # comment"),
    "empty value": ("[model]\nmu0 =\n", ":2: model.mu0 = :", "expected a number, 0 <= value"),
    "only a comment as value": ("[model]\nmu0 = # one\n", ":2: model.mu0 = :", "expected a number, 0 <= value"),
    "twice": ("[model]\nmu0 = 1\nmu0 = 2\n", ":3: model.mu0 stands already in line 2", "keep one of the two"),
    "twice in two sections of one name": ("[model]\nmu0 = 1\n[run]\n[model]\nmu0 = 1\n", ":5: model.mu0 stands already in line 2",
                                          "keep one of the two"),
    "key before section": ("mu0 = 1\n", ":1: a key before the first [section]", "put a line such as [model] before it"),
    "unclosed section": ("[model\nmu0 = 1\n", ":1: a section is written [name]", "such as [model]"),
    "nameless section": ("[]\nmu0 = 1\n", ":1: a section is written [name]", "such as [model]"),
    "list with an empty entry": ("[forward]\nprocess = ve,,vp\n", ":2: forward.process = ve,,vp", "expected a list with commas between"),
    "list that ends in a comma": ("[sample]\nsteps = 48,\n", ":2: sample.steps = 48,", "expected a list with commas between"),
    "list lengths": ("[sample]\nscore = exact, learnt\nsteps = 1, 2, 3\n", ":3: sample.steps has 3 entries", "one for each of the 2"),
    "unknown choice": ("[network]\nactivation = relu\n", ":2: network.activation = relu", "expected one of: silu, tanh, leaky-relu"),
    "unknown sampler": ("[sample]\nsampler = heun\n", ":2: sample.sampler = heun", "expected one of: euler-maruyama"),
    "unknown process": ("[forward]\nprocess = ve, 1.5\n", ":2: forward.process = ve, 1.5", "expected ve, vp, or a number c"),
    "process twice": ("[forward]\nprocess = ve, 0\n", ":2: forward.process names ve twice", "name it once"),
    "score twice": ("[sample]\nscore = exact, exact\n", ":2: sample.score names exact twice", "name it once"),
    "odd embedding": ("[network]\nembedding = 7\n", ":2: network.embedding = 7 is odd", "take an even number"),
    "odd network of unequal peaks": ("[model]\nweight = 0.7\n[network]\nsymmetry = odd\n",
                                     ":4: network.symmetry = odd contradicts model.weight = 0.7", "take network.symmetry = none"),
    "warmup of all steps": ("[train]\nsteps = 100\nwarmup = 100\n", ":3: train.warmup = 100 leaves nothing of train.steps = 100",
                            "take more steps or a shorter warmup"),
    "more bins than configurations": ("[generate]\nsamples = 1000\n", ":2: measure.bins = 250 asks for more than generate.samples = 1000",
                                      "take 15 bins, or 16000 configurations"),
    "bad clock": ("[run]\nwalltime = 25:61:00\n", ":2: run.walltime = 25:61:00", "h:mm:ss"),
    "clock of two parts": ("[run]\nwalltime = 1:2\n", ":2: run.walltime = 1:2", "h:mm:ss"),
    "clock without an end": ("[run]\nwalltime = 1:02:\n", ":2: run.walltime = 1:02:", "h:mm:ss"),
    "noise below the data": ("[model]\nmu0 = 900\n", ":2: forward.noise-min is above the noise at T", "raise forward.sigma"),
    "binary": (b"[model]\n\0\1\2\xff\n", ":2: not a text file", "save the deck as plain text (UTF-8)"),
    "UTF-16": ("[model]\nmu0 = 1\n".encode("utf-16"), ":1: not a text file", "save the deck as plain text (UTF-8)"),
    "value with #": ("[run]\noutput = out/#1\n", ":2: a value holds no #", "put a blank before the # of a comment"),
    "very long value": ("[model]\nmu0 = " + "1" * 1_000_000 + "x\n", ":2: model.mu0 = 1111", "expected a number, 0 <= value"),
    "list without end": ("[measure]\nsources = " + ", ".join(f"{n}.0625e-3" for n in range(1, 8001)) + "\n", ": longer than 60000 characters",
                         "shorten its lists"),
    "very long key": ("[model]\n" + "m" * 100_000 + " = 1\n", ":2: unknown key model.mmm", "scorefield --help lists all"),
    "escape codes": ("[model]\nname = \x1b[2J\x07\n", ":2: model.name = ", "expected one of: two-peak"),
}

SMALL = "--generate.samples=2000 --sample.samples=2000 --measure.bins=20 --forward.process=ve --sample.score=exact --sample.sampler=ode2"

# Arguments, then the exit code, the cause and the cure. {folder} is a folder with a file `file`, a folder `sub`, a deck `good.ini` and a run in `made`.
COMMANDS: dict[str, tuple[str, int, str, str]] = {
    "nothing": ("", 2, "no command", "expected scorefield COMMAND DECK"),
    "unknown command": ("fly {folder}/good.ini", 2, "unknown command fly", "expected run, generate"),
    "no deck": ("run", 2, "no deck", "such as input/two-peak.ini"),
    "deck that is not there": ("run {folder}/nothing.ini", 2, "nothing.ini: give the path of a deck", "such as input/two-peak.ini"),
    "deck below a file": ("run {folder}/file/deck.ini", 2, "file/deck.ini: give the path of a deck", "such as input/two-peak.ini"),
    "deck that is a folder": ("run {folder}/sub", 2, "sub is not a file", "expected a deck such as input/two-peak.ini"),
    "folder of a run": ("run {folder}/made", 2, "made is a folder: its deck is", "made/deck.ini"),
    "one word too many": ("run {folder}/good.ini extra", 2, "unexpected argument extra", "--section.key=value"),
    "value after a blank": ("run {folder}/good.ini --model.mu0 1", 2, "unexpected argument 1", "follow an equals sign"),
    "unknown key": ("run {folder}/good.ini --model.mu_0=1", 2, "command line: unknown key model.mu_0;", "nearest known one is model.mu0"),
    "key without a value": ("run {folder}/good.ini --model.mu0", 2, "command line: --model.mu0 needs a value", "--model.mu0=..."),
    "bad value": ("run {folder}/good.ini --model.sigma0=0", 2, "command line: model.sigma0 = 0", "expected a number, 0 < value"),
    "contradiction with the deck": ("run {folder}/good.ini --train.warmup=1e6", 2, "command line: train.warmup = 1000000 leaves nothing",
                                    "take more steps"),
    "misspelt option": ("run {folder}/good.ini --overwirte", 2, "unknown option --overwirte", "expected --overwrite"),
    "no such folder": ("status {folder}/nowhere", 2, "no folder or deck", "the folder of a run"),
    "unknown option": ("run {folder}/good.ini --force", 2, "command line: unknown option --force", "expected --overwrite or --section.key=value"),
    "value with #": ("run {folder}/good.ini --run.output={folder}/a#b", 2, "command line: run.output: a value holds no", "choose one without"),
    "status of a folder of no run": ("status {folder}/sub", 2, "holds no run", "give the folder of a run"),
    "output on a file": ("run {folder}/good.ini --run.output={folder}/file", 3, "a file of this name is in the way", "choose another"),
    "output under a file": ("run {folder}/good.ini --run.output={folder}/file/out", 3, "is no folder", "choose another --run.output"),
    "more than any disk": ("run {folder}/good.ini --generate.samples=1e12 --run.output={folder}/out", 3, "the disk has too little room",
                           "choose another --run.output"),
}


def deck_job(folder: Path, text: str | bytes, ranks: int) -> Outcome:
    folder.mkdir()
    deck = folder / "broken.ini"
    deck.write_bytes(text if isinstance(text, bytes) else text.encode())
    return run(["run", deck, f"--run.output={folder / 'out'}"] if b"output" not in deck.read_bytes() else ["run", deck], ranks, folder)


def command_job(folder: Path, arguments: str, ranks: int) -> Outcome:
    (folder / "sub").mkdir(parents=True)
    (folder / "file").write_text("in the way")
    (folder / "made").mkdir()
    for deck in ("good.ini", "made/deck.ini"):
        (folder / deck).write_bytes(QUICK.read_bytes())
    return run(arguments.format(folder=folder).split(), ranks, folder)


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple, Outcome]:
    """All runs of the two tables that are to be tested."""
    base = tmp_path_factory.mktemp("decks")
    jobs = {}
    for ranks in (1, 2):
        for number, (name, (text, _, _)) in enumerate(DECKS.items()):
            jobs["deck", name, ranks] = partial(deck_job, base / f"deck-{number}-{ranks}", text, ranks)
        for number, (name, (arguments, *_)) in enumerate(COMMANDS.items()):
            jobs["command", name, ranks] = partial(command_job, base / f"command-{number}-{ranks}", arguments, ranks)
    return run_all(jobs, request)


@pytest.mark.parametrize(("name", "ranks"), on_one_and_two_ranks(DECKS))
def test_a_broken_deck_is_one_line_with_the_cure(outcomes, name, ranks):
    _, cause, cure = DECKS[name]
    the_error(outcomes["deck", name, ranks], 2, "broken.ini" + cause, cure)


@pytest.mark.parametrize(("name", "ranks"), on_one_and_two_ranks(COMMANDS))
def test_a_wrong_command_line_is_one_line_with_the_cure(outcomes, name, ranks):
    _, code, cause, cure = COMMANDS[name]
    the_error(outcomes["command", name, ranks], code, cause, cure)


# Decks that look odd and are good.
GOOD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "mu0 = 1\n"),
    "Windows line ends": ("[model]\r\nmu0 = 2  # wide\r\n\r\n[run]\r\nseed = 7\r\n", "mu0 = 2\n"),
    "Windows mark": (b"\xef\xbb\xbf[model]\nmu0 = 2\n", "mu0 = 2\n"),
    "no line end": ("[model]\nmu0 = 2", "mu0 = 2\n"),
    "very long comment": ("# " + "x" * 1_000_000 + "\n[model]\nmu0 = 2\n", "mu0 = 2\n"),
    "section in two parts": ("[model]\nmu0 = 2\n[run]\nseed = 7\n[model]\nsigma0 = 1\n", "mu0 = 2\nsigma0 = 1\n"),
    "comment in another script": ("[model]\nmu0 = 2 # σ₀ ≪ μ₀\n", "mu0 = 2\n"),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_odd_deck_that_is_good(tmp_path, name):
    text, resolved = GOOD[name]
    deck = tmp_path / "odd.ini"
    deck.write_bytes(text if isinstance(text, bytes) else text.encode())
    outcome = run(["check", deck, f"--run.output={tmp_path / 'out'}"], 1, tmp_path)
    assert outcome.code == 0 and outcome.stderr == "", outcome.stderr
    assert "the deck is good" in outcome.stdout and resolved in outcome.stdout
    assert outcome.after == outcome.before


# What is closed, then the modes of deck, folder of the deck and folder of the output, and what the line must say.
FORBIDDEN: dict[str, tuple[tuple[int, int, int], str, str]] = {
    "deck": ((0, 0o755, 0o777), "cannot read the deck", "may you read it?"),
    "folder of the deck": ((0o644, 0, 0o777), "cannot read the deck", "may you read it?"),
    "output folder": ((0o644, 0o755, 0o555), "lock: Permission denied", "choose another --run.output"),
    "folder above the output": ((0o644, 0o755, 0o555), "cannot write in", "choose another --run.output"),
}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("kind", FORBIDDEN)
def test_what_permissions_forbid_is_one_line_with_the_cure(other_user, kind, ranks):
    modes, cause, cure = FORBIDDEN[kind]
    place, deck = other_user.folder / "place", other_user.folder / "sub" / "deck.ini"
    place.mkdir()
    deck.parent.mkdir()
    deck.write_bytes(QUICK.read_bytes())
    for path, mode in zip((deck, deck.parent, place), modes, strict=True):
        path.chmod(mode)
    output = place / "out" if kind == "folder above the output" else place
    outcome = run(["run", deck, *SMALL.split(), f"--run.output={output}"], ranks, other_user.folder, **other_user.how)
    the_error(outcome, 3, cause, cure)
