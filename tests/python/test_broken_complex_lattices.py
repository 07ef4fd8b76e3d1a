"""Runs of complex Langevin on the lattice that are refused or fail: each is one line with the cause and the cure."""

from functools import partial

import pytest
from broken import Outcome, run, run_all, the_error
from lattice_deck import PATIENT

CHAINS = "[generate]\nsamples = 200\nchains = 20\nthermalisation = 5\nseparation = 1\n"
DECKS = {
    "phi4": "[lattice]\nsize = 4, 6\n[model]\nname = complex-phi4\nkappa = 0.1\nmass = 0.8\nmass-im = 0.4\nlambda = 0.25\n" + CHAINS,
    "gas": "[lattice]\nsize = 6, 4\n[model]\nname = bose-gas\n" + CHAINS,
}
NOT_CONVERGENT = "the integral of exp(-S) does not converge"
NO_PROBABILITY = "has complex couplings, and no probability to accept with"
RUNAWAY = "of complex Langevin has run away: its largest |K| times generate.step is"
ONE_LENGTH = "--generate.largest-drift=0 --generate.step=1 --generate.trajectory=5"

# Command, deck, settings; the exit code, the cause and the cure.
CASES = {
    "lambda below zero": ("run", "phi4", "--model.lambda=-1", 2, NOT_CONVERGENT, "take lambda > 0"),
    "only an imaginary lambda": ("run", "phi4", "--model.lambda=0 --model.lambda-im=0.1", 2, NOT_CONVERGENT, "lambda-im = 0"),
    "a free field without a mass": ("check", "phi4", "--model.lambda=0 --model.mass=0.4", 2, NOT_CONVERGENT, "mass > 4 kappa"),
    "noise below zero": ("run", "phi4", "--generate.noise-y=-0.1", 2, "N_y is the variance of a real noise", "take 0 or more"),
    "hmc": ("run", "phi4", "--generate.algorithm=hmc", 2, "complex-phi4 " + NO_PROBABILITY, "take langevin"),
    "corrected langevin": ("run", "phi4", "--generate.algorithm=langevin-corrected", 2, "complex-phi4 " + NO_PROBABILITY, "take langevin"),
    "clusters": ("run", "phi4", "--generate.cluster=1", 2, "generate.cluster means nothing for model.name = complex-phi4", "leave it out"),
    "flips of a gas": ("check", "gas", "--generate.flip=yes", 2, "generate.flip means nothing for model.name = bose-gas", "leave it out"),
    "an acceptance": ("check", "phi4", "--generate.acceptance=0.5", 2, "generate.acceptance means nothing", "leave it out"),
    "mu of phi4": ("run", "phi4", "--model.mu=1", 2, "model.mu means nothing for model.name = complex-phi4", "leave it out"),
    "the length of a walker": ("run", "phi4", "--generate.length=4", 2, "generate.length means nothing", "leave it out"),
    "the exact scheme": ("run", "phi4", "--generate.scheme=exact", 2, "generate.scheme = exact is for model.name = gaussian",
                         "take second-order"),
    "a drift below zero": ("run", "phi4", "--generate.largest-drift=-1", 2, "generate.largest-drift = -1", "0 <= value"),
    "too many steps": ("run", "phi4", "--generate.step=1e-9", 2, "make more than 1048576 steps an update", "take a larger step"),
    "a law of the zero mode": ("run", "phi4", "--sample.score=learnt --network.peaks=2", 2, "network.peaks means nothing", "leave it out"),
    "a network": ("run", "phi4", "--sample.score=learnt --network.kind=unet", 2, "network.kind means nothing", "leave it out"),
    "an exact finish": ("run", "gas", "--sample.score=learnt --sample.finish=3", 2, "sample.finish means nothing", "leave it out"),
    "a score of real fields": ("run", "phi4", "--sample.score=learnt --model.mass-im=0 --model.lambda-im=0", 2, "are real, and its fields stay so",
                               "take sample.score = none"),
    "training": ("train", "phi4", "", 2, "model.name = complex-phi4 has no `train` with sample.score = none", "set it to learnt"),
    "kappa of a gas": ("run", "gas", "--model.kappa=0.1", 2, "model.kappa means nothing for model.name = bose-gas", "leave it out"),
    "mass of a gas": ("run", "gas", "--model.mass=1", 2, "model.mass means nothing for model.name = bose-gas", "leave it out"),
    "a complex lambda of a gas": ("run", "gas", "--model.lambda-im=0.1", 2, "model.lambda-im means nothing for model.name = bose-gas",
                                  "leave it out"),
    "lambda of a gas": ("run", "gas", "--model.lambda=-1", 2, NOT_CONVERGENT, "take lambda > 0"),
    "a free gas beyond the onset": ("run", "gas", "--model.lambda=0 --model.mu=0.97", 2, NOT_CONVERGENT,
                                    "below the onset, 2 cosh(mu) < 2 + m^2"),
    "hmc of a gas": ("run", "gas", "--generate.algorithm=hmc", 2, "bose-gas " + NO_PROBABILITY, "take langevin"),
    "samples of a gas": ("sample", "gas", "", 2, "model.name = bose-gas has no `sample` with sample.score = none", "set it to learnt"),
    "phi4 that runs away": ("run", "phi4", ONE_LENGTH, 4, RUNAWAY, "take a smaller generate.step than 1, or set generate.largest-drift = 0.5"),
    "a gas that runs away": ("run", "gas", ONE_LENGTH, 4, RUNAWAY, "take a smaller generate.step than 1, or set generate.largest-drift = 0.5"),
}


