"""What `measure` says of an ensemble: of its updates acceptance, <exp(-Delta H)>, step; of its correlation length."""

import re

import h5py
import numpy as np
import pytest
from lattice_deck import CORRECTED, LANGEVIN, complete

LONG = ["--generate.samples=4003", "--generate.thermalisation=100"]


def updates(folder):
    """The attributes in results.h5, and the history in the ensemble."""
    with h5py.File(folder / "ensemble.h5") as ensemble, h5py.File(folder / "results.h5") as results:
        group = results["ensemble"]
        history = {name: values[:] for name, values in ensemble["history"].items()}
        found = dict(group["updates"].attrs) if "updates" in group else None
        return found, history, group.attrs["warnings"].decode()


@pytest.mark.parametrize("more", [[], CORRECTED])
def test_means_of_the_history(tmp_path, more):
    """The same means by numpy, errors as of independent updates within a factor, and 1 within 4.5 of them."""
    said = complete("run", tmp_path, *LONG, *more, ranks=2)
    found, history, warnings = updates(tmp_path)
    exponential = np.exp(-history["delta_h"])
    assert found["acceptance"] == pytest.approx(history["acceptance"].mean(), abs=1e-12)
    assert found["exp_minus_delta_h"] == pytest.approx(exponential.mean(), abs=1e-12)
    independent = exponential.std() / np.sqrt(exponential.size)
    assert independent / 2 < found["exp_minus_delta_h_error"] < 2 * independent
    assert abs(found["exp_minus_delta_h"] - 1) < 4.5 * found["exp_minus_delta_h_error"]
    assert "exp(-dH)" not in warnings
    assert f"{found['steps']} steps of {found['step']:.4g} an update" in said


def test_the_step_of_the_deck_where_nothing_is_tuned(tmp_path):
    complete("run", tmp_path, "--generate.acceptance=0", "--generate.step=0.21", "--generate.trajectory=1")
    found, _, _ = updates(tmp_path)
    assert found["step"] == pytest.approx(0.21, rel=1e-15) and found["steps"] == 5


def test_chains_that_were_not_thermalised(tmp_path):
    """Far from equilibrium the mean of exp(-Delta H) is not 1."""
    complete("run", tmp_path, "--lattice.size=16,16", "--generate.samples=1000", "--generate.chains=100",
             "--generate.separation=1", "--generate.thermalisation=0", "--generate.acceptance=0", "--generate.step=0.02",
             "--generate.trajectory=0.1", "--generate.start=cold", "--generate.cluster=0")
    found, _, warnings = updates(tmp_path)
    assert abs(found["exp_minus_delta_h"] - 1) > 5 * found["exp_minus_delta_h_error"]
    assert "<exp(-dH)> = " in warnings


def test_none_where_nothing_is_rejected(tmp_path):
    complete("run", tmp_path, *LANGEVIN)
    assert updates(tmp_path)[0] is None


@pytest.mark.parametrize("kappa, is_length", [(0.4, False), (0.1, True)])
def test_a_correlation_length_that_is_none(tmp_path, kappa, is_length):
    """In the broken phase it tells of the two peaks of M."""
    (line,) = re.findall("^  xi  .*$", complete("run", tmp_path, f"--model.kappa={kappa}"), re.MULTILINE)
    assert ("of <M^2>, no length" in line) != is_length
