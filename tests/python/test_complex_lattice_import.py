"""Configurations of complexified fields that were made elsewhere; runs too short for the criteria."""

import h5py
import numpy as np
import pytest
from broken import run, the_error
from complex_lattice_deck import gas, phi4, written
from columns import Action
from lattice_deck import PATIENT
from program import contents, scorefield

MODELS = {"phi4": (phi4(Action(0.1, 0.25, mass=0.8 + 0.4j)), 2), "gas": (gas(0.5), 4)}
LATTICE = {"lattice.size": "4, 6", "generate.samples": 400, "generate.chains": 40}


def import_deck(folder, model, field):
    np.save(folder / "fields.npy", field)
    return written(folder / "import.ini", MODELS[model][0] | LATTICE | {"generate.algorithm": "import",
                                                                        "generate.import-file": folder / "fields.npy"})


@pytest.mark.parametrize("model", MODELS)
def test_a_round_trip(tmp_path, model):
    """All components, in their order; the same measurements, but for who made them."""
    made = written(tmp_path / "made.ini", MODELS[model][0] | LATTICE | {"generate.step": 0.05})
    result = scorefield("run", made, f"--run.output={tmp_path / 'made'}", environment=PATIENT)
    assert result.returncode == 0, result.stderr
    original = contents(tmp_path / "made" / "ensemble.h5")["field"]
    assert original.shape == (400, MODELS[model][1], 4, 6)
    result = scorefield("run", import_deck(tmp_path, model, original), f"--run.output={tmp_path / 'out'}", ranks=2, environment=PATIENT)
    assert result.returncode == 0, result.stderr
    assert np.array_equal(contents(tmp_path / "out" / "ensemble.h5")["field"], original)
    values = []
    for folder in ("made", "out"):
        with h5py.File(tmp_path / folder / "results.h5") as file:
            values.append(file["ensemble/averages/value"][:])
    assert np.array_equal(*values)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("form", ["real", "one component", "another number of components"])
def test_other_shapes_are_refused(tmp_path, model, form):
    components = MODELS[model][1]
    shape = {"real": (400, 4, 6), "one component": (400, 1, 4, 6), "another number of components": (400, 6 - components, 4, 6)}[form]
    outcome = run(["run", import_deck(tmp_path, model, np.ones(shape)), f"--run.output={tmp_path / 'out'}"], 2, tmp_path,
                  environment=PATIENT)
    the_error(outcome, 2, f"ask for (N, {components}, 4, 6)", "import another file", unchanged=True)


def test_few_bins_leave_the_criteria_undecided(tmp_path):
    deck = written(tmp_path / "few.ini", MODELS["phi4"][0] | LATTICE | {"generate.samples": 40, "generate.chains": 4, "generate.step": 0.05})
    result = scorefield("run", deck, f"--run.output={tmp_path / 'out'}", environment=PATIENT)
    assert result.returncode == 0, result.stderr
    assert "criteria: undecided" in result.stdout and "make more configurations" in result.stdout


def test_chains_out_of_equilibrium_are_not_good(tmp_path):
    """Each stays where it began: steps of almost no length."""
    deck = written(tmp_path / "frozen.ini", MODELS["phi4"][0] | LATTICE | {"generate.trajectory": 1e-6, "generate.samples": 4000,
                                                                          "generate.thermalisation": 0})
    result = scorefield("run", deck, f"--run.output={tmp_path / 'out'}", environment=PATIENT)
    assert result.returncode == 0, result.stderr
    verdict = next(line for line in result.stdout.splitlines() if "criteria:" in line)
    assert "FAILING" in verdict and "too short a generate.thermalisation" in verdict and "not seen in equilibrium" in verdict, verdict
