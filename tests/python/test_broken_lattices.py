"""Decks, command lines and files of lattice runs that are wrong: each is one line with the cause and the cure."""

from functools import partial
from pathlib import Path

import lattice_files
import pytest
from broken import Outcome, on_one_and_two_ranks, run, run_all, the_error
from lattice_deck import PATIENT

DECK = ("[lattice]\nsize = 4, 6\n[model]\nname = phi4\nkappa = 0.3\nlambda = 0.1\n"
        "[generate]\nsamples = 20\nchains = 4\nthermalisation = 5\nseparation = 1\n")
PEAKS = "[model]\nname = two-peak\n[generate]\nsamples = 2000\n"
START = "--generate.start=file --generate.start-file={folder}/"
IMPORT = "--generate.algorithm=import --generate.import-file={folder}/"
NUMPY = "save it with numpy.save as a C-ordered array of float64 or float32"
WRONG_SHAPE = "change lattice.size, or import another file"
GRID = "change lattice.process-grid, generate.chains or the number of ranks"
NUMBERED = " --generate.import-dataset=/group/field"
RUNAWAY = " --generate.cluster=0 --generate.algorithm=langevin" \
          " --generate.step=1 --generate.trajectory=20 --model.lambda=0.5"

# Arguments behind {folder}/deck.ini, then the exit code, the cause and the cure.
CASES: dict[str, tuple[str, int, str, str]] = {
    "train": ("train", 2, "model.name = phi4 has no `train` with sample.score = none", "set it to learnt"),
    "sample": ("sample", 2, "model.name = phi4 has no `sample` with sample.score = none", "set it to learnt"),
    "nothing to measure": ("measure", 2, "nothing to measure", "run `scorefield generate"),
    "more ranks than chains": ("run --lattice.process-grid=8,1,1", 2, "cannot be 8 replicas of 1 x 1 rank", GRID),
    "grid of eight": ("run --lattice.process-grid=2,2,2", 2, "cannot be 2 replicas of 2 x 2 ranks", GRID),
    "grid of three": ("run --lattice.process-grid=0,3,0", 2, "cannot be", GRID),
    "grid of two numbers": ("run --lattice.process-grid=1,1", 2, "lattice.process-grid takes three numbers",
                            "replicas, ranks along y, ranks along x"),
    "grid below zero": ("run --lattice.process-grid=-1,1,1", 2, "lattice.process-grid = -1,1,1", "0 <= value"),
    "lattice of one axis": ("run --lattice.size=8", 2, "lattice.size takes two numbers", "extents in y and x"),
    "lattice of three axes": ("run --lattice.size=8,8,8", 2, "lattice.size takes two numbers", "extents in y and x"),
    "lattice of one row": ("run --lattice.size=1,8", 2, "lattice.size = 1,8", "2 <= value"),
    "a lattice too large": ("run --lattice.size=65536,65536", 2, "lattice.size asks for more than",
                            "take a smaller lattice"),
    "a mass of zero": ("run {folder}/free.ini --model.kappa=0.25", 2, "a free field needs kappa < 0.25",
                       "kappa < 0.25"),
    "a mass below zero": ("run {folder}/free.ini --model.kappa=0.3", 2,
                          "model.kappa = 0.3: a free field needs kappa < 0.25", "kappa < 0.25"),
    "lambda of a free field": ("run {folder}/free.ini --model.lambda=0.1", 2,
                               "model.lambda means nothing for model.name = gaussian-field", "leave it out"),
    "lambda of zero": ("run --model.lambda=0", 2, "model.lambda = 0: the action has no minimum", "take lambda > 0"),
    "peaks on a lattice": ("run --model.mu0=1", 2, "model.mu0 means nothing for model.name = phi4", "leave it out"),
    "a network on a lattice": ("run --network.hidden=8", 2, "network.hidden means nothing for model.name = phi4",
                               "leave it out"),
    "layers on a lattice": ("run --network.hidden=8", 2, "network.hidden means nothing for model.name = phi4",
                            "leave it out"),
    "bins on a lattice": ("run --measure.bins=20", 2, "measure.bins means nothing for model.name = phi4",
                          "leave it out"),
    "a lattice of peaks": ("run {folder}/peaks.ini --lattice.size=4,4", 2,
                           "lattice.size means nothing for model.name = two-peak", "leave it out"),
    "kappa of peaks": ("run {folder}/peaks.ini --model.kappa=0.1", 2,
                       "model.kappa means nothing for model.name = two-peak", "leave it out"),
    "chains of peaks": ("run {folder}/peaks.ini --generate.chains=4", 2,
                        "generate.chains means nothing for model.name = two-peak", "leave it out"),
    "start of peaks": ("run {folder}/peaks.ini --generate.start=cold", 2,
                       "generate.start means nothing for model.name = two-peak", "leave it out"),
    "clusters for langevin": ("run --generate.algorithm=langevin --generate.cluster=1", 2,
                              "does not go with cluster updates", "generate.cluster = 0"),
    "flips for langevin": ("run --generate.algorithm=langevin --generate.flip=yes", 2,
                           "does not go with cluster updates", "take langevin-corrected"),
    "acceptance of one": ("run --generate.acceptance=1", 2, "generate.acceptance = 1", "value < 1"),
    "start without a file": ("run --generate.start=file", 2, "generate.start = file needs generate.start-file",
                             "generate.start-file"),
    "import without a file": ("run --generate.algorithm=import", 2, "import needs generate.import-file",
                              "generate.import-file"),
    "import without chains": ("run {folder}/unset.ini " + IMPORT + "good.npy", 2,
                              "generate.algorithm = import needs generate.chains", "set it"),
    "import of five chains": ("run " + IMPORT + "five-chains.h5" + NUMBERED, 2,
                              "says that configuration 4 (counted from 0) is of chain 4, where generate.chains = 4 "
                              "makes it one of chain 0", "set generate.chains = 5"),
    "import of chains in turn": ("run " + IMPORT + "chains-in-turn.h5" + NUMBERED, 2,
                                 "says that configuration 1 (counted from 0) is of chain 0",
                                 "order them by (trajectory, chain)"),
    "a step too small": ("run --generate.step=1e-20", 2, "generate.step = 1e-20 make more than 1048576 steps an update",
                         "take a larger step or a shorter trajectory"),
    "couplings too large": ("run --model.kappa=10 --model.lambda=5e-4", 2,
                            "model.kappa = 10 and model.lambda = 5e-04: ", "take a larger lambda or a smaller kappa"),
    "a start that is not read": ("run --generate.start-file={folder}/good.h5", 2,
                                 "generate.start-file is read by generate.start = file only, and it is hot",
                                 "leave one out"),
    "an import that is not read": ("run --generate.import-file={folder}/good.npy", 2,
                                   "generate.import-file is read by generate.algorithm = import only, and it is hmc",
                                   "leave one out"),
    "start missing": ("run " + START + "missing.h5", 2, "no file ", "set generate.start-file"),
    "start not HDF5": ("run " + START + "text.h5", 2, "is not a readable HDF5 file", "text.h5"),
    "start without a field": ("run " + START + "other-name.h5", 2, "has no /field of numbers",
                              "generate.start-file takes an ensemble"),
    "start of another lattice": ("run " + START + "other-lattice.h5", 2, "holds no real fields on this lattice",
                                 "shape (N, 1, 4, 6)"),
    "start of three axes": ("run " + START + "three-axes.h5", 2, "holds no real fields on this lattice",
                            "shape (N, 1, 4, 6)"),
    "start of strings": ("run " + START + "strings.h5", 2, "has no /field of numbers",
                         "generate.start-file takes an ensemble"),
    "start of a group": ("run " + START + "group.h5", 2, "has no /field of numbers",
                         "generate.start-file takes an ensemble"),
    "start of what is not finite": ("run " + START + "nan.h5", 4,
                                    "configuration 38 holds what is infinite or not a number",
                                    "start from another file"),
    "import missing": ("run " + IMPORT + "missing.npy", 2, "no file ", "set generate.import-file"),
    "import of a folder": ("run " + IMPORT + "folder.npy", 2, "no file ", "set generate.import-file"),
    "import without a dataset": ("run " + IMPORT + "other-name.h5", 2, "has no dataset /field of numbers",
                                 "set generate.import-dataset"),
    "import of strings": ("run " + IMPORT + "strings.h5", 2, "has no dataset /field of numbers",
                          "set generate.import-dataset"),
    "import of a group": ("run " + IMPORT + "group.h5", 2, "has no dataset /field of numbers",
                          "set generate.import-dataset"),
    "import of another lattice": ("run " + IMPORT + "other-lattice.h5", 2, "holds an array of shape (40, 1, 6, 4)",
                                  WRONG_SHAPE),
    "import of too few": ("run " + IMPORT + "few.h5", 2, "holds 7 configurations, fewer than generate.samples = 20",
                          "ask for that many"),
    "import not HDF5": ("run " + IMPORT + "text.h5", 2, "is not a readable HDF5 file", "text.h5"),
    "check of an import": ("check " + IMPORT + "too-few.npy", 2,
                           "holds 19 configurations, fewer than generate.samples = 20", "ask for that many"),
}
CASES |= {f"import of {name}.npy": ("run " + IMPORT + name + ".npy", 2, cause, cure) for name, cause, cure in (
    ("integers", "holds an array that is not read here ({'descr': '<i8'", NUMPY),
    ("complex", "'<c16'", NUMPY),
    ("big-endian", "'>f8'", NUMPY),
    ("half", "'<f2'", NUMPY),
    ("fortran", "'fortran_order': True", NUMPY),
    ("truncated", "is not as long as its header says", "not written to its end"),
    ("cut-in-header", "is no .npy file", NUMPY),
    ("cut-in-magic", "is no .npy file", NUMPY),
    ("empty", "is no .npy file", NUMPY),
    ("trailing", "is not as long as its header says", "damaged"),
    ("transposed", "shape (40, 6, 4)", WRONG_SHAPE),
    ("flat", "shape (960)", WRONG_SHAPE),
    ("scalar", "shape ()", WRONG_SHAPE),
    ("components", "shape (40, 2, 4, 6)", WRONG_SHAPE),
    ("none", "holds 0 configurations", "ask for that many"),
    ("too-few", "holds 19 configurations", "ask for that many"),
    ("garbage", "holds an array that is not read here", NUMPY),
    ("no-shape", "holds an array that is not read here", NUMPY),
    ("negative-shape", "holds an array that is not read here", NUMPY),
    ("words-for-shape", "holds an array that is not read here", NUMPY),
    ("huge-shape", "is not as long as its header says", "damaged"),
    ("pickled", "holds an array that is not read here", NUMPY),
    ("structured", "holds an array that is not read here", NUMPY),
    ("text", "is no .npy file", NUMPY))}
