"""Exact relativistic Bose gas at chemical potential mu: on 2 x N_t with interaction, on any lattice without.

    S = sum_x [(2d + m^2) |phi|^2 + lam |phi|^4 - sum_nu (phi*_x e^{-mu delta_{nu,t}} phi_{x+nu}
                                                          + phi*_{x+nu} e^{mu delta_{nu,t}} phi_x)],    d = 2

(Aarts, arXiv 0810.2089, there in four dimensions). Its weight is complex, but that of worldlines is not (Gattringer and
Kloiber, arXiv 1206.2954). Here they make a transfer matrix in time: each bond is the power series

    exp(e^mu phi*_{x+t} phi_x + e^-mu phi*_x phi_{x+t}) = sum_{a,b} (e^mu phi*_{x+t} phi_x)^a/a! (e^-mu phi*_x phi_{x+t})^b/b!

so that a particles and b antiparticles are on it. Let a_i, b_i come into site i of a column of two and a_i', b_i' go out.
The angles of the field conserve the charge: with q_i = a_i - b_i, q_1' - q_1 = q_2 - q_2' = M goes through the bonds
between the two (on extent 2 they are one, counted twice), and a positive integral over the radii is left:

    R(s_1, s_2, M) = int r_1 dr_1 r_2 dr_2 r_1^{s_1} r_2^{s_2} exp(-V(r_1) - V(r_2)) I_M(4 r_1 r_2),
    V(r) = (4 + m^2) r^2 + lam r^4,    s_i = a_i + b_i + a_i' + b_i'

The matrix R/sqrt(prod a! b! a'! b'!) is real and symmetric and conserves Q = q_1 + q_2. The chemical potential enters as

    Z(mu) = sum_Q e^{mu N_t Q} tr T_Q^{N_t},    density = (1/V) d ln Z/d mu = <Q>/2,    <|phi|^2> by inserting r_1^2.
"""

import one_thread  # noqa: F401  before numpy

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.special import gammaln, ive

NODES, CUT = 100, 4.5  # radii; at the cut exp(-V) is 1e-44 without interaction
TOLERANCE, MOST = 1e-6, 24


@dataclass(frozen=True)
class Values:
    density: float
    square: float  # <|phi|^2>


