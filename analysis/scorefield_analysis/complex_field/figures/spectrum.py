"""The propagator of a complexified field in momentum space."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from ...figures.style import EXACT_SCORE, FORMULA, FULL_WIDTH, Look, points, sigma_band
from ...plane.figures.looks import PARTS
from ..momenta import Spectrum

CURVE = 300  # points of a line
LABELS = (r"$\mathrm{Re}\,\langle z(k)\,z(-k)\rangle/V$", r"$\mathrm{Im}\,\langle z(k)\,z(-k)\rangle/V$")
AT_REST = Look(EXACT_SCORE.colour, "s", "$k_x = 0$")


def draw_spectrum(spectrum: Spectrum, mark_at_rest: bool) -> Canvas:
    """A column for Re and one for Im; below, the deviation from the exact spectrum, if that is known. mark_at_rest: k_x = 0 is told
    apart.
    """
    exact = spectrum.exact is not None
    canvas, axes = plt.subplots(2 if exact else 1, 2, figsize=(FULL_WIDTH, 4.4 if exact else 3.0), squeeze=False, sharex=True,
                                layout="constrained", height_ratios=(2.2, 1.0) if exact else (1.0,))
    for part, (column, look) in enumerate(zip(axes.T, PARTS.values())):
        for chosen, own in _groups(spectrum, look, mark_at_rest):
            points(column[0], spectrum.squares[chosen], spectrum.value[chosen, part], spectrum.error[chosen, part], own)
        column[0].set_ylabel(LABELS[part])
        column[0].axhline(0.0, color="0.8", linewidth=0.7, zorder=0)
        column[-1].set_xlabel(r"$\hat k^2 = 4\sin^2(k_y/2) + 4\sin^2(k_x/2)$")
        if exact:
            _beside_exact(column, spectrum, part, look)
    if exact or mark_at_rest:
        axes[0, 0].legend()
    return canvas


def _groups(spectrum: Spectrum, look: Look, mark_at_rest: bool) -> list[tuple[np.ndarray, Look]]:
    """Which momenta are drawn how."""
    if not mark_at_rest:
        return [(np.full(spectrum.squares.shape, True), Look(look.colour, look.marker, "measured"))]
    return [(spectrum.along_x == 0, AT_REST), (spectrum.along_x != 0, Look(look.colour, look.marker, r"$k_x \neq 0$"))]


def _beside_exact(column: np.ndarray, spectrum: Spectrum, part: int, look: Look) -> None:
    top, bottom = column
    momenta = np.linspace(spectrum.squares[0], spectrum.squares[-1], CURVE)
    top.plot(momenta, _between(spectrum, momenta)[:, part], color=FORMULA.colour, label="exact", zorder=2)
    deviation = spectrum.deviation()[:, part]
    sigma_band(bottom, deviation)
    shown = np.isfinite(deviation)
    points(bottom, spectrum.squares[shown], deviation[shown], None, look)
    _say_agreement(bottom, spectrum, part)
    if part == 0:
        bottom.set_ylabel(r"deviation $[\sigma]$")


def _say_agreement(axes: Axes, spectrum: Spectrum, part: int) -> None:
    agreement = spectrum.agreement(part)
    axes.set_title(rf"$\chi^2/\mathrm{{dof}} = {agreement.chi2:.1f}/{agreement.dof}$, $p = {agreement.p_value:.2g}$", fontsize=9)


def _between(spectrum: Spectrum, momenta: np.ndarray) -> np.ndarray:
    """The exact spectrum of a free field between its momenta, (points, 2): its inverse is linear in khat^2."""
    inverse = 1.0 / (spectrum.exact[:, 0] + 1j * spectrum.exact[:, 1])
    value = 1.0 / np.interp(momenta, spectrum.squares, inverse)
    return np.stack([value.real, value.imag], axis=1)
