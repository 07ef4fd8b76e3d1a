"""The training loss of every model."""

from typing import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import NullFormatter

from ..results import LossHistory, process_label
from .style import FORMULA, LEARNT_SCORE

WINDOWS = 30  # of equal length in the logarithm of the step


def draw_losses(losses: Sequence[LossHistory]) -> Canvas:
    """One panel for each process: the recorded loss, its mean over windows, and the validation loss if any."""
    canvas, axes = plt.subplots(1, len(losses), figsize=(2.6 * len(losses) + 0.9, 2.6), squeeze=False,
                                layout="constrained")
    for panel, loss in zip(axes[0], losses):
        _panel(panel, loss)
    axes[0, 0].set_ylabel("loss")
    return canvas


def _panel(axes: Axes, loss: LossHistory) -> None:
    axes.plot(loss.step, loss.value, color=LEARNT_SCORE.colour, alpha=0.3, linewidth=0.7)
    axes.plot(*window_means(loss.step, loss.value), color=LEARNT_SCORE.colour, label="training")
    if loss.validation is not None:
        axes.plot(loss.step, loss.validation, "--", color=FORMULA.colour, label="validation")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    # within a decade the powers of ten alone would leave the axis with no more than one number
    axes.yaxis.set_minor_formatter("{x:g}" if loss.value.max() < 10.0 * loss.value.min() else NullFormatter())
    axes.legend(loc="upper right")
    axes.set_title(process_label(loss.process))
    axes.set_xlabel("optimiser step")


def window_means(step: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean step and mean loss in each window that holds any record: shows the trend under the noise of batches."""
    window = np.digitize(step, np.geomspace(step[0], step[-1], WINDOWS + 1)[1:-1])
    members = [window == index for index in np.unique(window)]
    return (np.array([step[inside].mean() for inside in members]),
            np.array([value[inside].mean() for inside in members]))
