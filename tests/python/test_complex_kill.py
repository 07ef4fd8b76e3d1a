"""Complex Langevin, walkers and fields, and their diffusion models, killed at seeded events: resumed to the same bits."""

import random
import shutil

import pytest
import test_complex_field_score
import test_plane_score
from faults import fault, read_counts
from lattice_deck import PATIENT
from program import same_bits, scorefield, succeed
from test_kill import seeded_kill

SHORT, ALL = 2, 40
STAGES = ["generate", "train", "sample"]
SAFE = ["--run.checkpoint=0"]
MODELS = {
    "walkers": (test_plane_score.GAUSSIAN, [*SAFE, "--run.batch=4096", "--generate.samples=20000", "--sample.samples=10000",
                                            "--sample.score=learnt", "--train.steps=40", "--train.warmup=4", "--train.levels=8", "--network.hidden=8,8",
                                            "--measure.bins=20"]),
    "field": (test_complex_field_score.DECK, [*test_complex_field_score.SHORT, *SAFE, "--run.batch=64", "--generate.samples=1000"]),
}
FILES = {"generate": ["ensemble.h5"], "train": ["model-vp.h5"], "sample": ["forward-vp.h5", "samples-vp-learnt.h5"]}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Runs of both models, made when they are asked for: the deck, the folder, and the counts of each stage by rank."""
    made = {}

    def of(model):
        if model not in made:
            base, (text, more) = tmp_path_factory.mktemp(model), MODELS[model]
            deck, counts = base / "deck.ini", {}
            deck.write_text(text)
            for stage in STAGES:
                succeed(stage, deck, *more, f"--run.output={base}/out", ranks=2,
                        environment=PATIENT | fault(base / "out", count=base / stage))
                counts[stage] = read_counts(base / stage)
            made[model] = deck, base / "out", counts
        return made[model]

    return of


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=[] if seed < SHORT else pytest.mark.full) for seed in range(ALL)])
def test_nothing_is_lost(undisturbed, tmp_path, seed):
    random_numbers = random.Random(3000 + seed)
    model, stage = list(MODELS)[seed % 2], STAGES[seed // 2 % 3]
    deck, straight, counts = undisturbed(model)
    words = [stage, deck, *MODELS[model][1], f"--run.output={tmp_path}/out"]
    (tmp_path / "out").mkdir()
    for earlier in STAGES[:STAGES.index(stage)]:
        for name in FILES[earlier]:
            shutil.copyfile(straight / name, tmp_path / "out" / name)
    kill = seeded_kill(random_numbers, counts[stage], seed % 3 == 0)
    result = scorefield(*words, ranks=2, environment=PATIENT | fault(tmp_path / "out", **kill))
    assert result.returncode == 137, (kill, result.stderr)
    same = model == "walkers" and stage == "train"  # gradients depend on the number of ranks
    succeed(*words, ranks=2 if same else random_numbers.choice([1, 2, 3]), environment=PATIENT)
    assert [name for name in FILES[stage] if not same_bits(straight / name, tmp_path / "out" / name)] == []
    assert not (tmp_path / "out" / "checkpoint").exists()