# Found in the middle of the work: the unfinished file stays until the next run removes it.
LATE: dict[str, tuple[str, int, str, str]] = {
    "import of nan": ("run " + IMPORT + "nan.npy", 4, "configuration 13 (counted from 0) holds what is infinite",
                      "repair it, or leave it out"),
    "import of inf": ("run " + IMPORT + "inf.npy", 4, "configuration 0 (counted from 0) holds what is infinite",
                      "repair it, or leave it out"),
    "import of a huge number": ("run " + IMPORT + "huge.npy", 4, "configuration 13 (counted from 0) holds what is infinite or not a number, or "
                                "whose fourth power is", "repair it, or leave it out"),
    "import of early nan": ("run " + IMPORT + "early-nan.h5", 4, "configuration 1 (counted from 0) holds",
                            "repair it, or leave it out"),
    "a field that runs away": ("run" + RUNAWAY, 4, "the field has grown without bound",
                               "take a smaller generate.step than 1"),
    "one that does at once": ("run --generate.thermalisation=0" + RUNAWAY, 4, "the field has grown without bound",
                              "take a smaller generate.step than 1"),
}


def job(folder: Path, arguments: str, ranks: int) -> Outcome:
    folder.mkdir()
    (folder / "deck.ini").write_text(DECK)
    (folder / "peaks.ini").write_text(PEAKS)
    (folder / "free.ini").write_text(DECK.replace("phi4", "gaussian-field").replace("lambda = 0.1\n", "").replace("0.3",
                                                                                                                  "0.2"))
    (folder / "unset.ini").write_text(DECK.replace("chains = 4\n", ""))
    lattice_files.write(folder)
    command, *more = arguments.format(folder=folder).split()
    deck = [] if more and more[0].endswith(".ini") else [folder / "deck.ini"]
    return run([command, *deck, *more, f"--run.output={folder / 'out'}"], ranks, folder, environment=PATIENT)


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple, Outcome]:
    base = tmp_path_factory.mktemp("lattices")
    return run_all({(name, ranks): partial(job, base / f"{number}-{ranks}", arguments, ranks)
                    for number, (name, (arguments, *_)) in enumerate((CASES | LATE).items())
                    for ranks in (1, 2)}, request)


