"""How tables and figures name averages of z = x + iy."""

from dataclasses import dataclass
from typing import Callable

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

PLANE = ((2, 0), (1, 1), (0, 2), (4, 0), (3, 1), (2, 2), (1, 3), (0, 4))  # powers of x and y, in the order of results.h5
BOUNDARY_POWERS = (2, 4)  # n of zⁿ
LATE_LESS_EARLY = ("Re ⟨z²⟩", "Im ⟨z²⟩", "⟨x² + y²⟩")


def power(symbol: str, exponent: int) -> str:
    """x³, x, or nothing for the power 0."""
    if exponent < 2:
        return symbol * exponent
    return symbol + str(exponent).translate(SUPERSCRIPTS)


def plane_name(powers: tuple[int, int]) -> str:
    """⟨x³y⟩."""
    return f"⟨{power('x', powers[0])}{power('y', powers[1])}⟩"


@dataclass(frozen=True)
class OrderName:
    """How a table and a figure name something of the order n."""

    text: Callable[[int], str]
    maths: Callable[[int], str]


CUMULANT = OrderName(lambda n: f"κ{n}", lambda n: rf"$\kappa_{n}$")
MOMENT = OrderName(lambda n: f"⟨{power('z', n)}⟩", lambda n: rf"$\langle z^{n}\rangle$")
MOMENT_OVER = OrderName(lambda n: f"{MOMENT.text(n)}/{n}", lambda n: rf"$\langle z^{n}\rangle/{n}$")
