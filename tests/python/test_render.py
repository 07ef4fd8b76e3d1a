"""Figures are drawn in several processes; what happens to one of them is reported."""

import os
import signal
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure as Canvas
from scorefield_analysis.errors import OutputError
from scorefield_analysis.figures import Figure
from scorefield_analysis.figures.style import save
from scorefield_analysis.render import write_figures


def line() -> Canvas:
    canvas, axes = plt.subplots(layout="constrained")
    axes.plot([0.0, 1.0])
    return canvas


def killed() -> Canvas:
    os.kill(os.getpid(), signal.SIGKILL)
    return line()


def test_every_figure_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"figure-{number}" for number in range(7)]
    write_figures([Figure(name, "", line) for name in names], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {name + kind for name in names for kind in (".png", ".pdf")}
    reported = sorted(text.split()[-2] for text in capsys.readouterr().err.splitlines())
    assert reported == [f"{name}.png," for name in names]


def test_interrupts_are_answered_again_afterwards(tmp_path: Path) -> None:
    write_figures([Figure("figure", "", line)], tmp_path)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_killed_process_is_reported(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="has ended with exit code -9; if it was killed"):
        write_figures([Figure("first", "", killed), Figure("second", "", line)], tmp_path)


def test_a_figure_that_is_cut_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (".png", ".pdf"):
        (tmp_path / f"figure{kind}").write_text("before")

    def cut(self: object, path: Path, **_: object) -> None:
        Path(path).write_text("half")
        raise KeyboardInterrupt

    for kind, canvas in (("png", FigureCanvasAgg), ("pdf", FigureCanvasPdf)):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(canvas, f"print_{kind}", cut)
            save(line(), tmp_path / "figure")
        assert (tmp_path / f"figure.{kind}").read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"figure.png", "figure.pdf"}


def test_error_of_a_file_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere/figure.png"):
        write_figures([Figure("figure", "", line)], tmp_path / "nowhere")
