"""Training (features, network, calibration), sampling and finish of a field's score, killed at seeded events: resumed to the same bits."""

import random

import pytest
from faults import fault, read_counts
from lattice_deck import PATIENT
from program import same_bits, scorefield, succeed
from test_field_score import DECK, FILES
from test_kill import seeded_kill

SHORT, ALL = 4, 40
MORE = ["--generate.samples=2000", "--train.levels=5", "--train.validation=16", "--network.kind=resnet", "--network.order=3",
        "--network.channels=8,8", "--train.steps=20", "--train.warmup=3", "--train.batch=24", "--run.batch=64", "--run.checkpoint=0"]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A run of all stages: its deck, its folder, and the counts of training and sampling by rank."""
    base = tmp_path_factory.mktemp("undisturbed")
    deck, counts = base / "field.ini", {}
    deck.write_text(DECK)
    succeed("generate", deck, *MORE, f"--run.output={base}/out")
    for stage in ("train", "sample"):
        succeed(stage, deck, *MORE, f"--run.output={base}/out", ranks=2,
                environment=PATIENT | fault(base / "out", count=base / stage))
        counts[stage] = read_counts(base / stage)
    return deck, base / "out", counts


@pytest.mark.parametrize("seed",
                         [pytest.param(seed, marks=[] if seed < SHORT else pytest.mark.full) for seed in range(ALL)])
def test_nothing_is_lost(undisturbed, tmp_path, seed):
    deck, straight, counts = undisturbed
    random_numbers = random.Random(2000 + seed)
    folder = f"--run.output={tmp_path}/out"
    succeed("generate", deck, *MORE, folder)
    for stage in ("train", "sample"):
        kill = seeded_kill(random_numbers, counts[stage], seed % 3 == 0)
        result = scorefield(stage, deck, *MORE, folder, ranks=2, environment=PATIENT | fault(tmp_path / "out", **kill))
        assert result.returncode == 137, (kill, result.stderr)
        succeed(stage, deck, *MORE, folder, ranks=2, environment=PATIENT)
    assert [name for name in FILES if not same_bits(straight / name, tmp_path / "out" / name)] == []
    assert not (tmp_path / "out" / "checkpoint").exists()
