"""Complex Langevin on the lattice against exact values: phi^4 with complex couplings and the Bose gas on 2 x 8, free fields.

Seeds are fixed. A number may be three standard deviations from the exact one, real and imaginary part each, where not
said otherwise. Steps are so small that the error of Heun's scheme, about 1.4 h^2 in kappa_2, is a tenth of a standard
deviation; where a wrong formula shall be seen the deviation must be six.
"""

import bose_gas
import h5py
import numpy as np
import pytest
from columns import Action
from complex_field import stepped
from complex_lattice_deck import Measured, chains, gas, measured, pairs, phi4, run, sigmas
from free_field import inverse_propagator
from scipy.stats import chi2 as chi_squared
from transfer_matrix import exact

SIGMAS, WRONG = 3.0, 6.0
ON_PHI4 = {"lattice.size": "2, 8"}
ON_GAS = {"lattice.size": "8, 2"}
ACTIONS = [Action(0.15, 0.25 + 0.1j, 0.8 + 0.4j), Action(0.10, 0.5 + 0.25j, 0.5 + 0.5j)]


def made(folder, settings) -> Measured:
    result = run("run", folder, settings)
    assert result.returncode == 0, result.stdout + result.stderr
    found = measured(folder)
    print(result.stdout)
    assert found.text in result.stdout
    return found


def deviations(found: Measured, action: Action) -> dict[str, np.ndarray]:
    v = exact(action, 8)
    result = {f"kappa_{n}": sigmas(found.cumulants[n], v.cumulants[n]) for n in (2, 4, 6, 8)}
    return result | {"hop_y": sigmas(found.averages["hop_y"], v.short), "hop_x": sigmas(found.averages["hop_x"], v.long),
                     "V M^2": sigmas(found.averages["V M^2"], 16 * v.magnetisation2)}


# phi^4 with complex couplings.


@pytest.fixture(scope="module", params=ACTIONS, ids=str)
def complex_phi4(request, tmp_path_factory):
    settings = {"run.seed": 1} | ON_PHI4 | phi4(request.param) | chains(step=0.005, samples=100_000)
    return request.param, made(tmp_path_factory.mktemp("phi4") / "out", settings)


def test_phi4_with_complex_couplings_on_2_x_8(complex_phi4):
    """Errors of kappa_2, kappa_4 and kappa_6 are at most 10^-3, that of kappa_8 5 10^-3 (1.5 to 3 % of it)."""
    action, found = complex_phi4
    for name, deviation in deviations(found, action).items():
        assert np.abs(deviation).max() < SIGMAS, (name, deviation)
    for n, most in ((2, 5e-4), (4, 5e-4), (6, 1e-3), (8, 5e-3)):
        value, error = found.cumulants[n]
        assert 0 < error.real < most and 0 < error.imag < most, (n, value, error)
    assert found.verdict == "good", found.text


def test_odd_cumulants_vanish(complex_phi4):
    _, found = complex_phi4
    for n in (1, 3, 5, 7):
        assert np.abs(sigmas(found.cumulants[n], 0)).max() < SIGMAS, n


@pytest.mark.parametrize("wrong", [
    lambda a: Action(1.1 * a.kappa, a.lam, a.mass), lambda a: Action(a.kappa, 1.05 * a.lam, a.mass),
    lambda a: Action(a.kappa, a.lam.conjugate(), a.mass), lambda a: Action(a.kappa, a.lam, a.mass.conjugate()),
    lambda a: Action(a.kappa, a.lam)], ids=["kappa", "lambda", "lambda*", "mass*", "mass = 1 - 2 lambda"])
def test_wrong_couplings_would_be_seen(complex_phi4, wrong):
    """kappa wrong by a tenth, lambda by a twentieth, a sign of an imaginary part, the mass of the real theory."""
    action, found = complex_phi4
    assert max(np.abs(deviation).max() for deviation in deviations(found, wrong(action)).values()) > WRONG


def test_directions_and_orders_are_told_apart(complex_phi4):
    """On 2 x 8 the bond along y counts twice."""
    action, found = complex_phi4
    v = exact(action, 8)
    assert np.abs(sigmas(found.averages["hop_x"], v.short)).max() > WRONG
    assert np.abs(sigmas(found.cumulants[4], v.moments[4])).max() > WRONG


def test_phi4_that_fails(tmp_path):
    """|B| is large: the distribution falls like a power, the average is wrong by ten errors, and the run says so."""
    action = Action(0.10, 0.1, 0.5 + 1.5j)
    found = made(tmp_path / "out", {"run.seed": 1} | ON_PHI4 | phi4(action) | chains(step=0.01, samples=60_000))
    assert found.verdict == "failing" and "the drift falls like a power, |K|^-1." in found.text
    assert abs(sigmas(found.cumulants[2], exact(action, 8).cumulants[2])[1]) > 8
    assert found.cumulants[2][0].imag == pytest.approx(-0.327, abs=0.005)


