"""The complex density on the real axis that P(x,y) stands for."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure as Canvas

from ...figures.style import FORMULA, FULL_WIDTH, points
from ..diffusion.records import ComplexDensity
from .looks import PARTS


def draw_complex_density(density: ComplexDensity) -> Canvas:
    """A column for Re and one for Im; top: ρ(x) and exp(-S)/Z, bottom: difference."""
    canvas, axes = plt.subplots(2, 2, figsize=(FULL_WIDTH, 4.0), sharex=True, sharey="row", layout="constrained",
                                height_ratios=(2.2, 1.0))
    for part, (top, bottom), (name, look) in zip((0, 1), axes.T, PARTS.items()):
        value, exact = density.value[:, part], density.exact[:, part]
        points(top, density.x, value, None, look)
        top.plot(density.x, exact, color=FORMULA.colour, zorder=4)
        points(bottom, density.x, value - exact, None, look)
        bottom.axhline(0.0, color=FORMULA.colour, linewidth=0.7, zorder=1)
        bottom.ticklabel_format(axis="y", scilimits=(-2, 2), useMathText=True)
        top.set_title(rf"$\mathrm{{{name}}}\,\rho(x)$", color=look.colour)
        bottom.set_xlabel("$x$")
    axes[0, 0].set_ylabel(r"$\rho(x)$  and  $e^{-S(x)}/Z$ (line)")
    axes[1, 0].set_ylabel("difference")
    return canvas