def ranks_of(case) -> tuple[int, ...]:
    """What is refused before any work is so on two; what fails in the midst of it, on one rank and on two."""
    return (2,) if case[3] == 2 else (1, 2)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    base = tmp_path_factory.mktemp("complex")

    def job(folder, case, ranks) -> Outcome:
        command, deck, settings, *_ = case
        folder.mkdir()
        (folder / "deck.ini").write_text(DECKS[deck])
        return run([command, folder / "deck.ini", *settings.split(), f"--run.output={folder / 'out'}"], ranks, folder, environment=PATIENT)

    return run_all({(name, ranks): partial(job, base / f"{number}-{ranks}", case, ranks)
                    for number, (name, case) in enumerate(CASES.items()) for ranks in ranks_of(case)})


@pytest.mark.parametrize("name,ranks", [(name, ranks) for name, case in CASES.items() for ranks in ranks_of(case)])
def test_what_is_wrong_is_one_line_with_the_cure(outcomes, name, ranks):
    *_, code, cause, cure = CASES[name]
    the_error(outcomes[name, ranks], code, cause, cure, unchanged=code == 2)
    made = {path for path in outcomes[name, ranks].after if path.startswith("out/")}
    assert made <= {"out/deck.ini", "out/run.log", "out/ensemble.h5.partial"}


@pytest.mark.parametrize("model", DECKS)
def test_what_is_almost_refused_is_not(tmp_path, model):
    """The free field with the least mass, and the free gas just below its onset."""
    (tmp_path / "deck.ini").write_text(DECKS[model])
    settings = {"phi4": ["--model.lambda=0", "--model.mass=0.401"], "gas": ["--model.lambda=0", "--model.mu=0.96"]}[model]
    outcome = run(["check", tmp_path / "deck.ini", *settings, f"--run.output={tmp_path / 'out'}"], 1, tmp_path)
    assert outcome.code == 0, outcome.stderr


@pytest.mark.parametrize("model", DECKS)
def test_a_chain_that_runs_away_later_loses_nothing(tmp_path, model):
    """What was made before is saved, and is there after the error, and after the same command on another number of ranks."""
    (tmp_path / "deck.ini").write_text(DECKS[model])
    more = ["--generate.largest-drift=0", "--generate.step=0.15", "--generate.trajectory=0.15", "--generate.thermalisation=0",
            "--generate.samples=100000", "--run.batch=1", "--run.checkpoint=0", f"--run.output={tmp_path / 'out'}"]
    seen = []
    for command, ranks in (("generate", 1), ("status", 1), ("generate", 2), ("status", 1)):
        outcome = run([command, tmp_path / "deck.ini", *more], ranks, tmp_path, environment=PATIENT)
        if command == "generate":
            the_error(outcome, 4, RUNAWAY, "take a smaller generate.step than 0.15", unchanged=False)
        else:
            seen.append([line for line in outcome.stdout.splitlines() if "ensemble.h5" in line])
    assert seen[0] == seen[1] and "40 of 100000" in seen[0][0], seen


@pytest.mark.parametrize("model", DECKS)
def test_shorter_steps_keep_it(tmp_path, model):
    """The same step does no harm where a large drift makes it shorter."""
    (tmp_path / "deck.ini").write_text(DECKS[model])
    outcome = run(["generate", tmp_path / "deck.ini", "--generate.step=1", "--generate.trajectory=5", f"--run.output={tmp_path / 'out'}"], 1,
                  tmp_path)
    assert outcome.code == 0 and not outcome.stderr, outcome.stderr