def test_a_step_that_is_too_large_is_seen(tmp_path):
    """At h = 0.1 kappa_2 is off by a per cent, which the Schwinger-Dyson equations show; the cure is in the line."""
    found = made(tmp_path / "out", {"run.seed": 1} | ON_PHI4 | phi4(ACTIONS[0]) | chains(step=0.1, samples=100_000))
    assert abs(sigmas(found.cumulants[2], exact(ACTIONS[0], 8).cumulants[2])[0]) > WRONG
    assert found.verdict == "failing" and "Schwinger-Dyson" in found.text and "too large a generate.step" in found.text


# The free field.


def modes(folder, extents) -> tuple[np.ndarray, np.ndarray]:
    """z~(k) z~(-k)/V by an own transform, and its covariance [k, (Re, Im), (Re, Im)] from the chains, which are
    independent: all k."""
    with h5py.File(folder / "ensemble.h5") as file:
        field, count = file["field"][:], int(file["chain"][-1]) + 1
    z = np.fft.fft2(field[:, 0] + 1j * field[:, 1])
    turned = np.roll(z[:, ::-1, ::-1], (1, 1), axis=(1, 2))
    per_chain = (z * turned / np.prod(extents)).reshape(-1, count, *extents).mean(axis=0)
    both = np.stack([per_chain.real, per_chain.imag], axis=-1)
    spread = both - both.mean(axis=0)
    return per_chain.mean(axis=0), np.einsum("nyxa,nyxb->yxab", spread, spread) / (count * (count - 1))


def independent(extents) -> list[tuple[int, int]]:
    """One of k and -k."""
    ly, lx = extents
    return [(y, x) for y in range(ly) for x in range(lx) if (y, x) <= ((-y) % ly, (-x) % lx)]


def chi2_of(value, covariance, expected, extents) -> tuple[float, int]:
    """Over independent modes; real and imaginary part of one together. At -k = k Re and Im are still two numbers."""
    total, count = 0.0, 0
    for k in independent(extents):
        d = value[k] - expected[k]
        both = np.array([d.real, d.imag])
        total += both @ np.linalg.solve(covariance[k], both)
        count += 2
    return total, count


EXTENTS, MASS, KAPPA = (5, 6), 0.8 + 0.4j, 0.12


@pytest.fixture(scope="module")
def free_modes(tmp_path_factory):
    """Runs with a small step, and with a large one and noise on the imaginary part."""
    folders = {}
    for name, more in (("small", chains(step=0.01, samples=40_000)),
                       ("large", chains(step=0.25, samples=200_000) | {"generate.noise-y": 0.2})):
        folders[name] = tmp_path_factory.mktemp(name) / "out"
        settings = {"run.seed": 2, "lattice.size": "5, 6"} | phi4(Action(KAPPA, 0, MASS)) | more
        made(folders[name], settings | {"generate.largest-drift": 0})
    return folders


def test_the_free_field_mode_by_mode(free_modes):
    """p > 0.01 of all modes together; kappa or the imaginary mass wrong by a tenth has p < 10^-6."""
    value, covariance = modes(free_modes["small"], EXTENTS)
    inverse = inverse_propagator(KAPPA, EXTENTS, MASS)
    assert chi_squared.sf(*chi2_of(value, covariance, 1 / inverse, EXTENTS)) > 0.01
    for wrong in (inverse_propagator(1.1 * KAPPA, EXTENTS, MASS), inverse_propagator(KAPPA, EXTENTS, 0.8 + 0.44j),
                  inverse_propagator(KAPPA, EXTENTS, MASS.conjugate()), np.roll(inverse, 1, axis=1)):
        assert chi_squared.sf(*chi2_of(value, covariance, 1 / wrong, EXTENTS)) < 1e-6
    assert measured(free_modes["small"]).verdict == "good"


@pytest.mark.parametrize("name", ["small", "large"])
def test_the_spectrum_in_the_results(free_modes, name):
    """What is exact there, the averages of the fields by another transform, and errors like those of the chains."""
    with h5py.File(free_modes[name] / "results.h5") as file:
        value, error = pairs(file["ensemble/spectrum"])
        known = file["ensemble/spectrum/exact"][:] @ [1, 1j]
    inverse = inverse_propagator(KAPPA, EXTENTS, MASS)
    assert known == pytest.approx(1 / inverse[:, :4], rel=1e-12)
    mine, covariance = (array[:, :4] for array in modes(free_modes[name], EXTENTS))
    assert value == pytest.approx(mine, rel=1e-10, abs=1e-12)
    spread = np.sqrt(covariance[..., 0, 0]) + 1j * np.sqrt(covariance[..., 1, 1])
    assert np.abs(error.real / spread.real - 1).max() < 0.3 and np.abs(error.imag / spread.imag - 1).max() < 0.3
    if name == "small":
        d = value - known
        assert np.abs(d.real / error.real).max() < 4 and np.abs(d.imag / error.imag).max() < 4


