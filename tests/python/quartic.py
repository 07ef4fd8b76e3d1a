"""What is exactly known of exp(-S), S = sigma x^2/2 + lambda x^4/4, by special functions: independent of the program's quadrature."""

import mpmath

ORDERS = range(1, 9)


def cylinder(order, argument):
    """D_order(argument): Whittaker's parabolic cylinder function, entire in its argument."""
    return mpmath.pcfd(order, argument)


def partition_function(sigma: complex, lam: complex) -> complex:
    """sqrt(pi) (lambda/2)^(-1/4) e^xi D_{-1/2}(sigma/sqrt(2 lambda)), xi = sigma^2/8 lambda, for all couplings with Re lambda > 0."""
    xi = mpmath.mpc(sigma) ** 2 / (8 * mpmath.mpc(lam))
    return mpmath.sqrt(mpmath.pi) * (mpmath.mpc(lam) / 2) ** (-0.25) * mpmath.exp(xi) * cylinder(-0.5, sigma / mpmath.sqrt(2 * mpmath.mpc(lam)))


def bessel_partition_function(sigma: complex, lam: complex) -> complex:
    """sqrt(sigma/2 lambda) e^xi K_{1/4}(xi), for |arg sigma - arg lambda/2| < pi/2 only."""
    xi = mpmath.mpc(sigma) ** 2 / (8 * mpmath.mpc(lam))
    return mpmath.sqrt(4 * xi / sigma) * mpmath.exp(xi) * mpmath.besselk(-0.25, xi)


def moment(sigma: complex, lam: complex, order: int) -> complex:
    """<x^2n> = Gamma(n + 1/2)/Gamma(1/2) (lambda/2)^(-n/2) D_{-n-1/2}(w)/D_{-1/2}(w), w = sigma/sqrt(2 lambda): the integral of t^(nu-1)
    exp(-beta t^2 - gamma t) over t = x^2 (Gradshteyn and Ryzhik 3.462.1)."""
    if order % 2 == 1:
        return 0.0
    n, w = order // 2, sigma / mpmath.sqrt(2 * mpmath.mpc(lam))
    ratio = cylinder(-n - mpmath.mpf(1) / 2, w) / cylinder(-mpmath.mpf(1) / 2, w)
    return complex(mpmath.gamma(n + 0.5) / mpmath.gamma(0.5) * (mpmath.mpc(lam) / 2) ** (-mpmath.mpf(n) / 2) * ratio)


def cumulants(moments: dict[int, complex]) -> dict[int, complex]:
    """kappa_n = m_n - sum_{j<n} C(n-1, j-1) kappa_j m_{n-j}."""
    kappa: dict[int, complex] = {}
    for n in ORDERS:
        kappa[n] = moments[n] - sum(int(mpmath.binomial(n - 1, j - 1)) * kappa[j] * moments[n - j] for j in range(1, n))
    return kappa
