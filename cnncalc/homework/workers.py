"""Many files, graded by several processes, which end when whoever started them does, however that ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cnncalc.homework.classes import Job, Part, load_grader
from cnncalc.homework.grading import Grader
from cnncalc.language import current, use
from cnncalc.processes import cores

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PARALLEL = 100
"""From so many files on, several processes share the work."""
MOST_TOGETHER = 200
"""Files that a process is given at once."""


def grade_files(files: Sequence[str], job: Job, grader: Grader) -> Generator[Part, None, None]:
    """Grade files in their order, by several processes where there are many. Raises OSError.

    Close it (``contextlib.closing``) where the parts are not all taken: the processes then end after the file that
    they have in hand.
    """
    workers = cores()
    if len(files) < PARALLEL or workers < 2 or job.assignment == "-":
        for file in files:
            yield job.run([file], grader)
        return
    from concurrent.futures.process import BrokenProcessPool

    size = max(1, min(MOST_TOGETHER, len(files) // (4 * workers)))
    parts = [files[start : start + size] for start in range(0, len(files), size)]
    done = 0
    try:
        for part in _shared(parts, job, workers):
            yield part
            done += 1
    except BrokenProcessPool:
        # Somebody ended a process, or the memory did. What is left is graded here: the grades are the same.
        for left in parts[done:]:
            yield job.run(left, grader)


def _shared(parts: list[Sequence[str]], job: Job, workers: int) -> Iterator[Part]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import Pipe

    stop, stopping = Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, initializer=_start, initargs=(job, current(), stop))
    try:
        with _undisturbed():
            graded = pool.map(_run, parts)
        yield from graded
    finally:
        stopping.send_bytes(b"stop")
        pool.shutdown(cancel_futures=True)
        stopping.close()
        stop.close()


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait meanwhile: a process that is just starting has nobody yet to take them, and would tell of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In a process that grades

_running: tuple[Job, Grader, Connection] | None = None
_writing = threading.Lock()
"""Held while a file is graded and its grade written."""
_alone = threading.Event()
"""Set when the process that started this one is gone."""


def _start(job: Job, language: str, stop: Connection) -> None:
    global _running
    # Ctrl-C goes to every process of a terminal; the first one alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use(language)
    _running = job, load_grader(job.assignment, job.secret), stop


def _end_with_parent() -> None:
    """End this process, between two files, when the one that started it is gone and can't say so."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        _alone.set()
        with _writing:
            os._exit(1)


def _run(files: Sequence[str]) -> Part:
    assert _running is not None
    job, grader, stop = _running
    return job.run(_until(stop, files), grader)


def _until(stop: Connection, files: Sequence[str]) -> Iterator[str]:
    """The files, until there is a word to stop; then nobody takes what was graded."""
    for file in files:
        if _alone.is_set() or stop.poll():
            return
        with _writing:
            yield file
