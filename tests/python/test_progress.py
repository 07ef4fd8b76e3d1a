"""Progress on a terminal and elsewhere."""

import io

from scorefield_analysis.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    progress = Progress(12, stream)
    progress.step("a long name")
    progress.step("short")
    progress.close()
    return stream.getvalue()


def test_one_live_line_on_a_terminal() -> None:
    assert shown(Terminal()) == "\r[ 1/12] a long name\x1b[K\r[ 2/12] short\x1b[K\n"


def test_a_line_each_in_a_log() -> None:
    assert shown(io.StringIO()) == "[ 1/12] a long name\n[ 2/12] short\n"