def test_the_error_of_a_step_is_that_of_heun(free_modes):
    """At h = 0.25, and for N_y > 0: 2h (1 - hD/2)^2/(1 - R^2) fits with p > 0.01, and 1/D does not."""
    value, covariance = modes(free_modes["large"], EXTENTS)
    inverse = inverse_propagator(KAPPA, EXTENTS, MASS)
    assert chi_squared.sf(*chi2_of(value, covariance, stepped(inverse, 0.25), EXTENTS)) > 0.01
    for wrong in (1 / inverse, stepped(inverse, 0.22), 1 / (inverse * (1 - 0.125 * inverse))):  # the last: Euler
        assert chi_squared.sf(*chi2_of(value, covariance, wrong, EXTENTS)) < 1e-6


# The Bose gas.


def gas_run(folder, more, samples, step=0.01) -> Measured:
    settings = {"run.seed": 2} | ON_GAS | chains(step=step, samples=samples) | more
    return made(folder, settings)


def gas_deviations(found: Measured, expected: bose_gas.Values) -> np.ndarray:
    """Density and |phi|^2, real and imaginary parts."""
    return np.concatenate([sigmas(found.averages["density"], expected.density),
                           sigmas(found.averages["|phi|^2"], expected.square)])


@pytest.fixture(scope="module")
def gases(tmp_path_factory):
    """mu_c = 1.2615; on 2 x 8 the temperature smears it out."""
    folder = tmp_path_factory.mktemp("gas")
    return {mu: gas_run(folder / f"{mu}", gas(mu), 40_000) for mu in (0.5, 1.0, 1.2)}


@pytest.mark.parametrize("mu", [0.5, 1.0, 1.2])
def test_the_bose_gas_on_2_x_8(gases, mu):
    expected = bose_gas.exact(1.0, 1.0, mu, 8)
    assert np.abs(gas_deviations(gases[mu], expected)).max() < SIGMAS, gas_deviations(gases[mu], expected)
    assert gases[mu].averages["density"][1].real < {0.5: 5e-4, 1.0: 2e-3, 1.2: 4e-3}[mu]
    assert gases[mu].averages["|phi|^2"][1].real < 2e-3
    if mu < 1.2:  # there the drift begins to have a tail
        assert gases[mu].verdict == "good", gases[mu].text


def test_wrong_chemical_potentials_would_be_seen(gases):
    """mu wrong by a twentieth or of the other sign, lambda by a tenth, phi^4 counted as |phi|^4."""
    expected = bose_gas.exact(1.0, 1.0, 1.0, 8)
    for wrong in (bose_gas.exact(1.0, 1.0, 1.05, 8), bose_gas.Values(-expected.density, expected.square),
                  bose_gas.exact(1.0, 1.2, 1.0, 8), bose_gas.exact(1.1, 1.0, 1.0, 8),
                  bose_gas.Values(expected.density / 2, expected.square)):
        assert np.abs(gas_deviations(gases[1.0], wrong)).max() > WRONG, wrong


def test_silver_blaze(gases, tmp_path):
    """Below the onset the density is next to nothing, less still at half the temperature, where |phi|^2 does not know
    mu within errors; at the onset it rises."""
    colder = gas_run(tmp_path / "out", gas(0.5) | {"lattice.size": "16, 2"}, 20_000)
    for found, most in ((gases[0.5], 2e-3), (colder, 1e-3)):
        value, error = found.averages["density"]
        assert abs(value.real) < most and error.real < 6e-4
    assert np.abs(gas_deviations(colder, bose_gas.exact(1.0, 1.0, 0.5, 16))).max() < SIGMAS
    assert np.abs(gas_deviations(colder, bose_gas.exact(1.0, 1.0, 0.0, 16))).max() < SIGMAS
    densities = [gases[mu].averages["density"][0].real for mu in (0.5, 1.0, 1.2)]
    assert densities[1] > 0.05 and densities[2] > 0.3
    assert densities[0] < 0.05 * densities[1]


def test_the_free_bose_gas(tmp_path):
    """Its onset is at cosh mu = 3/2, mu = 0.9624; chains are long enough for its slowest mode, of time 1/(3 - 2 cosh mu) = 3."""
    mu = 0.8
    found = gas_run(tmp_path / "out", gas(mu, lam=0) | {"generate.chains": 250, "generate.separation": 2}, 40_000)
    assert np.abs(gas_deviations(found, bose_gas.free_gas((8, 2), 1.0, mu))).max() < SIGMAS
    assert np.abs(gas_deviations(found, bose_gas.free_gas((2, 8), 1.0, mu))).max() > WRONG  # time along the other extent
    assert found.verdict == "good", found.text


def test_the_bose_gas_fails_beyond_the_onset(tmp_path):
    """The result is wrong by half a per cent at mu = 1.4, and the drift has the tail of it."""
    found = gas_run(tmp_path / "out", gas(1.4), 150_000)
    assert found.verdict == "failing" and "the drift falls like a power" in found.text
