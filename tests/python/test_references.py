"""The exact references against each other: transfer matrix, free field, brute force, and a plain sampler."""

import subprocess
import sys
from math import factorial
from pathlib import Path

import numpy as np
import pytest
import small_lattice
from columns import Action
from cumulants import cumulants, gaussian_moments, influence
from free_field import free_field
from transfer_matrix import FIELDS, Values, error_of_one, exact, grids, largest_difference, values

SIGMAS = 4.0  # of 20 series of other seeds the largest deviation was 2.6


def assert_close(value: Values, reference: Values, tolerance: float) -> None:
    assert [f"{name}: {getattr(value, name)}, not {getattr(reference, name)}" for name in FIELDS
            if not largest_difference(value, reference, [name]) < tolerance] == []


def deviations(samples: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """In sigma, of samples [trajectory, chain, ...]; the chains are independent, so their scatter is the error."""
    chains = samples.mean(axis=0)
    return (chains.mean(axis=0) - reference) / (chains.std(axis=0, ddof=1) / np.sqrt(len(chains)))


def test_known_values_on_2_x_8() -> None:
    v = exact(Action(0.21, 0.022), 8)
    assert v.cumulants[2::2] == pytest.approx([0.72062741, -0.11162596, 0.13777883, -0.41847221], rel=0, abs=5.1e-9)
    assert v.short == pytest.approx(0.36446559, rel=0, abs=5.1e-9)


@pytest.mark.parametrize("kappa, lam, cut", [
    (0.21, 0.022, 7.0), (0.35, 1.0, 3.2), (-0.2, 0.5, 3.7), (0.21 + 0.05j, 0.022 + 0.01j, 7.0)])
def test_transfer_matrix_against_brute_force_on_2_x_2(kappa: complex, lam: complex, cut: float) -> None:
    assert_close(exact(Action(kappa, lam), 2), small_lattice.brute_force(kappa, lam, cut, 44), 1e-8)


@pytest.mark.parametrize("kappa, lam, length", [(0.3, 0.1, 5), (0.5, 0.1, 6), (0.35, 1.0, 64), (-0.2, 0.3 + 0.1j, 4)])
def test_identities_on_longer_lattices(kappa: complex, lam: complex, length: int) -> None:
    """<phi^n dS/dphi> = n <phi^(n-1)> for n = 1, and the sum of all correlators is V <M^2>."""
    v = exact(Action(kappa, lam), length)
    bonds = -4 * kappa * (v.short + v.long)
    assert 2 * (1 - 2 * lam) * v.moments[2] + 4 * lam * v.moments[4] + bonds == pytest.approx(1.0, rel=1e-9)
    assert np.sum(v.same_row + v.other_row) == pytest.approx(2 * length * v.magnetisation2, rel=1e-9)
    assert v.moments[1::2] == pytest.approx(np.zeros(4), abs=1e-10)
    assert len(v.same_row) == length and v.same_row[1:] == pytest.approx(v.same_row[:0:-1])


def test_complex_mass_by_a_change_of_variables() -> None:
    """phi -> s phi multiplies kappa and the mass by s^2, lambda by s^4; a complex s turns the path of integration."""
    s = 1.1 * np.exp(0.1j)
    straight, turned = exact(Action(0.21, 0.1), 4), exact(Action(0.21 * s**2, 0.1 * s**4, 0.8 * s**2), 4)
    assert turned.moments * s ** np.arange(9) == pytest.approx(straight.moments, rel=1e-8, abs=1e-10)
    assert turned.squares * s**4 == pytest.approx(straight.squares, rel=1e-8)
    assert turned.magnetisation4 * s**4 == pytest.approx(straight.magnetisation4, rel=1e-8)
    assert turned.action == pytest.approx(straight.action, rel=1e-8)


@pytest.mark.parametrize("grid, message", [
    ({"nodes": 20}, "between 20 nodes"), ({"cut": 3.5}, r"nodes up to 3\.50")])
def test_a_grid_that_does_not_do_is_an_error(grid: dict, message: str) -> None:
    action = Action(0.21, 0.022)
    with pytest.raises(ArithmeticError, match=message):
        exact(action, 4, **grid)
    first, second = grids(action, 4)
    assert second.nodes > 1.15 * first.nodes and second.cut > 1.05 * first.cut


def test_couplings_without_an_integral() -> None:
    for action in (Action(0.25, 0.0), Action(-0.3, 0.0), Action(0.2, -0.1)):
        with pytest.raises(ValueError, match="not bounded from below"):
            exact(action, 4)
    with pytest.raises(ValueError, match="not bounded from below"):
        free_field(0.25, (2, 4))
    with pytest.raises(ValueError, match="2 x 1; expected N >= 2"):
        exact(Action(0.2, 0.1), 1)


@pytest.mark.parametrize("kappa, length", [(0.15, 8), (0.2, 5), (-0.18, 2)])
def test_transfer_matrix_against_the_free_field(kappa: float, length: int) -> None:
    """All moments are Gaussian, four-point functions are Wick's sums."""
    v, free = exact(Action(kappa, 0.0), length), free_field(kappa, (2, length))
    same, other = free.correlator
    moments = gaussian_moments(same[0])
    wick = Values(moments, np.array([0, 0, same[0], 0, 0, 0, 0, 0, 0]), same, other, same[0]**2 + 2 * same**2,
                  same[0]**2 + 2 * other**2, *free.nearest, free.action, free.magnetisation2, free.magnetisation4)
    assert_close(v, wick, 1e-8)
    assert free.action == pytest.approx(0.5)  # a half for each mode


@pytest.mark.parametrize("kappa, extents", [(0.2, (2, 5)), (-0.1, (4, 6)), (0.23, (2, 2)), (0.1 + 0.05j, (3, 4))])
def test_free_field_against_the_inverse_of_the_action(kappa: complex, extents: tuple[int, int]) -> None:
    """S = 1/2 phi A phi, and <phi phi'> is the inverse of A, whose elements are second differences of S."""
    units = np.eye(np.prod(extents)).reshape(-1, *extents)
    both = small_lattice.action(units[:, None] + units, kappa, 0.0)
    single = small_lattice.action(units, kappa, 0.0)
    inverse = np.linalg.inv(both - single[:, None] - single)
    free = free_field(kappa, extents)
    assert free.correlator == pytest.approx(inverse[0].reshape(extents), rel=1e-10)
    assert free.nearest == pytest.approx((inverse[0, extents[1]], inverse[0, 1]), rel=1e-10)
    assert free.magnetisation2 == pytest.approx(np.mean(inverse), rel=1e-10)


def test_force_is_the_gradient_of_the_action() -> None:
    """By a step into the complex plane, which loses no digits."""
    phi = np.random.default_rng(4).standard_normal((2, 5))
    steps = 1e-20j * np.eye(phi.size).reshape(-1, 2, 5)
    gradient = small_lattice.action(phi + steps, 0.3, 0.1).imag.reshape(2, 5) / 1e-20
    assert small_lattice.force(phi, 0.3, 0.1) == pytest.approx(-gradient, rel=1e-12)


def test_leapfrog_is_reversible_of_second_order_and_the_same_in_a_batch() -> None:
    rng = np.random.default_rng(5)
    phi, pi = rng.standard_normal((2, 3, 4, 6))

    def error(steps: int) -> np.ndarray:
        new, end = small_lattice.leapfrog(phi, pi, 0.3, 0.1, 1.0 / steps, steps)
        kinetic = 0.5 * np.sum(end**2 - pi**2, axis=(1, 2))
        return small_lattice.action(new, 0.3, 0.1) - small_lattice.action(phi, 0.3, 0.1) + kinetic

    new, end = small_lattice.leapfrog(phi, pi, 0.3, 0.1, 0.1, 10)
    back, start = small_lattice.leapfrog(new, -end, 0.3, 0.1, 0.1, 10)
    assert back == pytest.approx(phi, abs=1e-13) and -start == pytest.approx(pi, abs=1e-13)
    assert error(20) / error(40) == pytest.approx(4.0, rel=0.05)
    single = small_lattice.leapfrog(phi[1], pi[1], 0.3, 0.1, 0.1, 10)
    assert np.array_equal(single, [new[1], end[1]])


@pytest.fixture(scope="module")
def chains() -> small_lattice.Chains:
    return small_lattice.hmc(0.3, 0.1, (2, 4), 500, 400, seed=6)


def observables(phi: np.ndarray) -> dict[str, np.ndarray]:
    """Averages over configurations phi[trajectory, chain, 2, x], by the names of the values."""
    def average(field: np.ndarray) -> np.ndarray:
        return field.mean(axis=(2, 3))

    moments = np.stack([average(phi**n) for n in range(1, 9)], axis=2)
    distances, swapped = range(phi.shape[3]), phi[:, :, ::-1]
    return {"moments": moments, "short": average(phi * swapped), "long": average(phi * np.roll(phi, 1, 3)),
            "same_row": np.stack([average(phi * np.roll(phi, r, 3)) for r in distances], axis=2),
            "other_row": np.stack([average(phi * np.roll(swapped, r, 3)) for r in distances], axis=2),
            "squares": np.stack([average((phi * np.roll(phi, r, 3))**2) for r in distances], axis=2),
            "squares_other": np.stack([average((phi * np.roll(swapped, r, 3))**2) for r in distances], axis=2),
            "magnetisation2": average(phi)**2, "magnetisation4": average(phi)**4,
            "action": small_lattice.action(phi, 0.3, 0.1) / phi[0, 0].size}


def test_sampler_against_the_transfer_matrix(chains: small_lattice.Chains) -> None:
    v, wrong = exact(Action(0.3, 0.1), 4), exact(Action(0.297, 0.1), 4)
    for name, samples in observables(chains.measured).items():
        first = 1 if name == "moments" else 0
        assert np.abs(deviations(samples, np.atleast_1d(getattr(v, name))[first:])).max() < SIGMAS, name
    assert abs(deviations(np.exp(-chains.changes), 1.0)) < SIGMAS
    assert 0.9 < chains.acceptance < 0.99
    assert abs(deviations(chains.measured[:, :, 0] * chains.measured[:, :, 1], wrong.short)).max() > SIGMAS


def test_errors_are_those_of_repetition(chains: small_lattice.Chains) -> None:
    """The standard deviation of the influence function's average over one configuration."""
    columns = grids(Action(0.3, 0.1), 4)[1]
    moments = values(columns).moments
    for order in (2, 4, 6, 8):
        coefficients = influence(moments, order)
        function = np.polynomial.polynomial.polyval(chains.measured, coefficients).mean(axis=(2, 3))
        squares = (function - np.sum(coefficients * moments[:order + 1]))**2
        assert abs(deviations(squares, error_of_one(columns, moments, order)**2)) < SIGMAS


def test_cumulants_and_their_derivatives() -> None:
    """The exponential law has m_n = n!, kappa_n = (n-1)!; derivatives by a step into the complex plane."""
    moments = np.array([float(factorial(n)) for n in range(9)])
    assert cumulants(moments)[1:] == pytest.approx([factorial(n - 1) for n in range(1, 9)], rel=1e-12)
    for order in (2, 5, 8):
        derivatives = [cumulants(moments + 1e-20j * unit)[order].imag / 1e-20 for unit in np.eye(9)[1:order + 1]]
        assert influence(moments, order)[1:] == pytest.approx(derivatives, rel=1e-10, abs=1e-10)


def test_the_table_shows_the_values() -> None:
    script = Path(__file__).with_name("transfer_matrix.py")
    run = subprocess.run([sys.executable, script, "0.3", "0.1", "3"], capture_output=True, text=True, check=True)
    v = exact(Action(0.3, 0.1), 3)
    numbers = run.stdout.split()
    for value in (*v.cumulants[2::2], v.short, *v.other_row, v.magnetisation4):
        assert f"{value:.10g}" in numbers
    bare = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (bare.returncode, bare.stderr) == (1, "usage: transfer_matrix.py KAPPA LAMBDA N\n")
