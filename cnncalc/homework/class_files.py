"""Where the grades of a class go: a JSON for each student, and the files about all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TextIO

from cnncalc.homework.grading import Grade


class ClassFiles:
    """A folder of grades. The names in it follow from the names of the files, never from what stands in them.

    Each file appears when it is complete. Grades depend on the answers alone, so that a run which was interrupted is
    simply done again.
    """

    def __init__(self, folder: str, files: Sequence[str], document: Callable[[Grade, bool], str]) -> None:
        """``document`` gives the JSON of a grade. Raises OSError where the folder can't be made."""
        self._folder = folder
        self._document = document
        self._names = _names(files)
        self._made = {folder}
        os.makedirs(folder, exist_ok=True)

    def keep(self, grade: Grade, reveal: bool) -> None:
        """Write a grade's JSON. Raises OSError."""
        path = os.path.join(self._folder, self._names[grade.file])
        parent = os.path.dirname(path)
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        _write(path, lambda stream: stream.write(self._document(grade, reveal)))

    def finish(self, name: str, write: Callable[[TextIO], object]) -> None:
        """Write a file about all. Raises OSError."""
        _write(os.path.join(self._folder, name), write)


def _write(path: str, write: Callable[[TextIO], object]) -> None:
    unfinished = f"{path}.part"
    with open(unfinished, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        write(stream)
    os.replace(unfinished, path)


def _names(files: Sequence[str]) -> dict[str, str]:
    """The JSON of each answer file: ``ana.json`` for ``submissions/ana.yaml``, below ``students``."""
    places = [os.path.abspath(file) for file in files]
    root = os.path.commonpath([os.path.dirname(place) for place in places])
    names: dict[str, str] = {}
    taken = set()
    for file, place in zip(files, places):
        inner = os.path.relpath(place, root)
        short = os.path.splitext(inner)[0]
        # Two names that differ in their ending, or in capitals alone, keep the ending.
        name = short if short.casefold() not in taken else inner
        taken.add(name.casefold())
        names[file] = os.path.join("students", f"{name}.json")
    return names