@pytest.mark.parametrize(("name", "ranks"), on_one_and_two_ranks(CASES))
def test_what_is_wrong_is_one_line_with_the_cure(outcomes, name, ranks):
    _, code, cause, cure = CASES[name]
    the_error(outcomes[name, ranks], code, cause, cure)


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", LATE)
def test_what_is_found_in_the_middle(outcomes, name, ranks):
    _, code, cause, cure = LATE[name]
    the_error(outcomes[name, ranks], code, cause, cure, unchanged=False)
    made = {path for path in outcomes[name, ranks].after if path.startswith("out/")}
    assert made <= {"out/deck.ini", "out/run.log", "out/ensemble.h5.partial"}


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_field_that_runs_away_later_loses_nothing(tmp_path, ranks):
    """What was made before is saved, and is there after the error, and after the same command again."""
    more = ["--generate.algorithm=langevin", "--generate.cluster=0", "--generate.scheme=euler",
            "--generate.samples=100000", "--run.batch=1",
            "--run.checkpoint=0", "--generate.step=0.28", "--generate.trajectory=0.28", "--generate.thermalisation=0",
            f"--run.output={tmp_path / 'out'}"]
    (tmp_path / "deck.ini").write_text(DECK)
    seen = []
    for command in ("generate", "status", "generate", "status"):
        outcome = run([command, tmp_path / "deck.ini", *more], ranks if command == "generate" else 1, tmp_path,
                      environment=PATIENT)
        if command == "generate":
            the_error(outcome, 4, "the field has grown without bound", "take a smaller generate.step than 0.28",
                      unchanged=False)
        else:
            seen.append([line for line in outcome.stdout.splitlines() if "ensemble.h5" in line])
    assert seen[0] == seen[1] and "of 100000" in seen[0][0], seen
