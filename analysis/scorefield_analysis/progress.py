"""Progress of the figures on stderr: one live line on a terminal, else a line for each figure."""

import sys
from typing import TextIO


class Progress:
    """Reports `total` steps on a stream (stderr), one call of `step` for each; `close` ends the live line."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()

    def step(self, name: str) -> None:
        """Reports that `name` has been written."""
        self._done += 1
        text = f"[{self._done:{len(str(self._total))}}/{self._total}] {name}"
        # "\x1b[K" clears what a longer name before has left on the line
        self._stream.write(f"\r{text}\x1b[K" if self._live else f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Ends the live line, so that what is printed next starts at the left."""
        if self._live and self._done:
            self._stream.write("\n")
