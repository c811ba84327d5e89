"""Waiting for files to change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cnncalc.lint.settings import FILES

State = dict[str, tuple[int, int] | None]
"""When each file was written and its size; None where there is none."""


def rounds(files: Callable[[], list[str]], wait: Callable[[], None]) -> Iterator[list[str]]:
    """The files to lint, at once and again whenever one of them changes, comes or goes, or their settings change.

    ``files`` lists them anew each time, ``wait`` passes the time between two looks.
    """
    listed = files()
    state = _state(listed)
    yield listed
    while True:
        wait()
        listed = files()
        now = _state(listed)
        if now != state:
            state = now
            yield listed


def _state(files: Iterable[str]) -> State:
    folders = {Path(os.path.abspath(file)).parent for file in files}
    around = folders | {above for folder in folders for above in folder.parents}
    settings = [str(folder / name) for folder in around for name in FILES]
    return {file: _stamp(file) for file in (*files, *settings)}


def _stamp(file: str) -> tuple[int, int] | None:
    try:
        status = os.stat(file)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size
