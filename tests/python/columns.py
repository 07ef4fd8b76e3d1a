"""The matrix between the columns (phi1, phi2) of a periodic 2 x N lattice, on a grid that is chosen by the couplings.

On extent 2 both neighbours are the same site and the bond counts twice. With complex couplings the matrix is symmetric,
not Hermitian: only the basis of its range is ever conjugated.
"""

from dataclasses import dataclass

import numpy as np

DEPTH = 45.0  # exp(-45): states whose action lies this high above a lower bound weigh nothing
TAIL = 1e-15  # of <phi^8>, left beyond the cut
COARSE_NODES, MOST_NODES = 48, 96
QUADRATURE = 1e-12  # relative error of the integral over one site
RANK = 1e-14  # singular values that are dropped, relative to the largest


@dataclass(frozen=True)
class Action:
    """S = sum_x [-2 kappa sum_mu phi(x) phi(x+mu) + mass phi^2 + lam phi^4]; mass None stands for 1 - 2 lam."""

    kappa: complex
    lam: complex
    mass: complex | None = None

    @property
    def square(self) -> complex:
        """The coefficient of phi^2."""
        return 1.0 - 2.0 * self.lam if self.mass is None else self.mass

    def site(self, phi: np.ndarray) -> np.ndarray:
        return self.square * phi**2 + self.lam * phi**4

    def quenched(self) -> "Action":
        """Of the weight's modulus; kappa so that it bounds both signs."""
        return Action(abs(np.real(self.kappa)), float(np.real(self.lam)), float(np.real(self.square)))


class Columns:
    """The symmetric matrix T = root hop root between the states of a column on a grid, kept as a product of low rank.

    T has n^2 states for n nodes, but its singular values fall exponentially. With Q an orthonormal basis of its range
    T = Q Q^+ T, hence T^r = Q inner^(r-1) (Q^+ T), inner = Q^+ T Q. T is scaled, which changes no expectation value.
    """

    def __init__(self, action: Action, length: int, nodes: int, cut: float):
        if length < 2:
            raise ValueError(f"a lattice of 2 x {length}; expected N >= 2")
        self.action, self.length, self.nodes, self.cut = action, length, nodes, cut
        unit, weights = np.polynomial.legendre.leggauss(nodes)
        self.phi = cut * unit
        product = np.multiply.outer(self.phi, self.phi)
        site = action.site(self.phi)
        column = np.add.outer(site, site) - 4 * action.kappa * product
        self._root = cut * np.sqrt(np.multiply.outer(weights, weights)) * np.exp(-column / 2)
        self._hop = np.exp(2 * action.kappa * product)
        self._right = self._range()
        self._left = self._times(self._right.conj()).T
        self._left /= np.linalg.norm(self._left @ self._right, 2)
        self._inner = self.insert(np.ones(nodes**2))

    @property
    def fields(self) -> tuple[np.ndarray, np.ndarray]:
        """phi1 and phi2 of each state."""
        return np.repeat(self.phi, self.nodes), np.tile(self.phi, self.nodes)

    def _times(self, states: np.ndarray) -> np.ndarray:
        """T states; hop is a product of two, one for each row, and never multiplied out."""
        root, shape = self._root[:, :, None], (self.nodes, self.nodes, -1)
        kept = (root * states.reshape(shape)).reshape(self.nodes, -1)
        return (root * np.matmul(self._hop, (self._hop @ kept).reshape(shape))).reshape(states.shape)

    def _range(self) -> np.ndarray:
        """Orthonormal columns that span what T makes of random states, which are more than T has singular values."""
        rng, states, count = np.random.default_rng(0), self.nodes**2, 100
        while True:
            count = min(2 * count, states)
            basis, triangle = np.linalg.qr(self._times(rng.standard_normal((states, count))))
            rotation, sizes, _ = np.linalg.svd(triangle)
            if sizes[-1] < RANK * sizes[0] or count == states:
                return basis @ rotation[:, sizes >= RANK * sizes[0]]

    def insert(self, function: np.ndarray) -> np.ndarray:
        """T times a function of the state of one column, between the states of the range."""
        return self._left @ (function[:, None] * self._right)

    def inner(self, exponent: int) -> np.ndarray:
        return np.linalg.matrix_power(self._inner, exponent)

    def probability(self) -> np.ndarray:
        """Of each state of one column, quadrature weights included."""
        weights = np.sum((self._right @ self.inner(self.length - 1)) * self._left.T, axis=1)
        return weights / weights.sum()

    def pairs(self, functions: np.ndarray) -> np.ndarray:
        """<f_i(0) f_j(r)>, [r, i, j], r = 0 .. N-1, for functions [i, state] of two columns at the distance r."""
        inserted = np.array([self.insert(function) for function in functions])
        partition = np.trace(self.inner(self.length))
        half = [(functions * self.probability()) @ functions.T]
        for r in range(1, self.length // 2 + 1):
            near, far = inserted @ self.inner(r - 1), inserted @ self.inner(self.length - r - 1)
            half.append(np.einsum("iab,jba->ij", near, far, optimize=True) / partition)
        return np.array([half[min(r, self.length - r)] for r in range(self.length)])


def bound(action: Action) -> float:
    """|phi| beyond which S is DEPTH above its minimum: 2 phi phi' <= phi^2 + phi'^2 leaves sums over sites."""
    square, lam = action.square - 4 * action.kappa, action.lam
    if lam < 0 or (lam == 0 and square <= 0):
        raise ValueError(f"{action} is not bounded from below")
    if lam == 0:
        return np.sqrt(DEPTH / square)
    above = DEPTH if square < 0 else DEPTH + square**2 / (4 * lam)  # from the vertex of the parabola in phi^2
    return np.sqrt((-square + np.sqrt(4 * lam * above)) / (2 * lam))


def choose_cut(action: Action, length: int) -> float:
    """Where phi^8 times the density of one site, known from a coarse grid up to the bound, has vanished."""
    quenched = action.quenched()
    coarse = Columns(quenched, length, COARSE_NODES, bound(quenched))
    weights = coarse.probability().reshape(COARSE_NODES, -1).sum(axis=1) * coarse.phi**8
    beyond = np.cumsum(weights) / weights.sum()  # from the left; the density is even
    return -coarse.phi[max(np.searchsorted(beyond, TAIL) - 1, 0)]


def site_integrals(action: Action, cut: float, nodes: int) -> np.ndarray:
    """Of 1 and phi^8 over one site whose neighbours' sum is 0, cut, 2 cut."""
    unit, weights = np.polynomial.legendre.leggauss(nodes)
    phi = cut * unit
    neighbours = cut * np.arange(3)[:, None]
    weighted = cut * weights * np.exp(2 * action.kappa * neighbours * phi - action.site(phi))
    return weighted @ np.array([phi**0, phi**8]).T


def choose_nodes(action: Action, cut: float) -> int:
    """As the trace is a product of quadratures over sites, it suffices that each of them has converged."""
    exact = site_integrals(action, cut, 4 * MOST_NODES)
    for nodes in range(16, MOST_NODES + 1, 4):
        if np.all(np.abs(site_integrals(action, cut, nodes) - exact) < QUADRATURE * np.abs(exact)):
            return nodes
    raise ValueError(f"{action} needs more than {MOST_NODES} nodes up to {cut}")
