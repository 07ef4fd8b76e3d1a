"""The exact references of complex Langevin on the lattice, each against something independent of it."""

import numpy as np
import pytest
from bose_gas import Worldlines, exact, free_gas, two_by_two, worldlines
from columns import Action
from complex_field import iterated, ring, stepped
from free_field import inverse_propagator
from transfer_matrix import exact as phi4

COUPLINGS = [Action(0.15, 0.25 + 0.1j, 0.8 + 0.4j), Action(0.10, 0.5 + 0.25j, 0.5 + 0.5j), Action(0.10, 0.1, 0.5 + 1.5j)]


@pytest.mark.parametrize(("action", "expected"), [
    (COUPLINGS[0], [0.35694504 - 0.13561503j, -0.04162326 + 0.05580365j, 0.01082526 - 0.08391059j, 0.08578257 + 0.22216411j]),
    (COUPLINGS[1], [0.30753632 - 0.13628825j, -0.03651426 + 0.06006153j, -0.00040710 - 0.09087098j, 0.13734211 + 0.22859532j])])
def test_complex_phi4_on_2_x_8(action, expected):
    """By an expansion in the hopping parameter, of which nothing else is left here."""
    assert phi4(action, 8).cumulants[2::2] == pytest.approx(np.array(expected), abs=1e-8)


@pytest.mark.parametrize("action", COUPLINGS)
def test_complex_mass_against_a_ring_of_four_sites(action):
    found = phi4(action, 2)
    cumulants, neighbours = ring(action, 6.0, 200)
    assert found.cumulants == pytest.approx(cumulants, rel=1e-8, abs=1e-10)
    assert found.short == pytest.approx(neighbours, rel=1e-8) and found.long == pytest.approx(neighbours, rel=1e-8)


@pytest.mark.parametrize("action", COUPLINGS)
def test_the_equation_of_motion_with_a_complex_mass(action):
    """<phi dS/dphi> = 1, on 2 x 8; with the conjugate mass it is not."""
    v = phi4(action, 8)

    def left(mass):
        return 2 * mass * v.moments[2] + 4 * action.lam * v.moments[4] - 4 * action.kappa * (v.short + v.long)

    assert left(action.mass) == pytest.approx(1.0, rel=1e-9)
    assert abs(left(np.conj(action.mass)) - 1) > 0.1


@pytest.mark.parametrize("noise_y", [0.0, 0.7])
def test_steps_of_the_free_field(noise_y):
    """Its modes on 3 x 4, at a step that is off by a per cent; N_y drops out; a small step is exact."""
    inverse = inverse_propagator(0.1, (3, 4), 0.8 + 0.4j)
    followed = np.array([iterated(d, 0.1, noise_y, 400) for d in inverse.ravel()]).reshape(inverse.shape)
    assert stepped(inverse, 0.1) == pytest.approx(followed, rel=1e-12)
    assert np.abs(stepped(inverse, 0.1) * inverse - 1).max() > 0.01
    assert stepped(inverse, 1e-5) == pytest.approx(1 / inverse, rel=1e-9)


@pytest.mark.parametrize("mu", [0.7, 1.5])
def test_bose_gas_against_all_components_on_2_x_2(mu):
    """Two columns are few: so heavy a particle that not too many are there."""
    found, expected = worldlines(6.0, 1.0, 20).at(mu, 2), two_by_two(6.0, 1.0, mu)
    assert (found.density, found.square) == pytest.approx((expected.density, expected.square), rel=1e-6)
    assert abs(two_by_two(6.0, 1.0, 1.01 * mu).density / found.density - 1) > 5e-3


@pytest.mark.parametrize(("mu", "length"), [(0.5, 8), (0.3, 16), (0.2, 5)])
def test_bose_gas_against_the_free_one(mu, length):
    found, expected = worldlines(1.0, 0.0, 24).at(mu, length), free_gas((length, 2), 1.0, mu)
    assert (found.density, found.square) == pytest.approx((expected.density, expected.square), rel=2e-6)


def test_density_and_square_are_derivatives_of_the_partition_function():
    """Of the free gas: ln Z = -sum_k ln D(k), n = d ln Z/d mu/V, |phi|^2 = -d ln Z/d m^2/V."""
    def log_z(mass_squared, mu):
        time, space = np.meshgrid(2 * np.pi * np.arange(6) / 6, 2 * np.pi * np.arange(5) / 5, indexing="ij")
        return -np.sum(np.log(4 + mass_squared - 2 * np.cos(space) - 2 * np.cos(time + 1j * mu)))

    here, h = free_gas((6, 5), 1.0, 0.6), 1e-4
    assert here.density == pytest.approx((log_z(1.0, 0.6 + h) - log_z(1.0, 0.6 - h)).real / (2 * h) / 30, rel=1e-6)
    assert here.square == pytest.approx((log_z(1 - h, 0.6) - log_z(1 + h, 0.6)).real / (2 * h) / 30, rel=1e-6)
    with pytest.raises(ValueError, match="beyond the onset"):
        free_gas((6, 5), 1.0, 1.0)


def test_silver_blaze():
    """Below mu_c = 1.2615 the density vanishes with the temperature, and |phi|^2 does not know mu; above it is finite."""
    gas = worldlines(1.0, 1.0, 16)
    assert gas.onset() == pytest.approx(1.26148, abs=1e-5)
    densities = [gas.at(1.0, length).density for length in (4, 8, 16, 32)]
    assert all(later < 0.5 * sooner for sooner, later in zip(densities, densities[1:]))
    assert gas.at(1.0, 64).square == pytest.approx(gas.at(0.0, 64).square, rel=1e-6)
    assert gas.at(1.3, 64).density > 0.4


@pytest.mark.parametrize(("mu", "density", "square"), [
    (0.5, 0.00113295, 0.22026118), (1.0, 0.06321832, 0.23596186), (1.2, 0.33093074, 0.30126585),
    (1.4, 1.53389673, 0.56117910)])
def test_known_values_of_the_bose_gas_on_2_x_8(mu, density, square):
    """Also by a Monte Carlo of worldlines, to three digits."""
    found = exact(1.0, 1.0, mu, 8)
    assert (found.density, found.square) == pytest.approx((density, square), abs=2e-6)


def test_too_few_particles_are_an_error():
    with pytest.raises(ArithmeticError, match="needs more than 24 particles"):
        exact(1.0, 1.0, 2.0, 8)
    assert abs(Worldlines(1.0, 1.0, 6).at(1.4, 8).density - exact(1.0, 1.0, 1.4, 8).density) > 0.1
