"""Draws and writes figures in a few processes: drawing takes more than a second of one core for each."""

import os
import signal
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Iterator, Sequence

from .errors import OutputError
from .figures import Figure
from .figures.style import save
from .progress import Progress

MOST_WORKERS = 4  # a report is made beside other work, often on a shared login node


def write_figures(figures: Sequence[Figure], target: Path) -> None:
    """Writes target/NAME.png and .pdf of all figures and reports each on stderr.

    Raises the OSError of a file that cannot be written, and OutputError if a process is killed.
    """
    count = min(MOST_WORKERS, len(os.sched_getaffinity(0)), len(figures))
    workers: dict[Connection, BaseProcess] = {}
    progress = Progress(len(figures))
    try:
        with _interrupts_held():
            for first in range(count):
                _start(workers, figures[first::count], target)
        while workers:
            for receiver in wait(list(workers)):
                _receive(workers, receiver, progress)
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()
        progress.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Holds Ctrl-C back. The processes begun meanwhile inherit that for good: Ctrl-C reaches every process of a
    terminal, and only the parent, once it lets go, is to answer it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _start(workers: dict[Connection, BaseProcess], share: Sequence[Figure], target: Path) -> None:
    """Begins a process that draws these figures, under the connection by which it reports."""
    context = get_context("fork")  # what is loaded here need not be loaded again
    receiver, sender = context.Pipe(duplex=False)
    workers[receiver] = context.Process(target=_write, args=(share, target, sender))
    workers[receiver].start()
    sender.close()  # the worker's own end is then the last: when it ends, the receiver sees the end of the file


def _write(share: Sequence[Figure], target: Path, sender: Connection) -> None:
    """Runs in a worker: sends the name of each figure that is written, or the error that ended the work."""
    try:
        for figure in share:
            save(figure.draw(), target / figure.name)
            sender.send(figure.name)
    except OSError as error:
        sender.send(error)


def _receive(workers: dict[Connection, BaseProcess], receiver: Connection, progress: Progress) -> None:
    """Takes one message of a worker, or its end."""
    try:
        message = receiver.recv()
    except EOFError:
        worker = workers.pop(receiver)
        worker.join()
        if worker.exitcode != 0:
            raise OutputError(f"a process that draws figures has ended with exit code {worker.exitcode}; "
                              "if it was killed (a negative code), give the command more memory") from None
        return
    if isinstance(message, OSError):
        raise message
    progress.step(f"{message}.png, .pdf")