@dataclass(frozen=True)
class Worldlines:
    """The matrices T_Q of all charges, once for all mu and N_t; at most `most` particles and antiparticles in a column."""

    mass_squared: float
    lam: float
    most: int

    def _integrals(self) -> np.ndarray:
        """R [M, s_1, s_2]; s up to two more than any matrix element has, for the insertion."""
        unit, weights = np.polynomial.legendre.leggauss(NODES)
        r = 0.5 * CUT * (1 + unit)
        potential = (4 + self.mass_squared) * r**2 + self.lam * r**4
        powers = r ** np.arange(2 * self.most + 3)[:, None] * (0.5 * CUT * weights * r)
        bond = 4 * np.multiply.outer(r, r)
        rest = np.exp(bond - np.add.outer(potential, potential))
        return np.array([powers @ (ive(flux, bond) * rest) @ powers.T for flux in range(2 * self.most + 1)])

    def _states(self) -> np.ndarray:
        """a_1, b_1, a_2, b_2 [4, state]."""
        numbers = np.indices(4 * (self.most + 1,)).reshape(4, -1)
        return numbers[:, numbers.sum(axis=0) <= self.most]

    @cached_property
    def sectors(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of Q = 0 .. most: eigenvalues of T_Q, and the diagonal of T_Q with r_1^2 between its eigenvectors."""
        integrals, (a1, b1, a2, b2) = self._integrals(), self._states()
        found = []
        for charge in range(self.most + 1):
            here = a1 - b1 + a2 - b2 == charge
            at_one, at_two, q1 = (a1 + b1)[here], (a2 + b2)[here], (a1 - b1)[here]
            weight = np.exp(-0.5 * sum(gammaln(numbers[here] + 1) for numbers in (a1, b1, a2, b2)))
            both, flux = np.multiply.outer(weight, weight), np.abs(np.subtract.outer(q1, q1))
            s1, s2 = np.add.outer(at_one, at_one), np.add.outer(at_two, at_two)
            values, vectors = np.linalg.eigh(both * integrals[flux, s1, s2])
            inserted = both * integrals[flux, s1 + 2, s2]
            found.append((values, np.sum(vectors * (inserted @ vectors), axis=0)))
        return found

    def at(self, mu: float, length: int) -> Values:
        """On 2 x length. By logarithms, as tr T_Q^N_t gets as small as e^{mu N_t Q} gets large."""
        charge, log, square = np.arange(self.most + 1), [], []
        for values, inserted in self.sectors:
            scaled = values / values.max()
            trace = np.sum(scaled**length)
            log.append(np.log(trace) + length * np.log(values.max()))
            square.append(np.sum(scaled**(length - 1) * inserted) / values.max() / trace)
        winding = mu * length * charge
        both = np.array(log) + np.logaddexp(winding, np.where(charge > 0, -winding, -np.inf))  # of Q and -Q
        probability = np.exp(both - np.logaddexp.reduce(both))
        return Values(float(np.sum(probability * charge * np.tanh(winding))) / 2, float(np.sum(probability * square)))

    def onset(self) -> float:
        """mu_c at temperature zero: E_1 - E_0, the mass of one particle on two sites."""
        return float(np.log(self.sectors[0][0].max() / self.sectors[1][0].max()))


@cache
def worldlines(mass_squared: float, lam: float, most: int) -> Worldlines:
    return Worldlines(mass_squared, lam, most)


def exact(mass_squared: float, lam: float, mu: float, length: int) -> Values:
    """On 2 x length; particles are added by fours until that changes nothing."""
    coarse = worldlines(mass_squared, lam, 12).at(mu, length)
    for most in range(16, MOST + 1, 4):
        fine = worldlines(mass_squared, lam, most).at(mu, length)
        if max(abs(fine.density - coarse.density), abs(fine.square - coarse.square)) < TOLERANCE:
            return fine
        coarse = fine
    raise ArithmeticError(f"2 x {length} at mu = {mu} needs more than {MOST} particles")


def free_gas(extents: tuple[int, int], mass_squared: float, mu: float) -> Values:
    """lam = 0 on [time, space]: S = (1/V) sum_k D(k) |phi~(k)|^2, D(k) = 4 + m^2 - 2 cos k_x - 2 cos(k_t + i mu), and the
    density is the average of -(dD/dmu)/D. It exists up to the onset 2 cosh mu = 2 + m^2."""
    time, space = np.meshgrid(*(2 * np.pi * np.arange(extent) / extent for extent in extents), indexing="ij")
    inverse = 4 + mass_squared - 2 * np.cos(space) - 2 * np.cos(time + 1j * mu)
    if inverse.real.min() <= 0:
        raise ValueError(f"no free gas at mu = {mu}: beyond the onset, 2 cosh mu = 2 + m^2")
    return Values(float(np.mean(2 * np.sinh(mu - 1j * time) / inverse).real), float(np.mean(1 / inverse).real))


def two_by_two(mass_squared: float, lam: float, mu: float, nodes: int = 30, cut: float = 2.5) -> Values:
    """On 2 x 2 by quadrature over the real components: x + t and x - t are one site, so that the imaginary parts of the
    two bonds cancel and S_t = -2 cosh(mu) phi_a(x) phi_a(x+t), density = sinh(mu) <phi_a(x) phi_a(x+t)>."""
    unit, weights = np.polynomial.legendre.leggauss(nodes)
    phi = cut * unit
    square = np.add.outer(phi**2, phi**2) / 2
    site = np.multiply.outer(weights, weights) * np.exp(-(4 + mass_squared) * square - lam * square**2)
    bond = np.exp(2 * np.multiply.outer(phi, phi))
    column = np.einsum("ab,cd,ac,bd->abcd", site, site, bond, bond, optimize=True)
    hop = np.exp(2 * np.cosh(mu) * np.multiply.outer(phi, phi))

    def other(first: np.ndarray) -> np.ndarray:
        """What the other column makes of this one's states; `first`: for the first component of the first site."""
        return np.einsum("abcd,ae,bf,cg,dh->efgh", column, first, hop, hop, hop, optimize=True)

    weight = column * other(hop)
    pair = 2 * np.sum(column * other(hop * np.multiply.outer(phi, phi))) / weight.sum()
    return Values(float(np.sinh(mu) * pair), float(np.sum(weight * square[:, :, None, None]) / weight.sum()))
